#include "ui/models/models_view.h"

#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/models/data_table.h"
#include "ui/models/drop_frame.h"
#include "ui/models/get_models.h"
#include "ui/models/labels.h"
#include "ui/models/model_details.h"
#include "ui/models/model_list.h"
#include "ui/models/model_table.h"
#include "ui/models/model_text.h"
#include "ui/models/pair_page.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

constexpr int kSettleMs = 120;
constexpr int kSideBySide = 330;  ///< characters of width from which the details stand beside the table

bool samePaths(const std::vector<ModelEntry>& a, const std::vector<ModelEntry>& b) {
    return std::equal(
        a.begin(), a.end(), b.begin(), b.end(), [](const ModelEntry& one, const ModelEntry& two) {
            return one.path == two.path && one.usable() == two.usable() && one.tokenizer == two.tokenizer;
        });
}

}  // namespace

ModelsView::ModelsView(QWidget* parent) : QWidget(parent) {
    setAcceptDrops(true);
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettleMs);
    m_list = new ModelList;
    m_details = new ModelDetailsPane;
    m_pairs = new PairPage;
    m_get = new GetModels;
    m_splitter = new QSplitter(Qt::Vertical);
    m_splitter->addWidget(m_list);
    m_splitter->addWidget(m_details);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(10);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 1);
    m_pages = new QStackedWidget;
    m_pages->addWidget(m_splitter);
    m_pages->addWidget(m_pairs);
    m_pages->addWidget(m_get);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 8, 16, 12);
    column->setSpacing(12);
    column->addWidget(makeBar());
    column->addWidget(m_pages, 1);
    m_dropFrame = new DropFrame(this);
    connectParts();
    m_details->hide();
    onPageChanged();
    showState();
    applyTheme();
}

QWidget* ModelsView::makeBar() {
    m_pageBar = new QTabBar;
    m_pageBar->addTab(tr("&All models"));
    m_pageBar->addTab(tr("Pa&irs"));
    m_pageBar->addTab(tr("G&et models"));
    m_pageBar->setDrawBase(false);
    m_pageBar->setExpanding(false);
    m_pageBar->setAccessibleName(tr("Pages of the models view"));
    m_state = new ElidedLabel;
    m_state->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_rescan = new QPushButton(tr("S&can again"));
    describe(m_rescan, tr("Scan again"),
             tr("Looks for models in the Hugging Face cache and in the folders that were added."));
    auto* bar = new QWidget;
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(12);
    row->addWidget(m_pageBar);
    row->addWidget(m_state, 1);
    row->addWidget(m_rescan);
    return bar;
}

void ModelsView::connectParts() {
    connect(m_pageBar, &QTabBar::currentChanged, this, &ModelsView::onPageChanged);
    connect(m_rescan, &QPushButton::clicked, this, &ModelsView::rescanRequested);
    connect(&m_settle, &QTimer::timeout, this, &ModelsView::requestDetails);
    connect(m_list, &ModelList::selectionChanged, this, &ModelsView::onSelected);
    connect(m_list, &ModelList::opened, this, &ModelsView::openDetails);
    connect(m_list, &ModelList::useAsTarget, this, &ModelsView::useAsTarget);
    connect(m_list, &ModelList::useAsDraft, this, &ModelsView::useAsDraft);
    connect(m_list, &ModelList::getRequested, this, [this] {
        setPage(Page::Get);
        m_get->repository().setFocus();
    });
    connect(m_details, &ModelDetailsPane::useAsTarget, this, &ModelsView::useAsTarget);
    connect(m_details, &ModelDetailsPane::useAsDraft, this, &ModelsView::useAsDraft);
    connect(m_details, &ModelDetailsPane::makeDraftRequested, this, &ModelsView::makeDraftRequested);
    connect(m_list, &ModelList::makeDraftRequested, this, &ModelsView::makeDraftRequested);
    connect(m_pairs, &PairPage::usePair, this, &ModelsView::usePair);
    connect(m_get, &GetModels::listRequested, this, &ModelsView::listRequested);
    connect(m_get, &GetModels::downloadRequested, this, &ModelsView::downloadRequested);
    connect(m_get, &GetModels::pauseRequested, this, &ModelsView::pauseRequested);
    connect(m_get, &GetModels::resumeRequested, this, &ModelsView::resumeRequested);
    connect(m_get, &GetModels::removeRequested, this, &ModelsView::removeRequested);
    connect(m_get, &GetModels::showRequested, this, [this](const QString& path) {
        setPage(Page::Table);
        setSelectedPath(path);
        m_list->table().setFocus();
    });
    auto* find = new QShortcut(QKeySequence::Find, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
    connect(find, &QShortcut::activated, this, [this] {
        QLineEdit* fields[]{&m_list->filter(), &m_pairs->targetFilter(), &m_get->repository()};
        QLineEdit* field = fields[m_pageBar->currentIndex()];
        field->setFocus(Qt::ShortcutFocusReason);
        field->selectAll();
    });
}

void ModelsView::setModels(std::vector<ModelEntry> models) {
    const bool same = samePaths(models, m_list->models().models());
    m_list->setModels(std::move(models));
    const int row = m_list->models().rowOf(m_list->selectedPath());
    if (row >= 0) m_details->setEntry(m_list->models().models()[static_cast<std::size_t>(row)]);
    m_details->setVisible(m_list->models().rowCount() > 0);
    if (!same) {
        m_pairsKnown = false;
        m_pairsAsked = false;
        m_pairs->setPairs(m_list->models().models(), {}, false);
        askForPairs();
    }
    showState();
}

void ModelsView::setMemoryFree(qint64 bytes) {
    m_free = bytes;
    m_list->setMemoryFree(bytes);
    m_details->setMemoryFree(bytes);
    m_pairs->setMemoryFree(bytes);
    showState();
}

void ModelsView::setBusy(bool busy, const QString& text) {
    m_busy = busy;
    m_busyText = text;
    m_list->setSearching(busy);
    m_rescan->setEnabled(!busy);
    showState();
}

void ModelsView::showState() {
    QString text;
    if (m_busy) {
        text = m_busyText.isEmpty() ? tr("Looking for models…") : m_busyText;
    } else if (m_free >= 0) {
        text = tr("%1 of memory free").arg(bytesText(m_free));
    }
    static_cast<ElidedLabel*>(m_state)->setText(text);
}

void ModelsView::onSelected(const QString& path) {
    const int row = m_list->models().rowOf(path);
    if (row < 0) {
        m_settle.stop();
        m_details->clear();
        return;
    }
    m_details->setEntry(m_list->models().models()[static_cast<std::size_t>(row)]);
    m_settle.start();
}

void ModelsView::openDetails() {
    m_details->tabs().setFocus();
    requestDetails();
}

void ModelsView::requestDetails() {
    m_settle.stop();
    const QString path = m_list->selectedPath();
    if (path.isEmpty() || (m_details->path() == path && m_details->complete())) return;
    // A view that nobody sees makes no work.
    if (!isVisible() || page() != Page::Table) return;
    emit detailsRequested(path);
}

void ModelsView::showDetails(const ModelDetails& details) {
    if (fromStd(details.entry.path) == m_list->selectedPath()) m_details->setDetails(details);
}

void ModelsView::setPairs(std::vector<PairCell> cells) {
    m_pairsKnown = true;
    m_pairs->setPairs(m_list->models().models(), std::move(cells), true);
}

void ModelsView::askForPairs() {
    const auto& models = m_list->models().models();
    const bool any =
        std::any_of(models.begin(), models.end(), [](const ModelEntry& e) { return e.usable(); });
    if (!any || m_pairsKnown || m_pairsAsked || !isVisible() || page() != Page::Pairs) return;
    m_pairsAsked = true;
    emit pairsRequested();
}

void ModelsView::setListing(const HubListing& listing) {
    m_get->setListing(listing);
}

void ModelsView::setDownloads(std::vector<DownloadRow> rows) {
    const bool moving = std::any_of(rows.begin(), rows.end(), [](const DownloadRow& row) {
        return row.state != DownloadState::Done && row.state != DownloadState::Failed;
    });
    m_get->setDownloads(std::move(rows));
    const QString word = moving ? tr("G&et models ↓") : tr("G&et models");
    if (m_pageBar->tabText(2) != word) m_pageBar->setTabText(2, word);
    m_pageBar->setTabToolTip(2, moving ? tr("Downloads are under way") : QString());
}

ModelsView::Page ModelsView::page() const {
    return static_cast<Page>(m_pageBar->currentIndex());
}

void ModelsView::setPage(Page page) {
    m_pageBar->setCurrentIndex(static_cast<int>(page));
}

void ModelsView::onPageChanged() {
    m_pages->setCurrentIndex(m_pageBar->currentIndex());
    askForPairs();
    requestDetails();
}

QString ModelsView::selectedPath() const {
    return m_list->selectedPath();
}

void ModelsView::setSelectedPath(const QString& path) {
    m_list->setSelectedPath(path);
}

void ModelsView::setSelectedPair(const QString& target, const QString& draft) {
    m_pairs->setPair(target, draft);
}

void ModelsView::dragEnterEvent(QDragEnterEvent* event) {
    if (modelPathsIn(event->mimeData()).isEmpty()) return;
    event->acceptProposedAction();
    m_dropFrame->setGeometry(rect());
    m_dropFrame->raise();
    m_dropFrame->show();
}

void ModelsView::dragLeaveEvent(QDragLeaveEvent*) {
    m_dropFrame->hide();
}

void ModelsView::dropEvent(QDropEvent* event) {
    m_dropFrame->hide();
    const QStringList paths = modelPathsIn(event->mimeData());
    if (paths.isEmpty()) return;
    event->acceptProposedAction();
    for (const QString& path : paths) emit pathDropped(path);
}

void ModelsView::placeDetails() {
    const bool wide = width() >= kSideBySide * fontMetrics().averageCharWidth();
    const Qt::Orientation wanted = wide ? Qt::Horizontal : Qt::Vertical;
    if (m_splitter->orientation() == wanted) return;
    m_splitter->setOrientation(wanted);
    const int length = wide ? m_splitter->width() : m_splitter->height();
    m_splitter->setSizes({length / 2, length - length / 2});
}

void ModelsView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    placeDetails();
    m_dropFrame->setGeometry(rect());
}

void ModelsView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    askForPairs();
    requestDetails();
}

void ModelsView::applyTheme() {
    makeSecondary(m_state, palette());
}

void ModelsView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_state) applyTheme();
}

}  // namespace specula
