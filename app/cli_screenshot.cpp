#include <QApplication>
#include <QEventLoop>
#include <QFileInfo>
#include <QThread>
#include <QToolButton>

#include "app/audit_output.h"
#include "app/cli.h"
#include "app/cli_common.h"
#include "app/default_models.h"
#include "app/diagnosis_controller.h"
#include "app/engine_catalogue.h"
#include "app/file_io.h"
#include "app/learn_controller.h"
#include "app/models_controller.h"
#include "app/probe_output.h"
#include "app/rules_controller.h"
#include "app/rules_output.h"
#include "app/run_controller.h"
#include "app/session_comparison.h"
#include "app/session_file.h"
#include "app/session_keeper.h"
#include "app/trace_json.h"
#include "app/window.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"
#include "ui/audit/audit_view.h"
#include "ui/charts/live_charts.h"
#include "ui/common/run_log.h"
#include "ui/diagnose/diagnosis_card.h"
#include "ui/diagnose/diagnosis_dialog.h"
#include "ui/export/picture_file.h"
#include "ui/inspector/inspector.h"
#include "ui/learn/lesson_player.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/message_bar.h"
#include "ui/models/models_view.h"
#include "ui/race/race_lane.h"
#include "ui/race/race_view.h"
#include "ui/serving/serving_dialog.h"
#include "ui/sessions/compare_view.h"
#include "ui/sessions/history_view.h"
#include "ui/sessions/paired_text.h"
#include "ui/sessions/sessions_window.h"
#include "ui/setup/setup_panel.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/timeline/timeline_strip.h"
#include "ui/tokens/token_view.h"

namespace specula {

namespace {

constexpr std::size_t kMaxFile = std::size_t{512} << 20;

/// The decision worth looking at: the first rejection, else the first decision.
TokenRef interestingToken(const RunLog& log) {
    for (const TokenRef& ref : log.decisions()) {
        const Proposal* proposal = log.proposalAt(ref);
        if (proposal && proposal->verdict == Verdict::Rejected) return ref;
    }
    return log.decisions().empty() ? TokenRef{} : log.decisions().front();
}

/// Of the recorded run, in a picture of the welcome.
constexpr int kWelcomeRounds = 12;

/// Waits until what was asked of layouts, timers and queued drawing is done.
void letSettle() {
    constexpr int kTurns = 20;
    constexpr int kTurnMs = 20;
    for (int turn = 0; turn < kTurns; ++turn) {
        QApplication::processEvents(QEventLoop::AllEvents, kTurnMs);
        QApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QThread::msleep(kTurnMs);
    }
}

std::string pngOf(QWidget& widget, double scale) {
    const QByteArray bytes = pictureBytes(widget, PictureFormat::Png, scale, exportNotesOf(widget));
    if (bytes.isEmpty()) throw Error("--scale: expected a picture of at most 32767 pixels a side");
    return bytes.toStdString();
}

}  // namespace

namespace {

/// The Models view over what is on this machine, with the default target's details or the pairs.
std::string pictureOfModels(const CommandLine& line, MainWindow& window) {
    RunArguments defaults;
    resolveModels(defaults);
    window.setup().setRequest({defaults.engine, {}, defaults.options});
    ModelsController controller(window, engineCatalogue(), HubSettings::fromEnvironment());
    QEventLoop loop;
    QObject::connect(&controller, &ModelsController::settled, &loop, &QEventLoop::quit);
    window.resize(line.width, line.height);
    window.show();
    window.setPage(MainPage::Models);
    loop.exec();
    ModelsView& view = window.models();
    if (line.view == "models-get") {
        view.setPage(ModelsView::Page::Get);
    } else if (line.view == "models-pairs") {
        view.setPage(ModelsView::Page::Pairs);
        loop.exec();
    } else if (const auto target = defaultTarget()) {
        view.setSelectedPath(QString::fromStdString(*target));
        loop.exec();
    }
    letSettle();
    return pngOf(window, line.scale);
}

/// The Audit page: empty, or with the report that `audit --json` printed.
std::string pictureOfAudit(const CommandLine& line, MainWindow& window) {
    constexpr std::size_t kMaxReport = std::size_t{1} << 26;
    RunArguments defaults;
    resolveModels(defaults);
    window.setup().setRequest({defaults.engine, {}, defaults.options});
    window.resize(line.width, line.height);
    window.show();
    window.setPage(MainPage::Audit);
    if (line.sessionPath) {
        const nlohmann::json document = readJsonObject(*line.sessionPath, kMaxReport);
        const JsonObject report(document, *line.sessionPath);
        PairReport pair;
        pair.compatible = true;
        if (report.has("target") && report.has("draft"))
            window.setModelInfo(modelInfoFrom(report.object("target")), draftInfoFrom(report.object("draft")),
                                pair);
        if (report.has("settings")) {
            const JsonObject settings = report.object("settings");
            window.setup().setRequest({engineOptionsFrom(settings), {}, runOptionsFrom(settings)});
        }
        if (report.has("mutant"))
            window.audit().setMutant(report.word("mutant", mutantNamed, "the name of a broken rule or none"));
        window.audit().showReport(auditFromJson(report));
    }
    letSettle();
    return pngOf(window, line.scale);
}

/// The charts of costs in the window: of a session file, or of what `probe --json` printed.
std::string pictureOfCosts(const CommandLine& line, MainWindow& window) {
    const nlohmann::json document = readJsonObject(*line.sessionPath, kMaxFile);
    RunController controller(window, [] { return std::unique_ptr<Backend>(); });
    if (document.contains("schema")) {
        RunRecord record = readSession(*line.sessionPath);
        presentRecord(window, record);
        controller.showRecord(std::move(record));
    } else {
        const JsonObject report(document, *line.sessionPath);
        window.charts().setCosts(probeFromJson(report));
        if (report.has("settings"))
            window.setup().setRequest({engineOptionsFrom(report.object("settings")), {}, {}});
        PairReport pair;
        pair.compatible = true;
        if (report.has("target") && report.has("draft"))
            window.setModelInfo(modelInfoFrom(report.object("target")), draftInfoFrom(report.object("draft")),
                                pair);
    }
    window.resize(line.width, line.height);
    window.show();
    letSettle();
    window.charts().showCosts();
    letSettle();
    return pngOf(window, line.scale);
}

/// The Race page of a session with a race, when the first lane is through.
std::string pictureOfRace(const CommandLine& line, MainWindow& window) {
    RunRecord record = readSession(*line.sessionPath);
    if (!record.race) throw Error(*line.sessionPath + ": expected a session with a race, found none in it");
    RunController controller(window, [] { return std::unique_ptr<Backend>(); });
    presentRecord(window, record);
    controller.showRecord(std::move(record));
    window.resize(line.width, line.height);
    window.show();
    window.setPage(MainPage::Race);
    letSettle();
    RaceView& race = window.race();
    race.clock().seek(std::min(race.plain().lengthMs(), race.speculative().lengthMs()));
    letSettle();
    return pngOf(window, line.scale);
}

/// The Gamma lab: empty, or of a session with one.
std::string pictureOfLab(const CommandLine& line, MainWindow& window) {
    RunController controller(window, [] { return std::unique_ptr<Backend>(); });
    window.resize(line.width, line.height);
    window.show();
    if (line.sessionPath) {
        RunRecord record = readSession(*line.sessionPath);
        if (!record.lab)
            throw Error(*line.sessionPath + ": expected a session with a Gamma lab, found none in it");
        presentRecord(window, record);
        controller.showRecord(std::move(record));
    } else {
        RunArguments defaults;
        resolveModels(defaults);
        window.setup().setRequest({defaults.engine, window.setup().suites().front().prompts.front(), {}});
    }
    window.setPage(MainPage::Lab);
    letSettle();
    return pngOf(window, line.scale);
}

/// Two sessions side by side, or the history of this computer.
std::string pictureOfSessions(const CommandLine& line, MainWindow& window) {
    SessionsWindow sessions;
    sessions.resize(line.width, line.height);
    if (line.againstPath) {
        const auto read = [](const std::string& path) {
            return comparedRun(readSession(path), QFileInfo(QFile::decodeName(path.c_str())).fileName());
        };
        sessions.compare().setLeft(read(*line.sessionPath));
        sessions.compare().setRight(read(*line.againstPath));
        sessions.showPage(SessionsWindow::Page::Compare);
    } else {
        RunController controller(window, [] { return std::unique_ptr<Backend>(); });
        SessionKeeper keeper(window, controller);
        QEventLoop loop;
        QObject::connect(&keeper, &SessionKeeper::historyChanged, &sessions.history(), &HistoryView::setRuns);
        QObject::connect(&keeper, &SessionKeeper::historyChanged, &loop, &QEventLoop::quit);
        keeper.refresh();
        loop.exec();
        sessions.showPage(SessionsWindow::Page::History);
    }
    letSettle();
    sessions.compare().texts().showDivergence();
    letSettle();
    return pngOf(sessions, line.scale);
}

/// The window as it stood when two thirds of the shown run had come.
std::string pictureOfTimeline(const CommandLine& line, MainWindow& window) {
    TimelineStrip& strip = window.timeline().strip();
    strip.setFocus();
    emit strip.showAsked(static_cast<int>(window.runLog().rounds().size() * 2 / 3));
    letSettle();
    return pngOf(window, line.scale);
}

/// The window as it stands on a first start, some rounds into the recorded run.
std::string pictureOfWelcome(const CommandLine& line, MainWindow& window) {
    RunArguments defaults;
    resolveModels(defaults);
    window.setup().setRequest(
        {defaults.engine, window.setup().suites().front().prompts.front(), defaults.options});
    RunController controller(window, [] { return std::unique_ptr<Backend>(); });
    window.resize(line.width, line.height);
    window.show();
    controller.showFirstRun();
    letSettle();
    window.timeline().player().showTo(kWelcomeRounds);
    letSettle();
    return pngOf(window, line.scale);
}

/// The Rules page: empty, of a session file, or of what `rules --json` printed.
std::string pictureOfRules(const CommandLine& line, MainWindow& window) {
    RunController controller(window, [] { return std::unique_ptr<Backend>(); });
    window.resize(line.width, line.height);
    window.show();
    if (line.sessionPath) {
        const nlohmann::json document = readJsonObject(*line.sessionPath, kMaxFile);
        if (document.contains("schema")) {
            RunRecord record = readSession(*line.sessionPath);
            presentRecord(window, record);
            controller.showRecord(std::move(record));
            letSettle();
        } else {
            RunRecord shown;
            shown.rules = rulesFromJson(JsonObject(document, *line.sessionPath));
            RulesController(window).show(shown);
        }
    }
    window.setPage(MainPage::Rules);
    letSettle();
    return pngOf(window, line.scale);
}

/// Why the stored run is, or is not, faster, or what it means for a server: the window of its own.
std::string pictureOfDiagnosis(const CommandLine& line, MainWindow& window) {
    RunRecord record = readSession(*line.sessionPath);
    RunController controller(window, [] { return std::unique_ptr<Backend>(); });
    const DiagnosisController diagnosis(window, controller);
    presentRecord(window, record);
    controller.showRecord(std::move(record));
    letSettle();
    QDialog* dialog = &window.diagnosis();
    if (line.view == "serving") dialog = &window.serving();
    emit window.servingShown();
    if (const auto& shown = window.diagnosis().card().diagnosis()) {
        for (const Answer& answer : shown->answers) {
            if (answer.warns) window.diagnosis().card().questionButton(answer.question)->setChecked(true);
        }
    }
    dialog->resize(line.width, line.height);
    dialog->show();
    letSettle();
    return pngOf(*dialog, line.scale);
}

/// The list of lessons, or the first card that shows something of a lesson file.
std::string pictureOfLearn(const CommandLine& line, MainWindow& window) {
    RunController controller(window, [] { return std::unique_ptr<Backend>(); });
    const LearnController lessons(window, controller);
    window.resize(line.width, line.height);
    window.show();
    window.setPage(MainPage::Learn);
    if (line.sessionPath) {
        emit window.lessonRequested(QString::fromStdString(*line.sessionPath));
        LessonPlayer& player = window.lessonPlayer();
        if (!player.isActive()) throw Error(window.messages().text().toStdString());
        const auto showsAToken = [&player] {
            return player.card().show.token && player.card().show.rounds != LessonShow::Rounds::Before;
        };
        while (player.index() + 1 < player.lesson().cards.size() && !showsAToken()) {
            player.choose(player.card().answer);
            player.next();
        }
    }
    letSettle();
    return pngOf(window, line.scale);
}

std::string pictureOfRun(const CommandLine& line, MainWindow& window) {
    RunRecord record = readSession(*line.sessionPath);
    RunController controller(window, [] { return std::unique_ptr<Backend>(); });
    presentRecord(window, record);
    controller.showRecord(std::move(record));
    window.resize(line.width, line.height);
    window.show();
    letSettle();
    if (line.view == "timeline") return pictureOfTimeline(line, window);
    const TokenRef token = interestingToken(window.runLog());
    if (token.isValid()) window.inspect(token);
    if (line.view != "inspector") {
        letSettle();
        return pngOf(window, line.scale);
    }
    Inspector alone;
    alone.setLog(&window.runLog());
    alone.showToken(token);
    alone.resize(line.width, line.height);
    alone.show();
    letSettle();
    return pngOf(alone, line.scale);
}

}  // namespace

int runScreenshot(const CommandLine& line) {
    checkDestination(line.outPath);
    MainWindow window;
    window.setPace({Pace::Kind::Full, 0.0});
    const ThemeChoice ordinary = line.dark ? ThemeChoice::Dark : ThemeChoice::Light;
    window.setTheme(line.highContrast ? ThemeChoice::HighContrast : ordinary);
    fillWindow(window);
    std::string picture;
    if (line.view.starts_with("models"))
        picture = pictureOfModels(line, window);
    else if (line.view == "audit")
        picture = pictureOfAudit(line, window);
    else if (line.view == "welcome")
        picture = pictureOfWelcome(line, window);
    else if (line.view == "race")
        picture = pictureOfRace(line, window);
    else if (line.view == "gamma-lab")
        picture = pictureOfLab(line, window);
    else if (line.view == "learn")
        picture = pictureOfLearn(line, window);
    else if (line.view == "sessions")
        picture = pictureOfSessions(line, window);
    else if (line.view == "rules")
        picture = pictureOfRules(line, window);
    else if (line.view == "diagnose" || line.view == "serving")
        picture = pictureOfDiagnosis(line, window);
    else if (line.view == "costs")
        picture = pictureOfCosts(line, window);
    else
        picture = pictureOfRun(line, window);
    writeFile(line.outPath, picture);
    if (line.json)
        printLine({{"path", line.outPath}});
    else
        print(line.outPath + "\n");
    return kDone;
}

}  // namespace specula
