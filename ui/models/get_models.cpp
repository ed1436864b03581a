#include "ui/models/get_models.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/common/focus_ring.h"
#include "ui/models/data_table.h"
#include "ui/models/download_table.h"
#include "ui/models/hub_file_table.h"
#include "ui/models/labels.h"
#include "ui/models/model_text.h"
#include "ui/models/repository_name.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

/// Pairs that teach well: a target each, then its draft.
const char* const kExamples[] = {"facebook/opt-1.3b", "facebook/opt-125m", "openai-community/gpt2",
                                 "distilbert/distilgpt2"};

QPushButton* makeButton(const QString& text, const QString& name, const QString& help) {
    auto* button = new QPushButton(text);
    describe(button, name, help);
    return button;
}

}  // namespace

GetModels::GetModels(QWidget* parent)
    : QWidget(parent), m_files(new HubFileTable(this)), m_queue(new DownloadTable(this)) {
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(makeFiles());
    splitter->addWidget(makeQueue());
    splitter->setChildrenCollapsible(false);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(splitter);
    connectParts();
    applyTheme();
    refreshFiles();
    refreshQueue();
}

QWidget* GetModels::makeRequest() {
    m_repository = new QLineEdit;
    m_repository->setAcceptDrops(false);
    m_repository->setClearButtonEnabled(true);
    m_repository->setPlaceholderText(tr("org/name, or the address of its page on the hub"));
    describe(m_repository, tr("Repository"),
             tr("Which model on the hub: org/name, or the address of its page."));
    m_revision = new QLineEdit;
    m_revision->setAcceptDrops(false);
    m_revision->setPlaceholderText(QStringLiteral("main"));
    m_revision->setMaximumWidth(m_revision->fontMetrics().averageCharWidth() * 22);
    describe(m_revision, tr("Revision"), tr("Branch, tag or commit; empty for the newest."));
    m_list = makeButton(tr("&List files"), tr("List files"), tr("Ask the hub what the repository holds."));
    auto* box = new QWidget;
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(labelFor(m_repository, tr("Re&pository")));
    row->addWidget(m_repository, 1);
    row->addSpacing(4);
    row->addWidget(labelFor(m_revision, tr("Revisi&on")));
    row->addWidget(m_revision);
    row->addWidget(m_list);
    return box;
}

QWidget* GetModels::makeFiles() {
    m_context = new QLabel;
    m_context->setTextFormat(Qt::RichText);
    m_context->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    m_context->setWordWrap(true);
    m_context->setAccessibleName(tr("Listed repository"));
    addFocusRing(m_context);
    m_note = new NoteBox;
    m_fileView = new DataTable;
    m_fileView->setModel(m_files);
    m_fileView->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_fileView->setAccessibleName(tr("Files of the repository"));
    m_fileView->setColumnRule(HubFileTable::Name, {24, 80, 1});
    m_fileView->setColumnRule(HubFileTable::Size, {10, 16, 0});
    m_fileView->setColumnRule(HubFileTable::State, {18, 30, 0});
    m_total = makeTextLabel();
    m_total->setAccessibleName(tr("Chosen files"));
    m_suggested = makeButton(tr("&Suggested"), tr("Choose the suggested files"),
                             tr("Weights, configuration and tokenizer: what a model needs."));
    m_all = makeButton(tr("Ever&y file"), tr("Choose every file"), tr("Everything that is not here yet."));
    m_none = makeButton(tr("&None"), tr("Choose no file"), tr("Take every tick away."));
    m_download = makeButton(tr("&Download"), tr("Download"),
                            tr("Put the chosen files into the queue; they go to the Hugging Face cache."));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(m_suggested);
    buttons->addWidget(m_all);
    buttons->addWidget(m_none);
    buttons->addWidget(m_total, 1);
    buttons->addWidget(m_download);
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 8);
    column->setSpacing(8);
    column->addWidget(makeRequest());
    column->addWidget(m_context);
    column->addWidget(m_note);
    column->addWidget(m_fileView, 1);
    column->addLayout(buttons);
    return page;
}

QWidget* GetModels::makeQueue() {
    m_queueTitle = new QLabel(tr("Downloads"));
    makeBold(m_queueTitle);
    m_queueView = new DataTable;
    m_queueView->setModel(m_queue);
    m_queueView->setAccessibleName(tr("Downloads"));
    m_queueView->setEmptyText(tr("Downloads appear here. They can be paused, and go on where they stopped."));
    m_queueView->setItemDelegateForColumn(DownloadTable::Progress, new ProgressDelegate(m_queueView));
    m_queueView->setColumnRule(DownloadTable::Repository, {18, 40, 2});
    m_queueView->setColumnRule(DownloadTable::State, {14, 40, 2});
    m_queueView->setColumnRule(DownloadTable::Progress, {22, 40, 1});
    m_queueView->setColumnRule(DownloadTable::File, {18, 60, 2});
    m_queueView->setColumnRule(DownloadTable::Amount, {20, 24, 0});
    m_queueView->setColumnRule(DownloadTable::Speed, {11, 14, 0});
    m_queueView->setColumnRule(DownloadTable::TimeLeft, {12, 16, 0});
    m_queueView->installEventFilter(this);
    m_queueLine = makeTextLabel();
    m_queueLine->setAccessibleName(tr("State of the chosen download"));
    m_pause = makeButton(tr("Pa&use"), tr("Pause or go on"),
                         tr("Pauses the chosen download, or lets it go on where it stopped (Space)."));
    m_remove = makeButton(tr("Re&move"), tr("Remove"),
                          tr("Takes the chosen download out of the queue; finished files stay (Delete)."));
    m_show = makeButton(tr("Sho&w model"), tr("Show model"), tr("Goes to the model in the table."));
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_queueLine, 1);
    row->addWidget(m_show);
    row->addWidget(m_pause);
    row->addWidget(m_remove);
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 8, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_queueTitle);
    column->addWidget(m_queueView, 1);
    column->addLayout(row);
    return page;
}

void GetModels::connectParts() {
    connect(m_repository, &QLineEdit::returnPressed, this, &GetModels::list);
    connect(m_revision, &QLineEdit::returnPressed, this, &GetModels::list);
    connect(m_repository, &QLineEdit::textChanged, this, &GetModels::refreshFiles);
    connect(m_list, &QPushButton::clicked, this, &GetModels::list);
    connect(m_context, &QLabel::linkActivated, this, [this](const QString& name) {
        m_repository->setText(name);
        m_revision->clear();
        m_list->setFocus();
    });
    const auto choose = [this](QPushButton* button, HubFileTable::Choice choice) {
        connect(button, &QPushButton::clicked, m_files, [this, choice] { m_files->choose(choice); });
    };
    choose(m_suggested, HubFileTable::Choice::Suggested);
    choose(m_all, HubFileTable::Choice::All);
    choose(m_none, HubFileTable::Choice::None);
    connect(m_files, &HubFileTable::chosenChanged, this, &GetModels::refreshFiles);
    connect(m_download, &QPushButton::clicked, this, &GetModels::download);
    connect(m_queueView->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        if (!m_rebuilding) refreshQueue();
    });
    connect(m_pause, &QPushButton::clicked, this, &GetModels::toggle);
    connect(m_remove, &QPushButton::clicked, this, &GetModels::remove);
    const auto showModel = [this] {
        // A copy: whoever answers may change the rows.
        if (m_show->isEnabled()) emit showRequested(QString(current()->path));
    };
    connect(m_show, &QPushButton::clicked, this, showModel);
    connect(m_queueView, &DataTable::opened, this, showModel);
}

void GetModels::list() {
    const RepositoryName name = readRepositoryName(m_repository->text());
    if (!name.problem.isEmpty()) {
        m_note->show(Symbol::No, name.problem);
        return;
    }
    if (name.repository.isEmpty()) return;
    // The address has been understood: show what it was taken for.
    if (!name.revision.isEmpty()) m_revision->setText(name.revision);
    m_repository->setText(name.repository);
    m_asked = name.repository;
    m_askedRevision = m_revision->text().trimmed();
    if (m_askedRevision.isEmpty()) m_askedRevision = QStringLiteral("main");
    m_listing = {};
    m_note->show(Symbol::None, {});
    m_files->setFiles({});
    emit listRequested(QString(m_asked), QString(m_askedRevision));
}

void GetModels::setListing(const HubListing& listing) {
    m_asked.clear();
    m_listing = listing;
    m_note->show(Symbol::No, listing.error);
    m_files->setFiles(listing.error.isEmpty() ? listing.files : std::vector<HubFile>());
}

void GetModels::download() {
    const QStringList files = m_files->chosen();
    if (files.isEmpty()) return;
    emit downloadRequested(QString(m_listing.repository), QString(m_askedRevision), files);
}

void GetModels::refreshFiles() {
    showContext();
    const int rows = m_files->rowCount();
    const QStringList chosen = m_files->chosen();
    const QLocale locale;
    m_list->setEnabled(!m_repository->text().trimmed().isEmpty());
    for (QPushButton* button : {m_suggested, m_all, m_none}) {
        button->setEnabled(rows > m_files->presentCount());
    }
    m_download->setEnabled(!chosen.isEmpty());
    if (!m_asked.isEmpty()) {
        m_fileView->setEmptyText(tr("Asking the hub what %1 holds…").arg(m_asked));
    } else if (!m_listing.repository.isEmpty() && m_listing.error.isEmpty()) {
        m_fileView->setEmptyText(tr("%1 holds no files.").arg(m_listing.repository));
    } else {
        m_fileView->setEmptyText(
            tr("Name a repository and list its files. Nothing is downloaded before you press Download."));
    }
    if (rows == 0) {
        m_total->clear();
        return;
    }
    QString text = chosen.isEmpty() ? tr("No file chosen")
                                    : tr("%1 of %2 files chosen, %3 to download")
                                          .arg(locale.toString(chosen.size()), locale.toString(rows),
                                               bytesText(m_files->chosenBytes()));
    if (m_files->presentCount() == rows) text = tr("Every file is here already");
    if (const qint64 here = m_files->presentBytes(); here > 0 && m_files->presentCount() < rows) {
        text += tr("; %1 already here").arg(bytesText(here));
    }
    m_total->setText(text);
}

void GetModels::setDownloads(std::vector<DownloadRow> rows) {
    // A download that was just asked for is the one that the person looks for.
    for (const DownloadRow& row : rows) {
        if (m_queue->indexOf(row.id) < 0) m_currentId = row.id;
    }
    {
        const QScopedValueRollback<bool> rebuilding(m_rebuilding, true);
        const int before = m_queueView->currentIndex().row();
        m_queue->setRows(std::move(rows));
        int place = m_queue->indexOf(m_currentId);
        if (place < 0) place = std::min(before, m_queue->rowCount() - 1);
        m_queueView->setCurrentIndex(m_queue->index(place, 0));
    }
    refreshQueue();
}

const DownloadRow* GetModels::current() const {
    return m_queue->row(m_queueView->currentIndex().row());
}

void GetModels::refreshQueue() {
    const DownloadRow* row = current();
    m_currentId = row ? row->id : -1;
    const bool pausable =
        row && (row->state == DownloadState::Running || row->state == DownloadState::Queued);
    const bool resumable =
        row && (row->state == DownloadState::Paused || row->state == DownloadState::Failed);
    m_pause->setEnabled(pausable || resumable);
    if (row && row->state == DownloadState::Failed) {
        m_pause->setText(tr("Try a&gain"));
    } else {
        m_pause->setText(resumable ? tr("Res&ume") : tr("Pa&use"));
    }
    m_remove->setEnabled(row != nullptr);
    m_show->setEnabled(row && row->state == DownloadState::Done && !row->path.isEmpty());
    QString line;
    if (row) {
        line = tr("%1: %2").arg(row->repository,
                                row->error.isEmpty() ? downloadStateText(row->state) : row->error);
    }
    if (line != m_queueLine->text()) m_queueLine->setText(line);
}

void GetModels::toggle() {
    const DownloadRow* row = current();
    if (!row || !m_pause->isEnabled()) return;
    if (row->state == DownloadState::Running || row->state == DownloadState::Queued) {
        emit pauseRequested(row->id);
    } else {
        emit resumeRequested(row->id);
    }
}

void GetModels::remove() {
    if (const DownloadRow* row = current()) emit removeRequested(row->id);
}

bool GetModels::eventFilter(QObject* object, QEvent* event) {
    if (object == m_queueView && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Space) {
            toggle();
            return true;
        }
        if (key == Qt::Key_Delete) {
            remove();
            return true;
        }
    }
    return QWidget::eventFilter(object, event);
}

void GetModels::applyTheme() {
    for (QWidget* label : {static_cast<QWidget*>(m_total), static_cast<QWidget*>(m_context)}) {
        makeSecondary(label, palette());
    }
    showContext();
}

void GetModels::showContext() {
    if (!m_listing.repository.isEmpty() && m_listing.error.isEmpty()) {
        QString text = tr("%1, revision %2").arg(m_listing.repository, m_askedRevision);
        if (!m_listing.revision.isEmpty()) text += tr(" (commit %1)").arg(m_listing.revision.left(10));
        m_context->setText(text.toHtmlEscaped());
        m_context->setToolTip({});
        return;
    }
    m_context->setToolTip(tr("Puts the name above; nothing is downloaded before you press Download."));
    // Links take the colour that is set when their text is laid out.
    const Theme theme = Theme::of(palette());
    QStringList links;
    for (const char* name : kExamples) {
        links << QStringLiteral("<a href=\"%1\" style=\"color:%2\">%1</a>")
                     .arg(QLatin1String(name), theme.readable(theme.accent).name());
    }
    m_context->setText(
        tr("For example %1 with the draft %2, or %3 with %4.").arg(links[0], links[1], links[2], links[3]));
}

void GetModels::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_pause) applyTheme();
}

}  // namespace specula
