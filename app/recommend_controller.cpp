#include "app/recommend_controller.h"

#include <QDateTime>
#include <QDoubleSpinBox>
#include <QLocale>

#include "engine/trace/error.h"
#include "ui/charts/findings.h"
#include "ui/recommend/find_gamma.h"
#include "ui/recommend/recommend_text.h"
#include "ui/setup/measured_shape.h"
#include "ui/setup/run_form.h"
#include "ui/setup/setup_panel.h"

namespace specula {

namespace {

MeasuredShape offerOf(const PairDefault& value) {
    const QString shape =
        value.shape.nodes() == 0 ? RecommendController::tr("plain") : shapeText(value.shape);
    const QString day = QLocale().toString(QDateTime::fromSecsSinceEpoch(value.takenAt).date(),
                                           RecommendController::tr("d MMM"));
    if (value.speedup.n == 0 && value.shape.nodes() == 0)
        return {value.shape, RecommendController::tr("plain: nothing gained"),
                RecommendController::tr("plain: nothing was gained by drafting, %1").arg(day)};
    if (value.speedup.n == 0) {
        const QString brief =
            RecommendController::tr("%1: %2 predicted").arg(shape, timesText(value.predicted));
        return {value.shape, brief, RecommendController::tr("%1, on %2").arg(brief, day)};
    }
    const QString times = timesText(value.speedup.median);
    const QString range = rangeText(value.speedup.low, value.speedup.high);
    return {value.shape, RecommendController::tr("%1: %2 (%3)").arg(shape, times, range),
            RecommendController::tr("%1: measured %2 (%3) on %4").arg(shape, times, range, day)};
}

}  // namespace

RecommendController::RecommendController(MainWindow& window, RunController& controller, std::string path,
                                         QObject* parent)
    : QObject(parent), m_window(window), m_defaults(std::move(path)) {
    connect(&window, &MainWindow::draftsRequested, &controller, &RunController::findDrafts);
    connect(&window, &MainWindow::recommendRequested, &controller, &RunController::recommend);
    connect(&window, &MainWindow::recommendationTaken, this, &RecommendController::take);
    connect(&controller, &RunController::pairLoaded, this, &RecommendController::onPairLoaded);
    connect(&controller, &RunController::draftsFound, this,
            [this](const std::vector<DraftCandidate>& candidates) {
                m_window.findGamma().setCandidates(candidates);
            });
    connect(&controller, &RunController::recommendationCame, this,
            [this](const RecommendReport& report) { m_window.findGamma().setReport(report); });
    connect(&controller, &RunController::progressed, this, [this](double fraction, const QString& what) {
        if (m_window.findGamma().running()) m_window.findGamma().setProgress(fraction, what);
    });
    connect(window.setup().form().temperature(), &QDoubleSpinBox::valueChanged, this,
            &RecommendController::offerDefault);
}

void RecommendController::onPairLoaded(const EngineOptions& engine, const LoadedPair& pair) {
    m_engine = engine;
    m_pair = pair;
    offerDefault();
}

void RecommendController::offerDefault() {
    std::optional<MeasuredShape> offer;
    if (m_engine) {
        const double temperature = m_window.setup().form().temperature()->value();
        const auto found = m_defaults.find(
            pairKey(*m_engine, m_engine->draft, m_pair.target.weights, temperature, m_pair.instructionSet));
        if (found) offer = offerOf(*found);
        const QString problem = QString::fromStdString(m_defaults.problem());
        if (!problem.isEmpty() && problem != m_warned)
            m_window.showWarning(tr("Measured gammas could not be read: %1").arg(problem));
        m_warned = problem;
    }
    m_window.setup().form().setMeasured(offer);
}

void RecommendController::take(const RecommendReport& report) {
    if (!m_engine || m_pair.target.path != report.target.path) {
        m_window.showWarning(tr("Another target is loaded by now; find its own gamma."));
        return;
    }
    PairDefault value;
    value.suite = report.suite;
    value.takenAt = QDateTime::currentSecsSinceEpoch();
    std::string draft = m_engine->draft;
    QString said = tr("Plain decoding is set: gamma 0.");
    if (report.decision.winner) {
        const Contender& winner = report.contenders[*report.decision.winner];
        value.shape = winner.shape;
        value.predicted = winner.predicted;
        value.speedup = winner.speedup;
        draft = report.drafts[winner.draft].draft;
        said = tr("%1 is set.").arg(contenderText(report, report.decision.winner));
    }
    remember(report, value, draft);
    SetupPanel& setup = m_window.setup();
    if (m_engine->draft != draft) setup.chooseDraft(QString::fromStdString(draft));
    setup.form().useShape(value.shape);
    offerDefault();
    m_window.showInfo(said);
}

void RecommendController::remember(const RecommendReport& report, const PairDefault& value,
                                   const std::string& draft) {
    try {
        m_defaults.put(pairKey(*m_engine, draft, report.target.weights, report.options.sampling.temperature,
                               m_pair.instructionSet),
                       value);
    } catch (const Error& problem) {
        m_window.showWarning(
            tr("It is set, but could not be remembered: %1").arg(QString::fromStdString(problem.what())));
    }
}

}  // namespace specula
