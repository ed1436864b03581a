#include "app/diagnosis_controller.h"

#include <iterator>

#include "app/diagnosis_input.h"
#include "app/run_controller.h"
#include "ui/diagnose/diagnosis_dialog.h"
#include "ui/main_window/main_window.h"
#include "ui/serving/serving_dialog.h"

namespace specula {

namespace {

constexpr int kLookMs = 250;

std::optional<double> medianOf(const std::optional<Interval>& interval) {
    return interval ? std::optional(interval->median) : std::nullopt;
}

}  // namespace

DiagnosisController::DiagnosisController(MainWindow& window, RunController& controller, QObject* parent)
    : QObject(parent), m_window(window), m_controller(controller) {
    m_timer.setInterval(kLookMs);
    connect(&m_timer, &QTimer::timeout, this, [this] { look(false); });
    for (const auto shown : {&MainWindow::diagnosisShown, &MainWindow::servingShown})
        connect(&m_window, shown, this, [this] { look(true); });
}

/// The shown run as far as the playhead has come.
RunRecord DiagnosisController::shown() const {
    RunRecord record = m_controller.shownHead();
    const RunLog& log = m_window.runLog();
    record.rounds.assign(log.rounds().begin(), std::next(log.rounds().begin(), log.playhead()));
    if (log.playhead() == 0) record.prefillSeconds = 0.0;
    return record;
}

void DiagnosisController::look(bool anew) {
    if (!anew && !m_window.diagnosisVisible() && !m_window.servingVisible()) {
        m_timer.stop();
        return;
    }
    m_timer.start();
    const RunLog& log = m_window.runLog();
    Stamp stamp{log.header().runId, log.playhead(), medianOf(m_window.plainBaseline()),
                medianOf(m_window.measuredSpeedup()), std::nullopt};
    const RunRecord head = m_controller.shownHead();
    stamp.costs = head.probe ? std::optional(head.probe->costs) : head.options.costs;
    if (!anew && stamp == m_stamp) return;
    m_stamp = stamp;
    show(shown(), stamp);
}

void DiagnosisController::show(const RunRecord& record, const Stamp& stamp) {
    DiagnosisDialog& dialog = m_window.diagnosis();
    ServingDialog& serving = m_window.serving();
    if (record.rounds.empty()) {
        dialog.setSubject({});
        dialog.clear(tr("Generate a text with a draft first; then this says what its speed is made of."));
        serving.clearSource();
        return;
    }
    DiagnosisInput input = diagnosisInput(record);
    if (stamp.plain) input.plain = m_window.plainBaseline();
    if (stamp.speedup) {
        input.speedup = m_window.measuredSpeedup();
        const std::optional<Costs> measured = m_controller.baselineCosts();
        if (!input.costs && measured) {
            input.costs = measured;
            takeRounds(input, record.rounds);
        }
    }
    const int last = static_cast<int>(m_window.runLog().rounds().size());
    const QString subject = tr("%1 with %2, %n rounds", nullptr, stamp.rounds)
                                .arg(QString::fromStdString(modelLabel(record.target)),
                                     QString::fromStdString(draftLabel(record.draft)));
    dialog.setSubject(stamp.rounds < last ? tr("%1 of %2, up to the playhead").arg(subject).arg(last)
                                          : subject);
    ServingRequest source = servingSource(record);
    if (!source.costs) source.costs = input.costs;
    dialog.setDiagnosis(diagnose(std::move(input)));
    serving.setSource(source);
}

}  // namespace specula
