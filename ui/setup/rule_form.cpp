#include "ui/setup/rule_form.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QStandardItemModel>
#include <QVBoxLayout>

#include <algorithm>

#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "ui/common/palette.h"
#include "ui/help/help_button.h"
#include "ui/help/help_pages.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

constexpr double kEntropyMost = 20.0;  ///< nats; more than any vocabulary has

QString fromWords(std::string_view words) {
    return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size()));
}

/// Short names: the list is narrow. The paper's own where it has one.
QString shortName(Rule rule) {
    switch (rule) {
        case Rule::Token:
            return RuleForm::tr("Token");
        case Rule::Block:
            return RuleForm::tr("Block");
        case Rule::Greedy:
            return RuleForm::tr("Greedy");
        case Rule::OneHot:
            return RuleForm::tr("One-hot");
        case Rule::Match:
            return RuleForm::tr("Match");
        case Rule::SpecInfer:
            return QStringLiteral("SpecInfer");
        case Rule::Sequoia:
            return QStringLiteral("Sequoia");
        case Rule::Typical:
            return RuleForm::tr("Typical");
        case Rule::Ensemble:
            return RuleForm::tr("Ensemble");
    }
    return {};
}

QString stopName(DraftStop::Kind kind) {
    switch (kind) {
        case DraftStop::Kind::Fixed:
            return RuleForm::tr("Fixed");
        case DraftStop::Kind::Max:
            return RuleForm::tr("Max under");
        case DraftStop::Kind::Entropy:
            return RuleForm::tr("Entropy over");
        case DraftStop::Kind::Auto:
            return RuleForm::tr("Auto");
    }
    return {};
}

QString stopWords(DraftStop::Kind kind) {
    switch (kind) {
        case DraftStop::Kind::Fixed:
            return RuleForm::tr("Always drafts the whole length.");
        case DraftStop::Kind::Max:
            return RuleForm::tr("Ends where the draft gives its likeliest token less than this.");
        case DraftStop::Kind::Entropy:
            return RuleForm::tr("Ends where the draft is less certain than this many nats.");
        case DraftStop::Kind::Auto:
            return RuleForm::tr("Ends where one more token is not worth its measured cost.");
    }
    return {};
}

QLabel* helpLine() {
    auto* line = new QLabel;
    line->setTextFormat(Qt::PlainText);
    line->setWordWrap(true);
    line->setMinimumWidth(1);
    QFont small = line->font();
    small.setPointSizeF(small.pointSizeF() * 0.92);
    line->setFont(small);
    return line;
}

QComboBox* narrowList() {
    auto* list = new QComboBox;
    list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    list->setMinimumContentsLength(6);
    return list;
}

QDoubleSpinBox* number(double low, double high, double step) {
    auto* box = new QDoubleSpinBox;
    box->setRange(low, high);
    box->setSingleStep(step);
    box->setDecimals(3);
    return box;
}

}  // namespace

RuleForm::RuleForm(QWidget* parent) : QWidget(parent) {
    makeRules();
    makeStops();
    layOut();
    showRule();
    showStop();
}

void RuleForm::makeRules() {
    m_rules = narrowList();
    describe(m_rules, tr("Rule"), tr("How the target judges what was drafted."));
    for (const Rule rule : allRules()) {
        const QString text = shortName(rule);
        m_rules->addItem(lossless(rule) ? text : tr("%1 – LOSSY").arg(text), static_cast<int>(rule));
    }
    m_weight = number(0.0, 1.0, 0.05);
    m_weight->setValue(RunOptions{}.ensembleWeight);
    describe(m_weight, tr("Draft's weight"),
             tr("The draft's share of the mixture: 0 is the token rule, 1 keeps every draft."));
    m_ruleLine = helpLine();
    m_ruleHelp = new HelpButton(tr("Help on the rule"));
    connect(m_rules, &QComboBox::activated, this, &RuleForm::chooseRule);
    connect(m_weight, &QDoubleSpinBox::valueChanged, this, &RuleForm::changed);
    connect(m_ruleHelp, &HelpButton::asked, this, &RuleForm::helpAsked);
}

void RuleForm::makeStops() {
    m_stops = narrowList();
    describe(m_stops, tr("Draft stop"), tr("When a draft ends before its length is reached."));
    using Kind = DraftStop::Kind;
    for (const Kind kind : {Kind::Fixed, Kind::Max, Kind::Entropy, Kind::Auto}) {
        m_stops->addItem(stopName(kind), static_cast<int>(kind));
        m_stops->setItemData(m_stops->count() - 1, stopWords(kind), Qt::ToolTipRole);
    }
    m_threshold = number(0.0, 1.0, 0.05);
    m_stopLine = helpLine();
    m_stopHelp = new HelpButton(tr("Help on the draft stop"));
    m_stopHelp->setPage(m_stops, QLatin1String(kHelpDraftStop));
    setHelpPage(m_threshold, QLatin1String(kHelpDraftStop));
    connect(m_stops, &QComboBox::currentIndexChanged, this, &RuleForm::showStop);
    connect(m_threshold, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        const auto kind = static_cast<DraftStop::Kind>(m_stops->currentData().toInt());
        (kind == DraftStop::Kind::Max ? m_leastMax : m_mostEntropy) = value;
    });
    connect(m_stopHelp, &HelpButton::asked, this, &RuleForm::helpAsked);
}

void RuleForm::layOut() {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    QLabel* const labels[] = {labelFor(m_rules, tr("R&ule")), labelFor(m_stops, tr("St&op"))};
    const int widest = std::max(labels[0]->sizeHint().width(), labels[1]->sizeHint().width());
    const auto row = [column, widest](QLabel* label, QWidget* list, QWidget* value, QWidget* help,
                                      QWidget* line) {
        label->setMinimumWidth(widest);
        auto* controls = new QHBoxLayout;
        controls->setSpacing(4);
        controls->addWidget(label);
        controls->addWidget(list, 1);
        controls->addWidget(value);
        controls->addWidget(help);
        column->addLayout(controls);
        column->addWidget(line);
    };
    row(labels[0], m_rules, m_weight, m_ruleHelp, m_ruleLine);
    row(labels[1], m_stops, m_threshold, m_stopHelp, m_stopLine);
    setTabOrder(m_rules, m_weight);
    setTabOrder(m_weight, m_ruleHelp);
    setTabOrder(m_ruleHelp, m_stops);
    setTabOrder(m_stops, m_threshold);
    setTabOrder(m_threshold, m_stopHelp);
}

void RuleForm::setSituation(const RuleSituation& situation) {
    if (situation == m_situation) return;
    m_situation = situation;
    showRule();
}

QString RuleForm::problemOf(Rule rule) const {
    const RuleSituation& s = m_situation;
    if (ruleProblem(rule, s.greedy, s.tree, s.plain).empty()) return {};
    if (rule == Rule::Greedy) return tr("Greedy needs temperature 0.");
    if (s.tree) return tr("%1 judges chains only: set the tree to off.").arg(shortName(rule));
    return s.treeOffered ? tr("%1 needs a tree: set one.").arg(shortName(rule))
                         : tr("%1 needs a tree, which only a feature head drafts.").arg(shortName(rule));
}

QString RuleForm::problem() const {
    return problemOf(m_wanted);
}

void RuleForm::chooseRule() {
    const auto chosen = static_cast<Rule>(m_rules->currentData().toInt());
    m_wanted = chosen == Rule::Sequoia ? Rule::Token : chosen;
    showRule();
}

QString RuleForm::lineOf(Rule used) const {
    const QString problem = this->problem();
    if (!problem.isEmpty()) return problem;
    if (m_situation.plain) return tr("Nothing is drafted, so nothing is judged.");
    if (used == Rule::Greedy) return tr("Temperature 0: Greedy is used.");
    return lossless(used) ? QString() : tr("LOSSY: the text is not the target's.");
}

void RuleForm::showRule() {
    const RuleSituation& s = m_situation;
    const Theme theme = Theme::of(palette());
    // What cannot be used is still shown as chosen, with the reason.
    const Rule used =
        problem().isEmpty() && !s.plain ? resolvedRule(m_wanted, s.greedy, s.tree, false) : m_wanted;
    auto* items = qobject_cast<QStandardItemModel*>(m_rules->model());
    for (int i = 0; i < m_rules->count(); ++i) {
        const auto rule = static_cast<Rule>(m_rules->itemData(i).toInt());
        QString reason = problemOf(rule);
        if (reason.isEmpty() && s.tree && !s.greedy && rule == Rule::Token)
            reason = tr("For a tree the token rule is Sequoia.");
        items->item(i)->setEnabled(reason.isEmpty());
        const QString title =
            tr("%1 (%2): %3")
                .arg(fromWords(ruleTitle(rule)), fromWords(ruleSource(rule)), fromWords(ruleWords(rule)));
        m_rules->setItemData(i, reason.isEmpty() ? title : tr("%1 %2").arg(reason, title), Qt::ToolTipRole);
        if (!lossless(rule)) m_rules->setItemData(i, theme.readable(theme.lossy), Qt::ForegroundRole);
        if (rule == used) m_rules->setCurrentIndex(i);
    }
    m_rules->setEnabled(!s.greedy);
    const bool lossy = !lossless(used) && !s.plain;
    m_weight->setVisible(used == Rule::Ensemble);
    m_ruleLine->setText(lineOf(used));
    m_ruleLine->setVisible(!m_ruleLine->text().isEmpty());
    m_ruleHelp->setPage(m_rules, helpPageOf(used));
    setHelpPage(m_weight, helpPageOf(used));
    m_rules->setToolTip(m_rules->itemData(m_rules->currentIndex(), Qt::ToolTipRole).toString());
    m_rules->setAccessibleDescription(m_rules->toolTip());
    QPalette colors = palette();
    const bool red = lossy || !problem().isEmpty();
    colors.setColor(QPalette::WindowText, red ? theme.readable(theme.lossy) : theme.secondary);
    m_ruleLine->setPalette(colors);
    colors.setColor(QPalette::WindowText, theme.secondary);
    m_stopLine->setPalette(colors);
    emit changed();
}

void RuleForm::showStop() {
    const auto kind = static_cast<DraftStop::Kind>(m_stops->currentData().toInt());
    const bool max = kind == DraftStop::Kind::Max;
    m_threshold->setVisible(max || kind == DraftStop::Kind::Entropy);
    const QSignalBlocker quiet(m_threshold);
    m_threshold->setRange(0.0, max ? 1.0 : kEntropyMost);
    m_threshold->setSingleStep(max ? 0.05 : 0.25);
    m_threshold->setDecimals(max ? 3 : 2);
    m_threshold->setValue(max ? m_leastMax : m_mostEntropy);
    describe(m_threshold, max ? tr("Least probability") : tr("Most entropy"), stopWords(kind));
    m_stopLine->setText(stopWords(kind));
    m_stopLine->setVisible(kind != DraftStop::Kind::Fixed);
    m_stops->setToolTip(stopWords(kind));
    m_stops->setAccessibleDescription(stopWords(kind));
}

void RuleForm::write(RunOptions& options) const {
    options.rule = m_wanted;
    options.ensembleWeight = m_weight->value();
    const auto kind = static_cast<DraftStop::Kind>(m_stops->currentData().toInt());
    const bool number = kind == DraftStop::Kind::Max || kind == DraftStop::Kind::Entropy;
    options.draftStop = {kind, number ? m_threshold->value() : 0.0};
}

void RuleForm::read(const RunOptions& options) {
    const bool resolved = options.rule == Rule::Greedy || options.rule == Rule::Sequoia;
    m_wanted = resolved ? Rule::Token : options.rule;
    m_weight->setValue(options.ensembleWeight);
    const DraftStop& stop = options.draftStop;
    if (stop.kind == DraftStop::Kind::Max) m_leastMax = stop.threshold;
    if (stop.kind == DraftStop::Kind::Entropy) m_mostEntropy = stop.threshold;
    m_stops->setCurrentIndex(m_stops->findData(static_cast<int>(stop.kind)));
    showStop();
    showRule();
}

void RuleForm::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_stopHelp) showRule();
}

}  // namespace specula
