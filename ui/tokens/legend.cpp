#include "ui/tokens/legend.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <array>
#include <cmath>

#include "ui/common/palette.h"
#include "ui/tokens/token_painter.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::Legend)
};

struct Entry {
    TokenRole role;
    const char16_t* word;
    const char16_t* help;
};
constexpr std::array<Entry, 6> kEntries{{
    {TokenRole::Accepted, u"accepted", u"Drafted, judged by the target and kept."},
    {TokenRole::Rejected, u"rejected", u"Drafted, judged by the target and not kept."},
    {TokenRole::Resampled, u"resampled", u"Drawn from the residual in place of a rejected draft."},
    {TokenRole::Bonus, u"bonus", u"Drawn from the target after a round whose drafts were all kept."},
    {TokenRole::Discarded, u"discarded", u"Drafted after a rejection, so never judged."},
    {TokenRole::Plain, u"plain", u"Drawn from the target alone: nothing was drafted for it."},
}};

constexpr double kChipWordGap = 4;
constexpr double kEntryGap = 14;
constexpr double kLineGap = 4;
constexpr double kChipPadding = 2;

/// A token of the text begins with its space.
QString sampleOf(TokenRole role) {
    return isGhost(role) ? Words::tr("abc") : Words::tr(" abc");
}

/// Ghosts are small in the text; here the legend's own font size is enough.
LayoutStyle styleFor(TokenRole role, const QFont& font) {
    QFont text = font;
    if (isGhost(role) && font.pointSizeF() > 0) text.setPointSizeF(font.pointSizeF() * 1.3);
    return LayoutStyle(text, true);
}

QString wordOf(int entry) {
    return QString::fromUtf16(kEntries[static_cast<std::size_t>(entry)].word);
}

}  // namespace

Legend::Legend(QWidget* parent) : QWidget(parent) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(
        tr("Legend: accepted, rejected struck through, resampled underlined, bonus with a plus, "
           "discarded hatched, plain without colour"));
}

std::vector<Legend::Placed> Legend::place(int width, int* height) const {
    const LayoutStyle style(font(), true);
    const QFontMetricsF metrics(font());
    std::vector<Placed> placed;
    double x = 0;
    double y = 0;
    for (int i = 0; i < static_cast<int>(kEntries.size()); ++i) {
        const TokenRole role = kEntries[static_cast<std::size_t>(i)].role;
        const LayoutStyle chipStyle = styleFor(role, font());
        const double padding = isGhost(role) ? chipStyle.chipPadding : kChipPadding;
        double chip = QFontMetricsF(chipStyle.fontOf(role)).horizontalAdvance(sampleOf(role)) + 2 * padding;
        if (role == TokenRole::Bonus) chip += style.plus;
        const double word = metrics.horizontalAdvance(wordOf(i)) + 1;
        if (x > 0 && x + chip + kChipWordGap + word > width) {
            x = 0;
            y += style.chipHeight + kLineGap;
        }
        placed.push_back({i, QRectF(x, y, std::ceil(chip), style.chipHeight),
                          QRectF(x + std::ceil(chip) + kChipWordGap, y, word, style.chipHeight)});
        x += std::ceil(chip) + kChipWordGap + word + kEntryGap;
    }
    if (height) *height = static_cast<int>(std::ceil(y + style.chipHeight));
    return placed;
}

int Legend::heightForWidth(int width) const {
    int height = 0;
    place(width, &height);
    return height;
}

QSize Legend::sizeHint() const {
    const std::vector<Placed> placed = place(1 << 20, nullptr);
    const int width = static_cast<int>(std::ceil(placed.back().word.right()));
    return {width, heightForWidth(std::max(width, this->width()))};
}

QSize Legend::minimumSizeHint() const {
    return {160, heightForWidth(std::max(160, width()))};
}

void Legend::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    QPalette onWindow = palette();
    onWindow.setColor(QPalette::Base, onWindow.color(QPalette::Window));
    const Theme theme = Theme::of(onWindow);
    for (const Placed& placed : place(width(), nullptr)) {
        const LayoutItem item{kEntries[static_cast<std::size_t>(placed.entry)].role,
                              {},
                              sampleOf(kEntries[static_cast<std::size_t>(placed.entry)].role),
                              false};
        const LayoutStyle style = styleFor(item.role, font());
        TokenPainter tokens(&painter, theme, style);
        const Fragment fragment{placed.chip, item.text, 0, 0, true, true, false};
        tokens.paint(item, fragment);
        painter.setPen(theme.secondary);
        painter.setFont(font());
        painter.drawText(placed.word, Qt::AlignVCenter | Qt::AlignLeft, wordOf(placed.entry));
    }
}

void Legend::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) updateGeometry();
    update();
}

void Legend::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    updateGeometry();
}

bool Legend::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    for (const Placed& placed : place(width(), nullptr)) {
        const QRect area = placed.chip.united(placed.word).toAlignedRect();
        if (!area.contains(help->pos())) continue;
        QToolTip::showText(help->globalPos(),
                           QString::fromUtf16(kEntries[static_cast<std::size_t>(placed.entry)].help), this,
                           area);
        return true;
    }
    QToolTip::hideText();
    return true;
}

}  // namespace specula
