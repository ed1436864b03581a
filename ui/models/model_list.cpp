#include "ui/models/model_list.h"

#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QStackedWidget>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/export/export_menu.h"
#include "ui/models/labels.h"
#include "ui/models/model_table.h"
#include "ui/models/model_text.h"
#include "ui/setup/help.h"

namespace specula {

ModelList::ModelList(QWidget* parent)
    : QWidget(parent), m_models(new ModelTable(this)), m_filter(new TableFilter(this)) {
    m_filter->setSourceModel(m_models);
    m_filterField = makeFilterField(tr("Filter models"), tr("Words that a row must contain, in any column."));
    m_filterField->setPlaceholderText(tr("name, architecture, format, problem…"));
    m_count = new QLabel;
    m_count->setTextFormat(Qt::PlainText);
    m_table = new DataTable;
    m_table->setAccessibleName(tr("Models on this computer"));
    m_table->setModel(m_filter);
    m_table->makeSortable();
    m_table->setColumnRule(ModelTable::Name, {32, 64, 3});
    m_table->setColumnRule(ModelTable::Architecture, {6, 26, 0});
    m_table->setColumnRule(ModelTable::Format, {6, 16, 0});
    m_table->setColumnRule(ModelTable::Source, {8, 24, 0});
    m_table->setColumnRule(ModelTable::Memory, {14, 44, 0});
    m_table->setColumnRule(ModelTable::Problem, {14, 90, 4});
    makeMenu();

    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(labelFor(m_filterField, tr("Fi&lter")));
    row->addWidget(m_filterField, 1);
    row->addWidget(m_count);
    m_stack = new QStackedWidget;
    m_stack->addWidget(makeEmptyPage());
    auto* filled = new QWidget;
    auto* column = new QVBoxLayout(filled);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addLayout(row);
    column->addWidget(m_table, 1);
    m_stack->addWidget(filled);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(m_stack);

    connect(m_filterField, &QLineEdit::textChanged, this, [this](const QString& text) {
        {
            // The view would move on to a neighbour of the row that goes.
            const QScopedValueRollback<bool> rebuilding(m_rebuilding, true);
            m_filter->setWords(text);
        }
        refresh();
        showSelection();
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &ModelList::onCurrentChanged);
    connect(m_table, &DataTable::opened, this,
            [this](const QModelIndex& index) { emit opened(index.data(ModelTable::PathRole).toString()); });
    connect(m_table, &DataTable::menuRequested, this, &ModelList::showMenu);
    refresh();
    applyTheme();
}

QWidget* ModelList::makeEmptyPage() {
    m_emptyTitle = new QLabel;
    makeBold(m_emptyTitle);
    m_emptyTitle->setAlignment(Qt::AlignCenter);
    m_emptyText =
        new QLabel(tr("Three ways to have one:\n"
                      "•  drop a model folder or a .gguf file here\n"
                      "•  get one from the hub: nothing is downloaded without a click\n"
                      "•  run the set-up, which brings the bundled models, then scan again"));
    m_get = new QPushButton(tr("Get a m&odel…"));
    describe(m_get, tr("Get a model"), tr("Name a model on the hub and choose its files."));
    connect(m_get, &QPushButton::clicked, this, &ModelList::getRequested);
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(32, 16, 32, 16);
    column->setSpacing(12);
    column->addStretch(1);
    column->addWidget(m_emptyTitle);
    column->addWidget(m_emptyText, 0, Qt::AlignHCenter);
    column->addWidget(m_get, 0, Qt::AlignHCenter);
    column->addStretch(1);
    return page;
}

void ModelList::makeMenu() {
    m_menu = new QMenu(this);
    m_asTarget = m_menu->addAction(tr("Use as &target"), this, [this] { emit useAsTarget(selectedPath()); });
    m_asDraft = m_menu->addAction(tr("Use as &draft"), this, [this] { emit useAsDraft(selectedPath()); });
    m_makeDraft = m_menu->addAction(tr("&Make a draft for this target…"), this,
                                    [this] { emit makeDraftRequested(selectedPath()); });
    m_menu->addSeparator();
    m_menu->addAction(tr("&Copy path"), this, [this] { QApplication::clipboard()->setText(selectedPath()); });
    m_menu->addAction(tr("Show &folder"), this, [this] {
        const QFileInfo place(selectedPath());
        const QString folder = place.isDir() ? place.absoluteFilePath() : place.absolutePath();
        QDesktopServices::openUrl(QUrl::fromLocalFile(folder));
    });
    m_tableMenu = m_menu->addMenu(tr("T&able"));
}

void ModelList::showMenu(const QPoint& globalPosition) {
    const int row = m_models->rowOf(selectedPath());
    const ModelEntry* entry = row < 0 ? nullptr : &m_models->models()[static_cast<std::size_t>(row)];
    m_asTarget->setEnabled(entry && entry->canBeTarget());
    m_makeDraft->setEnabled(entry && entry->canBeTarget());
    m_asDraft->setEnabled(entry && entry->usable());
    m_tableMenu->clear();
    addExportEntries(*m_tableMenu, *m_table);
    m_menu->popup(globalPosition);
}

void ModelList::setModels(std::vector<ModelEntry> models) {
    {
        const QScopedValueRollback<bool> rebuilding(m_rebuilding, true);
        m_models->setModels(std::move(models));
    }
    refresh();
    if (m_selected.isEmpty() && m_filter->rowCount() > 0) {
        m_selected = m_filter->index(0, 0).data(ModelTable::PathRole).toString();
    }
    showSelection();
}

void ModelList::setMemoryFree(std::int64_t bytes) {
    m_models->setMemoryFree(bytes);
}

void ModelList::setSearching(bool searching) {
    m_searching = searching;
    refresh();
}

void ModelList::refresh() {
    const int all = m_models->rowCount();
    const int shown = m_filter->rowCount();
    const int bad = m_models->unusable();
    const QLocale locale;
    QString text = shown == all ? tr("%1 models").arg(locale.toString(all))
                                : tr("%1 of %2 models").arg(locale.toString(shown), locale.toString(all));
    if (all == 1) text = tr("1 model");
    if (bad > 0) text += tr(", %1 cannot be used").arg(locale.toString(bad));
    m_count->setText(all > 0 ? text : QString());
    m_table->setColumnShown(ModelTable::Problem, bad > 0);
    m_table->setEmptyText(tr("No model contains \"%1\".").arg(m_filterField->text().trimmed()));
    m_emptyTitle->setText(m_searching ? tr("Looking for models…") : tr("No models found on this computer"));
    m_stack->setCurrentIndex(all > 0 ? 1 : 0);
}

QString ModelList::selectedPath() const {
    return m_models->rowOf(m_selected) < 0 ? QString() : m_selected;
}

void ModelList::setSelectedPath(const QString& path) {
    m_selected = path;
    showSelection();
}

void ModelList::showSelection() {
    const int row = m_models->rowOf(m_selected);
    const QModelIndex index = row < 0 ? QModelIndex() : m_filter->mapFromSource(m_models->index(row, 0));
    {
        const QScopedValueRollback<bool> rebuilding(m_rebuilding, true);
        m_table->setCurrentIndex(index);
    }
    if (index.isValid()) m_table->scrollTo(index);
    announce();
}

void ModelList::announce() {
    const QString path = selectedPath();
    if (path == m_announced) return;
    m_announced = path;
    emit selectionChanged(path);
}

void ModelList::onCurrentChanged() {
    const QModelIndex current = m_table->currentIndex();
    if (m_rebuilding || !current.isValid()) return;
    m_selected = current.data(ModelTable::PathRole).toString();
    announce();
}

void ModelList::applyTheme() {
    makeSecondary(m_count, palette());
    makeSecondary(m_emptyText, palette());
}

void ModelList::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_stack) applyTheme();
}

}  // namespace specula
