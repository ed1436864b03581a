#include "ui/inspector/inspector_pictures.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/common/token_sentences.h"

namespace specula {

namespace {

constexpr double kMinimumWidth = 200;
constexpr double kGap = 6;

QFont smaller(const QFont& font) {
    QFont small = font;
    if (font.pointSizeF() > 0) small.setPointSizeF(std::max(7.0, font.pointSizeF() * 0.88));
    return small;
}

/// Edges on device pixels; a bar of any length keeps a visible pixel.
QRectF crisp(const QPainter& painter, const QRectF& rect) {
    const double ratio = painter.device()->devicePixelRatioF();
    const auto snap = [ratio](double v) { return std::round(v * ratio) / ratio; };
    return {QPointF(snap(rect.left()), snap(rect.top())), QPointF(snap(rect.right()), snap(rect.bottom()))};
}

void fillSolid(QPainter& painter, const QRectF& rect, const QColor& color) {
    if (rect.width() > 0 && rect.height() > 0) painter.fillRect(crisp(painter, rect), color);
}

/// Hatched with a thin outline, so that a small area still shows its extent.
void fillHatched(QPainter& painter, const QRectF& rect, const QColor& color, const Theme& theme) {
    if (rect.width() <= 0 || rect.height() <= 0) return;
    const QRectF area = crisp(painter, rect);
    const double ratio = painter.device()->devicePixelRatioF();
    painter.fillRect(area, theme.tint(color, 0.22));
    painter.fillRect(area, hatchBrush(color, ratio));
    if (area.width() < 3.0 / ratio || area.height() < 3.0 / ratio) return;
    painter.setPen(QPen(color, 1.0 / ratio));
    painter.setBrush(Qt::NoBrush);
    const double half = 0.5 / ratio;
    painter.drawRect(area.adjusted(half, half, -half, -half));
}

/// The theme as it looks on a window surface instead of a text area.
Theme windowTheme(const QWidget& widget) {
    QPalette palette = widget.palette();
    palette.setColor(QPalette::Base, palette.color(QPalette::Window));
    palette.setColor(QPalette::Text, palette.color(QPalette::WindowText));
    return Theme::of(palette);
}

void coinLine(QPainter& painter, QPointF from, QPointF to, const Theme& theme) {
    painter.setPen(QPen(theme.base, 5.0, Qt::SolidLine, Qt::FlatCap));
    painter.drawLine(from, to);
    painter.setPen(QPen(theme.text, 2.0, Qt::SolidLine, Qt::FlatCap));
    painter.drawLine(from, to);
}

/// A probability in the seven places that the column beside the bars has.
QString shortText(double probability) {
    if (probability > 0.0 && probability < 0.0001) return QStringLiteral("<0.0001");
    if (probability > 0.9999 && probability < 1.0) return QStringLiteral(">0.9999");
    return probabilityText(probability);
}

/// Moves text lines apart so that none covers another, keeping their order and staying in [top, bottom].
void spread(std::vector<double>& ys, double pitch, double top, double bottom) {
    std::vector<std::size_t> order(ys.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ys[a] < ys[b]; });
    double next = top;
    for (const std::size_t i : order) {
        ys[i] = std::max(ys[i], next);
        next = ys[i] + pitch;
    }
    double limit = bottom;
    for (auto it = order.rbegin(); it != order.rend(); ++it) {
        ys[*it] = std::min(ys[*it], limit);
        limit = ys[*it] - pitch;
    }
}

}  // namespace

// --- Overlap bars

OverlapBars::OverlapBars(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(QStringLiteral("Overlap bars of target and draft"));
}

void OverlapBars::setPicture(const OverlapPicture& picture) {
    m_picture = picture;
    if (picture.hasDraft) {
        setAccessibleDescription(QStringLiteral("Overlap %1, draft excess %2, target excess %3")
                                     .arg(probabilityText(picture.overlap),
                                          probabilityText(picture.draftExcess),
                                          probabilityText(picture.targetExcess)));
    } else {
        setAccessibleDescription(QStringLiteral("The target's likeliest tokens"));
    }
    updateGeometry();
    update();
}

OverlapBars::Metrics OverlapBars::metrics() const {
    Metrics m;
    m.small = smaller(font());
    const QFontMetricsF normal(font());
    const QFontMetricsF small(m.small);
    QFont bold = font();
    bold.setBold(true);
    const QFontMetricsF labels(bold);
    double widest = 0;
    for (const OverlapRow& row : m_picture.rows)
        widest = std::max(widest, labels.horizontalAdvance(row.label));
    m.labelWidth =
        std::min(std::ceil(std::max(widest, small.horizontalAdvance(QStringLiteral("drafted, kept")))) + 2,
                 std::floor(width() * 0.36));
    m.valueWidth = std::ceil(small.horizontalAdvance(QStringLiteral("<0.0000")));
    m.barLeft = m.labelWidth + kGap;
    m.barSpace = std::max(20.0, width() - m.barLeft - kGap - m.valueWidth);
    m.barHeight = std::floor(small.height() * 0.8);
    const double lines = std::ceil(normal.height()) + std::ceil(small.height());
    m.rowPitch = m_picture.hasDraft ? std::ceil(std::max(2 * m.barHeight + 1, lines - 4)) + 5 : lines + 3;
    m.top = std::ceil(small.height()) + kGap;
    m.areaPitch = std::ceil(small.height()) + m.barHeight + 6;
    return m;
}

double OverlapBars::heightNeeded() const {
    const Metrics m = metrics();
    const double rows = m.top + static_cast<double>(m_picture.rows.size()) * m.rowPitch;
    return m_picture.hasDraft ? rows + kGap + 3 * m.areaPitch : rows;
}

QSize OverlapBars::sizeHint() const {
    return {320, static_cast<int>(std::ceil(heightNeeded()))};
}
QSize OverlapBars::minimumSizeHint() const {
    return {static_cast<int>(kMinimumWidth), static_cast<int>(std::ceil(heightNeeded()))};
}

QRectF OverlapBars::targetBar(std::size_t row) const {
    const Metrics m = metrics();
    const double rowTop = m.top + static_cast<double>(row) * m.rowPitch;
    const double height = m_picture.hasDraft ? 2 * m.barHeight + 1 : m.barHeight;
    const double y = rowTop + std::floor((m.rowPitch - height) / 2);
    return {m.barLeft, y, m.barSpace * m_picture.rows[row].pTarget / m_picture.longest, m.barHeight};
}

QRectF OverlapBars::draftBar(std::size_t row) const {
    const Metrics m = metrics();
    const QRectF above = targetBar(row);
    return {m.barLeft, above.bottom() + 1, m.barSpace * m_picture.rows[row].pDraft / m_picture.longest,
            m.barHeight};
}

void OverlapBars::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme theme = windowTheme(*this);
    const Metrics m = metrics();
    paintKey(painter, m, theme);
    for (std::size_t row = 0; row < m_picture.rows.size(); ++row) paintRow(painter, m, theme, row);
    if (m_picture.hasDraft) paintAreas(painter, m, theme);
}

void OverlapBars::paintKey(QPainter& painter, const Metrics& m, const Theme& theme) const {
    const QFontMetricsF small(m.small);
    painter.setFont(m.small);
    const QString target = m_picture.hasDraft ? QStringLiteral("target (upper)") : QStringLiteral("target");
    const QString draft = m_picture.hasDraft ? QStringLiteral("draft (lower)") : QString();
    const double needed = small.horizontalAdvance(target) + small.horizontalAdvance(draft) + 30;
    double x = std::max(0.0, std::min(m.barLeft - 3, width() - needed));
    const auto entry = [&](const QColor& color, const QString& text) {
        fillSolid(painter, QRectF(x, small.height() / 2 - 5, 3, 10), color);
        painter.setPen(theme.secondary);
        painter.drawText(QPointF(x + 7, small.ascent()), text);
        x += 7 + small.horizontalAdvance(text) + 14;
    };
    entry(theme.target, target);
    if (m_picture.hasDraft) entry(theme.draft, draft);
}

void OverlapBars::paintRow(QPainter& painter, const Metrics& m, const Theme& theme, std::size_t index) const {
    const OverlapRow& row = m_picture.rows[index];
    const QFontMetricsF normal(font());
    const QFontMetricsF small(m.small);
    const QRectF target = targetBar(index);
    const QRectF draft = draftBar(index);
    const double rowTop = m.top + static_cast<double>(index) * m.rowPitch;

    QString tag;
    if (row.drafted) tag = row.emitted ? QStringLiteral("drafted, kept") : QStringLiteral("drafted");
    if (row.emitted && !row.drafted)
        tag = m_picture.hasDraft ? QStringLiteral("drawn instead") : QStringLiteral("drawn");
    QFont labelFont = font();
    labelFont.setBold(!tag.isEmpty());
    QString label = row.label;
    if (row.id < 0 && normal.horizontalAdvance(label) > m.labelWidth) {
        // "other 49,143" over "tokens": the number is what matters.
        tag = label.section(QLatin1Char(' '), -1);
        label = label.section(QLatin1Char(' '), 0, -2);
    }
    const double textHeight = normal.height() + (tag.isEmpty() ? 0 : small.height() - 2);
    const double y = rowTop + (m.rowPitch - textHeight) / 2;
    painter.setFont(labelFont);
    painter.setPen(row.id < 0 ? theme.secondary : theme.text);
    painter.drawText(QPointF(0, std::round(y + normal.ascent())),
                     QFontMetricsF(labelFont).elidedText(label, Qt::ElideRight, m.labelWidth));
    painter.setFont(m.small);
    if (!tag.isEmpty()) {
        painter.setPen(theme.secondary);
        painter.drawText(QPointF(0, std::round(y + normal.height() - 2 + small.ascent())),
                         small.elidedText(tag, Qt::ElideRight, m.labelWidth));
    }

    const double unit = m.barSpace / m_picture.longest;
    const auto value = [&](const QRectF& bar, double p, const QColor& edge) {
        fillSolid(painter, QRectF(m.barLeft - 3, bar.top(), 3, bar.height()), edge);
        painter.setPen(theme.secondary);
        painter.drawText(QPointF(m.barLeft + m.barSpace + kGap,
                                 std::round(bar.center().y() + (small.ascent() - small.descent()) / 2)),
                         shortText(p));
    };
    if (!m_picture.hasDraft) {
        fillSolid(painter, target, row.emitted ? theme.target : theme.tint(theme.target, 0.55));
        value(target, row.pTarget, theme.target);
        return;
    }
    const double common = unit * row.common;
    fillSolid(painter, QRectF(m.barLeft, target.top(), common, m.barHeight), theme.accepted);
    fillSolid(painter, QRectF(m.barLeft, draft.top(), common, m.barHeight), theme.accepted);
    fillHatched(painter, QRectF(m.barLeft + common, target.top(), unit * row.targetExcess, m.barHeight),
                theme.resampled, theme);
    fillHatched(painter, QRectF(m.barLeft + common, draft.top(), unit * row.draftExcess, m.barHeight),
                theme.rejected, theme);
    value(target, row.pTarget, theme.target);
    value(draft, row.pDraft, theme.draft);
}

void OverlapBars::paintAreas(QPainter& painter, const Metrics& m, const Theme& theme) const {
    struct Area {
        QString text;
        double sum;
    };
    const bool meaning = m_picture.keptByOverlap;
    const Area areas[] = {
        {meaning ? QStringLiteral("overlap: chance to keep a draft here (\u03B1)")
                 : QStringLiteral("overlap of both"),
         m_picture.overlap},
        {meaning ? QStringLiteral("draft excess: can be rejected") : QStringLiteral("draft excess"),
         m_picture.draftExcess},
        {meaning ? QStringLiteral("target excess: the residual") : QStringLiteral("target excess"),
         m_picture.targetExcess},
    };
    const QFontMetricsF small(m.small);
    double y = m.top + static_cast<double>(m_picture.rows.size()) * m.rowPitch + kGap;
    painter.setPen(QPen(theme.line, 1));
    painter.drawLine(QPointF(0, std::floor(y) - 2.5), QPointF(width(), std::floor(y) - 2.5));
    const double space = width() - kGap - m.valueWidth;
    for (int i = 0; i < 3; ++i) {
        const Area& area = areas[i];
        painter.setFont(m.small);
        painter.setPen(theme.text);
        painter.drawText(QPointF(0, std::round(y + small.ascent())),
                         small.elidedText(area.text, Qt::ElideRight, width()));
        const QRectF bar(0, std::ceil(y + small.height()), space * area.sum, m.barHeight);
        fillSolid(painter, QRectF(0, bar.top(), space, bar.height()), theme.grid);
        if (i == 0) {
            fillSolid(painter, bar, theme.accepted);
        } else {
            fillHatched(painter, bar, i == 1 ? theme.rejected : theme.resampled, theme);
        }
        painter.setPen(theme.text);
        painter.drawText(
            QPointF(space + kGap, std::round(bar.center().y() + (small.ascent() - small.descent()) / 2)),
            shortText(area.sum));
        y += m.areaPitch;
    }
}

void OverlapBars::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) updateGeometry();
    update();
}

// --- Accept column

AcceptColumn::AcceptColumn(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(QStringLiteral("Accept column"));
}

void AcceptColumn::setPicture(const AcceptPicture& picture) {
    m_picture = picture;
    setAccessibleDescription(
        QStringLiteral("Draft %1, filled to %2%3")
            .arg(probabilityText(picture.pDraft), probabilityText(picture.fill),
                 picture.coinHeight ? QStringLiteral(", coin at ") + probabilityText(*picture.coinHeight)
                                    : QString()));
    update();
}

QSize AcceptColumn::sizeHint() const {
    return {320, 120};
}
QSize AcceptColumn::minimumSizeHint() const {
    return {static_cast<int>(kMinimumWidth), 120};
}

QRectF AcceptColumn::barRect() const {
    return {0.0, 8.0, 44.0, height() - 16.0};
}

double AcceptColumn::yOf(double probability) const {
    const QRectF bar = barRect();
    const double share = m_picture.pDraft > 0 ? std::min(1.0, probability / m_picture.pDraft) : 0.0;
    return bar.bottom() - share * bar.height();
}

QRectF AcceptColumn::fillRect() const {
    const QRectF bar = barRect();
    return {QPointF(bar.left(), yOf(m_picture.fill)), bar.bottomRight()};
}

double AcceptColumn::coinY() const {
    return m_picture.coinHeight ? yOf(*m_picture.coinHeight) : -1.0;
}

void AcceptColumn::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme theme = windowTheme(*this);
    const QRectF bar = barRect();
    fillHatched(painter, bar, theme.rejected, theme);
    fillSolid(painter, fillRect(), theme.accepted);
    if (m_picture.coinHeight) {
        const double y = std::round(coinY());
        coinLine(painter, {bar.left(), y}, {bar.right() + 8, y}, theme);
    }
    struct Label {
        QString text;
        double y;
        QColor color;
    };
    std::vector<Label> labels{
        {QStringLiteral("draft gave %1").arg(probabilityText(m_picture.pDraft)), bar.top(), theme.secondary}};
    const bool above = m_picture.pTarget > m_picture.pDraft;
    const QString gives = m_picture.mixture
                              ? QStringLiteral("mixture gives %1").arg(probabilityText(m_picture.fill))
                              : QStringLiteral("target gives %1").arg(probabilityText(m_picture.pTarget));
    labels.push_back({gives + (above ? QStringLiteral(", above the bar") : QString()),
                      fillRect().top() + (above ? 1.0 : 0.0), theme.secondary});
    if (m_picture.coinHeight) {
        labels.push_back({QStringLiteral("coin %1 \u00D7 %2 = %3")
                              .arg(probabilityText(*m_picture.coin), probabilityText(m_picture.pDraft),
                                   probabilityText(*m_picture.coinHeight)),
                          coinY(), theme.text});
    }
    painter.setFont(smaller(font()));
    const QFontMetricsF metrics(painter.font());
    std::vector<double> ys;
    for (const Label& label : labels) ys.push_back(label.y);
    spread(ys, metrics.height() + 1, metrics.height() / 2, height() - metrics.height() / 2);
    const double x = bar.right() + 24;
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        painter.setPen(QPen(theme.line, 1));
        painter.drawLine(QPointF(bar.right() + (i == 2 ? 9 : 2), labels[i].y), QPointF(x - 4, ys[i]));
        painter.setPen(labels[i].color);
        painter.drawText(QPointF(x, std::round(ys[i] + (metrics.ascent() - metrics.descent()) / 2)),
                         metrics.elidedText(labels[i].text, Qt::ElideRight, width() - x));
    }
}

void AcceptColumn::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    update();
}

// --- Unit strip

UnitStrip::UnitStrip(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(QStringLiteral("Unit strip"));
}

void UnitStrip::setPicture(const AcceptPicture& picture) {
    m_picture = picture;
    setAccessibleDescription(
        QStringLiteral("Kept below %1%2")
            .arg(probabilityText(picture.threshold),
                 picture.coin ? QStringLiteral(", coin ") + probabilityText(*picture.coin) : QString()));
    update();
}

QSize UnitStrip::sizeHint() const {
    const QFontMetricsF metrics(smaller(font()));
    return {320, static_cast<int>(std::ceil(2 * metrics.height() + 30))};
}
QSize UnitStrip::minimumSizeHint() const {
    return {static_cast<int>(kMinimumWidth), sizeHint().height()};
}

QRectF UnitStrip::stripRect() const {
    const QFontMetricsF metrics(smaller(font()));
    return {1.0, std::ceil(metrics.height()) + 4.0, width() - 2.0, 20.0};
}

double UnitStrip::thresholdX() const {
    return stripRect().left() + m_picture.threshold * stripRect().width();
}

double UnitStrip::coinX() const {
    return m_picture.coin ? stripRect().left() + *m_picture.coin * stripRect().width() : -1.0;
}

void UnitStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme theme = windowTheme(*this);
    const QRectF strip = stripRect();
    const double threshold = thresholdX();
    fillSolid(painter, QRectF(strip.left(), strip.top(), threshold - strip.left(), strip.height()),
              theme.accepted);
    fillHatched(painter, QRectF(QPointF(threshold, strip.top()), strip.bottomRight()), theme.rejected, theme);
    painter.setFont(smaller(font()));
    const QFontMetricsF metrics(painter.font());
    const auto centred = [&](double x, double baseline, const QString& text, const QColor& color) {
        const double half = metrics.horizontalAdvance(text) / 2;
        painter.setPen(color);
        painter.drawText(
            QPointF(std::clamp(x, half, std::max(half, width() - half)) - half, std::round(baseline)), text);
    };
    const double below = strip.bottom() + 3 + metrics.ascent();
    if (m_picture.coin) {
        const double x = std::round(coinX());
        coinLine(painter, {x, strip.top() - 3}, {x, strip.bottom() + 3}, theme);
        centred(x, strip.top() - 5 - metrics.descent(),
                QStringLiteral("coin %1").arg(probabilityText(*m_picture.coin)), theme.text);
    }
    const QString limit = m_picture.threshold < 1.0
                              ? QStringLiteral("kept below %1").arg(probabilityText(m_picture.threshold))
                              : QStringLiteral("always kept");
    centred(threshold, below, limit, theme.secondary);
    const double half = metrics.horizontalAdvance(limit) / 2;
    const double from = std::clamp(threshold, half, std::max(half, width() - half)) - half;
    if (from > 16) centred(0, below, QStringLiteral("0"), theme.secondary);
    if (from + 2 * half < width() - 16) centred(width(), below, QStringLiteral("1"), theme.secondary);
}

void UnitStrip::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) updateGeometry();
    update();
}

}  // namespace specula
