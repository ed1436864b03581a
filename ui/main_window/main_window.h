#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QMainWindow>
#include <QString>

#include "engine/trace/lab.h"
#include "engine/trace/options.h"
#include "engine/trace/race.h"
#include "engine/trace/recommend.h"
#include "engine/trace/reports.h"
#include "engine/trace/rule_requests.h"
#include "ui/common/run_log.h"
#include "ui/export/export_host.h"
#include "ui/setup/setup_types.h"
#include "ui/timeline/run_player.h"

class QComboBox;
class QDockWidget;
class QStackedWidget;
class QTabBar;

namespace specula {

class AuditView;
class DiagnosisDialog;
class FindBar;
class FindGamma;
class HelpWindow;
class Inspector;
class LabView;
class LiveCharts;
class MainActions;
class LearnView;
class LessonPanel;
class LessonPlayer;
class LessonStage;
struct Lesson;
class MessageBar;
class ModelsView;
class ProgressLine;
class RaceView;
class RulesView;
class ServingDialog;
class SetupPanel;
class StatusPanel;
class TimelinePanel;
class TokenView;
class WelcomePanel;

/// What the program is doing, as far as the window cares.
enum class AppState {
    Idle,       ///< nothing runs; a run may be started
    Loading,    ///< models are being loaded
    Running,    ///< rounds are arriving
    Stopping,   ///< Stop was asked for and the pass under way is being finished
    Measuring,  ///< a lab, rules or a plain baseline are being measured, or an audit runs
};

/// What the middle of the window shows.
enum class MainPage {
    Generate,  ///< the tokens of the run
    Race,      ///< plain and speculative decoding side by side
    Lab,       ///< gammas, rules and drafts measured over suites and temperatures
    Audit,     ///< is speculative decoding of the pair exact?
    Rules,     ///< the rules of verification compared, on one round and over whole runs
    Models,    ///< the models on this computer, the pairs they make, and getting more
    Learn,     ///< short lessons that drive the window
};

/// Which colours the window uses.
enum class ThemeChoice { System, Light, Dark, HighContrast };

/// The program's window: setup on the left, the tokens in the middle, the inspector on the right, timeline
/// and charts below.
///
/// It shows values and asks for work by signals; it computes nothing, starts no thread and knows no engine
/// type. All of it belongs to the GUI thread. Rounds reach it through runLog() only: whoever drains the
/// worker's mailbox appends there at once, the timeline's player moves the log's playhead at the chosen pace,
/// and every view shows the run up to there. No slot costs more than O(1).
class MainWindow : public QMainWindow, public ExportHost {
    Q_OBJECT

public:
    explicit MainWindow(QWidget* parent = nullptr);
    ~MainWindow() override;

    /// The one log all views read. Owned by the window.
    RunLog& runLog() { return *m_log; }
    SetupPanel& setup() { return *m_setup; }
    TokenView& tokenView() { return *m_tokens; }
    LiveCharts& charts() { return *m_charts; }
    Inspector& inspector() { return *m_inspector; }
    MessageBar& messages() { return *m_messages; }
    StatusPanel& statusPanel() { return *m_status; }
    MainActions& actionSet() { return *m_actions; }
    ModelsView& models() { return *m_models; }
    AuditView& audit() { return *m_audit; }
    RaceView& race() { return *m_race; }
    LabView& lab() { return *m_lab; }
    WelcomePanel& welcome() { return *m_welcome; }
    TimelinePanel& timeline() { return *m_timeline; }
    RulesView& rules() { return *m_rules; }
    LearnView& learn() { return *m_learn; }
    LessonPlayer& lessonPlayer() { return *m_lessonPlayer; }
    LessonPanel& lessonPanel() { return *m_lessonPanel; }
    FindGamma& findGamma() { return *m_findGamma; }
    AppState state() const { return m_state; }

    /// Size, docks, theme, zoom, pace and every setup control, kept with a version; an older or foreign
    /// layout is ignored. The window calls neither by itself except saveSettings when it is closed.
    void saveSettings() const;
    /// False where there was nothing to restore: this is the first start.
    bool restoreSettings();

    /// Writes a picture of the whole window as ui/export/picture_file.h does. False when it could not be
    /// written.
    bool savePicture(const QString& path, double scale = 1.0);

    ExportNotes notesFor(const QWidget& exported) const override;
    void tellExport(const QString& sentence, bool failed) override;
    /// What the sweep's chart says of the sweep: pair, settings, marks. Set when one begins.
    void setSweepNotes(const QString& notes) { m_sweepNotes = notes; }

    /// Inspector and charts belong to the run: they step aside while the models are shown.
    MainPage page() const { return m_page; }
    void setPage(MainPage page);

    ThemeChoice theme() const { return m_theme; }
    void setTheme(ThemeChoice theme);

    /// Below the text; hidden until it is wanted.
    FindBar& findBar() { return *m_findBar; }
    /// Nothing moves by itself (ui/common/motion.h).
    void setReduceMotion(bool reduce);

    /// How fast rounds are shown.
    Pace pace() const;
    /// Chooses one of the list's; another is ignored.
    void setPace(Pace pace);

    /// The recorded run that runLog() holds plays below the welcome, until something is generated, typed or
    /// opened, or the welcome is closed.
    void showWelcome();
    /// The run that runLog() holds was asked for so. Whoever begins a run in the log says so just after: it
    /// is then shown at the pace.
    void showRun(const RunRequest& request);

    /// Tells a lesson on the run that runLog() holds, which is its own; `path` is what it was asked for by.
    void beginLesson(const specula::Lesson& lesson, const QString& path);
    /// Large type and nothing but text, pictures and the lesson's card, until it is switched off.
    void setPresenting(bool presenting);
    bool isPresenting() const { return m_presenting; }

    /// The window of help; null until it is first wanted.
    HelpWindow* helpWindow() { return m_help; }
    /// Why the shown run is, or is not, faster; made when it is first wanted.
    DiagnosisDialog& diagnosis();
    /// What was counted on it, taken to a server; likewise.
    ServingDialog& serving();
    bool diagnosisVisible() const;
    bool servingVisible() const;
    /// As setPlainBaseline() said last.
    const std::optional<Interval>& plainBaseline() const { return m_plain; }
    const std::optional<Interval>& measuredSpeedup() const { return m_speedup; }

public slots:
    /// Opens a page of help (ui/help/help_pages.h).
    void showHelp(const QString& page);
    /// `text` says what exactly ("Loading SmolLM2-135M"); empty: the state's own word.
    void setState(specula::AppState state, const QString& text = {});
    /// What is loaded now. The pair's failing check, if any, becomes the compatibility line.
    void setModelInfo(const specula::ModelInfo& target, const specula::DraftInfo& draft,
                      const specula::PairReport& pair);
    /// Nothing is loaded (or the load failed).
    void clearModelInfo();
    /// Models to choose from, with paths as EngineOptions takes them.
    void setModels(const std::vector<specula::KnownModel>& models);
    void setSuites(const std::vector<specula::PromptSuite>& suites);
    /// Speeds measured now would not be true, for this reason; "" when they would.
    void setMeasuringRefused(const QString& reason);
    /// The shown run cannot be branched, for this reason; "" when it can.
    void setBranchRefused(const QString& reason);
    /// Message bar. Nothing else changes: text, rounds and settings stay.
    void showError(const QString& text);
    void showWarning(const QString& text);
    void showInfo(const QString& text);
    /// Puts a token into the inspector and marks it in the text.
    void inspect(specula::TokenRef token);
    /// Plain decoding of the present prompt and models, measured (tokens a second), and the speed-up of the
    /// shown run against it. Absent: not measured, and the status bar offers to.
    void setPlainBaseline(const std::optional<specula::Interval>& tokensPerSecond,
                          const std::optional<specula::Interval>& speedup);
    /// 0..1 of the load or measurement under way; negative: no line. `text` goes to the status bar when not
    /// empty.
    void setProgress(double fraction, const QString& text = {});
    /// Resident memory of the process, bytes.
    void setMemoryUse(qint64 bytes);

signals:
    /// Generate: start this run; what is on screen is cleared by the log's next begin.
    void runRequested(const specula::RunRequest& request);
    void stopRequested();
    /// A run like the shown one, from its prompt and its output up to this round.
    void branchRequested(int rounds);
    /// Go on after the end of the shown run with the same timeline.
    void continueRequested(int moreTokens);
    /// Measure all of this.
    void labRequested(const specula::LabRequest& request);
    /// Measure plain decoding of this prompt (and the request's own run against it).
    void measurePlainRequested(const specula::RunRequest& request);
    /// Audit the chosen pair under the chosen settings, on the audit's own prompts.
    void auditRequested(const specula::AuditRequest& request);
    /// The recorded run and the welcome are wanted again.
    void welcomeRequested();
    /// Race the request's run against plain decoding.
    void raceRequested(const specula::RaceRequest& request);
    /// Run the chosen pair under each of these rules.
    void rulesRequested(const specula::RulesRequest& request);
    /// This lesson, its run first, then beginLesson().
    void lessonRequested(const QString& path);
    /// The lesson's run in the log again.
    void lessonRunRequested();
    /// Its questions on paper, into this file (.pdf or .html).
    void worksheetRequested(const QString& lesson, const QString& file, bool withAnswers);
    /// Draw rounds under these rules at a round of the shown run.
    void roundRequested(int round, const std::vector<specula::RuleSetup>& setups);
    /// The diagnosis, or what is taken to a server, came to be seen: it should be up to date.
    void diagnosisShown();
    void servingShown();
    /// setPlainBaseline() said something else.
    void baselineChanged();
    /// What could draft for the chosen target?
    void draftsRequested(const specula::EngineOptions& engine);
    void recommendRequested(const specula::RecommendRequest& request);
    /// What a recommendation decided is to be set and remembered.
    void recommendationTaken(const specula::RecommendReport& report);
    /// Measure what rows and draft steps of the chosen pair cost.
    void costsRequested(const specula::EngineOptions& options);
    /// Another target, draft or weight format was chosen.
    void loadRequested(const specula::EngineOptions& options);
    void openSessionRequested(const QString& path);
    void pageChanged(specula::MainPage page);
    void modelsChanged(const std::vector<specula::KnownModel>& models);
    void saveSessionRequested(const QString& path);

protected:
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    // main_window_layout.cpp
    void buildCentre();
    QWidget* makeToolBar();
    QWidget* makeRunPage();
    void buildDocks();
    void buildStatusBar();
    void connectActions();
    void connectLooks();
    void connectFind();
    void connectViews();
    void sizeDocks();
    void showDockStates();
    void placeInspector(bool narrow);
    void hideRunDocks();
    void showRunDocks();

    void enableByState();
    bool refuse();
    bool refuseSuite();
    bool refuseMeasuring();
    void startRun();
    void generate();
    void step();
    void continueRun();
    void measurePlain();
    void measureCosts();
    void startAudit(specula::Mutant mutant);
    void connectRace();
    void startRace(bool greedy, int repeats);

    // main_window_help.cpp
    void connectHelp();
    void showCheatSheet();
    void showAbout();

    // main_window_lab.cpp
    void connectLab();
    void presentLab();
    void askSweep();
    void startLab();
    void loadLabRun(const RunRequest& request);
    void followLab();

    // main_window_welcome.cpp
    void connectWelcome();
    void closeWelcome();
    void seeOneStep(TokenRef rejection);
    void offerClassicPair();

    // main_window_learn.cpp
    void makeLearn();
    void connectLearn();
    void askLesson();
    void askWorksheet(const QString& path);

    // main_window_recommend.cpp
    void connectRecommend();
    void askGamma();

    // main_window_rules.cpp
    void connectRules();
    void askRules();
    void startRules(const RulesRequest& request);
    void followRound(TokenRef token);
    void offerRules();

    // main_window_export.cpp
    void connectExport();
    void askExport();
    void openContextMenu();

    // main_window_diagnose.cpp
    void connectDiagnosis();

    void askOpenSession();
    void askSaveSession();
    void onPaceChosen();
    void onPlayerChanged();
    void onLogCleared();
    void onPlayheadMoved();
    void onRunFinished(specula::Finish why);

    std::unique_ptr<RunLog> m_log;
    MainActions* m_actions = nullptr;
    SetupPanel* m_setup = nullptr;
    TokenView* m_tokens = nullptr;
    FindBar* m_findBar = nullptr;
    Inspector* m_inspector = nullptr;
    LiveCharts* m_charts = nullptr;
    TimelinePanel* m_timeline = nullptr;
    MessageBar* m_messages = nullptr;
    ProgressLine* m_progress = nullptr;
    StatusPanel* m_status = nullptr;
    ModelsView* m_models = nullptr;
    AuditView* m_audit = nullptr;
    RaceView* m_race = nullptr;
    LabView* m_lab = nullptr;
    WelcomePanel* m_welcome = nullptr;
    RulesView* m_rules = nullptr;
    LearnView* m_learn = nullptr;
    LessonPanel* m_lessonPanel = nullptr;
    std::unique_ptr<LessonStage> m_stage;
    LessonPlayer* m_lessonPlayer = nullptr;
    QString m_lessonPath;  ///< of the lesson that is told
    FindGamma* m_findGamma = nullptr;
    HelpWindow* m_help = nullptr;
    DiagnosisDialog* m_diagnosis = nullptr;
    ServingDialog* m_serving = nullptr;
    std::optional<Interval> m_plain;    ///< tokens a second
    std::optional<Interval> m_speedup;  ///< of the shown run
    QWidget* m_toolBar = nullptr;       ///< of the run's page
    QTabBar* m_pageBar = nullptr;
    QStackedWidget* m_pages = nullptr;
    QComboBox* m_pace = nullptr;
    int m_paceIndex = 0;  ///< the choice to go back to after stepping
    QDockWidget* m_setupDock = nullptr;
    QDockWidget* m_inspectorDock = nullptr;
    QDockWidget* m_chartsDock = nullptr;
    QDockWidget* m_timelineDock = nullptr;

    AppState m_state = AppState::Idle;
    ThemeChoice m_theme = ThemeChoice::System;
    MainPage m_page = MainPage::Generate;
    std::vector<QDockWidget*> m_setAside;  ///< docks that come back with the run's page
    /// Pixels of width from which the inspector has a column of its own.
    static constexpr int kNarrowBelow = 1100;
    bool m_narrow = false;
    bool m_chartsAside = false;  ///< the welcome stands where the charts were
    bool m_presenting = false;
    QByteArray m_quietState;       ///< docks as they were before presenting
    double m_quietTextSize = 0.0;  ///< and the text
    bool m_laidOut = false;        ///< docks have their sizes
    RunRequest m_lastRequest;      ///< of the shown run
    DraftInfo m_draft;             ///< that is loaded
    int m_lookedAt = -1;           ///< the round whose rows are kept because it is looked at
    QString m_sweepNotes;          ///< what the last sweep ran
    QString m_unmeasurable;        ///< why nothing should be measured now, "" if it may
    QString m_problem;             ///< what the last Generate was refused for
};

}  // namespace specula
