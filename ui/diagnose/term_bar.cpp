#include "ui/diagnose/term_bar.h"

#include <algorithm>

#include <QEvent>
#include <QPainter>

#include "ui/common/number_text.h"
#include "ui/common/palette.h"

namespace specula {

namespace {

constexpr int kBar = 22;    // pixels high
constexpr int kAbove = 18;  // for the word at the plain line
constexpr int kSwatch = 10;
constexpr int kGap = 6;

double lengthOf(const Diagnosis& d, CostTerm which) {
    for (const TermCost& term : d.terms) {
        if (term.term == which) return term.saving;
    }
    return 0.0;
}

}  // namespace

TermBar::TermBar(QWidget* parent) : QWidget(parent) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Time of a token"));
    setToolTip(
        tr("Predicted time of a token in plain tokens, by what it is spent on; the dashed line is plain "
           "decoding"));
}

void TermBar::setDiagnosis(const Diagnosis& d) {
    m_parts.clear();
    m_wasted = 0.0;
    if (d.lack == Lack::None) {
        m_parts = {{tr("the target's own row"), 1.0 / d.tokensPerRound},
                   {tr("rows beyond the first"), std::max(0.0, lengthOf(d, CostTerm::Rows))},
                   {tr("the draft's steps"), lengthOf(d, CostTerm::Draft)},
                   {tr("overhead"), lengthOf(d, CostTerm::Overhead)}};
        m_wasted = lengthOf(d, CostTerm::Acceptance);
    }
    QStringList said;
    for (std::size_t i = 0; i < m_parts.size(); ++i) said << wordsOf(i);
    if (m_wasted > 0.0) said << tr("of it for rejected drafts %1").arg(fixedText(m_wasted, 2));
    setAccessibleDescription(said.join(tr(", ")));
    updateGeometry();
    update();
}

double TermBar::total() const {
    double sum = 0.0;
    for (const Part& part : m_parts) sum += part.length;
    return sum;
}

QString TermBar::wordsOf(std::size_t part) const {
    return tr("%1 %2").arg(m_parts[part].name, fixedText(m_parts[part].length, 2));
}

QColor TermBar::colorOf(std::size_t part, const Theme& theme) const {
    switch (part) {
        case 0:
            return theme.target;
        case 1:
            return theme.tint(theme.target, 0.45);
        case 2:
            return theme.draft;
        default:
            return theme.plain;
    }
}

std::vector<TermBar::Word> TermBar::placeWords(int width, int top, int* bottom) const {
    const QFontMetrics metrics(font());
    const int line = metrics.height() + 4;
    std::vector<Word> words;
    int x = 0, y = top;
    const auto place = [&](const QString& text) {
        const int needed = kSwatch + kGap + metrics.horizontalAdvance(text) + 2;
        if (x > 0 && x + needed > width) {
            x = 0;
            y += line;
        }
        const QRect row(x, y, needed, metrics.height());
        words.push_back({QRect(x, row.center().y() - kSwatch / 2, kSwatch, kSwatch),
                         row.adjusted(kSwatch + kGap, 0, 0, 0)});
        x += needed + 16;
    };
    for (std::size_t i = 0; i < m_parts.size(); ++i) place(wordsOf(i));
    if (m_wasted > 0.0) place(tr("of it for rejected drafts %1").arg(fixedText(m_wasted, 2)));
    *bottom = y + line;
    return words;
}

int TermBar::heightForWidth(int width) const {
    int bottom = 0;
    placeWords(width, kAbove + kBar + kGap, &bottom);
    return bottom;
}

QSize TermBar::sizeHint() const {
    return {420, heightForWidth(420)};
}

QSize TermBar::minimumSizeHint() const {
    return {200, heightForWidth(std::max(200, width()))};
}

void TermBar::paintEvent(QPaintEvent*) {
    if (m_parts.empty()) return;
    QPainter painter(this);
    const Theme theme = Theme::of(palette());
    const double scale = (width() - 2) / (std::max(1.0, total()) * 1.02);
    const QRectF bar(0.5, kAbove + 0.5, total() * scale, kBar);
    double x = bar.left();
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const QRectF piece(x, bar.top(), m_parts[i].length * scale, bar.height());
        painter.fillRect(piece, colorOf(i, theme));
        if (i > 0) painter.fillRect(QRectF(x - 0.5, bar.top(), 1, bar.height()), theme.base);
        x = piece.right();
    }
    const QRectF wasted(bar.right() - m_wasted * scale, bar.top(), m_wasted * scale, bar.height());
    if (m_wasted > 0.0) painter.fillRect(wasted, hatchBrush(theme.text, devicePixelRatioF()));
    painter.setPen(QPen(theme.plain, 1.5, Qt::DashLine));
    const double plain = 0.5 + scale;
    painter.drawLine(QPointF(plain, 2), QPointF(plain, bar.bottom() + 3));
    painter.setPen(theme.secondary);
    const QString word = tr("plain 1.00");
    const QFontMetrics metrics(font());
    const int wide = metrics.horizontalAdvance(word);
    const bool left = plain + 6 + wide > width();
    painter.drawText(QPointF(left ? plain - 6 - wide : plain + 6, kAbove - 5), word);
    int bottom = 0;
    const std::vector<Word> words = placeWords(width(), kAbove + kBar + kGap, &bottom);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool hatch = i >= m_parts.size();
        if (hatch) {
            painter.fillRect(words[i].swatch, hatchBrush(theme.text, devicePixelRatioF()));
            painter.setPen(theme.line);
            painter.drawRect(words[i].swatch);
        } else {
            painter.fillRect(words[i].swatch, colorOf(i, theme));
        }
        painter.setPen(theme.text);
        painter.drawText(words[i].text, Qt::AlignVCenter | Qt::AlignLeft,
                         hatch ? tr("of it for rejected drafts %1").arg(fixedText(m_wasted, 2)) : wordsOf(i));
    }
}

void TermBar::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) updateGeometry();
    if (event->type() == QEvent::PaletteChange) update();
}

}  // namespace specula
