#include "ui/setup/setup_panel.h"

#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "engine/trace/names.h"
#include "ui/common/palette.h"
#include "ui/common/run_marks.h"
#include "ui/help/help_button.h"
#include "ui/setup/draft_chooser.h"
#include "ui/setup/help.h"
#include "ui/setup/model_chooser.h"
#include "ui/setup/prompt_box.h"
#include "ui/setup/rule_form.h"
#include "ui/setup/run_form.h"
#include "ui/setup/setup_settings.h"
#include "ui/setup/tree_text.h"

namespace specula {

namespace {

QString fromWord(std::string_view word) {
    return QString::fromLatin1(word.data(), static_cast<qsizetype>(word.size()));
}

}  // namespace

QString runsAs(const ModelInfo& model) {
    const QString weights = fromWord(name(model.weights));
    return model.device == Device::Cpu
               ? weights
               : SetupPanel::tr("%1 on %2").arg(weights, fromWord(name(model.device)));
}

SetupPanel::SetupPanel(QWidget* parent) : QWidget(parent) {
    makeModels();
    makeButtons();
    m_prompt = new PromptBox;
    m_form = new RunForm;
    layOut(makeColumn());
    orderTabs();
    connect(m_target, &ModelChooser::chosen, this, &SetupPanel::announceEngine);
    connect(m_draft, &DraftChooser::chosen, this, &SetupPanel::settleDraft);
    connect(m_draft, &DraftChooser::chosen, this, &SetupPanel::announceEngine);
    connect(m_makeDraft, &QPushButton::clicked, this, &SetupPanel::makeDraftRequested);
    connect(m_form, &RunForm::weightsChosen, this, &SetupPanel::announceEngine);
    connect(m_draft, &DraftChooser::helpAsked, this, &SetupPanel::helpAsked);
    connect(&m_form->rules(), &RuleForm::helpAsked, this, &SetupPanel::helpAsked);
}

void SetupPanel::makeModels() {
    m_target =
        new ModelChooser(tr("Target"), tr("The model whose text you get; the draft never changes it."));
    m_draft = new DraftChooser;
    m_makeDraft = new QPushButton(tr("Make one…"));
    m_makeDraft->setFlat(true);
    describe(m_makeDraft, tr("Make a draft"),
             tr("There is no small model that fits? Make one: a draft is taught by the target itself."));
    m_targetLabel = new QLabel;
    m_targetLabel->setWordWrap(true);
    m_targetLabel->setTextFormat(Qt::PlainText);
    m_targetLabel->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_targetLabel->setAccessibleName(tr("Loaded target"));
    m_targetLabel->hide();
    m_pair = new QLabel;
    m_pair->setWordWrap(true);
    m_pair->setTextFormat(Qt::PlainText);
    m_pair->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_pair->setAccessibleName(tr("Pair"));
    m_pair->hide();
}

void SetupPanel::makeButtons() {
    m_generate = new QPushButton(tr("Generate"));
    m_generate->setDefault(true);
    m_stop = new QPushButton(tr("Stop"));
    describe(m_generate, tr("Generate"), tr("Starts a run with these settings (Ctrl+Enter)."));
    describe(m_stop, tr("Stop"), tr("Ends the run after the pass under way (Esc)."));
}

QWidget* SetupPanel::makeColumn() {
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(12, 8, 12, 8);
    column->setSpacing(4);
    column->addWidget(labelFor(m_target->list(), tr("Target")));
    column->addWidget(m_target);
    column->addWidget(m_targetLabel);
    column->addSpacing(4);
    auto* draftRow = new QHBoxLayout;
    draftRow->setSpacing(8);
    draftRow->addWidget(labelFor(m_draft->kinds(), tr("Draft")), 1);
    draftRow->addWidget(m_makeDraft);
    column->addLayout(draftRow);
    column->addWidget(m_draft);
    column->addWidget(m_pair);
    column->addSpacing(8);
    column->addWidget(m_prompt, 1);
    column->addSpacing(8);
    column->addWidget(m_form);
    // A stored run may bring this; it has no control, and the rules mark themselves.
    m_synthetic = new MarkLabel(MarkLabel::Style::Sentences);
    m_synthetic->setMinimumWidth(1);
    column->addWidget(m_synthetic);
    // The wheel scrolls the panel; it changes a number only where the focus is.
    for (QWidget* control : content->findChildren<QWidget*>()) {
        if (!qobject_cast<QAbstractSpinBox*>(control) && !qobject_cast<QComboBox*>(control)) continue;
        control->setFocusPolicy(Qt::StrongFocus);
        control->installEventFilter(this);
    }
    return content;
}

void SetupPanel::layOut(QWidget* content) {
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);

    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(12, 8, 12, 12);
    buttons->setSpacing(8);
    buttons->addWidget(m_generate, 2);
    buttons->addWidget(m_stop, 1);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addWidget(scroll, 1);
    outer->addLayout(buttons);
}

void SetupPanel::orderTabs() {
    std::vector<QWidget*> order{m_target->list(), m_target->browseButton(), m_makeDraft};
    for (QWidget* control : m_draft->tabOrder()) order.push_back(control);
    QWidget* const rest[] = {m_prompt->suiteButton(),
                             m_prompt->text(),
                             m_prompt->chat(),
                             m_prompt->continuation(),
                             m_form->gamma(),
                             m_form->maxTokens(),
                             m_form->measuredButton(),
                             m_form->treeField(),
                             m_form->temperature(),
                             m_form->topK(),
                             m_form->topP(),
                             m_form->minP(),
                             m_form->repetitionPenalty(),
                             m_form->weightsList(),
                             m_form->seedField(),
                             m_form->reseedButton(),
                             m_form->rules().rules(),
                             m_form->rules().weight(),
                             m_form->rules().ruleHelp(),
                             m_form->rules().stops(),
                             m_form->rules().threshold(),
                             m_form->rules().stopHelp(),
                             m_generate,
                             m_stop};
    order.insert(order.end(), std::begin(rest), std::end(rest));
    for (std::size_t i = 1; i < order.size(); ++i) setTabOrder(order[i - 1], order[i]);
}

bool SetupPanel::eventFilter(QObject* object, QEvent* event) {
    if (event->type() == QEvent::Wheel && !static_cast<QWidget*>(object)->hasFocus()) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(object, event);
}

std::optional<SetupPanel::Problem> SetupPanel::problem() const {
    if (m_target->path().isEmpty()) return Problem{tr("Choose a target model first."), m_target->list()};
    if (const QString draft = m_draft->problem(); !draft.isEmpty()) return Problem{draft, m_draft->missing()};
    if (m_prompt->text()->toPlainText().trimmed().isEmpty()) {
        return Problem{tr("Write a prompt first, or take one from a suite."), m_prompt->text()};
    }
    if (m_form->treeOffered() && !m_form->tree())
        return Problem{treeProblem(m_form->treeField()->currentText()), m_form->treeField()};
    if (const QString rule = m_form->rules().problem(); !rule.isEmpty())
        return Problem{rule, m_form->rules().rules()};
    if (!m_form->seed()) {
        return Problem{tr("The seed must be a whole number from 0 to 18446744073709551615."),
                       m_form->seedField()};
    }
    return std::nullopt;
}

EngineOptions SetupPanel::engineOptions() const {
    EngineOptions engine = m_base.engine;
    engine.target = m_target->path().toStdString();
    engine.draft = m_draft->draft().toStdString();
    engine.weights = m_form->weights();
    return engine;
}

RunRequest SetupPanel::request() const {
    RunRequest request = m_base;
    request.engine = engineOptions();
    request.prompt = m_prompt->prompt();
    m_form->write(request.options);
    return request;
}

void SetupPanel::setRequest(const RunRequest& request) {
    m_base = request;
    m_target->setPath(QString::fromStdString(request.engine.target));
    m_draft->setDraft(QString::fromStdString(request.engine.draft));
    settleDraft();
    m_form->setWeights(request.engine.weights);
    m_prompt->setPrompt(request.prompt);
    m_form->read(request.options);
    RunOptions synthetic;
    synthetic.syntheticAcceptance = request.options.syntheticAcceptance;
    m_synthetic->setMarks(runMarks(synthetic, {}));
    m_announced = engineOptions();
}

void SetupPanel::setModels(const std::vector<KnownModel>& models) {
    std::vector<KnownModel> targets;
    std::copy_if(models.begin(), models.end(), std::back_inserter(targets),
                 [](const KnownModel& model) { return !model.draftOnly; });
    m_target->setModels(targets);
    m_draft->setModels(models);
}

void SetupPanel::setHeadTest(std::function<bool(const std::string& draft)> isHead) {
    m_isHead = std::move(isHead);
    settleDraft();
}

void SetupPanel::settleDraft() {
    const std::string draft = m_draft->draft().toStdString();
    const bool head = m_isHead && m_isHead(draft);
    m_form->setDrafting(draft != "none");
    m_form->offerTree(head);
    m_draft->setHead(head);
}

void SetupPanel::setSuites(const std::vector<PromptSuite>& suites) {
    m_prompt->setSuites(suites);
}

const std::vector<PromptSuite>& SetupPanel::suites() const {
    return m_prompt->suites();
}

void SetupPanel::setTarget(const std::optional<ModelInfo>& target) {
    QString text;
    if (target)
        text = tr("%1, file %2, run %3")
                   .arg(QString::fromStdString(target->name), QString::fromStdString(target->fileFormat),
                        runsAs(*target));
    if (target && target->coarseWeights > 0)
        text += tr("; %L1 of %L2 weights are below 6e-5, where fp16 keeps fewer bits")
                    .arg(target->coarseWeights)
                    .arg(target->parameters);
    m_targetLabel->setText(text);
    m_targetLabel->setVisible(!text.isEmpty());
    colorLines();
}

void SetupPanel::setPairState(const QString& text, bool ok) {
    m_pairOk = ok;
    m_pair->setText(text.isEmpty() ? QString() : (ok ? tr("✓ %1") : tr("✗ %1")).arg(text));
    m_pair->setAccessibleDescription(text);
    m_pair->setVisible(!text.isEmpty());
    colorLines();
}

void SetupPanel::colorLines() {
    const Theme theme = Theme::of(palette());
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, theme.readable(m_pairOk ? theme.accepted : theme.rejected));
    m_pair->setPalette(colors);
    colors.setColor(QPalette::WindowText, theme.secondary);
    m_targetLabel->setPalette(colors);
}

void SetupPanel::setTargetAbilities(bool chat, int layers) {
    m_prompt->setChatAvailable(chat);
    m_draft->setTargetLayers(layers);
}

void SetupPanel::chooseTarget(const QString& path) {
    m_target->setPath(path);
    announceEngine();
}

void SetupPanel::chooseDraft(const QString& draft) {
    m_draft->setDraft(draft);
    settleDraft();
    announceEngine();
}

void SetupPanel::choosePair(const QString& target, const QString& draft) {
    m_target->setPath(target);
    m_draft->setDraft(draft);
    settleDraft();
    announceEngine();
}

void SetupPanel::setGamma(int gamma) {
    if (m_form->treeOffered()) m_form->setTree({});
    m_form->gamma()->setValue(gamma);
}

void SetupPanel::focusPrompt() {
    m_prompt->text()->setFocus(Qt::ShortcutFocusReason);
}

QWidget* SetupPanel::promptText() {
    return m_prompt->text();
}

void SetupPanel::setActions(QAction* generate, QAction* stop) {
    const auto follow = [this](QPushButton* button, QAction* action) {
        const auto update = [button, action] { button->setEnabled(action->isEnabled()); };
        connect(button, &QPushButton::clicked, action, &QAction::trigger);
        connect(action, &QAction::changed, this, update);
        update();
    };
    follow(m_generate, generate);
    follow(m_stop, stop);
}

void SetupPanel::announceEngine() {
    const EngineOptions now = engineOptions();
    // Half a choice (a draft model without a path) is nothing to load yet.
    if (now == m_announced || now.target.empty() || now.draft.empty()) return;
    m_announced = now;
    emit engineChosen(now);
}

void SetupPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_pair) colorLines();
}

void SetupPanel::save(QSettings& settings, const QString& prefix) const {
    RunRequest request = this->request();
    request.prompt.chat = m_prompt->chatWanted();
    request.options.gamma = m_form->gamma()->value();
    request.options.tree = m_form->tree().value_or(TreeShape{.automatic = true, .children = {}});
    writeRequest(settings, prefix, request);
}

void SetupPanel::restore(const QSettings& settings, const QString& prefix) {
    RunRequest present = request();
    present.prompt.chat = m_prompt->chatWanted();
    present.options.tree = m_form->tree().value_or(TreeShape{.automatic = true, .children = {}});
    const RunRequest kept = readRequest(settings, prefix, present);
    m_form->setTree(kept.options.tree);
    setRequest(kept);
}

}  // namespace specula
