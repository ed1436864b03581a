#include "ui/lab/lab_form.h"

#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QRegularExpression>
#include <QSpinBox>

#include <algorithm>

#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "ui/lab/check_menu.h"
#include "ui/lab/lab_data.h"
#include "ui/models/model_text.h"
#include "ui/rules/rule_texts.h"
#include "ui/setup/help.h"
#include "ui/setup/tree_text.h"

namespace specula {

namespace {

constexpr int kLastGamma = 8;
constexpr int kTokens = 64;
constexpr double kMostTemperature = 5.0;

/// The rules offered, in order: all that draw, the lossless ones first.
std::vector<Rule> offeredRules() {
    std::vector<Rule> rules = allRules();
    std::erase(rules, Rule::Greedy);  // what every rule is at temperature 0
    std::stable_partition(rules.begin(), rules.end(), [](Rule rule) { return lossless(rule); });
    return rules;
}

/// A draft in a list: how its spec reads, without folders.
QString shortDraft(const std::string& spec) {
    const QString text = QString::fromUtf8(spec.c_str());
    return text.contains(QLatin1Char('/')) ? QFileInfo(text).fileName() : text;
}

}  // namespace

LabForm::LabForm(QWidget* parent) : QWidget(parent) {
    makeMenus();
    makeNumbers();
    layOut();
    listSuites();
    listDrafts();
    for (CheckMenu* menu : {m_suites, m_rules, m_drafts})
        connect(menu, &CheckMenu::changed, this, &LabForm::changed);
    for (QSpinBox* box : {m_first, m_last, m_repeats, m_tokens})
        connect(box, &QSpinBox::valueChanged, this, &LabForm::changed);
    connect(m_first, &QSpinBox::valueChanged, this,
            [this](int first) { m_last->setValue(std::max(first, m_last->value())); });
    connect(m_last, &QSpinBox::valueChanged, this,
            [this](int last) { m_first->setValue(std::min(last, m_first->value())); });
    connect(m_temperatures, &QLineEdit::textEdited, this, [this] { m_touched = true; });
    for (QLineEdit* line : {m_trees, m_temperatures})
        connect(line, &QLineEdit::textChanged, this, &LabForm::changed);
}

void LabForm::makeMenus() {
    m_suites = new CheckMenu(tr("none"));
    describe(m_suites, tr("Suites"), tr("What is generated: each suite is a list of prompts"));
    connect(m_suites->addCommand(tr("Own &file…")), &QAction::triggered, this, &LabForm::fileAsked);
    m_rules = new CheckMenu(tr("none"));
    describe(m_rules, tr("Rules"),
             tr("How proposals are judged; at temperature 0 all of them are greedy. LOSSY ones give another "
                "text"));
    QStringList names;
    for (const Rule rule : offeredRules()) {
        const RuleSetup setup{rule, RuleSetup{}.ensembleWeight, 1, {}};
        const QString lossy = lossyWord(setup);
        names << (lossy.isEmpty() ? shortRule(setup) : tr("%1, %2").arg(shortRule(setup), lossy));
    }
    m_rules->setEntries(names, {true});
    m_drafts = new CheckMenu(tr("none"));
    describe(m_drafts, tr("Drafts"),
             tr("Measured one after the other; whatever draft the setup has can be ticked here"));
}

void LabForm::makeNumbers() {
    const auto box = [](int low, int high, int value, const QString& name, const QString& help) {
        auto* made = new QSpinBox;
        made->setRange(low, high);
        made->setValue(value);
        describe(made, name, help);
        return made;
    };
    m_first = box(1, kGammaMax, 1, tr("Smallest gamma"), tr("Plain decoding, gamma 0, is always measured"));
    m_last = box(1, kGammaMax, kLastGamma, tr("Largest gamma"), tr("The longest chain that is drafted"));
    m_repeats = box(1, 100, LabRequest{}.repeats, tr("Repeats"),
                    tr("Each repeat has a seed of its own; more of them make narrower intervals"));
    m_tokens = box(8, 4096, kTokens, tr("Tokens a run"), tr("Length of each run"));
    m_trees = new QLineEdit;
    m_trees->setPlaceholderText(tr("none"));
    m_trees->setMinimumWidth(50);
    describe(m_trees, tr("Trees"),
             tr("Children at each depth, several trees parted by semicolons: 2,1; 3,2,1; auto. Only feature "
                "heads draft them"));
    m_temperatures = new QLineEdit(QStringLiteral("0.7"));
    describe(m_temperatures, tr("Temperatures"), tr("Several parted by semicolons or spaces: 0; 0.7"));
}

void LabForm::layOut() {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(4);
    auto* gammas = new QWidget;
    auto* row = new QHBoxLayout(gammas);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(m_first);
    row->addWidget(new QLabel(tr("to")));
    row->addWidget(m_last);
    int column = 0;
    const auto put = [&](int line, QWidget* buddy, const QString& label, QWidget* control) {
        auto* words = labelFor(buddy, label);
        words->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        grid->addWidget(words, line, column++);
        grid->addWidget(control, line, column++);
    };
    put(0, m_suites, tr("&Suites"), m_suites);
    put(0, m_first, tr("&Gamma"), gammas);
    put(0, m_trees, tr("Tr&ees"), m_trees);
    put(0, m_repeats, tr("&Repeats"), m_repeats);
    column = 0;
    put(1, m_drafts, tr("&Drafts"), m_drafts);
    put(1, m_temperatures, tr("Te&mperatures"), m_temperatures);
    put(1, m_rules, tr("R&ules"), m_rules);
    put(1, m_tokens, tr("T&okens"), m_tokens);
    grid->setColumnStretch(1, 3);
    grid->setColumnStretch(3, 1);
    grid->setColumnStretch(5, 2);
    QWidget* const order[] = {m_suites, m_first,        m_last,  m_trees, m_repeats,
                              m_drafts, m_temperatures, m_rules, m_tokens};
    for (std::size_t i = 1; i < std::size(order); ++i) setTabOrder(order[i - 1], order[i]);
}

void LabForm::setPresent(const RunRequest& present, bool trees) {
    const bool otherDraft = present.engine.draft != m_present.engine.draft;
    std::vector<bool> on = m_drafts->checked();
    const bool only = std::count(on.begin(), on.end(), true) < 2;
    m_present = present;
    m_presentTrees = trees;
    const auto known = std::find_if(m_draftList.begin(), m_draftList.end(), [&](const LabDraft& draft) {
        return draft.spec == present.engine.draft;
    });
    if (!present.engine.draft.empty() && present.engine.draft != "none") {
        if (known != m_draftList.end()) {
            known->trees = known->trees || trees;
        } else {
            m_draftList.insert(m_draftList.begin(), {present.engine.draft, trees});
            on.insert(on.begin(), false);
        }
        // Where one draft is ticked it is the setup's; several were ticked on purpose.
        if (otherDraft && only) {
            for (std::size_t i = 0; i < m_draftList.size(); ++i)
                on[i] = m_draftList[i].spec == present.engine.draft;
        }
    }
    QStringList names;
    for (const LabDraft& draft : m_draftList) names << shortDraft(draft.spec);
    m_drafts->setEntries(names, on);
    if (!m_touched) m_temperatures->setText(temperatureText(present.options.sampling.temperature));
    emit changed();
}

void LabForm::setSuites(const std::vector<PromptSuite>& suites) {
    m_known = suites;
    listSuites();
}

void LabForm::listSuites() {
    std::vector<bool> on = m_suites->checked();
    QStringList names{tr("This prompt")};
    for (const PromptSuite& suite : m_known)
        names << tr("%1 (%n prompts)", nullptr, static_cast<int>(suite.prompts.size())).arg(suite.name);
    on.resize(static_cast<std::size_t>(names.size()), false);
    if (std::find(on.begin(), on.end(), true) == on.end()) on[0] = true;
    m_suites->setEntries(names, on);
}

void LabForm::addSuite(const PromptSuite& suite) {
    m_known.push_back(suite);
    listSuites();
    m_suites->setChecked(static_cast<int>(m_known.size()), true);
}

void LabForm::setDrafts(const std::vector<KnownModel>& heads) {
    m_heads = heads;
    listDrafts();
}

void LabForm::listDrafts() {
    std::vector<bool> on = m_drafts->checked();
    const auto add = [&](const std::string& spec, bool trees) {
        const auto same = [&](const LabDraft& draft) { return draft.spec == spec; };
        if (std::none_of(m_draftList.begin(), m_draftList.end(), same)) m_draftList.push_back({spec, trees});
    };
    for (const KnownModel& head : m_heads) {
        if (head.draftOnly) add(head.path.toUtf8().toStdString(), true);
    }
    add("ngram", false);
    on.resize(m_draftList.size(), false);
    QStringList names;
    for (const LabDraft& draft : m_draftList) names << shortDraft(draft.spec);
    m_drafts->setEntries(names, on);
}

void LabForm::presetOneRow() {
    m_touched = false;
    std::vector<bool> none(m_known.size() + 1, false);
    const bool prompt = !m_present.prompt.text.empty() || !m_present.prompt.ids.empty();
    for (std::size_t i = 0; i < none.size(); ++i)
        m_suites->setChecked(static_cast<int>(i), i == (prompt || m_known.empty() ? 0U : 1U));
    m_temperatures->setText(temperatureText(m_present.options.sampling.temperature));
    const std::vector<Rule> offered = offeredRules();
    // Greedy and Sequoia are what Token becomes.
    Rule rule = m_present.options.rule;
    if (rule == Rule::Greedy || std::find(offered.begin(), offered.end(), rule) == offered.end() ||
        !judgesChains(rule))
        rule = Rule::Token;
    for (std::size_t i = 0; i < offered.size(); ++i)
        m_rules->setChecked(static_cast<int>(i), offered[i] == rule);
    for (std::size_t i = 0; i < m_draftList.size(); ++i)
        m_drafts->setChecked(static_cast<int>(i), m_draftList[i].spec == m_present.engine.draft);
    m_first->setValue(1);
    m_last->setValue(kLastGamma);
    m_trees->clear();
    m_tokens->setValue(std::clamp(m_present.options.maxTokens, 8, kTokens));
}

std::optional<std::vector<double>> LabForm::temperatureValues() const {
    std::vector<double> values;
    const QLocale own;
    static const QRegularExpression gaps(QStringLiteral("[;\\s]+"));
    for (const QString& word : m_temperatures->text().split(gaps, Qt::SkipEmptyParts)) {
        bool ok = false;
        double value = own.toDouble(word, &ok);
        if (!ok) value = QLocale::c().toDouble(word, &ok);
        if (!ok || !(value >= 0.0) || value > kMostTemperature) return std::nullopt;
        if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    }
    if (values.empty()) return std::nullopt;
    return values;
}

std::optional<std::vector<TreeShape>> LabForm::treeValues() const {
    std::vector<TreeShape> trees;
    for (const QString& word : m_trees->text().split(QLatin1Char(';'), Qt::SkipEmptyParts)) {
        if (word.trimmed().isEmpty()) continue;
        const std::optional<TreeShape> tree = treeNamed(word);
        if (!tree) return std::nullopt;
        if (!tree->off() && std::find(trees.begin(), trees.end(), *tree) == trees.end())
            trees.push_back(*tree);
    }
    return trees;
}

std::vector<Rule> LabForm::ruleValues() const {
    const std::vector<Rule> offered = offeredRules();
    const std::vector<bool> on = m_rules->checked();
    std::vector<Rule> rules;
    for (std::size_t i = 0; i < offered.size() && i < on.size(); ++i) {
        if (on[i]) rules.push_back(offered[i]);
    }
    return rules;
}

LabRequest LabForm::request() const {
    LabRequest request;
    request.engine = m_present.engine;
    request.options = m_present.options;
    request.options.maxTokens = m_tokens->value();
    request.options.costs.reset();
    request.options.keepRows = false;
    request.repeats = m_repeats->value();
    const std::vector<bool> suites = m_suites->checked();
    if (!suites.empty() && suites[0]) {
        Prompt present = m_present.prompt;
        if (present.name.empty()) present.name = tr("this prompt").toStdString();
        const bool any = !present.text.empty() || !present.ids.empty();
        request.suites.push_back({tr("This prompt").toStdString(), {}});
        if (any) request.suites.back().prompts.push_back(std::move(present));
    }
    for (std::size_t i = 0; i < m_known.size(); ++i) {
        if (i + 1 < suites.size() && suites[i + 1])
            request.suites.push_back({m_known[i].name.toStdString(), m_known[i].prompts});
    }
    const std::vector<bool> drafts = m_drafts->checked();
    for (std::size_t i = 0; i < m_draftList.size() && i < drafts.size(); ++i) {
        if (drafts[i]) request.drafts.push_back(m_draftList[i]);
    }
    request.temperatures = temperatureValues().value_or(std::vector<double>{});
    const std::vector<TreeShape> trees = treeValues().value_or(std::vector<TreeShape>{});
    for (const Rule rule : ruleValues()) {
        const double weight =
            rule == m_present.options.rule ? m_present.options.ensembleWeight : RuleSetup{}.ensembleWeight;
        for (int gamma = m_first->value(); judgesChains(rule) && gamma <= m_last->value(); ++gamma)
            request.setups.push_back({rule, weight, gamma, {}});
        // Token by token becomes Sequoia's rule in a tree.
        for (const TreeShape& tree : trees) {
            if (judgesTrees(rule) || rule == Rule::Token)
                request.setups.push_back({rule, weight, RuleSetup{}.gamma, tree});
        }
    }
    return request;
}

QString LabForm::problem() const {
    if (m_present.engine.target.empty()) return tr("Choose a target in the setup.");
    if (!temperatureValues())
        return tr("Temperatures: expected numbers from 0 to %1 parted by semicolons, found \"%2\".")
            .arg(QLocale().toString(kMostTemperature), m_temperatures->text());
    if (!treeValues()) {
        for (const QString& word : m_trees->text().split(QLatin1Char(';'), Qt::SkipEmptyParts)) {
            if (!treeNamed(word)) return treeProblem(word.trimmed());
        }
    }
    const LabRequest asked = request();
    const bool emptyPrompt = !asked.suites.empty() && asked.suites.front().prompts.empty();
    if (emptyPrompt) return tr("The setup has no prompt: write one, or untick \"This prompt\".");
    return QString::fromStdString(labProblem(asked));
}

QString LabForm::workText(const std::optional<LabPace>& pace) const {
    const LabRequest asked = request();
    const long runs = labRuns(asked);
    const auto ways = static_cast<int>(labSetups(asked).size());
    QString text =
        tr("%n runs of %1 tokens, %2 ways to run, plain decoding among them", nullptr, static_cast<int>(runs))
            .arg(asked.options.maxTokens)
            .arg(ways);
    if (pace && pace->plainMs > 0.0)
        return tr("%1; about %2, estimated from measured costs")
            .arg(text, durationText(expectedLabSeconds(asked, *pace)));
    return tr("%1; the time is estimated at the start, once costs are measured").arg(text);
}

}  // namespace specula
