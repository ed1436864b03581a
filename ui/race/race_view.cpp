#include "ui/race/race_view.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "ui/common/run_marks.h"
#include "ui/export/export_menu.h"
#include "ui/models/labels.h"
#include "ui/race/race_lane.h"
#include "ui/race/race_text.h"
#include "ui/setup/help.h"
#include "ui/setup/setup_panel.h"

namespace specula {

namespace {

constexpr int kSliderSteps = 1000;
constexpr int kDefaultRepeats = 5;
constexpr int kMostRepeats = 100;

}  // namespace

RaceView::RaceView(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Race"));
    m_plain =
        new RaceLaneView(RaceTrack::Series::Plain, tr("Plain"),
                         tr("Press Race: the prompt is decoded plainly and speculatively, measured one after "
                            "the other, and shown here side by side."));
    m_speculative = new RaceLaneView(RaceTrack::Series::Target, tr("Speculative"),
                                     tr("The same target, with the draft's help."));
    m_pair = makeTextLabel();
    m_verdict = makeTextLabel();
    makeBold(m_verdict);
    m_check = new NoteBox;
    m_conditions = makeTextLabel();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(8);
    column->addWidget(makeControls());
    column->addWidget(m_pair);
    column->addWidget(m_plain, 1);
    column->addWidget(m_speculative, 1);
    column->addWidget(makeReplay());
    column->addWidget(m_verdict);
    column->addWidget(m_check);
    column->addWidget(m_conditions);
    connect(m_start, &QPushButton::clicked, this, [this] { emit raceRequested(greedy(), repeats()); });
    connect(m_cancel, &QPushButton::clicked, this, &RaceView::stopRequested);
    connect(m_play, &QPushButton::clicked, &m_clock, &RaceClock::toggle);
    connect(m_restart, &QPushButton::clicked, &m_clock, &RaceClock::restart);
    connect(m_slider, &QSlider::valueChanged, this,
            [this](int step) { m_clock.seek(m_clock.lengthMs() * step / kSliderSteps); });
    connect(&m_clock, &RaceClock::moved, this, &RaceView::showMoment);
    connect(&m_clock, &RaceClock::runningChanged, this, &RaceView::showPlaying);
    setPair(std::nullopt, {});
    setReport(nullptr);
    applyTheme();
}

QWidget* RaceView::makeControls() {
    m_start = new QPushButton(tr("&Race"));
    describe(m_start, tr("Race"), tr("Measure plain and speculative decoding of the setup's prompt"));
    m_cancel = new QPushButton(tr("&Cancel"));
    describe(m_cancel, tr("Cancel the race"), tr("End the measurement; the last race stays"));
    m_temperature = new QComboBox;
    m_temperature->addItem(tr("0: the texts must be equal"), true);
    m_temperature->addItem(tr("as in the setup"), false);
    describe(m_temperature, tr("Temperature"),
             tr("At 0 both sides must put out the same text; above, only the same distribution"));
    m_repeats = new QSpinBox;
    m_repeats->setRange(1, kMostRepeats);
    m_repeats->setValue(kDefaultRepeats);
    describe(m_repeats, tr("Repeats"), tr("Pairs of runs that count; more of them narrow the interval"));
    m_progress = new ElidedLabel;
    auto* controls = new QWidget;
    auto* row = new QHBoxLayout(controls);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_start);
    row->addWidget(m_cancel);
    row->addSpacing(8);
    row->addWidget(labelFor(m_temperature, tr("Te&mperature")));
    row->addWidget(m_temperature);
    row->addSpacing(8);
    row->addWidget(labelFor(m_repeats, tr("Re&peats")));
    row->addWidget(m_repeats);
    row->addSpacing(8);
    row->addWidget(m_progress, 1);
    return controls;
}

QWidget* RaceView::makeReplay() {
    m_play = new QPushButton;
    m_restart = new QPushButton(tr("R&estart"));
    describe(m_restart, tr("Restart"), tr("Play the race from the start (Backspace)"));
    m_slider = new QSlider(Qt::Horizontal);
    m_slider->setRange(0, kSliderSteps);
    m_slider->setPageStep(kSliderSteps / 10);
    m_slider->setSingleStep(kSliderSteps / 100);
    describe(m_slider, tr("Moment"), tr("The moment of the race, on the engine's clock"));
    m_clockText = new QLabel;
    auto* replay = new QWidget;
    auto* row = new QHBoxLayout(replay);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_play);
    row->addWidget(m_restart);
    row->addWidget(m_slider, 1);
    row->addWidget(m_clockText);
    showPlaying(false);
    return replay;
}

void RaceView::setPair(const std::optional<ModelInfo>& target, const DraftInfo& draft) {
    m_pair->setText(target ? tr("Races %1 (%2) with the draft %3 against %1 alone, on the setup's prompt.")
                                 .arg(QString::fromStdString(target->name), runsAs(*target),
                                      QString::fromStdString(draft.name))
                           : tr("Races the target and draft chosen in the setup against plain decoding."));
}

bool RaceView::greedy() const {
    return m_temperature->currentData().toBool();
}

void RaceView::setGreedy(bool greedy) {
    m_temperature->setCurrentIndex(m_temperature->findData(greedy));
}

int RaceView::repeats() const {
    return m_repeats->value();
}

void RaceView::setReport(std::shared_ptr<const RaceReport> race) {
    m_race = std::move(race);
    if (!m_race) {
        m_plain->clear();
        m_speculative->clear();
        m_clock.setLanes(0.0, 0.0);
        m_check->show(Symbol::None, {});
    } else {
        const QString target =
            tr("%1 (%2)").arg(QString::fromStdString(m_race->target.name), runsAs(m_race->target));
        m_plain->setRun(*m_race, m_race->plain, tr("Plain: %1 alone").arg(target));
        m_speculative->setRun(
            *m_race, m_race->speculative,
            tr("Speculative: %1 with %2").arg(target, QString::fromStdString(m_race->draft.name)));
        m_clock.setLanes(m_plain->lengthMs(), m_speculative->lengthMs());
        const TextCheck check = checkTexts(*m_race);
        m_check->show(!check.same ? Symbol::Unknown : (*check.same ? Symbol::Yes : Symbol::Caution),
                      check.sentence);
    }
    m_verdict->setText(m_race ? raceVerdict(m_race->figures) : QString());
    m_conditions->setText(m_race ? raceConditions(*m_race) : QString());
    m_verdict->setVisible(m_race != nullptr);
    m_conditions->setVisible(m_race != nullptr);
    enable();
    showMoment(m_clock.nowMs());
}

void RaceView::setReady(bool ready) {
    m_ready = ready;
    enable();
}

void RaceView::setRunning(bool running) {
    if (m_running == running) return;
    m_running = running;
    m_progress->setText({});
    if (running) m_clock.pause();
    enable();
}

void RaceView::setProgress(double fraction, const QString& what) {
    if (!m_running || fraction < 0.0) return;
    const int percent = static_cast<int>(std::lround(100.0 * std::clamp(fraction, 0.0, 1.0)));
    m_progress->setText(what.isEmpty() ? tr("%1 %").arg(percent) : tr("%1 %: %2").arg(percent).arg(what));
}

void RaceView::enable() {
    const bool hadFocus = m_start->hasFocus() || m_cancel->hasFocus();
    const bool raced = m_race != nullptr && !m_running;
    m_play->setEnabled(raced);
    m_restart->setEnabled(raced);
    m_slider->setEnabled(raced);
    m_temperature->setEnabled(!m_running);
    m_repeats->setEnabled(!m_running);
    m_start->setEnabled(!m_running && m_ready);
    m_cancel->setEnabled(m_running);
    // A disabled button would hand the keys to whatever comes next.
    if (hadFocus && m_running) m_cancel->setFocus(Qt::OtherFocusReason);
    if (hadFocus && !m_running) (raced ? m_play : m_start)->setFocus(Qt::OtherFocusReason);
}

void RaceView::showMoment(double ms) {
    m_plain->showAt(ms);
    m_speculative->showAt(ms);
    const double length = m_clock.lengthMs();
    const QSignalBlocker quiet(m_slider);
    m_slider->setValue(length > 0.0 ? static_cast<int>(std::lround(kSliderSteps * ms / length)) : 0);
    m_clockText->setText(
        m_race ? tr("%1 of %2, %3").arg(secondsText(ms), secondsText(length), factorWords(m_clock.factor()))
               : QString());
}

void RaceView::showPlaying(bool playing) {
    m_play->setText(playing ? tr("P&ause") : tr("P&lay"));
    describe(m_play, playing ? tr("Pause") : tr("Play"),
             playing ? tr("Hold the race (Space)") : tr("Play the race on the slowed clock (Space)"));
}

void RaceView::contextMenuEvent(QContextMenuEvent* event) {
    popUpExportMenu(*this, *event);
}

CellTable RaceView::exportCells() const {
    if (!m_race) return {};
    CellTable table{
        {tr("figure"), tr("median"), tr("low (95 %)"), tr("high (95 %)"), tr("n"), tr("method"), tr("mark")},
        {}};
    const QString mark = markWords(runMarks(m_race->speculative.options, m_race->draft.kind));
    const auto add = [&](const QString& name, const Interval& figure) {
        table.rows.push_back({name, figure.median, figure.low, figure.high, figure.n,
                              QString::fromStdString(figure.method), mark});
    };
    const CompareReport& figures = m_race->figures;
    add(tr("plain, tokens a second"), figures.plain);
    add(tr("speculative, tokens a second"), figures.speculative);
    add(tr("speed-up over plain"), figures.speedup);
    if (figures.predictedSpeedup)
        table.rows.push_back({tr("speed-up, predicted"), *figures.predictedSpeedup, {}, {}, {}, {}, mark});
    return table;
}

void RaceView::keyPressEvent(QKeyEvent* event) {
    const bool raced = m_play->isEnabled() && event->modifiers() == Qt::NoModifier;
    if (raced && event->key() == Qt::Key_Space)
        m_clock.toggle();
    else if (raced && event->key() == Qt::Key_Backspace)
        m_clock.restart();
    else
        QWidget::keyPressEvent(event);
}

QString RaceView::verdict() const {
    return m_verdict->text();
}
QString RaceView::conditions() const {
    return m_conditions->text();
}
QString RaceView::clockText() const {
    return m_clockText->text();
}
QString RaceView::progressText() const {
    return m_progress->text();
}

void RaceView::applyTheme() {
    for (QLabel* label : {m_pair, static_cast<QLabel*>(m_progress), m_conditions, m_clockText})
        makeSecondary(label, palette());
}

void RaceView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_conditions) applyTheme();
}

}  // namespace specula
