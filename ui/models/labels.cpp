#include "ui/models/labels.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QPainter>
#include <QShortcut>

#include "ui/models/model_text.h"
#include "ui/setup/help.h"

namespace specula {

ElidedLabel::ElidedLabel(QWidget* parent) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void ElidedLabel::setText(const QString& text) {
    QLabel::setText(text);
    setToolTip(plainTip(text));
    setAccessibleName(text);
}

QSize ElidedLabel::minimumSizeHint() const {
    return {fontMetrics().averageCharWidth() * 6, QLabel::minimumSizeHint().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(contentsRect(), static_cast<int>(alignment()),
                     fontMetrics().elidedText(text(), Qt::ElideMiddle, contentsRect().width()));
}

NoteBox::NoteBox(QWidget* parent) : QFrame(parent) {
    m_symbol = new SymbolLabel(Symbol::None);
    m_text = makeTextLabel();
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 6, 12, 6);
    row->setSpacing(8);
    row->addWidget(m_symbol, 0, Qt::AlignTop);
    row->addWidget(m_text, 1);
    hide();
}

void NoteBox::show(Symbol symbol, const QString& text) {
    m_symbol->setSymbol(symbol);
    m_symbol->setVisible(symbol != Symbol::None);
    m_text->setText(text);
    setVisible(!text.isEmpty());
    update();
}

void NoteBox::paintEvent(QPaintEvent*) {
    const Theme theme = Theme::of(palette());
    QColor color = theme.accent;
    if (symbol() == Symbol::Yes) color = theme.accepted;
    if (symbol() == Symbol::Caution) color = theme.resampled;
    if (symbol() == Symbol::No) color = theme.rejected;
    QPainter painter(this);
    painter.fillRect(rect(), theme.tint(color, theme.dark ? 0.24 : 0.14));
    painter.fillRect(QRect(0, 0, 4, height()), color);
}

QLineEdit* makeFilterField(const QString& name, const QString& help) {
    auto* field = new QLineEdit;
    field->setClearButtonEnabled(true);
    field->setAcceptDrops(false);
    describe(field, name, help);
    auto* escape = new QShortcut(Qt::Key_Escape, field, field, &QLineEdit::clear, Qt::WidgetShortcut);
    // An empty field leaves the key to others.
    escape->setEnabled(false);
    QObject::connect(field, &QLineEdit::textChanged, escape,
                     [escape](const QString& text) { escape->setEnabled(!text.isEmpty()); });
    return field;
}

QLabel* makeTextLabel(const QString& text) {
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setMinimumWidth(1);
    return label;
}

void makeSecondary(QWidget* label, const QPalette& palette) {
    QPalette colors = palette;
    colors.setColor(QPalette::WindowText, Theme::of(palette).secondary);
    label->setPalette(colors);
}

void makeBold(QWidget* label) {
    QFont bold = label->font();
    bold.setWeight(QFont::DemiBold);
    label->setFont(bold);
}

}  // namespace specula
