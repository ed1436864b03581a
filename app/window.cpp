#include "app/window.h"

#include <QApplication>
#include <QIcon>
#include <QScreen>

#include "app/cli.h"
#include "app/default_models.h"
#include "app/diagnosis_controller.h"
#include "app/draft_training.h"
#include "app/engine_backend.h"
#include "app/engine_catalogue.h"
#include "app/learn_controller.h"
#include "app/models_controller.h"
#include "app/prompt_suites.h"
#include "app/recommend_controller.h"
#include "app/report_controller.h"
#include "app/run_controller.h"
#include "app/session_controller.h"
#include "app/session_file.h"
#include "app/session_keeper.h"
#include "app/train_controller.h"
#include "engine/trace/error.h"
#include "ui/setup/setup_panel.h"

namespace specula {

namespace {

QString fromBytes(const std::string& text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// The request the window starts with: what it remembers, then the command line over it. A target that cannot
/// be found is kept as it was typed: the window says what is wrong with it when it is loaded.
RunRequest firstRequest(const SetupPanel& setup, const RunArguments& arguments) {
    RunRequest request = setup.request();
    const bool remembered = !request.engine.target.empty();
    if (arguments.target || arguments.draft || !remembered) {
        RunArguments wanted = arguments;
        if (!wanted.target && remembered) wanted.target = request.engine.target;
        try {
            resolveModels(wanted);
            request.engine.target = wanted.engine.target;
            request.engine.draft = wanted.engine.draft;
            if (isFeatureHead(request.engine.draft)) request.options.tree = wanted.options.tree;
        } catch (const Error&) {
            if (arguments.target) request.engine.target = *arguments.target;
            if (arguments.draft) request.engine.draft = *arguments.draft;
        }
    }
    if (arguments.promptText) {
        request.prompt = {};
        request.prompt.text = *arguments.promptText;
    } else if (request.prompt.text.empty() && !setup.suites().empty()) {
        request.prompt = setup.suites().front().prompts.front();
    }
    return request;
}

/// With room for its frame, which is not there yet.
bool fitsItsScreen(const MainWindow& window) {
    constexpr QSize kFrame(16, 48);
    const QSize room = window.screen()->availableSize();
    const QSize needed = window.size() + kFrame;
    return needed.width() <= room.width() && needed.height() <= room.height();
}

}  // namespace

void fillWindow(MainWindow& window) {
    std::vector<KnownModel> models;
    for (const FoundModel& model : knownModels())
        models.push_back({fromBytes(model.name), fromBytes(model.path), isFeatureHead(model.path)});
    window.setModels(models);
    window.setup().setHeadTest(isFeatureHead);
    std::vector<PromptSuite> suites;
    for (const Suite& suite : bundledSuites()) suites.push_back({fromBytes(suite.title), suite.prompts});
    window.setSuites(suites);
    window.setWindowIcon(QIcon(QStringLiteral(":/icons/specula.svg")));
}

void presentRecord(MainWindow& window, const RunRecord& record) {
    window.setup().setRequest({record.engine, record.prompt, record.options});
    PairReport pair;
    pair.compatible = true;
    window.setModelInfo(record.target, record.draft, pair);
}

int runWindow(const CommandLine& line) {
    std::optional<RunRecord> record;
    if (line.sessionPath) record = readSession(*line.sessionPath);
    MainWindow window;
    RunController controller(window, [] { return std::make_unique<EngineBackend>(); });
    ModelsController models(window, engineCatalogue(), HubSettings::fromEnvironment());
    const TrainController training(window, engineTrainer());
    QObject::connect(&training, &TrainController::made, &models, &ModelsController::addPath);
    const DiagnosisController diagnosis(window, controller);
    const RecommendController recommendations(window, controller);
    SessionKeeper keeper(window, controller);
    const SessionController sessions(window, controller, keeper);
    const ReportController reports(window, controller);
    const LearnController lessons(window, controller);
    fillWindow(window);
    const bool restored = window.restoreSettings();
    const RunRequest request = firstRequest(window.setup(), line.run);
    window.setup().setRequest(request);
    if (!restored && !fitsItsScreen(window)) window.setWindowState(Qt::WindowMaximized);
    window.show();
    if (record) {
        presentRecord(window, *record);
        controller.showRecord(std::move(*record));
    } else {
        if (!restored && !line.run.promptText) controller.showFirstRun();
        if (!request.engine.target.empty()) controller.load(request.engine);
    }
    keeper.offerRecovery();
    return QApplication::exec();
}

}  // namespace specula
