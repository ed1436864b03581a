#include "ui/sessions/history_view.h"

#include <utility>

#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QVBoxLayout>

#include "ui/models/data_table.h"
#include "ui/sessions/history_table.h"

namespace specula {

HistoryView::HistoryView(QWidget* parent) : QWidget(parent) {
    m_rows = new HistoryTable(this);
    m_filter = new TableFilter(this);
    m_filter->setSourceModel(m_rows);
    m_table = new DataTable;
    m_table->setModel(m_filter);
    m_table->makeSortable();
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setAccessibleName(tr("Runs made before"));
    m_table->setEmptyText(tr("Runs appear here by themselves when they are made."));
    m_table->setColumnRule(HistoryTable::Keep, {7, 8, 0});
    m_table->setColumnRule(HistoryTable::When, {12, 24, 0});
    m_table->setColumnRule(HistoryTable::Prompt, {16, 80, 3});
    m_table->setColumnRule(HistoryTable::Target, {10, 26, 1});
    m_table->setColumnRule(HistoryTable::Draft, {8, 26, 1});
    m_table->setColumnRule(HistoryTable::Settings, {12, 44, 1});
    auto* find = new QLineEdit;
    find->setPlaceholderText(tr("Find in the history"));
    find->setAccessibleName(tr("Find in the history"));
    find->setClearButtonEnabled(true);
    find->setMaximumWidth(320);

    m_open = new QPushButton(tr("&Open"));
    m_open->setToolTip(tr("Show this run again (Return); no model is needed"));
    m_compare = new QPushButton(tr("&Compare"));
    m_delete = new QPushButton(tr("&Delete"));
    m_undo = new QPushButton(tr("&Undo delete"));
    m_undo->hide();
    m_words = new QLabel;
    auto* row = new QHBoxLayout;
    row->setContentsMargins(16, 8, 16, 8);
    row->setSpacing(8);
    row->addWidget(find, 1);
    row->addStretch(1);
    row->addWidget(m_words);
    for (QPushButton* button : {m_undo, m_open, m_compare, m_delete}) row->addWidget(button);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(m_table, 1);

    connect(find, &QLineEdit::textChanged, m_filter, &TableFilter::setWords);
    connect(m_rows, &HistoryTable::keptChanged, this, &HistoryView::keptChanged);
    connect(m_table, &DataTable::opened, this, &HistoryView::open);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &HistoryView::refreshButtons);
    connect(m_open, &QPushButton::clicked, this, &HistoryView::open);
    connect(m_compare, &QPushButton::clicked, this, &HistoryView::compare);
    connect(m_delete, &QPushButton::clicked, this, &HistoryView::removeChosen);
    connect(m_undo, &QPushButton::clicked, this, &HistoryView::undo);
    auto* key = new QShortcut(QKeySequence::Delete, m_table, nullptr, nullptr, Qt::WidgetShortcut);
    connect(key, &QShortcut::activated, this, &HistoryView::removeChosen);
    refreshButtons();
}

QStringList HistoryView::chosen() const {
    QStringList ids;
    for (int row = 0; row < m_filter->rowCount(); ++row) {
        if (!m_table->selectionModel()->isRowSelected(row, {})) continue;
        const int own = m_filter->mapToSource(m_filter->index(row, 0)).row();
        ids << m_rows->runs()[static_cast<std::size_t>(own)].id;
    }
    return ids;
}

void HistoryView::setRuns(const std::vector<StoredRun>& runs) {
    const QStringList before = chosen();
    m_rows->setRuns(runs);
    for (int row = 0; row < m_filter->rowCount(); ++row) {
        const QModelIndex index = m_filter->index(row, 0);
        const int own = m_filter->mapToSource(index).row();
        if (before.contains(m_rows->runs()[static_cast<std::size_t>(own)].id))
            m_table->selectionModel()->select(index, QItemSelectionModel::Select | QItemSelectionModel::Rows);
    }
    refreshButtons();
}

void HistoryView::setHasShownRun(bool has) {
    m_hasShown = has;
    refreshButtons();
}

void HistoryView::refreshButtons() {
    const auto count = chosen().size();
    m_open->setEnabled(count == 1);
    m_delete->setEnabled(count > 0);
    m_compare->setEnabled(count == 2 || (count == 1 && m_hasShown));
    m_compare->setToolTip(count == 1 ? tr("Compare this run with the one on screen")
                                     : tr("Choose two runs (Ctrl and click) to compare them"));
}

void HistoryView::open() {
    const QStringList ids = chosen();
    if (ids.size() == 1) emit openAsked(ids.front());
}

void HistoryView::compare() {
    const QStringList ids = chosen();
    if (ids.size() == 2) emit compareAsked(ids[0], ids[1]);
    if (ids.size() == 1 && m_hasShown) emit compareAsked(ids.front(), {});
}

void HistoryView::removeChosen() {
    const QStringList ids = chosen();
    if (ids.isEmpty()) return;
    m_deleted = ids;
    m_words->setText(tr("%n deleted", nullptr, static_cast<int>(ids.size())));
    m_undo->show();
    for (const QString& id : ids) emit deleteAsked(id);
}

void HistoryView::undo() {
    for (const QString& id : std::exchange(m_deleted, {})) emit undoAsked(id);
    m_words->clear();
    m_undo->hide();
}

}  // namespace specula
