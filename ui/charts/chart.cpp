#include "ui/charts/chart.h"

#include <QKeyEvent>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "ui/export/export_menu.h"
#include "ui/export/picture_file.h"

namespace specula {

namespace {

constexpr double kReach = 24.0;      ///< pixels from which a point answers to the mouse
constexpr int kTwoLineHeight = 150;  ///< pixels of height from which a long title may take two lines
constexpr double kMarkerRadius = 5.0;
constexpr int kAnnounced = 40;  ///< points read out to assistive technology

QFont scaled(QFont font, double factor) {
    if (font.pointSizeF() > 0.0) font.setPointSizeF(font.pointSizeF() * factor);
    return font;
}

/// All that a person who does not see the chart is told: the point under the keys first.
QString spokenText(const Chart& chart, const ChartMark* current) {
    QStringList said;
    if (current) said << chart.words(*current);
    if (!chart.mark().isEmpty()) said << chart.mark();
    said << (chart.isEmpty() ? chart.emptyText() : chart.finding());
    const std::vector<ChartMark>& marks = chart.marks();
    for (std::size_t i = 0; i < marks.size() && i < kAnnounced; ++i) said << chart.words(marks[i]);
    if (!chart.isEmpty()) said << Chart::tr("All numbers: Show as table, in the context menu");
    said.removeAll(QString());
    return said.join(QStringLiteral(". "));
}

}  // namespace

Chart::Chart(const QString& name, const QString& emptyText, QWidget* parent)
    : QCustomPlot(parent), m_name(name) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(name);
    setMinimumSize(minimumSizeHint());
    plotLayout()->clear();
    m_title = new QCPTextElement(this, QString());
    m_title->setTextFlags(Qt::AlignLeft | Qt::AlignTop);
    m_title->setMargins(QMargins(8, 6, 8, 2));
    m_title->setLayer(QStringLiteral("legend"));
    m_body = new QCPLayoutGrid;
    m_body->setColumnSpacing(16);
    m_body->setRowSpacing(4);
    plotLayout()->setRowSpacing(0);
    plotLayout()->addElement(0, 0, m_title);
    plotLayout()->addElement(1, 0, m_body);

    m_emptyLabel = new QLabel(emptyText, this);
    m_emptyLabel->setWordWrap(true);
    m_emptyLabel->setAlignment(Qt::AlignCenter);
    m_emptyLabel->setMargin(16);
    m_emptyLabel->setAttribute(Qt::WA_TransparentForMouseEvents);

    m_pause.setSingleShot(true);
    m_pause.setInterval(kReplotIntervalMs);
    connect(&m_pause, &QTimer::timeout, this, &Chart::flush);
    m_theme = Theme::of(palette());
}

Chart::~Chart() = default;

QString Chart::emptyText() const {
    return m_emptyLabel->text();
}

void Chart::setEmptyText(const QString& text) {
    m_emptyLabel->setText(text);
}

bool Chart::canBeSeen() const {
    return isVisible() && !window()->isMinimized();
}

void Chart::markDirty() {
    m_dirty = true;
    // The first change is drawn once control is back in the event loop; later ones wait for the interval.
    if (!m_pause.isActive() && canBeSeen()) m_pause.start(m_rebuilds == 0 ? 0 : kReplotIntervalMs);
}

void Chart::flush() {
    if (m_dirty && canBeSeen()) refresh();
}

void Chart::refresh() {
    // Not in the constructor: only now do colours reach the graphs of the derived class.
    if (m_rebuilds == 0) themeChanged();
    m_dirty = false;
    m_finding.clear();
    m_marks.clear();
    m_empty = !rebuild();
    if (m_empty) m_finding.clear();
    ++m_rebuilds;
    drawFrame();
    showMark(m_shownMark < static_cast<int>(m_marks.size()) ? m_shownMark : -1);
    replot(rpQueuedReplot);
    setAccessibleDescription(
        spokenText(*this, m_shownMark < 0 ? nullptr : &m_marks[static_cast<std::size_t>(m_shownMark)]));
}

void Chart::drawFrame() {
    m_emptyLabel->setVisible(m_empty);
    m_emptyLabel->setGeometry(rect());
    m_title->setVisible(!m_empty);
    for (QCPAxisRect* rect : axisRects()) {
        rect->setVisible(!m_empty);
        for (QCPAxis* axis : rect->axes()) axis->setVisible(!m_empty);
    }
    fitTitle();
}

void Chart::fitTitle() {
    const QFontMetrics metrics(m_title->font());
    const int room = std::max(0, width() - 16);
    const bool marked = !m_mark.isEmpty() && !m_finding.isEmpty();
    const QString words = marked ? tr("%1: %2").arg(m_mark, m_finding) : m_finding;
    QStringList lines{words};
    if (metrics.horizontalAdvance(words) > room && height() >= kTwoLineHeight) {
        qsizetype space = words.size();
        while (space > 0 && metrics.horizontalAdvance(words.left(space)) > room) {
            space = words.lastIndexOf(QLatin1Char(' '), space - 1);
        }
        if (space > 0) lines = {words.left(space), words.mid(space + 1)};
    }
    const QString last = metrics.elidedText(lines.last(), Qt::ElideRight, room);
    setToolTip(last == lines.last() ? QString() : words);
    lines.last() = last;
    m_title->setText(lines.join(QLatin1Char('\n')));
    // Reserves the line also while there is no finding, so that the axes do not jump.
    m_title->setMinimumSize(0, metrics.height());
}

void Chart::setMark(const QString& word) {
    if (word == m_mark) return;
    m_mark = word;
    m_title->setTextColor(titleColor());
    markDirty();
}

QColor Chart::titleColor() const {
    return m_mark.isEmpty() ? m_theme.text : m_theme.readable(m_theme.lossy);
}

QString Chart::title() const {
    return m_title->text();
}

void Chart::setMarks(std::vector<ChartMark> marks) {
    m_marks = std::move(marks);
}

QPointF Chart::pixelOf(const ChartMark& mark) const {
    return {mark.rect->axis(QCPAxis::atBottom)->coordToPixel(mark.key),
            mark.rect->axis(QCPAxis::atLeft)->coordToPixel(mark.value)};
}

int Chart::markNear(QPointF pixel) const {
    int nearest = -1;
    double best = kReach;
    for (std::size_t i = 0; i < m_marks.size(); ++i) {
        const QPointF away = pixelOf(m_marks[i]) - pixel;
        const double distance = std::hypot(away.x(), away.y());
        if (distance < best) {
            best = distance;
            nearest = static_cast<int>(i);
        }
    }
    if (nearest >= 0) return nearest;
    // Above or below a point counts too: the mark of the nearest key inside the same axis rect.
    best = kReach;
    for (std::size_t i = 0; i < m_marks.size(); ++i) {
        if (!m_marks[i].rect->rect().contains(pixel.toPoint())) continue;
        const double distance = std::abs(pixelOf(m_marks[i]).x() - pixel.x());
        if (distance < best) {
            best = distance;
            nearest = static_cast<int>(i);
        }
    }
    return nearest;
}

void Chart::showMark(int index) {
    const bool show = index >= 0 && !m_empty;
    if (!show && m_shownMark < 0) return;
    m_shownMark = show ? index : -1;
    m_marker->setVisible(show);
    m_markerText->setVisible(show);
    if (show) {
        const ChartMark& mark = m_marks[static_cast<std::size_t>(index)];
        const QPointF at = pixelOf(mark);
        const QPointF radius(kMarkerRadius, kMarkerRadius);
        m_marker->topLeft->setPixelPosition(at - radius);
        m_marker->bottomRight->setPixelPosition(at + radius);
        const QString text = words(mark);
        m_markerText->setText(text);
        const QFontMetricsF metrics(m_markerText->font());
        const QSizeF size(metrics.horizontalAdvance(text) + 14.0, metrics.height() + 8.0);
        const bool leftward = at.x() > mark.rect->center().x();
        const double wanted = leftward ? at.x() - size.width() - 10.0 : at.x() + 10.0;
        const double x = std::clamp(wanted, 2.0, std::max(2.0, width() - size.width() - 2.0));
        // Over the title rather than over the data.
        m_markerText->position->setPixelPosition({x, 2.0});
    }
    layer(QStringLiteral("hover"))->replot();
}

bool Chart::savePicture(const QString& path, double scale) {
    return specula::savePicture(*this, path, scale, exportNotesOf(*this)).isEmpty();
}

void Chart::preparePicture() {
    refresh();
}

QString Chart::pictureTitle() const {
    const QString finding =
        m_mark.isEmpty() || m_finding.isEmpty() ? m_finding : tr("%1: %2").arg(m_mark, m_finding);
    return finding.isEmpty() ? m_name : tr("%1 – %2").arg(m_name, finding);
}

CellTable Chart::exportCells() const {
    ChartTable shown = table();
    std::erase_if(shown, [](const ChartSeries& series) { return series.points.empty(); });
    return cellsOf(shown, m_mark);
}

void Chart::contextMenuEvent(QContextMenuEvent* event) {
    popUpExportMenu(*this, *event);
}

/// The plot's own buffers are bitmaps made for the screen.
void Chart::paintEvent(QPaintEvent* event) {
    if (!drawingForFile()) {
        QCustomPlot::paintEvent(event);
        if (!hasFocus()) return;
        QPainter frame(this);
        frame.setPen(QPen(m_theme.accent, 1, Qt::DotLine));
        frame.drawRect(rect().adjusted(0, 0, -1, -1));
        return;
    }
    QCPPainter painter(this);
    painter.setMode(QCPPainter::pmVectorized, paintsVectors(painter));
    toPainter(&painter, width(), height());
}

bool Chart::event(QEvent* event) {
    const bool done = QCustomPlot::event(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) themeChanged();
    return done;
}

void Chart::showEvent(QShowEvent* event) {
    QCustomPlot::showEvent(event);
    flush();
}

void Chart::resizeEvent(QResizeEvent* event) {
    QCustomPlot::resizeEvent(event);
    drawFrame();
    // How much fits (labels, side by side or stacked) depends on the size.
    m_dirty = true;
    flush();
}

void Chart::mouseMoveEvent(QMouseEvent* event) {
    QCustomPlot::mouseMoveEvent(event);
    const int mark = m_empty ? -1 : markNear(event->position());
    if (mark != m_shownMark) showMark(mark);
    setCursor(mark >= 0 && isSignalConnected(QMetaMethod::fromSignal(&Chart::markClicked))
                  ? Qt::PointingHandCursor
                  : Qt::ArrowCursor);
}

void Chart::mouseReleaseEvent(QMouseEvent* event) {
    QCustomPlot::mouseReleaseEvent(event);
    if (event->button() != Qt::LeftButton || m_empty) return;
    const int mark = markNear(event->position());
    if (mark >= 0) emit markClicked(m_marks[static_cast<std::size_t>(mark)].tag);
}

void Chart::leaveEvent(QEvent* event) {
    QCustomPlot::leaveEvent(event);
    showMark(-1);
}

void Chart::keyPressEvent(QKeyEvent* event) {
    const int last = static_cast<int>(m_marks.size()) - 1;
    const bool any = !m_empty && last >= 0;
    const auto goTo = [this](int mark) {
        showMark(mark);
        setAccessibleDescription(spokenText(*this, &m_marks[static_cast<std::size_t>(mark)]));
    };
    switch (any ? event->key() : 0) {
        case Qt::Key_Right:
            return goTo(std::min(last, m_shownMark + 1));
        case Qt::Key_Left:
            return goTo(m_shownMark < 0 ? last : std::max(0, m_shownMark - 1));
        case Qt::Key_Home:
            return goTo(0);
        case Qt::Key_End:
            return goTo(last);
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (m_shownMark >= 0) return emit markClicked(m_marks[static_cast<std::size_t>(m_shownMark)].tag);
            break;
        default:
            break;
    }
    QCustomPlot::keyPressEvent(event);
}

void Chart::themeChanged() {
    m_theme = Theme::of(palette());
    setBackground(QBrush(m_theme.base));
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_title->setTextColor(titleColor());
    QPalette grey = m_emptyLabel->palette();
    grey.setColor(QPalette::WindowText, m_theme.secondary);
    m_emptyLabel->setPalette(grey);
    m_marker->setPen(QPen(m_theme.text, 1.5));
    m_markerText->setFont(scaled(font(), 0.9));
    m_markerText->setColor(m_theme.text);
    m_markerText->setBrush(m_theme.alternate);
    m_markerText->setPen(QPen(m_theme.line));
    styleAxes();
    applyTheme(m_theme);
    drawFrame();
    if (isVisible()) replot();
}

void Chart::styleAxes() {
    const QFont small = scaled(font(), 0.9);
    for (QCPAxisRect* rect : axisRects()) {
        for (QCPAxis* axis : rect->axes()) {
            axis->setBasePen(QPen(m_theme.line, 1));
            axis->setTickPen(QPen(m_theme.line, 1));
            axis->setSubTicks(false);
            axis->setTickLength(0, 4);
            axis->setTickLabelFont(small);
            axis->setLabelFont(small);
            axis->setTickLabelColor(m_theme.secondary);
            axis->setLabelColor(m_theme.secondary);
            axis->grid()->setPen(QPen(m_theme.grid, 1));
            axis->grid()->setZeroLinePen(Qt::NoPen);
        }
    }
}

QCPAxisRect* Chart::makeRect(const QString& bottomTitle, const QString& leftTitle) {
    auto* rect = new QCPAxisRect(this, false);
    for (QCPAxis* axis : rect->addAxes(QCPAxis::atLeft | QCPAxis::atBottom)) {
        axis->setLayer(QStringLiteral("axes"));
        axis->grid()->setLayer(QStringLiteral("grid"));
        axis->grid()->setVisible(axis->axisType() == QCPAxis::atLeft);
        axis->setNumberFormat(QStringLiteral("gb"));
        axis->setLabelPadding(2);
        axis->setTickLabelPadding(4);
        axis->ticker()->setTickCount(4);
    }
    rect->axis(QCPAxis::atBottom)->setLabel(bottomTitle);
    rect->axis(QCPAxis::atLeft)->setLabel(leftTitle);
    rect->setMinimumMargins(QMargins(8, 4, 12, 4));
    m_body->addElement(m_body->rowCount(), 0, rect);
    // Items look for an axis rect when they are made.
    if (!m_marker) makeMarker();
    return rect;
}

void Chart::makeMarker() {
    // The marker has a layer of its own, so that following the mouse does not draw the whole chart again.
    addLayer(QStringLiteral("hover"), layer(QStringLiteral("overlay")), limAbove);
    layer(QStringLiteral("hover"))->setMode(QCPLayer::lmBuffered);
    m_marker = new QCPItemEllipse(this);
    m_markerText = new QCPItemText(this);
    for (QCPAbstractItem* item :
         {static_cast<QCPAbstractItem*>(m_marker), static_cast<QCPAbstractItem*>(m_markerText)}) {
        item->setLayer(QStringLiteral("hover"));
        item->setClipToAxisRect(false);
        item->setSelectable(false);
        item->setVisible(false);
        for (QCPItemPosition* position : item->positions()) position->setType(QCPItemPosition::ptAbsolute);
    }
    m_markerText->setPadding(QMargins(6, 3, 6, 3));
    m_markerText->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
}

QCPErrorBars* Chart::makeErrorBars(QCPAbstractPlottable* graph) {
    auto* bars = new QCPErrorBars(graph->keyAxis(), graph->valueAxis());
    bars->setDataPlottable(graph);
    bars->setAntialiased(false);
    bars->setWhiskerWidth(7);
    bars->setSymbolGap(0);
    bars->setSelectable(QCP::stNone);
    return bars;
}

Chart::Reference Chart::makeReference(QCPAxisRect* rect, Qt::Orientation orientation) {
    Reference made{new QCPItemStraightLine(this), new QCPItemText(this), orientation};
    const auto place = [rect](QCPItemPosition* position, QCPItemPosition::PositionType x,
                              QCPItemPosition::PositionType y) {
        position->setAxes(rect->axis(QCPAxis::atBottom), rect->axis(QCPAxis::atLeft));
        position->setAxisRect(rect);
        position->setTypeX(x);
        position->setTypeY(y);
    };
    const bool across = orientation == Qt::Horizontal;
    for (QCPItemPosition* point : {made.line->point1, made.line->point2}) {
        place(point, across ? QCPItemPosition::ptAxisRectRatio : QCPItemPosition::ptPlotCoords,
              across ? QCPItemPosition::ptPlotCoords : QCPItemPosition::ptAxisRectRatio);
    }
    place(made.label->position, across ? QCPItemPosition::ptAxisRectRatio : QCPItemPosition::ptPlotCoords,
          across ? QCPItemPosition::ptPlotCoords : QCPItemPosition::ptAxisRectRatio);
    made.label->setPositionAlignment(across ? Qt::AlignRight | Qt::AlignBottom
                                            : Qt::AlignLeft | Qt::AlignTop);
    made.label->setPadding(QMargins(4, 1, 2, 1));
    for (QCPAbstractItem* item :
         {static_cast<QCPAbstractItem*>(made.line), static_cast<QCPAbstractItem*>(made.label)}) {
        item->setClipAxisRect(rect);
        item->setClipToAxisRect(true);
        item->setSelectable(false);
    }
    made.line->setAntialiased(false);
    return made;
}

void Chart::Reference::setVisible(bool visible) {
    line->setVisible(visible);
    label->setVisible(visible);
}

void Chart::Reference::set(double value, const QString& words) {
    label->setText(words);
    if (orientation == Qt::Horizontal) {
        line->point1->setCoords(0.0, value);
        line->point2->setCoords(1.0, value);
        label->position->setCoords(1.0, value);
    } else {
        line->point1->setCoords(value, 0.0);
        line->point2->setCoords(value, 1.0);
        label->position->setCoords(value, 0.0);
    }
}

void Chart::Reference::setColor(const QColor& color, const QColor& ink, QColor ground) {
    ground.setAlphaF(0.8F);
    label->setBrush(ground);
    line->setPen(QPen(color, 1, Qt::DashLine));
    label->setColor(ink);
    label->setFont(scaled(label->parentPlot()->font(), 0.9));
}

void Chart::setWholeTicks(QCPAxis* axis, int first, int last) {
    constexpr int kTicksMost = 17;
    const int step = 1 + (last - first) / kTicksMost;
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    for (int value = first; value <= last; value += step) ticker->addTick(value, QString::number(value));
    axis->setTicker(ticker);
    axis->setRange(first - 0.5, last + 0.5);
}

}  // namespace specula
