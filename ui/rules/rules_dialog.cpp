#include "ui/rules/rules_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/common/focus_ring.h"
#include "ui/common/palette.h"
#include "ui/models/model_text.h"
#include "ui/rules/rule_texts.h"
#include "ui/setup/help.h"
#include "ui/setup/suite_box.h"

namespace specula {

namespace {

constexpr int kRowsSeen = 11;

}  // namespace

RulesDialog::RulesDialog(const RunRequest& present, const std::vector<PromptSuite>& suites,
                         const std::vector<RuleSetup>& setups, QWidget* parent)
    : QDialog(parent), m_present(present), m_setups(setups) {
    setWindowTitle(tr("Compare rules"));
    m_prompts = new SuiteBox(present.prompt, suites, tr("What is generated under each rule."));
    m_repeats = new QSpinBox;
    m_repeats->setRange(2, 50);
    m_repeats->setValue(RulesRequest{}.repeats);
    describe(m_repeats, tr("Repeats"), tr("More repeats make narrower intervals."));
    m_tokens = new QSpinBox;
    m_tokens->setRange(8, 4096);
    m_tokens->setValue(std::clamp(present.options.maxTokens, 8, 64));
    describe(m_tokens, tr("Tokens a run"), tr("Length of each run."));
    makeRules();
    m_work = new QLabel;
    m_work->setWordWrap(true);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    form->addRow(tr("&Prompts"), m_prompts);
    form->addRow(tr("&Repeats"), m_repeats);
    form->addRow(tr("&Tokens a run"), m_tokens);
    form->addRow(tr("R&ules"), m_rules);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    m_measure = buttons->button(QDialogButtonBox::Ok);
    m_measure->setText(tr("Compare"));
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(16, 16, 16, 16);
    outer->setSpacing(16);
    outer->addLayout(form);
    outer->addWidget(m_work);
    outer->addWidget(buttons);
    connect(m_prompts, &QComboBox::currentIndexChanged, this, &RulesDialog::describeWork);
    connect(m_rules, &QListWidget::itemChanged, this, &RulesDialog::describeWork);
    for (QSpinBox* box : {m_repeats, m_tokens})
        connect(box, &QSpinBox::valueChanged, this, &RulesDialog::describeWork);
    describeWork();
}

void RulesDialog::makeRules() {
    m_rules = new QListWidget;
    addFocusRing(m_rules);
    const Theme theme = Theme::of(palette());
    for (const RuleSetup& setup : m_setups) {
        QStringList said{fullRule(setup), draftedText(setup)};
        const QString lossy = lossyWord(setup);
        if (!lossy.isEmpty()) said << lossy;
        auto* item = new QListWidgetItem(said.join(tr(", ")), m_rules);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(Qt::Checked);
        item->setToolTip(plainTip(ruleHelp(setup)));
        if (!lossy.isEmpty()) item->setForeground(theme.readable(theme.lossy));
    }
    if (m_rules->count() > 0) m_rules->setCurrentRow(0);
    const int rows = std::min(kRowsSeen, std::max(1, m_rules->count()));
    m_rules->setFixedHeight(rows * std::max(m_rules->sizeHintForRow(0), fontMetrics().height()) +
                            2 * m_rules->frameWidth());
    m_rules->setMinimumWidth(m_rules->sizeHintForColumn(0) + 2 * m_rules->frameWidth());
    describe(m_rules, tr("Rules"), tr("Space takes a rule out and puts it back."));
}

RulesRequest RulesDialog::request() const {
    RulesRequest request;
    request.engine = m_present.engine;
    request.options = m_present.options;
    request.options.maxTokens = m_tokens->value();
    request.repeats = m_repeats->value();
    request.prompts = m_prompts->prompts();
    request.suite = m_prompts->name();
    for (int row = 0; row < m_rules->count(); ++row) {
        if (m_rules->item(row)->checkState() == Qt::Checked)
            request.setups.push_back(m_setups[static_cast<std::size_t>(row)]);
    }
    return request;
}

void RulesDialog::describeWork() {
    const RulesRequest asked = request();
    m_measure->setEnabled(!asked.setups.empty());
    // Plain decoding runs beside the rules.
    const auto runs = static_cast<int>(asked.prompts.size() * (asked.setups.size() + 1)) * asked.repeats;
    m_work->setText(
        asked.setups.empty()
            ? tr("Choose at least one rule.")
            : tr("%n runs of %1 tokens, plain decoding among them, with the same seeds under every rule.",
                 nullptr, runs)
                  .arg(QLocale().toString(asked.options.maxTokens)));
}

}  // namespace specula
