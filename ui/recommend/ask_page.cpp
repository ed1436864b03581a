#include "ui/recommend/ask_page.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/common/focus_ring.h"
#include "ui/models/labels.h"
#include "ui/models/model_text.h"
#include "ui/setup/help.h"
#include "ui/setup/suite_box.h"

namespace specula {

namespace {

constexpr int kTokensLeast = 8;
constexpr int kTokensMost = 64;

}  // namespace

AskPage::AskPage(QWidget* parent) : QWidget(parent) {
    m_drafts = new QListWidget;
    addFocusRing(m_drafts);
    m_drafts->setWordWrap(true);
    m_drafts->setAlternatingRowColors(true);
    describe(m_drafts, tr("Drafts"),
             tr("Space takes a draft out and puts it back; grey ones cannot draft here."));
    m_promptPlace = new QVBoxLayout;
    m_promptPlace->setContentsMargins(0, 0, 0, 0);
    m_budget = new QComboBox;
    for (const int seconds : {30, 120, 300})
        m_budget->addItem(seconds < 60 ? tr("%1 seconds").arg(seconds) : tr("%1 minutes").arg(seconds / 60),
                          seconds);
    m_budget->setCurrentIndex(1);
    describe(m_budget, tr("Time"),
             tr("It may end sooner; more time makes narrower intervals. Loading is apart."));
    m_work = makeTextLabel();
    m_start = new QPushButton(tr("&Find it"));
    m_start->setDefault(true);
    describe(m_start, tr("Find it"),
             tr("Predict every gamma, then measure the best against plain decoding."));
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(12);
    form->addRow(tr("&Drafts"), m_drafts);
    auto* label = new QLabel(tr("Prompts"));
    form->addRow(label, m_promptPlace);
    form->addRow(tr("&Time"), m_budget);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_work, 1);
    buttons->addWidget(m_start, 0, Qt::AlignBottom);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addWidget(makeTextLabel(tr(
        "Which draft, how many tokens a round, and is it worth it: every choice is predicted from measured "
        "costs and one long run, then the best are measured against plain decoding of the same prompts.")));
    column->addLayout(form, 1);
    column->addLayout(buttons);
    connect(m_drafts, &QListWidget::itemChanged, this, &AskPage::describeWork);
    connect(m_budget, &QComboBox::currentIndexChanged, this, &AskPage::describeWork);
    connect(m_start, &QPushButton::clicked, this, &AskPage::startAsked);
}

void AskPage::begin(const RunRequest& present, const std::vector<PromptSuite>& suites) {
    m_present = present;
    m_candidates.clear();
    m_drafts->clear();
    auto* waiting = new QListWidgetItem(tr("Looking for what could draft…"), m_drafts);
    waiting->setFlags(Qt::NoItemFlags);
    delete m_prompts;
    m_prompts = new SuiteBox(present.prompt, suites, tr("What is generated; speed depends on it."));
    // A prompt that is not there yet is nothing to measure on.
    if (present.prompt.text.empty() && present.prompt.ids.empty() && m_prompts->count() > 1)
        m_prompts->setCurrentIndex(1);
    m_promptPlace->addWidget(m_prompts);
    setTabOrder(m_drafts, m_prompts);
    setTabOrder(m_prompts, m_budget);
    setTabOrder(m_budget, m_start);
    connect(m_prompts, &QComboBox::currentIndexChanged, this, &AskPage::describeWork);
    describeWork();
}

void AskPage::setCandidates(const std::vector<DraftCandidate>& candidates) {
    m_candidates = candidates;
    const QSignalBlocker quiet(m_drafts);
    m_drafts->clear();
    for (const DraftCandidate& candidate : candidates) {
        QString text = QString::fromStdString(candidate.name);
        if (!candidate.note.empty()) text = tr("%1 – %2").arg(text, QString::fromStdString(candidate.note));
        auto* item = new QListWidgetItem(text, m_drafts);
        item->setToolTip(plainTip(QString::fromStdString(candidate.draft)));
        item->setFlags(candidate.usable ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable
                                        : Qt::NoItemFlags);
        item->setCheckState(candidate.usable && candidate.usual ? Qt::Checked : Qt::Unchecked);
    }
    if (m_drafts->count() > 0) m_drafts->setCurrentRow(0);
    describeWork();
}

void AskPage::setReady(bool ready) {
    m_ready = ready;
    describeWork();
}

RecommendRequest AskPage::request() const {
    RecommendRequest request;
    request.engine = m_present.engine;
    request.options = m_present.options;
    request.options.maxTokens = std::clamp(m_present.options.maxTokens, kTokensLeast, kTokensMost);
    request.options.syntheticAcceptance.reset();
    if (m_prompts) {
        request.prompts = m_prompts->prompts();
        request.suite = m_prompts->name();
    }
    request.seconds = m_budget->currentData().toInt();
    for (std::size_t row = 0; row < m_candidates.size(); ++row) {
        if (m_drafts->item(static_cast<int>(row))->checkState() == Qt::Checked)
            request.drafts.push_back(m_candidates[row].draft);
    }
    return request;
}

void AskPage::describeWork() {
    const RecommendRequest asked = request();
    const bool prompt =
        !asked.prompts.empty() && (!asked.prompts.front().text.empty() || !asked.prompts.front().ids.empty());
    m_start->setEnabled(m_ready && prompt && !asked.drafts.empty());
    if (m_candidates.empty())
        m_work->setText({});
    else if (asked.drafts.empty())
        m_work->setText(tr("Choose at least one draft."));
    else if (!prompt)
        m_work->setText(tr("This prompt is empty: write one, or choose a suite."));
    else
        m_work->setText(tr("The first predictions come in about %n seconds.", nullptr,
                           8 * static_cast<int>(asked.drafts.size())));
}

}  // namespace specula
