#include "ui/recommend/answer_page.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "ui/charts/findings.h"
#include "ui/models/labels.h"
#include "ui/recommend/recommend_chart.h"
#include "ui/recommend/recommend_text.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

enum Column { Draft, Shape, Predicted, Measured, Tokens, Columns };

constexpr int kRowsLeast = 2;
constexpr int kRowsSeen = 7;
constexpr double kAnswerSize = 1.6;

QTableWidgetItem* cell(const QString& text, bool number = false) {
    auto* item = new QTableWidgetItem(text);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
    if (number) item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    return item;
}

/// Those that are measured, and the best prediction of every draft.
std::vector<std::size_t> shownRows(const RecommendReport& report) {
    std::vector<std::size_t> rows;
    std::vector<bool> seen(report.drafts.size(), false);
    for (std::size_t i = 0; i < report.contenders.size(); ++i) {
        const Contender& contender = report.contenders[i];
        if (contender.inReach || !seen[contender.draft]) rows.push_back(i);
        seen[contender.draft] = true;
    }
    return rows;
}

}  // namespace

AnswerPage::AnswerPage(QWidget* parent) : QWidget(parent) {
    m_answer = makeTextLabel();
    m_answer->setAccessibleName(tr("Answer"));
    m_because = makeTextLabel();
    m_runnerUp = makeTextLabel();
    m_conditions = makeTextLabel();
    m_chart = new RecommendChart;
    makeTable();
    m_bar = new QProgressBar;
    m_bar->setRange(0, 100);
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Time used"));
    m_progress = makeTextLabel();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(8);
    column->addWidget(m_answer);
    column->addWidget(m_because);
    column->addWidget(m_runnerUp);
    column->addWidget(m_chart, 1);
    column->addWidget(m_table);
    column->addWidget(m_conditions);
    column->addWidget(m_bar);
    column->addWidget(makeButtons());
    applyTheme();
}

void AnswerPage::makeTable() {
    m_table = new QTableWidget(0, Columns);
    m_table->setHorizontalHeaderLabels(
        {tr("Draft"), tr("Shape"), tr("Predicted"), tr("Measured (95 %)"), tr("Tokens a round")});
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(Draft, QHeaderView::Stretch);
    m_table->horizontalHeader()->setHighlightSections(false);
    describe(m_table, tr("Contenders"), tr("What is measured, and the best prediction of every draft."));
}

QWidget* AnswerPage::makeButtons() {
    m_use = new QPushButton(tr("&Use it"));
    m_use->setDefault(true);
    describe(m_use, tr("Use it"), tr("Sets draft and gamma, and remembers them for this pair."));
    m_stop = new QPushButton(tr("&Stop"));
    describe(m_stop, tr("Stop"), tr("Ends the search (Esc); what was measured so far decides."));
    m_again = new QPushButton(tr("&Again…"));
    describe(m_again, tr("Again"), tr("Choose drafts, prompts and time anew."));
    auto* buttons = new QWidget;
    auto* row = new QHBoxLayout(buttons);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_progress, 1);
    row->addWidget(m_again);
    row->addWidget(m_stop);
    row->addWidget(m_use);
    connect(m_use, &QPushButton::clicked, this, &AnswerPage::useAsked);
    connect(m_stop, &QPushButton::clicked, this, &AnswerPage::stopAsked);
    connect(m_again, &QPushButton::clicked, this, &AnswerPage::againAsked);
    return buttons;
}

void AnswerPage::begin() {
    m_running = true;
    m_bar->setValue(0);
    setReport({});
    m_stop->setFocus(Qt::OtherFocusReason);
}

void AnswerPage::setReport(const RecommendReport& report) {
    m_report = report;
    const QString answer = answerText(report);
    m_answer->setText(answer.isEmpty() ? tr("Looking for your gamma") : answer);
    m_because->setText(becauseText(report));
    m_runnerUp->setText(runnerUpText(report));
    m_conditions->setText(conditionsText(report));
    for (QLabel* label : {m_because, m_runnerUp, m_conditions}) label->setVisible(!label->text().isEmpty());
    m_chart->setReport(report);
    fillTable();
    setRunning(m_running && !report.done);
}

void AnswerPage::fillTable() {
    const std::vector<std::size_t> rows = shownRows(m_report);
    m_table->setRowCount(static_cast<int>(rows.size()));
    const int seen = std::clamp(static_cast<int>(rows.size()), kRowsLeast, kRowsSeen);
    m_table->setFixedHeight(seen * m_table->verticalHeader()->defaultSectionSize() +
                            m_table->horizontalHeader()->sizeHint().height() + 4);
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const Contender& contender = m_report.contenders[rows[r]];
        const bool wins = m_report.decision.winner == rows[r];
        const auto tokens = contender.totals.tokensPerRound();
        QTableWidgetItem* cells[Columns] = {
            cell(QString::fromStdString(m_report.drafts[contender.draft].info.name)),
            cell(wins ? tr("%1 (leads)").arg(shapeText(contender.shape)) : shapeText(contender.shape)),
            cell(tr("predicted %1").arg(timesText(contender.predicted)), true),
            cell(contender.speedup.n > 0 ? figuresText(contender)
                 : contender.inReach     ? tr("not yet")
                                         : tr("not in reach"),
                 true),
            cell(tokens ? decimalText(*tokens) : QStringLiteral("–"), true)};
        for (int column = 0; column < Columns; ++column) {
            QFont font = m_table->font();
            font.setBold(wins);
            cells[column]->setFont(font);
            m_table->setItem(static_cast<int>(r), column, cells[column]);
        }
    }
}

void AnswerPage::setProgress(double fraction, const QString& what) {
    if (!m_running) return;
    if (fraction >= 0.0)
        m_bar->setValue(static_cast<int>(std::lround(100.0 * std::clamp(fraction, 0.0, 1.0))));
    m_progress->setText(what);
}

void AnswerPage::setRunning(bool running) {
    m_running = running;
    const bool hadFocus = m_stop->hasFocus();
    m_bar->setVisible(running);
    if (!running) m_progress->setText({});
    m_stop->setVisible(running);
    m_again->setVisible(!running);
    m_use->setVisible(!running);
    const bool plain = m_report.decision.usePlain();
    m_use->setText(plain ? tr("&Use plain") : tr("&Use it"));
    m_use->setAccessibleName(plain ? tr("Use plain") : tr("Use it"));
    m_use->setEnabled(!m_report.contenders.empty());
    if (!running && m_report.contenders.empty())
        m_answer->setText(tr("It ended before the first prediction"));
    if (hadFocus && !running) m_use->setFocus(Qt::OtherFocusReason);
}

QString AnswerPage::answer() const {
    return m_answer->text();
}
QString AnswerPage::because() const {
    return m_because->text();
}
QString AnswerPage::runnerUp() const {
    return m_runnerUp->text();
}
QString AnswerPage::progressText() const {
    return m_progress->text();
}

void AnswerPage::applyTheme() {
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * kAnswerSize);
    large.setWeight(QFont::DemiBold);
    m_answer->setFont(large);
    for (QLabel* label : {m_runnerUp, m_conditions, m_progress}) makeSecondary(label, palette());
}

void AnswerPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_progress) applyTheme();
}

}  // namespace specula
