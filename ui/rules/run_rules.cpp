#include "ui/rules/run_rules.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "ui/help/help_pages.h"
#include "ui/models/data_table.h"
#include "ui/models/labels.h"
#include "ui/models/model_text.h"
#include "ui/rules/rule_points_table.h"
#include "ui/rules/rule_texts.h"
#include "ui/rules/rules_chart.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

constexpr int kSideBySideFrom = 820;  ///< points of width

}  // namespace

RunRules::RunRules(QWidget* parent) : QWidget(parent), m_table(new RulePointsTable(this)) {
    makeTable();
    m_chart = new RulesChart;
    m_splitter = new QSplitter(Qt::Horizontal);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_view);
    m_splitter->addWidget(m_chart);
    m_splitter->setStretchFactor(0, 2);
    m_splitter->setStretchFactor(1, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(makeControls());
    column->addWidget(m_splitter, 1);
    connect(m_compare, &QPushButton::clicked, this, &RunRules::compareRequested);
    connect(m_stop, &QPushButton::clicked, this, &RunRules::stopRequested);
    connect(m_chart, &Chart::markClicked, this, &RunRules::selectPoint);
    applyTheme();
    showGroups();
    enable();
}

void RunRules::makeTable() {
    m_view = new DataTable;
    auto* sorted = new TableFilter(m_view);
    sorted->setSourceModel(m_table);
    m_view->setModel(sorted);
    m_view->makeSortable();
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setAccessibleName(tr("Whole runs under each rule"));
    m_view->setEmptyText(
        tr("Press Compare rules: each rule is run on the same prompts with the same seeds, "
           "alternating with plain decoding."));
    m_view->setColumnRule(RulePointsTable::RuleName, {16, 24, 3});
    m_view->setColumnRule(RulePointsTable::Exactness, {11, 12, 0});
    m_view->setColumnRule(RulePointsTable::Shape, {12, 16, 1});
    m_view->setColumnRule(RulePointsTable::Draft, {8, 24, 1});
    m_view->setColumnRule(RulePointsTable::Suite, {8, 20, 1});
    m_view->setColumnRule(RulePointsTable::TokensPerRound, {22, 24, 0});
    m_view->setColumnRule(RulePointsTable::Acceptance, {12, 13, 0});
    m_view->setColumnRule(RulePointsTable::Speedup, {22, 24, 0});
    m_view->setColumnRule(RulePointsTable::Rate, {11, 12, 0});
    const auto pointAt = [this, sorted](const QModelIndex& index) -> const RulePoint& {
        return m_table->points()[static_cast<std::size_t>(sorted->mapToSource(index).row())];
    };
    connect(m_view, &DataTable::opened, this, [this, pointAt](const QModelIndex& index) {
        emit helpAsked(helpPageOf(pointAt(index).setup.rule));
    });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this, pointAt](const QModelIndex& index) {
                if (!index.isValid()) return;
                setHelpPage(m_view, helpPageOf(pointAt(index).setup.rule));
                drawChart();
            });
}

QWidget* RunRules::makeControls() {
    auto* title = makeTextLabel(tr("Whole runs"));
    title->setWordWrap(false);
    makeBold(title);
    m_compare = new QPushButton(tr("Compare r&ules…"));
    describe(m_compare, tr("Compare rules"), tr("Choose prompts and rules, and measure each of them"));
    m_stop = new QPushButton(tr("C&ancel"));
    describe(m_stop, tr("Cancel the comparison"), tr("End the comparison; what was measured stays"));
    m_line = new ElidedLabel;
    auto* controls = new QWidget;
    auto* row = new QHBoxLayout(controls);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(title);
    row->addSpacing(8);
    row->addWidget(m_line, 1);
    row->addWidget(m_stop);
    row->addWidget(m_compare);
    return controls;
}

void RunRules::setSubject(const QString& line) {
    m_subject = line;
    if (!m_running) m_line->setText(line);
}

void RunRules::setPoints(const std::vector<RulePoint>& points) {
    m_table->set(points);
    showGroups();
    drawChart();
}

const std::vector<RulePoint>& RunRules::points() const {
    return m_table->points();
}

void RunRules::add(const RulePoint& point) {
    m_table->add(point);
    showGroups();
    drawChart();
}

void RunRules::drawChart() {
    const std::vector<RulePoint>& all = m_table->points();
    if (all.empty()) return m_chart->setPoints({}, {}, m_running);
    const auto* sorted = static_cast<const TableFilter*>(m_view->model());
    const QModelIndex current = m_view->currentIndex();
    const RulePoint& chosen =
        current.isValid() ? all[static_cast<std::size_t>(sorted->mapToSource(current).row())] : all.back();
    std::vector<RulePoint> shown;
    std::copy_if(all.begin(), all.end(), std::back_inserter(shown), [&](const RulePoint& point) {
        return point.draft == chosen.draft && point.suite == chosen.suite;
    });
    const bool several = ruleGroups(all).size() > 1;
    m_chart->setPoints(
        shown,
        several ? tr("%1, %2").arg(QString::fromStdString(chosen.draft), QString::fromStdString(chosen.suite))
                : QString(),
        m_running);
}

void RunRules::selectPoint(int chartRow) {
    const auto& drawn = m_chart->points();
    if (chartRow < 0 || static_cast<std::size_t>(chartRow) >= drawn.size()) return;
    const int row = m_table->rowOf(drawn[static_cast<std::size_t>(chartRow)]);
    const auto* sorted = static_cast<const TableFilter*>(m_view->model());
    m_view->selectRow(sorted->mapFromSource(m_table->index(row, 0)).row());
}

/// Draft and prompts are said in the line above unless the rows differ in them.
void RunRules::showGroups() {
    const bool several = ruleGroups(m_table->points()).size() > 1;
    m_view->setColumnShown(RulePointsTable::Draft, several);
    m_view->setColumnShown(RulePointsTable::Suite, several);
}

void RunRules::setRunning(bool running) {
    if (m_running == running) return;
    m_running = running;
    if (running) m_table->set({});
    m_line->setText(running ? QString() : m_subject);
    drawChart();
    enable();
}

void RunRules::setReady(bool ready) {
    m_ready = ready;
    enable();
}

void RunRules::enable() {
    const bool hadFocus = m_compare->hasFocus() || m_stop->hasFocus();
    QPushButton* const next = m_running ? m_stop : m_compare;
    next->setEnabled(m_running || m_ready);
    // A disabled button would hand the keys to whatever comes next.
    if (hadFocus) next->setFocus(Qt::OtherFocusReason);
    (m_running ? m_compare : m_stop)->setEnabled(false);
}

void RunRules::setProgress(double fraction, const QString& what) {
    if (!m_running || fraction < 0.0) return;
    const int percent = static_cast<int>(std::lround(100.0 * std::clamp(fraction, 0.0, 1.0)));
    const QString number = tr("%1 %").arg(percent);
    m_line->setText(what.isEmpty() ? number : tr("%1: %2").arg(number, what));
}

QString RunRules::progressText() const {
    return m_line->text();
}

void RunRules::applyTheme() {
    makeSecondary(m_line, palette());
    const Theme theme = Theme::of(palette());
    m_table->setLossyColor(theme.readable(theme.lossy));
}

void RunRules::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_line) applyTheme();
}

void RunRules::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m_splitter->setOrientation(width() >= kSideBySideFrom ? Qt::Horizontal : Qt::Vertical);
}

}  // namespace specula
