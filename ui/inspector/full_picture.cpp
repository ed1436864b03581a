#include "ui/inspector/full_picture.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QKeyEvent>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/inspector/decision_page.h"

namespace specula {

namespace {

constexpr double kLinesAtLeast = 14;  ///< of the page's type in the height of the window
constexpr double kTitleShare = 1.25;  ///< of the page's type
constexpr double kMarginShare = 0.03;

QLabel* wrapping(const char* name) {
    auto* label = new QLabel;
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setMinimumWidth(1);
    return label;
}

}  // namespace

FullPicture::FullPicture(QWidget* window) : QWidget(window) {
    setObjectName(QStringLiteral("inspectorFull"));
    setAutoFillBackground(true);
    setFocusPolicy(Qt::StrongFocus);
    m_usualPoints = font().pointSizeF() > 0 ? font().pointSizeF() : 10;
    m_hypothetical = wrapping("fullHypothetical");
    m_title = wrapping("fullTitle");
    m_sentence = wrapping("fullSentence");
    m_page = new DecisionPage;
    m_keys = new QLabel(tr("Esc back   N next   B back a step   P play"));
    m_keys->setEnabled(false);
    auto* column = new QVBoxLayout(this);
    for (QWidget* part : {static_cast<QWidget*>(m_hypothetical), static_cast<QWidget*>(m_title),
                          static_cast<QWidget*>(m_sentence)})
        column->addWidget(part);
    column->addWidget(m_page, 1);
    column->addWidget(m_keys);
    window->installEventFilter(this);
    setGeometry(window->rect());
}

void FullPicture::setWords(const QString& title, const QString& sentence, const QString& hypothetical) {
    m_title->setText(title);
    m_sentence->setText(sentence);
    m_hypothetical->setText(hypothetical);
    m_hypothetical->setVisible(!hypothetical.isEmpty());
}

bool FullPicture::fits(double points) {
    QFont type = font();
    type.setPointSizeF(points);
    QFont heading = type;
    heading.setPointSizeF(points * kTitleShare);
    heading.setBold(true);
    QFont small = type;
    small.setPointSizeF(std::max(8.0, points * 0.6));
    m_page->setFont(type);
    m_sentence->setFont(type);
    m_hypothetical->setFont(type);
    m_title->setFont(heading);
    m_keys->setFont(small);
    layout()->invalidate();
    layout()->activate();
    const int available = height();
    return layout()->hasHeightForWidth() ? layout()->totalHeightForWidth(width()) <= available
                                         : layout()->totalSizeHint().height() <= available;
}

void FullPicture::fit() {
    if (m_fitting || width() < 1) return;
    m_fitting = true;
    const int margin = static_cast<int>(kMarginShare * std::min(width(), height()));
    layout()->setContentsMargins(margin, margin, margin, margin);
    layout()->setSpacing(margin / 2);
    const double usualLine = QFontMetricsF(font()).height();
    double low = m_usualPoints, high = m_usualPoints * std::max(1.0, height() / kLinesAtLeast / usualLine);
    for (int i = 0; i < 7; ++i) {
        const double middle = (low + high) / 2;
        (fits(middle) ? low : high) = middle;
    }
    fits(low);
    m_fitting = false;
}

bool FullPicture::event(QEvent* event) {
    // Escape and the letters are this view's while it is shown, not the window's shortcuts.
    if (event->type() == QEvent::ShortcutOverride) {
        event->accept();
        return true;
    }
    return QWidget::event(event);
}

bool FullPicture::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parent() && event->type() == QEvent::Resize) setGeometry(parentWidget()->rect());
    return QWidget::eventFilter(watched, event);
}

void FullPicture::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Escape:
        case Qt::Key_F:
            return emit closeAsked();
        case Qt::Key_N:
            return emit nextAsked();
        case Qt::Key_B:
            return emit backAsked();
        case Qt::Key_P:
            return emit playAsked();
        default:
            QWidget::keyPressEvent(event);
    }
}

void FullPicture::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fit();
}

}  // namespace specula
