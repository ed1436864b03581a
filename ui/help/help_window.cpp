#include "ui/help/help_window.h"

#include <QAction>
#include <QEvent>
#include <QFile>
#include <QFileInfo>
#include <QFontDatabase>
#include <QKeyEvent>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextCursor>
#include <QTextDocument>
#include <QToolBar>
#include <QVBoxLayout>

#include "ui/help/help_pages.h"

namespace specula {

namespace {

QUrl urlOf(const QString& page) {
    return QUrl(QStringLiteral("qrc:/help/%1.md").arg(page));
}

/// Formulas are read with a size of their own, which no zoom would reach, and flush with the text.
void settle(QTextDocument& page) {
    constexpr double kLine = 125.0;  // per cent
    constexpr double kFormulaIndent = 16.0;
    const QString mono = QFontDatabase::systemFont(QFontDatabase::FixedFont).family();
    for (QTextBlock block = page.begin(); block.isValid(); block = block.next()) {
        QTextCursor cursor(block);
        QTextBlockFormat format;
        format.setLineHeight(kLine, QTextBlockFormat::ProportionalHeight);
        cursor.movePosition(QTextCursor::NextCharacter, QTextCursor::KeepAnchor);
        const bool formula = cursor.charFormat().font().family() == mono;
        if (formula) format.setLeftMargin(kFormulaIndent);
        cursor.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
        cursor.mergeBlockFormat(format);
        if (!formula) continue;
        QTextCharFormat plain = cursor.charFormat();
        plain.clearProperty(QTextFormat::FontPointSize);
        plain.clearProperty(QTextFormat::FontPixelSize);
        cursor.setCharFormat(plain);
    }
}

QAction* toolAction(QToolBar* bar, const QString& text, const QKeySequence& keys) {
    QAction* action = bar->addAction(text);
    action->setShortcut(keys);
    action->setToolTip(HelpWindow::tr("%1 (%2)").arg(text, keys.toString(QKeySequence::NativeText)));
    return action;
}

}  // namespace

HelpWindow::HelpWindow(QWidget* parent) : QWidget(parent, Qt::Window) {
    setWindowTitle(tr("Help"));
    auto* bar = new QToolBar;
    m_back = toolAction(bar, tr("Back"), QKeySequence::Back);
    m_forward = toolAction(bar, tr("Forward"), QKeySequence::Forward);
    m_contents = toolAction(bar, tr("Contents"), QKeySequence(Qt::ALT | Qt::Key_Home));
    m_text = new QTextBrowser;
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setOpenLinks(false);
    m_text->setAccessibleName(tr("Help"));
    m_text->document()->setDocumentMargin(16);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(bar);
    column->addWidget(m_text, 1);
    setFocusProxy(m_text);

    connect(m_back, &QAction::triggered, m_text, &QTextBrowser::backward);
    connect(m_forward, &QAction::triggered, m_text, &QTextBrowser::forward);
    connect(m_contents, &QAction::triggered, this, [this] { follow(urlOf(QLatin1String(kHelpIndex))); });
    connect(m_text, &QTextBrowser::backwardAvailable, m_back, &QAction::setEnabled);
    connect(m_text, &QTextBrowser::forwardAvailable, m_forward, &QAction::setEnabled);
    connect(m_text, &QTextBrowser::anchorClicked, this, &HelpWindow::follow);
    connect(m_text, &QTextBrowser::sourceChanged, this, &HelpWindow::sourceChanged);
    m_back->setEnabled(false);
    m_forward->setEnabled(false);
}

void HelpWindow::showPage(const QString& page) {
    follow(urlOf(page));
    show();
    raise();
    activateWindow();
    m_text->setFocus(Qt::OtherFocusReason);
}

void HelpWindow::follow(const QUrl& link) {
    const QUrl url = m_text->source().isEmpty() ? link : m_text->source().resolved(link);
    if (url == m_text->source()) return;
    if (!QFile::exists(QLatin1Char(':') + url.path())) {
        m_text->setPlainText(tr("There is no page \"%1\".").arg(QFileInfo(url.path()).completeBaseName()));
        return;
    }
    m_text->setSource(url, QTextDocument::MarkdownResource);
}

QString HelpWindow::page() const {
    return QFileInfo(m_text->source().path()).completeBaseName();
}

void HelpWindow::sourceChanged() {
    settle(*m_text->document());
    const QString title = m_text->document()->firstBlock().text();
    setWindowTitle(title.isEmpty() ? tr("Help") : tr("%1 – Help").arg(title));
}

void HelpWindow::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange || !m_text) return;
    // The colour of links is taken from the palette when a page is read.
    const int place = m_text->verticalScrollBar()->value();
    m_text->reload();
    settle(*m_text->document());
    m_text->verticalScrollBar()->setValue(place);
}

void HelpWindow::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Cancel))
        close();
    else if (event->matches(QKeySequence::ZoomIn) || event->key() == Qt::Key_Equal)
        m_text->zoomIn();
    else if (event->matches(QKeySequence::ZoomOut))
        m_text->zoomOut();
    else
        QWidget::keyPressEvent(event);
}

}  // namespace specula
