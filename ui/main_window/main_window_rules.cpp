// The window's part in comparing rules of verification.

#include "ui/main_window/main_window.h"

#include <QAction>

#include "engine/trace/rule_setups.h"
#include "ui/inspector/inspector.h"
#include "ui/main_window/main_actions.h"
#include "ui/rules/rules_dialog.h"
#include "ui/rules/rules_view.h"
#include "ui/setup/run_form.h"
#include "ui/setup/setup_panel.h"

namespace specula {

namespace {

/// What can be known of a draft that was chosen and may not be loaded yet.
DraftInfo chosenDraft(const std::string& draft, bool trees, const TreeShape& bestTree) {
    DraftInfo info;
    info.kind = draft.substr(0, draft.find(':'));
    if (info.kind != "none" && info.kind != "ngram") info.kind = trees ? "feature-head" : "model";
    if (trees) info.bestTree = bestTree;
    return info;
}

}  // namespace

void MainWindow::connectRules() {
    RoundRules& round = m_rules->oneRound();
    RunRules& runs = m_rules->wholeRuns();
    connect(m_actions->compareRules, &QAction::triggered, this, &MainWindow::askRules);
    connect(&runs, &RunRules::compareRequested, m_actions->compareRules, &QAction::trigger);
    connect(&runs, &RunRules::stopRequested, m_actions->stop, &QAction::trigger);
    connect(&round, &RoundRules::roundChosen, this,
            [this](int number) { inspect(TokenRef::emitted(number, 0)); });
    connect(&round, &RoundRules::freshRequested, this, &MainWindow::roundRequested);
    connect(m_rules, &RulesView::helpAsked, this, &MainWindow::showHelp);
    connect(m_inspector, &Inspector::currentChanged, this, &MainWindow::followRound);
}

void MainWindow::askRules() {
    if (refuseSuite()) return;
    const RunRequest present = m_setup->request();
    const auto setups = defaultRuleSetups(
        chosenDraft(present.engine.draft, m_setup->form().treeOffered(), m_draft.bestTree), present.options);
    if (setups.empty()) {
        showWarning(
            tr("With these settings nothing is drafted, so there is nothing to judge: choose a draft "
               "and a gamma above 0."));
        return;
    }
    auto* dialog = new RulesDialog(present, m_setup->suites(), setups, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { startRules(dialog->request()); });
    dialog->open();
}

void MainWindow::startRules(const RulesRequest& request) {
    setPage(MainPage::Rules);
    m_rules->wholeRuns().setRunning(true);
    emit rulesRequested(request);
}

/// The round that is looked at keeps its rows, and the Rules page shows it too.
void MainWindow::followRound(TokenRef token) {
    if (!token.isValid() || token.round == m_lookedAt) return;
    m_log->setPinned(m_lookedAt, false);
    m_lookedAt = token.round;
    m_log->setPinned(m_lookedAt, true);
    m_rules->oneRound().setRound(m_lookedAt);
}

/// The rules that rounds of the shown run can be drawn afresh with.
void MainWindow::offerRules() {
    m_rules->oneRound().setSetups(m_log->hasRun() ? defaultRuleSetups(m_draft, m_log->header().options)
                                                  : std::vector<RuleSetup>{});
}

}  // namespace specula
