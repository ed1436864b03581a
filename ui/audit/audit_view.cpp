#include "ui/audit/audit_view.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QStandardItemModel>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "engine/trace/mutants.h"
#include "engine/trace/names.h"
#include "ui/audit/audit_table.h"
#include "ui/models/data_table.h"
#include "ui/models/labels.h"
#include "ui/models/model_text.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

QString fromView(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace

AuditView::AuditView(QWidget* parent) : QWidget(parent), m_table(new AuditTable(this)) {
    m_banner = new NoteBox;
    m_verdict = new NoteBox;
    m_pair = makeTextLabel();
    m_checks = new DataTable;
    m_checks->setModel(m_table);
    m_checks->setAccessibleName(tr("Checks of the audit"));
    m_checks->setEmptyText(
        tr("Press Run audit: plain and speculative decoding are compared, greedily and by "
           "thousands of drawn continuations."));
    m_checks->setColumnRule(AuditTable::Result, {11, 14, 0});
    m_checks->setColumnRule(AuditTable::Check, {30, 60, 4});
    m_checks->setColumnRule(AuditTable::Statistic, {8, 12, 0});
    m_checks->setColumnRule(AuditTable::PValue, {8, 12, 0});
    m_checks->setColumnRule(AuditTable::Detail, {24, 400, 6});
    m_explanation = makeTextLabel(tr(
        "Greedy texts must be equal token for token. Drawn continuations are held against the target's exact "
        "probabilities; a correct program fails the whole audit once in 10,000 seeds at most. It cannot show "
        "that there is no difference, only how large one could have gone unnoticed."));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(8);
    column->addWidget(makeControls());
    column->addWidget(m_pair);
    column->addWidget(m_banner);
    column->addWidget(m_verdict);
    column->addWidget(m_checks, 1);
    column->addWidget(m_explanation);
    connect(m_run, &QPushButton::clicked, this, [this] { emit auditRequested(mutant()); });
    connect(m_stop, &QPushButton::clicked, this, &AuditView::stopRequested);
    connect(m_breaks, &QComboBox::currentIndexChanged, this, &AuditView::showBanner);
    setPair({});
    enable();
    applyTheme();
}

QWidget* AuditView::makeControls() {
    m_run = new QPushButton(tr("Run &audit"));
    describe(m_run, tr("Run audit"), tr("Compare plain and speculative decoding of the chosen pair"));
    m_stop = new QPushButton(tr("S&top"));
    describe(m_stop, tr("Stop the audit"), tr("End the audit without a conclusion"));
    m_breaks = new QComboBox;
    m_breaks->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_breaks->setMinimumContentsLength(16);
    m_breaks->addItem(tr("Nothing: the real rule"), static_cast<int>(Mutant::None));
    for (const Mutant mutant : allMutants())
        m_breaks->addItem(fromView(mutantWords(mutant)), static_cast<int>(mutant));
    describe(m_breaks, tr("Break it on purpose"),
             tr("A mistake to build into the rule, to see that the audit notices"));
    m_progress = new ElidedLabel;
    auto* controls = new QWidget;
    auto* row = new QHBoxLayout(controls);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_run);
    row->addWidget(m_stop);
    row->addSpacing(8);
    row->addWidget(labelFor(m_breaks, tr("&Break it on purpose")));
    row->addWidget(m_breaks, 3);
    row->addSpacing(8);
    row->addWidget(m_progress, 2);
    return controls;
}

void AuditView::setPair(const QString& line) {
    m_pair->setText(line.isEmpty() ? tr("Audits the target and draft chosen in the setup, with its settings.")
                                   : line);
}

void AuditView::setDraftKind(const QString& kind) {
    auto* items = qobject_cast<QStandardItemModel*>(m_breaks->model());
    for (int row = 0; items && row < m_breaks->count(); ++row) {
        const auto mutant = static_cast<Mutant>(m_breaks->itemData(row).toInt());
        // Under another rule it may be possible; an audit under the wrong one says so.
        std::string problem;
        for (const Rule rule : allRules()) {
            problem = mutantProblem(mutant, kind.toStdString(), false, rule);
            if (problem.empty()) break;
        }
        items->item(row)->setEnabled(problem.empty());
        m_breaks->setItemData(row, fromStd(problem), Qt::ToolTipRole);
    }
}

Mutant AuditView::mutant() const {
    return static_cast<Mutant>(m_breaks->currentData().toInt());
}

void AuditView::setMutant(Mutant mutant) {
    m_breaks->setCurrentIndex(m_breaks->findData(static_cast<int>(mutant)));
}

void AuditView::showBanner() {
    const Mutant shown = mutant();
    if (shown == Mutant::None) {
        m_banner->show(Symbol::None, {});
        return;
    }
    m_banner->show(Symbol::Caution, tr("A rule broken on purpose, expected to fail (%1). %2.")
                                        .arg(fromView(name(shown)), fromView(mutantWords(shown))));
}

void AuditView::setReady(bool ready) {
    m_ready = ready;
    enable();
}

void AuditView::enable() {
    const bool hadFocus = m_run->hasFocus() || m_stop->hasFocus();
    QPushButton* const next = m_running ? m_stop : m_run;
    next->setEnabled(m_running || m_ready);
    // A disabled button would hand the keys to whatever comes next.
    if (hadFocus) next->setFocus(Qt::OtherFocusReason);
    (m_running ? m_run : m_stop)->setEnabled(false);
    m_breaks->setEnabled(!m_running);
}

void AuditView::setRunning(bool running) {
    if (m_running == running) return;
    m_running = running;
    m_progress->setText({});
    if (running) {
        m_table->clear();
        m_verdict->show(Symbol::None, {});
    }
    enable();
}

void AuditView::setProgress(double fraction, const QString& what) {
    if (!m_running || fraction < 0.0) return;
    const int percent = static_cast<int>(std::lround(100.0 * std::clamp(fraction, 0.0, 1.0)));
    const QString number = tr("%1 %").arg(percent);
    m_progress->setText(what.isEmpty() ? number : number + QStringLiteral(": ") + what);
}

QString AuditView::progressText() const {
    return m_progress->text();
}

void AuditView::addCheck(const AuditCheck& check) {
    m_table->add(check);
    m_checks->scrollToBottom();
}

void AuditView::showReport(const AuditReport& report) {
    if (m_table->checks().size() != report.checks.size()) {
        m_table->clear();
        for (const AuditCheck& check : report.checks) m_table->add(check);
    }
    const bool failed = std::any_of(report.checks.begin(), report.checks.end(),
                                    [](const AuditCheck& check) { return !check.passed; });
    const Symbol symbol = report.passed ? Symbol::Yes : (failed ? Symbol::No : Symbol::Caution);
    const QString word = report.passed ? tr("Passed.") : (failed ? tr("Failed.") : tr("No result."));
    m_verdict->show(symbol, word + QLatin1Char(' ') + fromStd(report.statement) + QLatin1Char(' ') +
                                tr("%1 s.").arg(QLocale().toString(report.seconds, 'f', 0)));
}

void AuditView::applyTheme() {
    for (QLabel* label : {m_pair, static_cast<QLabel*>(m_progress), m_explanation})
        makeSecondary(label, palette());
}

void AuditView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_explanation) applyTheme();
}

}  // namespace specula
