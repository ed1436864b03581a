#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <QSettings>
#include <QWidget>

#include "engine/trace/options.h"
#include "engine/trace/reports.h"
#include "ui/setup/setup_types.h"

class QAction;
class QLabel;
class QPushButton;

namespace specula {

class DraftChooser;
class MarkLabel;
class ModelChooser;
class PromptBox;
class RunForm;

/// How a model runs, for people: "int8x2", "bf16 on cuda".
QString runsAs(const ModelInfo& model);

/// Everything a run depends on, in one column: the pair, the prompt, the numbers, Generate and Stop. The
/// buttons stay in sight; what stands above them scrolls when the window is low.
class SetupPanel : public QWidget {
    Q_OBJECT

public:
    explicit SetupPanel(QWidget* parent = nullptr);

    /// Why request() cannot be run as it stands, and the control to mend it in.
    struct Problem {
        QString text;
        QWidget* control = nullptr;
    };
    std::optional<Problem> problem() const;

    /// What the controls say. Options that have no control keep the values last given to setRequest.
    RunRequest request() const;
    EngineOptions engineOptions() const;
    /// Shows a request. Emits nothing.
    void setRequest(const RunRequest& request);

    void setModels(const std::vector<KnownModel>& models);
    /// Tells a feature head from other drafts by its path: only such a draft is offered trees, and it drafts
    /// them by itself unless the person says otherwise. Called whenever another draft is chosen; without one
    /// no draft is a head.
    void setHeadTest(std::function<bool(const std::string& draft)> isHead);
    void setSuites(const std::vector<PromptSuite>& suites);
    const std::vector<PromptSuite>& suites() const;
    /// What runs as the target, said below its chooser.
    void setTarget(const std::optional<ModelInfo>& target);
    /// The compatibility line below the choosers; "" hides it.
    void setPairState(const QString& text, bool ok);
    /// The loaded target can chat (PromptBox::setChatAvailable) and has so many layers (0 = not known).
    void setTargetAbilities(bool chat, int layers);
    /// Chooses a target, a draft or both as if the person had, with one signal.
    void chooseTarget(const QString& path);
    void chooseDraft(const QString& draft);
    void choosePair(const QString& target, const QString& draft);
    /// Drafts chains of this length, also with a feature head.
    void setGamma(int gamma);
    void focusPrompt();
    QWidget* promptText();

    /// Generate and Stop are these actions; the buttons follow their state.
    void setActions(QAction* generate, QAction* stop);

    void save(QSettings& settings, const QString& prefix) const;
    void restore(const QSettings& settings, const QString& prefix);

    ModelChooser& target() { return *m_target; }
    DraftChooser& draft() { return *m_draft; }
    PromptBox& prompt() { return *m_prompt; }
    RunForm& form() { return *m_form; }
    QPushButton* generateButton() { return m_generate; }
    QPushButton* stopButton() { return m_stop; }
    QLabel* pairLine() { return m_pair; }
    QPushButton* makeDraftButton() { return m_makeDraft; }

    QSize sizeHint() const override { return {260, 700}; }
    QSize minimumSizeHint() const override { return {240, 240}; }

signals:
    /// The person wants a draft made for the chosen target.
    void makeDraftRequested();
    /// A page of help (ui/help/help_pages.h).
    void helpAsked(const QString& page);
    /// Another target, draft or weight format was chosen by hand.
    void engineChosen(const specula::EngineOptions& options);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void makeModels();
    void makeButtons();
    QWidget* makeColumn();
    void layOut(QWidget* content);
    void announceEngine();
    void settleDraft();
    void colorLines();
    void orderTabs();

    RunRequest m_base;  ///< carries what has no control
    ModelChooser* m_target = nullptr;
    DraftChooser* m_draft = nullptr;
    QPushButton* m_makeDraft = nullptr;
    std::function<bool(const std::string&)> m_isHead;
    QLabel* m_targetLabel = nullptr;
    MarkLabel* m_synthetic = nullptr;
    QLabel* m_pair = nullptr;
    bool m_pairOk = true;
    PromptBox* m_prompt = nullptr;
    RunForm* m_form = nullptr;
    QPushButton* m_generate = nullptr;
    QPushButton* m_stop = nullptr;
    EngineOptions m_announced;
};

}  // namespace specula
