#include "ui/sessions/sessions_window.h"

#include <QKeyEvent>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

#include "ui/help/help_pages.h"
#include "ui/sessions/compare_view.h"
#include "ui/sessions/history_view.h"

namespace specula {

SessionsWindow::SessionsWindow(QWidget* parent) : QWidget(parent, Qt::Window) {
    setWindowTitle(tr("Sessions – Specula"));
    setHelpPage(this, QLatin1String(kHelpSessions));
    m_history = new HistoryView;
    m_compare = new CompareView;
    m_bar = new QTabBar;
    m_bar->setDocumentMode(true);
    m_bar->setExpanding(false);
    m_bar->setAccessibleName(tr("Page"));
    m_bar->addTab(tr("History"));
    m_bar->addTab(tr("Compare"));
    m_pages = new QStackedWidget;
    m_pages->addWidget(m_history);
    m_pages->addWidget(m_compare);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_bar);
    column->addWidget(m_pages, 1);
    connect(m_bar, &QTabBar::currentChanged, m_pages, &QStackedWidget::setCurrentIndex);
}

SessionsWindow::Page SessionsWindow::page() const {
    return static_cast<Page>(m_pages->currentIndex());
}

void SessionsWindow::showPage(Page page) {
    m_bar->setCurrentIndex(static_cast<int>(page));
    show();
    raise();
    activateWindow();
}

void SessionsWindow::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        close();
    else
        QWidget::keyPressEvent(event);
}

}  // namespace specula
