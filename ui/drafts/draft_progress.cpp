#include "ui/drafts/draft_progress.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QTabWidget>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "ui/charts/findings.h"
#include "ui/drafts/alpha_chart.h"
#include "ui/export/export_menu.h"
#include "ui/models/labels.h"
#include "ui/models/model_text.h"

namespace specula {

namespace {

constexpr int kBarSteps = 1000;
constexpr int kResultsPage = 2;

QTableWidgetItem* cell(const QString& text, bool number = true) {
    auto* item = new QTableWidgetItem(text);
    item->setTextAlignment(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft));
    return item;
}

}  // namespace

DraftProgress::DraftProgress(QWidget* parent) : QWidget(parent) {
    m_headline = makeTextLabel();
    makeBold(m_headline);
    m_place = new ElidedLabel;
    m_state = new QLabel;
    m_state->setAccessibleName(tr("Progress"));
    m_bar = new QProgressBar;
    m_bar->setRange(0, kBarSteps);
    m_bar->setTextVisible(false);
    m_bar->setFixedHeight(8);
    m_bar->setAccessibleName(tr("Progress"));
    m_figures = makeTextLabel();
    m_figures->setAccessibleName(tr("Figures"));
    m_note = new NoteBox;
    m_chart = new AlphaChart;
    m_numbers = makeTable(tr("Held-out overlap, every look"));
    m_results = makeTable(tr("What the draft is worth, by temperature"));
    m_tabs = new QTabWidget;
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_chart, tr("&Curve"));
    m_tabs->addTab(m_numbers, tr("&Numbers"));
    m_tabs->addTab(m_results, tr("Res&ult"));
    m_tabs->setTabToolTip(
        0, tr("How much of the target's choice the draft covers on texts that it never learned from"));
    m_tabs->setTabToolTip(1, tr("The same as a table"));
    auto* top = new QHBoxLayout;
    top->setSpacing(16);
    top->addWidget(m_headline, 1);
    top->addWidget(m_state);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addLayout(top);
    column->addWidget(m_place);
    column->addWidget(m_bar);
    column->addWidget(m_figures);
    column->addWidget(m_note);
    column->addWidget(m_tabs, 1);
    applyTheme();
    begin({}, {});
}

QTableWidget* DraftProgress::makeTable(const QString& name) {
    auto* table = new QTableWidget;
    table->setAccessibleName(name);
    offerExportMenu(*table);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->setFrameShape(QFrame::NoFrame);
    table->setTabKeyNavigation(false);
    table->setAlternatingRowColors(true);
    table->verticalHeader()->hide();
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setStretchLastSection(true);
    return table;
}

void DraftProgress::begin(const QString& targetName, const QString& folder) {
    m_points.clear();
    m_chart->setPoints({});
    m_numbers->clear();
    m_numbers->setRowCount(0);
    m_numbers->setColumnCount(3);
    m_numbers->setHorizontalHeaderLabels({tr("Minutes"), tr("Step"), tr("Loss")});
    m_phase = tr("Opening %1").arg(targetName);
    m_instead.clear();
    m_headline->setText(m_phase);
    m_place->setText(folder);
    m_state->clear();
    m_bar->setValue(0);
    m_bar->show();
    m_figures->setText(tr("No text was sampled yet."));
    m_note->show(Symbol::None, {});
    m_results->setRowCount(0);
    m_tabs->setTabVisible(kResultsPage, false);
    m_tabs->setCurrentIndex(0);
}

void DraftProgress::setProgress(const TrainProgress& progress) {
    m_phase = phaseText(progress.phase);
    m_headline->setText(m_instead.isEmpty() ? m_phase : m_instead);
    m_state->setText(progressText(progress));
    m_bar->setValue(static_cast<int>(std::lround(std::clamp(progress.fraction, 0.0, 1.0) * kBarSteps)));
    showFigures(progress);
    if (progress.alpha.empty()) return;
    if (!m_points.empty() && m_points.back().alpha == progress.alpha) return;
    addPoint({progress.seconds / 60.0, progress.step, progress.loss, progress.alpha});
}

void DraftProgress::showFigures(const TrainProgress& progress) {
    const QLocale locale;
    QStringList parts{tr("%1 tokens sampled").arg(locale.toString(qlonglong(progress.tokens)))};
    if (progress.step > 0) {
        parts << tr("training step %1").arg(locale.toString(qlonglong(progress.step)));
        parts << tr("loss %1 nats a token").arg(decimalText(progress.loss));
    }
    if (progress.seconds >= 1.0) parts << tr("%1 min spent").arg(decimalText(progress.seconds / 60.0, 0));
    QString text = parts.join(QStringLiteral("  ·  "));
    if (!m_points.empty() || !progress.alpha.empty()) {
        const std::vector<double>& alpha = progress.alpha.empty() ? m_points.back().alpha : progress.alpha;
        text += QLatin1Char('\n') + tr("Held-out overlap: %1").arg(alphaText(alpha));
    }
    m_figures->setText(text);
}

void DraftProgress::addPoint(const AlphaPoint& point) {
    m_points.push_back(point);
    m_chart->setPoints(m_points);
    const int columns = 3 + static_cast<int>(point.alpha.size());
    for (int column = m_numbers->columnCount(); column < columns; ++column) {
        m_numbers->insertColumn(column);
        m_numbers->setHorizontalHeaderItem(column, new QTableWidgetItem(tr("Step %1 ahead").arg(column - 2)));
    }
    const int row = m_numbers->rowCount();
    m_numbers->insertRow(row);
    m_numbers->setItem(row, 0, cell(decimalText(point.minutes, 1)));
    m_numbers->setItem(row, 1, cell(QLocale().toString(qlonglong(point.step))));
    m_numbers->setItem(row, 2, cell(decimalText(point.loss)));
    for (std::size_t i = 0; i < point.alpha.size(); ++i)
        m_numbers->setItem(row, 3 + static_cast<int>(i), cell(decimalText(point.alpha[i], 3)));
}

void DraftProgress::setHeadline(const QString& text) {
    m_instead = text;
    m_headline->setText(text.isEmpty() ? m_phase : text);
}

void DraftProgress::setReport(const TrainReport& report) {
    setHeadline(report.pays ? tr("The draft is ready") : tr("The draft is ready, but will not pay"));
    m_state->clear();
    m_bar->hide();
    const QLocale locale;
    m_figures->setText(
        tr("%1 tokens sampled  ·  %2 training steps  ·  %3 min  ·  a draft step costs %4 of a target step")
            .arg(locale.toString(qlonglong(report.tokens)), locale.toString(qlonglong(report.steps)),
                 decimalText(report.minutes, 0), decimalText(report.costs.c)));
    QString verdict = QString::fromStdString(report.verdict);
    if (const QString warning = payWarning(report); !warning.isEmpty())
        verdict = warning + QLatin1Char('\n') + verdict;
    m_note->show(report.pays ? Symbol::Yes : Symbol::Caution, verdict.trimmed());
    m_results->clear();
    m_results->setColumnCount(5);
    m_results->setToolTip(
        tr("Measured on prompts of other topics; the speed-up is predicted from the costs measured here"));
    m_results->setHorizontalHeaderLabels({tr("Temperature"), tr("Tokens a round"), tr("Best gamma"),
                                          tr("Speed-up"), tr("Acceptance by position")});
    m_results->setRowCount(static_cast<int>(report.acceptance.size()));
    int row = 0;
    for (const TrainedAcceptance& at : report.acceptance) {
        m_results->setItem(row, 0, cell(decimalText(at.temperature, 1)));
        m_results->setItem(row, 1, cell(decimalText(at.tokensPerRound)));
        m_results->setItem(row, 2, cell(at.bestGamma > 0 ? QString::number(at.bestGamma) : tr("0: plain")));
        m_results->setItem(row, 3, cell(timesText(at.predictedSpeedup)));
        m_results->setItem(row, 4, cell(sharesText(at.alpha), false));
        ++row;
    }
    m_tabs->setTabVisible(kResultsPage, true);
    m_tabs->setCurrentIndex(kResultsPage);
}

void DraftProgress::setProblem(const QString& text) {
    m_note->show(text.isEmpty() ? Symbol::None : Symbol::No, text);
}

void DraftProgress::applyTheme() {
    makeSecondary(m_place, palette());
    makeSecondary(m_state, palette());
}

void DraftProgress::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_state) applyTheme();
}

}  // namespace specula
