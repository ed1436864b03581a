#include "ui/main_window/sweep_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/setup/help.h"
#include "ui/setup/suite_box.h"

namespace specula {

SweepDialog::SweepDialog(const RunRequest& present, const std::vector<PromptSuite>& suites, QWidget* parent)
    : QDialog(parent), m_present(present) {
    setWindowTitle(tr("Gamma sweep"));
    m_prompts = new SuiteBox(present.prompt, suites, tr("What is generated for each gamma."));
    m_last = new QSpinBox;
    m_last->setRange(1, kGammaMax);
    m_last->setValue(8);
    describe(m_last, tr("Largest gamma"), tr("Every gamma from 0 to this one is measured."));
    m_repeats = new QSpinBox;
    m_repeats->setRange(2, 50);
    m_repeats->setValue(SweepRequest{}.repeats);
    describe(m_repeats, tr("Repeats"), tr("More repeats make narrower intervals."));
    m_tokens = new QSpinBox;
    m_tokens->setRange(8, 4096);
    m_tokens->setValue(std::clamp(present.options.maxTokens, 8, 64));
    describe(m_tokens, tr("Tokens a run"), tr("Length of each run."));
    m_work = new QLabel;
    m_work->setWordWrap(true);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    form->addRow(tr("&Prompts"), m_prompts);
    form->addRow(tr("Largest &gamma"), m_last);
    form->addRow(tr("&Repeats"), m_repeats);
    form->addRow(tr("&Tokens a run"), m_tokens);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("Measure"));
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(16, 16, 16, 16);
    outer->setSpacing(16);
    outer->addLayout(form);
    outer->addWidget(m_work);
    outer->addWidget(buttons);
    connect(m_prompts, &QComboBox::currentIndexChanged, this, &SweepDialog::describeWork);
    for (QSpinBox* box : {m_last, m_repeats, m_tokens}) {
        connect(box, &QSpinBox::valueChanged, this, &SweepDialog::describeWork);
    }
    describeWork();
}

SweepRequest SweepDialog::request() const {
    SweepRequest request;
    request.engine = m_present.engine;
    request.options = m_present.options;
    request.options.tree = {};  // gamma is the length of a chain
    request.options.maxTokens = m_tokens->value();
    request.repeats = m_repeats->value();
    request.gammas.clear();
    for (int gamma = 0; gamma <= m_last->value(); ++gamma) request.gammas.push_back(gamma);
    request.prompts = m_prompts->prompts();
    request.suite = m_prompts->name();
    return request;
}

void SweepDialog::describeWork() {
    const SweepRequest asked = request();
    const auto runs = static_cast<int>(asked.prompts.size() * asked.gammas.size()) * asked.repeats;
    m_work->setText(tr("%n runs of %1 tokens. Points appear as they are measured; Esc stops.", nullptr, runs)
                        .arg(QLocale().toString(asked.options.maxTokens)));
}

}  // namespace specula
