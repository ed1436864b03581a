#include "ui/rules/round_rules.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

#include "engine/trace/rules.h"
#include "engine/verify/compare_round.h"
#include "ui/common/run_log.h"
#include "ui/common/token_text.h"
#include "ui/help/help_pages.h"
#include "ui/models/data_table.h"
#include "ui/models/labels.h"
#include "ui/rules/round_rules_table.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

constexpr int kRefreshMs = 200;

}  // namespace

RoundRules::RoundRules(QWidget* parent) : QWidget(parent), m_table(new RoundRulesTable(this)) {
    m_view = new DataTable;
    m_view->setModel(m_table);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setAccessibleName(tr("This round under each rule"));
    m_view->setColumnRule(RoundRulesTable::RuleName, {16, 44, 4});
    m_view->setColumnRule(RoundRulesTable::Exactness, {11, 12, 0});
    m_view->setColumnRule(RoundRulesTable::Tokens, {7, 10, 0});
    m_view->setColumnRule(RoundRulesTable::Expected, {9, 20, 0});
    for (int place = 0; place < kGammaMax; ++place)
        m_view->setColumnRule(RoundRulesTable::FirstPlace + place, {10, 14, 1});
    m_note = makeTextLabel();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(makeControls());
    column->addWidget(m_view, 1);
    column->addWidget(m_note);
    m_pause.setSingleShot(true);
    m_pause.setInterval(kRefreshMs);
    connect(&m_pause, &QTimer::timeout, this, &RoundRules::refresh);
    connect(m_rounds, &QSpinBox::valueChanged, this, [this](int number) {
        setRound(number - 1);
        emit roundChosen(number - 1);
    });
    connect(m_fresh, &QPushButton::clicked, this, [this] {
        if (m_log && round() >= 0)
            emit freshRequested(round(), freshSetups(m_log->rounds()[static_cast<std::size_t>(round())]));
    });
    connect(m_view, &DataTable::opened, this, [this](const QModelIndex& index) {
        emit helpAsked(helpPageOf(m_table->outcomes()[static_cast<std::size_t>(index.row())].setup.rule));
    });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& index) {
                if (!index.isValid()) return;
                const auto& outcome = m_table->outcomes()[static_cast<std::size_t>(index.row())];
                setHelpPage(m_view, helpPageOf(outcome.setup.rule));
            });
    applyTheme();
    onCleared();
}

QWidget* RoundRules::makeControls() {
    auto* title = makeTextLabel(tr("One round"));
    title->setWordWrap(false);
    makeBold(title);
    m_rounds = new QSpinBox;
    m_rounds->setKeyboardTracking(false);
    describe(m_rounds, tr("Round"), tr("The round that is compared; the newest until one is chosen"));
    m_of = new QLabel;
    m_fresh = new QPushButton(tr("&Draw them afresh"));
    describe(m_fresh, tr("Draw the other rules afresh"),
             tr("Draw many rounds at this place of the text under the rules that propose otherwise"));
    auto* controls = new QWidget;
    auto* row = new QHBoxLayout(controls);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(title);
    row->addSpacing(8);
    row->addWidget(labelFor(m_rounds, tr("&Round")));
    row->addWidget(m_rounds);
    row->addWidget(m_of);
    row->addStretch(1);
    row->addWidget(m_fresh);
    return controls;
}

void RoundRules::setLog(RunLog* log) {
    if (m_log) m_log->disconnect(this);
    m_log = log;
    if (log) {
        connect(log, &RunLog::cleared, this, &RoundRules::onCleared);
        connect(log, &RunLog::playheadMoved, this, &RoundRules::onRounds);
    }
    onCleared();
}

void RoundRules::onCleared() {
    m_chosen = -1;
    m_drawn.clear();
    onRounds();
}

void RoundRules::onRounds() {
    const int count = m_log ? m_log->playhead() : 0;
    const QSignalBlocker quiet(m_rounds);
    m_rounds->setRange(std::min(1, count), count);
    m_rounds->setEnabled(count > 0);
    m_of->setText(count > 0 ? tr("of %1").arg(count) : QString());
    m_rounds->setValue(round() + 1);
    if (m_chosen < 0) refreshSoon();
}

int RoundRules::round() const {
    const int count = m_log ? m_log->playhead() : 0;
    return m_chosen >= 0 && m_chosen < count ? m_chosen : count - 1;
}

void RoundRules::setRound(int round) {
    m_chosen = round;
    const QSignalBlocker quiet(m_rounds);
    m_rounds->setValue(this->round() + 1);
    refreshSoon();
}

void RoundRules::setSetups(const std::vector<RuleSetup>& setups) {
    if (m_setups == setups) return;
    m_setups = setups;
    refreshSoon();
}

void RoundRules::setReady(bool ready) {
    m_ready = ready;
    refreshSoon();
}

void RoundRules::setFresh(int round, const std::vector<RoundOutcome>& outcomes) {
    m_drawn[round] = outcomes;
    refreshSoon();
}

void RoundRules::setReport(const std::vector<RoundOutcome>& outcomes) {
    m_report = outcomes;
    refreshSoon();
}

QString RoundRules::note() const {
    return m_note->text();
}

void RoundRules::refreshSoon() {
    m_dirty = true;
    if (isVisible() && !m_pause.isActive()) m_pause.start();
}

void RoundRules::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_dirty) refresh();
}

QString RoundRules::problemOf(const Round& round) const {
    if (round.rule == Rule::Greedy)
        return tr("At temperature 0 all rules are one: a token is kept while it is the target's likeliest.");
    if (round.proposals.empty()) return tr("Nothing was drafted in this round.");
    if (!round.kept)
        return tr("The full rows of this round are not there: a run keeps those of its last %1 rounds and of "
                  "the chosen one, a file keeps none. Every rule can be drawn afresh.")
            .arg(RunLog::RowBudget{}.rounds);
    if (comparable(round)) return {};
    if (!judgesChains(round.rule) ||
        round.proposals.back().parent + 2 != static_cast<int>(round.proposals.size()))
        return tr(
            "This round drafted a tree, which chain rules cannot judge. Every rule can be drawn afresh.");
    return tr(
        "This round's draft was not drawn at random (one-hot), so the rules that judge drawn chains do "
        "not apply. Every rule can be drawn afresh.");
}

std::vector<RuleSetup> RoundRules::freshSetups(const Round& round) const {
    std::vector<RuleSetup> setups;
    if (round.rule == Rule::Greedy) return setups;
    const bool shared = comparable(round);
    for (RuleSetup setup : m_setups) {
        const bool chain = setup.tree.off();
        if (shared && chain && sharesDrawnChain(setup.rule)) continue;
        if (shared && chain) setup.gamma = static_cast<int>(round.proposals.size());
        setups.push_back(setup);
    }
    return setups;
}

void RoundRules::showOutcomes(const Round& round) {
    std::vector<RoundOutcome> outcomes;
    QStringList places;
    if (comparable(round)) {
        outcomes = compareChainRules(round, m_log->header().options.ensembleWeight);
        for (const Proposal& proposal : round.proposals) places << quotedPiece(proposal.bytes);
    }
    if (const auto drawn = m_drawn.find(this->round()); drawn != m_drawn.end())
        outcomes.insert(outcomes.end(), drawn->second.begin(), drawn->second.end());
    m_table->set(std::move(outcomes), places);
}

void RoundRules::showReport() {
    std::size_t most = 0;
    for (const RoundOutcome& outcome : m_report) most = std::max(most, outcome.reach.size());
    QStringList places;
    for (std::size_t place = 1; place <= most; ++place) places << QString::number(place);
    m_table->set(m_report, places);
    m_view->setEmptyText(tr("Generate with a draft to see one of its rounds under every rule."));
    m_note->setText(m_report.empty()
                        ? QString()
                        : tr("The first round after the first prompt. The rules with marks share "
                             "its proposals and coins; the others were drawn afresh."));
    m_fresh->setEnabled(false);
}

void RoundRules::refresh() {
    if (!isVisible()) return;
    m_dirty = false;
    const int shown = round();
    if (shown < 0) return showReport();
    const Round& round = m_log->rounds()[static_cast<std::size_t>(shown)];
    showOutcomes(round);
    const QString problem = problemOf(round);
    m_view->setEmptyText(problem);
    m_note->setText(
        m_table->outcomes().empty() ? QString()
        : problem.isEmpty()
            ? tr("The rules with marks share this round's proposals and coins; what they are "
                 "expected to emit is exact over all coins, given these proposals; which rule keeps "
                 "most is a question of the average over proposals. One-hot and "
                 "tree rules propose otherwise and need fresh draws.")
            : tr("Rounds drawn afresh at this place of the text; the intervals are of 95 %."));
    const bool hadFocus = m_fresh->hasFocus();
    m_fresh->setEnabled(m_ready && !m_drawn.contains(shown) && !freshSetups(round).empty());
    // A disabled button would hand the keys to whatever comes next.
    if (hadFocus && !m_fresh->isEnabled()) m_view->setFocus(Qt::OtherFocusReason);
}

void RoundRules::applyTheme() {
    for (QLabel* label : {m_note, m_of}) makeSecondary(label, palette());
    const Theme theme = Theme::of(palette());
    m_table->setLossyColor(theme.readable(theme.lossy));
}

void RoundRules::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_note) applyTheme();
}

}  // namespace specula
