#include "ui/race/race_lane.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/common/focus_ring.h"
#include "ui/common/palette.h"
#include "ui/common/run_marks.h"
#include "ui/models/labels.h"
#include "ui/race/race_text.h"
#include "ui/tokens/token_view.h"

namespace specula {

RaceTrack::RaceTrack(Series series, QWidget* parent) : QWidget(parent), m_series(series) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void RaceTrack::setFraction(double fraction) {
    m_fraction = std::clamp(fraction, 0.0, 1.0);
    update();
}

void RaceTrack::paintEvent(QPaintEvent*) {
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.grid);
    QRectF filled = rect();
    filled.setWidth(filled.width() * m_fraction);
    painter.fillRect(filled, m_series == Series::Plain ? theme.plain : theme.target);
}

RaceLaneView::RaceLaneView(RaceTrack::Series series, const QString& title, const QString& emptyText,
                           QWidget* parent)
    : QWidget(parent), m_name(title) {
    m_title = new ElidedLabel;
    makeBold(m_title);
    m_marks = new MarkLabel(MarkLabel::Style::Words);
    m_marks->follow(&m_log);
    m_tokens = new TokenView;
    m_tokens->setEmptyText(emptyText);
    m_tokens->setAccessibleName(tr("Text of the lane %1").arg(title));
    addFocusRing(m_tokens);
    m_tokens->setLog(&m_log);
    m_track = new RaceTrack(series);
    m_track->setAccessibleName(tr("How far %1 is").arg(title));
    m_figures = new QLabel;
    m_figures->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_figures->setMinimumWidth(1);

    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(m_title, 1);
    head->addWidget(m_marks);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addLayout(head);
    column->addWidget(m_tokens, 1);
    column->addWidget(m_track);
    column->addWidget(m_figures);
    clear();
    applyTheme();
}

void RaceLaneView::clear() {
    m_ends.clear();
    m_log.clear();
    m_title->setText(m_name);
    m_track->setFraction(0.0);
    m_figures->setText(QStringLiteral("\u2013"));
}

void RaceLaneView::setRun(const RaceReport& race, const RaceLane& side, const QString& title) {
    RunHeader header;
    header.runId = m_log.header().runId + 1;
    header.prompt = race.prompt.text;
    header.promptIds = race.promptIds;
    header.promptPieces = race.promptPieces;
    header.options = side.options;
    header.vocabulary = race.target.vocabulary;
    header.targetName = race.target.name;
    header.draftName = race.draft.name;
    header.draftKind = race.draft.kind;
    std::vector<Round> rounds = side.rounds;
    m_ends.clear();
    for (Round& round : rounds) {
        round.runId = header.runId;
        m_ends.push_back(round.times.endMs);
    }
    const std::uint64_t id = header.runId;
    m_log.begin(std::move(header));
    m_log.append(std::move(rounds));
    m_log.finish(id, side.finish == Finish::Running ? Finish::Cancelled : side.finish);
    m_title->setText(title);
    showAt(lengthMs());
}

void RaceLaneView::showAt(double ms) {
    if (m_ends.empty()) return;
    const auto shown = std::upper_bound(m_ends.begin(), m_ends.end(), ms) - m_ends.begin();
    if (m_log.playhead() != shown) m_log.setPlayhead(static_cast<int>(shown));
    const Totals totals = m_log.shownTotals();
    const double elapsed = std::min(ms, lengthMs());
    m_track->setFraction(static_cast<double>(totals.emitted()) /
                         static_cast<double>(std::max<std::size_t>(1, m_log.output().size())));
    m_figures->setText(laneFigures(totals, elapsed));
}

QString RaceLaneView::figures() const {
    return m_figures->text();
}

void RaceLaneView::applyTheme() {
    makeSecondary(m_figures, palette());
}

void RaceLaneView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_figures) applyTheme();
}

}  // namespace specula
