// How the Gamma lab is put together.

#include "ui/lab/lab_view.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/charts/run_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/diagnose/diagnosis_card.h"
#include "ui/lab/heat_chart.h"
#include "ui/lab/lab_form.h"
#include "ui/lab/lab_grid.h"
#include "ui/lab/suites_chart.h"
#include "ui/lab/time_chart.h"
#include "ui/models/labels.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

constexpr int kGatherMs = 100;

}  // namespace

LabView::LabView(QWidget* parent) : QWidget(parent) {
    m_form = new LabForm;
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(8);
    column->addWidget(m_form);
    column->addWidget(makeControls());
    m_content = new QWidget;
    auto* content = new QVBoxLayout(m_content);
    content->setContentsMargins(0, 0, 0, 0);
    m_splitter = new QSplitter(Qt::Horizontal);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(12);
    m_splitter->addWidget(makeGridSide());
    m_splitter->addWidget(makeCharts());
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 2);
    content->addWidget(m_splitter);
    column->addWidget(m_content, 1);
    column->addWidget(makeEmpty(), 1);
    connectParts();
    applyTheme();
    enable();
}

QWidget* LabView::makeControls() {
    m_start = new QPushButton(tr("&Start"));
    describe(m_start, tr("Start the lab"), tr("Measure every cell, alternating with plain decoding"));
    m_pause = new QPushButton(tr("&Pause"));
    describe(m_pause, tr("Pause the lab"), tr("Wait after the run under way, and go on with the next"));
    m_stop = new QPushButton(tr("St&op"));
    describe(m_stop, tr("Stop the lab"), tr("End the lab; what was measured stays"));
    m_table = new QPushButton(tr("Save &table…"));
    describe(m_table, tr("Save table"), tr("All points, single prompts too, as CSV"));
    m_prompts = new QCheckBox(tr("Each pro&mpt"));
    describe(m_prompts, tr("Each prompt"), tr("Rows for single prompts below those of their suites"));
    m_bar = new QProgressBar;
    m_bar->setRange(0, 1000);
    m_bar->setTextVisible(false);
    m_bar->setFixedSize(120, 8);
    m_bar->setAccessibleName(tr("Progress of the lab"));
    m_line = new ElidedLabel;
    m_line->setAccessibleName(tr("What the lab does"));
    auto* controls = new QWidget;
    auto* row = new QHBoxLayout(controls);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_start);
    row->addWidget(m_pause);
    row->addWidget(m_stop);
    row->addWidget(m_bar);
    row->addWidget(m_line, 1);
    row->addWidget(m_prompts);
    row->addWidget(m_table);
    return controls;
}

QWidget* LabView::makeGridSide() {
    m_model = new LabGridModel(m_data, this);
    m_grid = new LabGrid;
    m_grid->setModel(m_model);
    m_finding = makeTextLabel();
    makeBold(m_finding);
    m_shown = makeTextLabel();
    auto* key =
        makeTextLabel(tr("Green: faster than plain, vermillion: slower, hatched: no significant "
                         "difference, dotted frame: running. Enter loads a cell's run."));
    key->setObjectName(QStringLiteral("labKey"));
    m_grid->setMinimumHeight(96);
    auto* side = new QWidget;
    side->setMinimumWidth(240);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(m_finding);
    column->addWidget(m_grid, 1);
    column->addWidget(m_shown);
    column->addWidget(key);
    return side;
}

QWidget* LabView::makeCharts() {
    m_speed = new SweepChart;
    m_speed->setAcceptanceShown(false);
    m_acceptance = new AcceptanceChart;
    m_suites = new LabSuitesChart;
    m_times = new LabTimeChart;
    m_heat = new LabHeatChart;
    const auto stack = [](std::initializer_list<std::pair<QWidget*, int>> parts) {
        auto* column = new QVBoxLayout;
        column->setSpacing(8);
        for (const auto& [part, share] : parts) {
            part->setMinimumHeight(share);
            column->addWidget(part, share);
        }
        return column;
    };
    m_diagnosis = new DiagnosisCard;
    // A server is asked about a run: Enter loads one.
    m_diagnosis->setServerOffered(false);
    QVBoxLayout* centre = stack({{m_speed, 200}, {m_acceptance, 150}, {m_suites, 150}});
    QVBoxLayout* right = stack({{m_times, 220}, {m_heat, 260}});
    right->addWidget(m_diagnosis);
    auto* charts = new QWidget;
    m_columns = new QBoxLayout(QBoxLayout::LeftToRight, charts);
    m_columns->setContentsMargins(0, 0, 0, 0);
    m_columns->setSpacing(8);
    m_columns->addLayout(centre, 1);
    m_columns->addLayout(right, 1);
    m_scroll = new QScrollArea;
    m_scroll->setWidget(charts);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setMinimumWidth(200);
    // The charts in it take the focus and are scrolled to.
    m_scroll->setFocusPolicy(Qt::NoFocus);
    return m_scroll;
}

QWidget* LabView::makeEmpty() {
    m_emptyText = makeTextLabel(
        tr("Choose suites, gammas and drafts above and press Start: every way to draft is measured against "
           "plain decoding on this computer, and the grid fills as it runs."));
    m_emptyText->setAlignment(Qt::AlignCenter);
    m_emptyStart = new QPushButton(tr("Start"));
    describe(m_emptyStart, tr("Start the lab"), tr("Measure every cell, alternating with plain decoding"));
    m_empty = new QWidget;
    auto* column = new QVBoxLayout(m_empty);
    column->addStretch(1);
    column->addWidget(m_emptyText);
    column->addWidget(m_emptyStart, 0, Qt::AlignHCenter);
    column->addStretch(2);
    return m_empty;
}

void LabView::connectParts() {
    for (QPushButton* button : {m_start, m_emptyStart})
        connect(button, &QPushButton::clicked, this, &LabView::startRequested);
    connect(m_pause, &QPushButton::clicked, this, [this] { emit pauseRequested(!m_paused); });
    connect(m_stop, &QPushButton::clicked, this, &LabView::stopRequested);
    connect(m_table, &QPushButton::clicked, this, &LabView::askTable);
    connect(m_form, &LabForm::changed, this, &LabView::enable);
    connect(m_form, &LabForm::fileAsked, this, &LabView::askFile);
    connect(m_prompts, &QCheckBox::toggled, this, [this](bool shown) {
        m_data.setPromptsShown(shown);
        m_chosen = false;
        m_row = 0;
        showRows();
    });
    connect(m_grid, &LabGrid::chosen, this, &LabView::showCell);
    connect(m_grid, &LabGrid::opened, this,
            [this](const QModelIndex& index) { load(index.row(), index.column()); });
    connect(m_speed, &Chart::markClicked, this, [this](int tag) {
        const int column = columnOfTag(tag);
        if (column < 0) return;
        select(m_row, column);
        load(m_row, column);
    });
    connect(m_times, &Chart::markClicked, this, [this](int column) { select(m_row, column); });
    connect(m_suites, &Chart::markClicked, this, [this](int row) {
        const auto best = m_data.bestColumn(static_cast<std::size_t>(m_row));
        select(row, m_column > 0 ? m_column : static_cast<int>(best.value_or(0)));
    });
    m_later.setSingleShot(true);
    m_later.setInterval(kGatherMs);
    connect(&m_later, &QTimer::timeout, this, &LabView::refresh);
}

}  // namespace specula
