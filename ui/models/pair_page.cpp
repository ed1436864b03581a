#include "ui/models/pair_page.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/models/labels.h"
#include "ui/models/model_text.h"
#include "ui/models/pair_checklist.h"
#include "ui/models/pair_grid.h"
#include "ui/models/pair_table.h"
#include "ui/setup/help.h"

namespace specula {

PairPage::PairPage(QWidget* parent)
    : QWidget(parent), m_pairs(new PairTable(this)), m_filter(new PairFilter(this)) {
    m_filter->setSourceModel(m_pairs);
    m_checklist = new PairChecklist;
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(makeLeft());
    splitter->addWidget(m_checklist);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    m_checklist->setMinimumWidth(210);
    splitter->setSizes({720, 340});
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(splitter);
    connect(m_grid->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &PairPage::onCurrentChanged);
    connect(m_grid, &PairGrid::opened, this, &PairPage::use);
    connect(m_checklist, &PairChecklist::useRequested, this, &PairPage::use);
    connect(m_targetWords, &QLineEdit::textChanged, this, &PairPage::filter);
    connect(m_draftWords, &QLineEdit::textChanged, this, &PairPage::filter);
    refresh();
    showPair();
    applyTheme();
}

QWidget* PairPage::makeLeft() {
    m_targetWords = makeFilterField(tr("Filter targets"), tr("Words that a target's name must contain."));
    m_draftWords = makeFilterField(tr("Filter drafts"), tr("Words that a draft's name must contain."));
    m_count = new QLabel;
    m_count->setTextFormat(Qt::PlainText);
    m_grid = new PairGrid;
    m_grid->setModel(m_filter);
    m_grid->setAccessibleName(tr("Pairs: targets are rows, drafts are columns"));
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(labelFor(m_targetWords, tr("&Targets (rows)")));
    row->addWidget(m_targetWords, 1);
    row->addSpacing(8);
    row->addWidget(labelFor(m_draftWords, tr("&Drafts (columns)")));
    row->addWidget(m_draftWords, 1);
    auto* left = new QWidget;
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 12, 0);
    column->setSpacing(8);
    column->addLayout(row);
    column->addWidget(m_count);
    column->addWidget(m_grid, 1);
    column->addWidget(makeLegend());
    return left;
}

QWidget* PairPage::makeLegend() {
    auto* legend = new QWidget;
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    const std::pair<Symbol, QString> entries[]{{Symbol::Yes, tr("works")},
                                               {Symbol::Caution, tr("with a warning")},
                                               {Symbol::No, tr("does not")},
                                               {Symbol::Unknown, tr("not compared")}};
    for (const auto& [symbol, words] : entries) {
        auto* label = new ElidedLabel;
        label->setText(words);
        row->addWidget(new SymbolLabel(symbol));
        row->addWidget(label);
        row->addSpacing(8);
        m_legend << label;
    }
    row->addStretch(1);
    auto* percent = new ElidedLabel;
    percent->setText(tr("8 %: how large the draft is, measured by the target"));
    m_legend << percent;
    auto* column = new QVBoxLayout(legend);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(percent);
    return legend;
}

void PairPage::setPairs(const std::vector<ModelEntry>& models, std::vector<PairCell> cells, bool known) {
    m_known = known;
    m_left = static_cast<int>(
        std::count_if(models.begin(), models.end(), [](const ModelEntry& entry) { return !entry.usable(); }));
    {
        const QScopedValueRollback<bool> rebuilding(m_rebuilding, true);
        m_pairs->set(models, std::move(cells));
    }
    refresh();
    if (m_target.isEmpty()) choosePair();
    selectPair();
}

void PairPage::choosePair() {
    const auto& models = m_pairs->models();
    for (int row = 0; row < m_pairs->rowCount(); ++row) {
        for (int column = 0; column < m_pairs->columnCount(); ++column) {
            const PairCell* cell = m_pairs->cell(row, column);
            if (row == column || !cell || !cell->report.compatible) continue;
            m_target = fromStd(models[static_cast<std::size_t>(row)].path);
            m_draft = fromStd(models[static_cast<std::size_t>(column)].path);
            return;
        }
    }
}

void PairPage::setMemoryFree(std::int64_t bytes) {
    const bool shows = bytesText(bytes) != bytesText(m_free);
    m_free = bytes;
    // A rebuilt checklist would lose its place each time a few kilobytes come or go.
    if (shows) showPair();
}

void PairPage::filter() {
    {
        const QScopedValueRollback<bool> rebuilding(m_rebuilding, true);
        m_filter->setTargetWords(m_targetWords->text());
        m_filter->setDraftWords(m_draftWords->text());
    }
    refresh();
    selectPair();
}

void PairPage::refresh() {
    const QLocale locale;
    QString text;
    if (m_pairs->compared() > 0) {
        text = tr("%1 of %2 pairs work.")
                   .arg(locale.toString(m_pairs->compatible()), locale.toString(m_pairs->compared()));
    } else if (m_pairs->rowCount() > 0) {
        text = m_known ? tr("No pair has been compared.") : tr("Comparing tokenizers…");
    }
    if (m_left == 1) text += tr(" 1 model cannot be used and is not here; the table of models says why.");
    if (m_left > 1) {
        text += tr(" %1 models cannot be used and are not here; the table of models says why.")
                    .arg(locale.toString(m_left));
    }
    m_count->setText(text.trimmed());
    m_count->setWordWrap(true);
    m_grid->setEmptyText(m_pairs->rowCount() == 0
                             ? tr("Pairs are shown once there is a model that can be used. Get one under Get "
                                  "models, or drop a model folder or a .gguf file here.")
                             : tr("No name contains these words."));
}

void PairPage::setPair(const QString& target, const QString& draft) {
    m_target = target;
    m_draft = draft;
    selectPair();
}

void PairPage::selectPair() {
    const int row = m_pairs->rowOf(m_target);
    const int column = m_pairs->rowOf(m_draft);
    QModelIndex index;
    if (row >= 0 && column >= 0) index = m_filter->mapFromSource(m_pairs->index(row, column));
    {
        const QScopedValueRollback<bool> rebuilding(m_rebuilding, true);
        m_grid->setCurrentIndex(index);
    }
    if (index.isValid()) m_grid->scrollTo(index);
    showPair();
}

void PairPage::onCurrentChanged() {
    const QModelIndex current = m_filter->mapToSource(m_grid->currentIndex());
    if (m_rebuilding || !current.isValid()) return;
    m_target = fromStd(m_pairs->models()[static_cast<std::size_t>(current.row())].path);
    m_draft = fromStd(m_pairs->models()[static_cast<std::size_t>(current.column())].path);
    showPair();
}

void PairPage::showPair() {
    const int row = m_pairs->rowOf(m_target);
    const int column = m_pairs->rowOf(m_draft);
    if (row < 0 || column < 0) {
        m_checklist->clear(m_pairs->rowCount() > 0 ? tr("Choose a cell to see every check of that pair.")
                                                   : QString());
        return;
    }
    m_checklist->show(m_pairs->models()[static_cast<std::size_t>(row)],
                      m_pairs->models()[static_cast<std::size_t>(column)], m_pairs->cell(row, column),
                      m_free);
}

void PairPage::use() {
    // Copies: whoever answers may change the models.
    if (m_checklist->useButton()->isEnabled()) emit usePair(QString(m_target), QString(m_draft));
}

void PairPage::applyTheme() {
    makeSecondary(m_count, palette());
    for (QLabel* label : m_legend) makeSecondary(label, palette());
}

void PairPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_count) applyTheme();
}

}  // namespace specula
