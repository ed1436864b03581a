#include "ui/inspector/decision_page.h"

#include <QCheckBox>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTimer>
#include <QVBoxLayout>

#include "ui/common/number_text.h"
#include "ui/inspector/accept_pictures.h"
#include "ui/inspector/many_draws.h"
#include "ui/inspector/overlap_bars.h"
#include "ui/inspector/rebuild_bars.h"
#include "ui/inspector/residual_pictures.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::DecisionPage)
};

constexpr int kTurnMs = 8;   ///< of drawing between two looks at other events
constexpr int kAtOnce = 20;  ///< draws between two looks at the clock

QString acceptTitle(const AcceptPicture& picture) {
    if (!picture.coin) return Words::tr("The accept test");
    if (!picture.column)
        return picture.passed
                   ? Words::tr("The test of the chain up to here: the coin lies below, so it passed")
                   : Words::tr("The test of the chain up to here: the coin lies above, so it did not pass");
    return picture.accepted
               ? Words::tr("The accept test: the coin's line lies in the fill, so it is kept")
               : Words::tr("The accept test: the coin's line lies above the fill, so it is rejected");
}

}  // namespace

DecisionPage::DecisionPage(QWidget* parent) : QWidget(parent) {
    m_timer = new QTimer(this);
    m_timer->setInterval(0);
    connect(m_timer, &QTimer::timeout, this, &DecisionPage::drawSome);
    build();
    applyTheme();
    clear();
}

DecisionPage::~DecisionPage() = default;

QLabel* DecisionPage::addTitle(const char* name) {
    auto* label = new QLabel;
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);  // Tokens may look like markup.
    label->setWordWrap(true);
    label->setMinimumWidth(1);
    layout()->addWidget(label);
    m_quiet.push_back(label);
    return label;
}

void DecisionPage::build() {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    const auto add = [column](auto* picture) {
        column->addWidget(picture);
        return picture;
    };
    m_barsTitle = addTitle("inspectorBarsTitle");
    m_bars = add(new OverlapBars);
    m_acceptTitle = addTitle("inspectorAcceptTitle");
    m_column = add(new AcceptColumn);
    m_strip = add(new UnitStrip);
    m_residualTitle = addTitle("inspectorResidualTitle");
    m_residual = add(new ResidualFrames);
    m_drawTitle = addTitle("inspectorDrawTitle");
    m_draw = add(new CumulativeBar);
    buildRebuild();
    m_ganttTitle = addTitle("inspectorGanttTitle");
    m_gantt = add(new RoundGantt);
    column->addStretch(1);
    connect(m_bars, &OverlapBars::tokenChosen, this, &DecisionPage::tokenChosen);
    connect(m_column, &CoinPicture::coinMoved, this, &DecisionPage::coinMoved);
    connect(m_strip, &CoinPicture::coinMoved, this, &DecisionPage::coinMoved);
    connect(m_draw, &CoinPicture::coinMoved, this, [this](double coin) {
        // Under the match rule the coin of the draft's place draws the target's own token.
        if (m_pictures.place && m_pictures.place->rule() == Rule::Match && m_pictures.place->proposal)
            emit coinMoved(coin);
        else
            emit drawCoinMoved(coin);
    });
}

void DecisionPage::buildRebuild() {
    m_rebuildTitle = addTitle("inspectorRebuildTitle");
    m_rebuild = new RebuildBars;
    layout()->addWidget(m_rebuild);
    m_break = new QCheckBox(tr("Brea&k it"));
    m_break->setObjectName(QStringLiteral("inspectorBreak"));
    m_break->setToolTip(
        tr("Draw the replacement of a rejected token from the target instead of the residual"));
    m_again = new QPushButton(tr("&Draw %L1 times").arg(kManyDraws));
    m_again->setObjectName(QStringLiteral("inspectorDrawMany"));
    m_controls = new QWidget;
    auto* row = new QHBoxLayout(m_controls);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_break);
    row->addStretch(1);
    row->addWidget(m_again);
    layout()->addWidget(m_controls);
    m_drawsNote = addTitle("inspectorDrawsNote");
    connect(m_again, &QPushButton::clicked, this, &DecisionPage::startDraws);
    connect(m_break, &QCheckBox::toggled, this, [this](bool on) {
        const bool again = m_draws != nullptr;
        m_draws.reset();
        m_timer->stop();
        arrange();
        if (again) startDraws();
        if (on) emit broken();
    });
}

void DecisionPage::setPictures(DecisionPictures pictures, std::uint64_t seed, bool changeable) {
    m_timer->stop();
    m_draws.reset();
    m_pictures = std::move(pictures);
    m_seed = seed;
    m_changeable = changeable;
    arrange();
}

void DecisionPage::clear() {
    setPictures({}, 0, false);
}

void DecisionPage::setMoment(Moment moment) {
    m_moment = moment;
    arrange();
}

Step DecisionPage::focusedStep() const {
    if (m_column->hasFocus() || m_strip->hasFocus()) return Step::Coin;
    if (m_residual->hasFocus() || m_draw->hasFocus()) return Step::Residual;
    if (m_rebuild->hasFocus() || m_controls->isAncestorOf(focusWidget())) return Step::Emit;
    if (m_gantt->hasFocus()) return Step::Decision;
    return Step::Compare;
}

void DecisionPage::arrange() {
    const bool all = m_moment.step == Step::All;
    const auto at = [&](Step step) { return all || m_moment.step == step; };
    const Place* place = m_pictures.place ? &*m_pictures.place : nullptr;
    const bool drafted = place && place->proposal;
    showBars();
    showAccept(at(Step::Coin));
    showResidual((all && place && place->extra) || m_moment.step == Step::Residual);
    const bool match = place && place->rule() == Rule::Match;
    const bool draws = all || m_moment == Moment{Step::Residual, 3} ||
                       (m_moment.step == Step::Residual && !m_pictures.residual) ||
                       (m_moment.step == Step::Emit && !drafted) || (m_moment.step == Step::Coin && match);
    showDraw(draws || m_moment.step == Step::Draft, m_moment.step == Step::Draft);
    showRebuild(at(Step::Emit));
    showGantt(at(Step::Decision));
}

void DecisionPage::showBars() {
    const bool drafted = m_pictures.place && m_pictures.place->proposal;
    const bool wanted = m_moment.step == Step::All || m_moment.step == Step::Compare ||
                        (m_moment.step == Step::Draft && drafted) ||
                        (m_moment.step == Step::Emit && !drafted);
    const bool visible = wanted && m_pictures.main.bars;
    m_barsTitle->setVisible(visible);
    m_bars->setVisible(visible);
    if (!visible) return;
    const bool draft = m_moment.step == Step::Draft;
    m_bars->setPicture(draft ? draftOf(*m_pictures.main.bars) : *m_pictures.main.bars);
    m_bars->setChoosable(m_changeable && drafted);
    m_barsTitle->setText(draft ? tr("What the draft could have proposed") : m_pictures.main.barsTitle);
}

void DecisionPage::showAccept(bool wanted) {
    const auto& accept = m_pictures.main.accept;
    const bool visible = wanted && accept.has_value();
    m_acceptTitle->setVisible(visible);
    m_column->setVisible(visible && accept->column);
    m_strip->setVisible(visible);
    if (!visible) return;
    m_acceptTitle->setText(acceptTitle(*accept));
    m_column->setPicture(*accept);
    m_strip->setPicture(*accept);
    m_column->setMovable(m_changeable);
    m_strip->setMovable(m_changeable);
}

void DecisionPage::showResidual(bool wanted) {
    const auto& residual = m_pictures.residual;
    const bool visible = wanted && residual && m_moment.frame < 3;
    m_residualTitle->setVisible(visible);
    m_residual->setVisible(visible && residual->missing.isEmpty());
    if (!visible) return;
    m_residual->setPicture(*residual);
    m_residual->setFrame(m_moment.step == Step::All ? 2 : m_moment.frame);
    m_residualTitle->setText(residual->missing.isEmpty()
                                 ? tr("The residual: what the target gives beyond the draft")
                                 : residual->missing);
}

void DecisionPage::showDraw(bool wanted, bool ofDraft) {
    const auto& draw = ofDraft ? m_pictures.draftDraw : m_pictures.extraDraw;
    const bool visible = wanted && draw;
    m_drawTitle->setVisible(visible);
    m_draw->setVisible(visible && draw->missing.isEmpty());
    if (!visible) return;
    m_draw->setPicture(*draw, ofDraft);
    m_draw->setMovable(m_changeable && !ofDraft);
    m_drawTitle->setText(draw->missing.isEmpty() ? draw->title
                                                 : draw->title + QStringLiteral(": ") + draw->missing);
}

void DecisionPage::showRebuild(bool wanted) {
    const auto& exact = isBroken() && m_pictures.broken ? m_pictures.broken : m_pictures.rebuild;
    const bool visible = wanted && exact;
    m_rebuildTitle->setVisible(visible);
    m_rebuild->setVisible(visible && (exact->missing.isEmpty() || m_draws));
    m_controls->setVisible(visible);
    m_drawsNote->setVisible(visible);
    if (!visible) return;
    m_break->setVisible(exact->canBreak);
    const QString problem = manyDrawsProblem(*m_pictures.place);
    m_again->setEnabled(problem.isEmpty());
    m_again->setToolTip(problem.isEmpty() ? tr("Decide this place again with other numbers, by the same code")
                                          : problem);
    if (m_draws) return showDraws();
    if (exact->missing.isEmpty()) m_rebuild->setPicture(*exact);
    m_rebuildTitle->setText(exact->missing.isEmpty() ? rebuildSentence(*exact) : exact->missing);
    m_drawsNote->setText(problem);
    m_drawsNote->setVisible(!problem.isEmpty() && exact->missing.isEmpty());
}

void DecisionPage::showGantt(bool wanted) {
    const bool visible = wanted && m_pictures.place;
    m_ganttTitle->setVisible(visible);
    m_gantt->setVisible(visible && m_pictures.gantt.missing.isEmpty());
    if (!visible) return;
    m_gantt->setPicture(m_pictures.gantt);
    m_ganttTitle->setText(ganttFinding(m_pictures.gantt));
}

bool DecisionPage::isDrawing() const {
    return m_timer->isActive();
}

void DecisionPage::setBroken(bool broken) {
    m_break->setChecked(broken);
}

bool DecisionPage::isBroken() const {
    return m_break->isChecked();
}

void DecisionPage::startDraws() {
    if (!m_pictures.place || !manyDrawsProblem(*m_pictures.place).isEmpty()) return;
    m_draws = std::make_unique<ManyDraws>(*m_pictures.place, m_seed, isBroken());
    m_timer->start();
}

void DecisionPage::drawSome() {
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < kTurnMs && m_draws->drawn() < kManyDraws)
        m_draws->draw(std::min(kAtOnce, kManyDraws - m_draws->drawn()));
    const bool done = m_draws->drawn() >= kManyDraws;
    if (done) m_timer->stop();
    showDraws();
    if (done) emit drawsDone();
}

void DecisionPage::showDraws() {
    const OverlapPicture& bars = *m_pictures.main.bars;
    const RebuildPicture picture = m_draws->picture(bars);
    m_rebuild->setVisible(true);
    m_rebuild->setPicture(picture);
    m_rebuildTitle->setText(tr("What was drawn, against the target"));
    m_drawsNote->setVisible(true);
    m_drawsNote->setText(
        tr("After %L1 draws the bars are off the target by %2 (total variation); chance "
           "alone gives about %3.")
            .arg(m_draws->drawn())
            .arg(probabilityText(picture.miss), probabilityText(m_draws->missByChance(bars))));
}

void DecisionPage::applyTheme() {
    const Theme theme = Theme::of(palette());
    for (QLabel* label : m_quiet) {
        QPalette quiet = label->palette();
        if (quiet.color(QPalette::WindowText) == theme.secondary) continue;
        quiet.setColor(QPalette::WindowText, theme.secondary);
        label->setPalette(quiet);
    }
}

void DecisionPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_gantt) applyTheme();
}

}  // namespace specula
