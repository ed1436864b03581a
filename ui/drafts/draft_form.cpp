#include "ui/drafts/draft_form.h"

#include <QComboBox>
#include <QDir>
#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QLayout>
#include <QLineEdit>
#include <QRadioButton>
#include <QSpinBox>
#include <QStorageInfo>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/drafts/draft_texts.h"
#include "ui/models/labels.h"
#include "ui/setup/help.h"
#include "ui/setup/model_chooser.h"

namespace specula {

namespace {

constexpr int kMostMinutes = 10'000;

/// Bytes free where a folder is or would be made; below 0: not known.
std::int64_t freeAt(const QString& folder) {
    QDir place(folder);
    while (!place.exists()) {
        const QString above = QFileInfo(place.absolutePath()).absolutePath();
        if (above == place.absolutePath()) return -1;
        place.setPath(above);
    }
    const QStorageInfo storage(place.absolutePath());
    return storage.isValid() ? storage.bytesAvailable() : -1;
}

}  // namespace

DraftForm::DraftForm(QWidget* parent) : QWidget(parent) {
    m_target = new ModelChooser(tr("Target"),
                                tr("The model that teaches the draft and that the draft will work for."));
    m_minutes = new QSpinBox;
    m_minutes->setRange(1, kMostMinutes);
    m_minutes->setValue(60);
    m_minutes->setSuffix(tr(" min"));
    describe(m_minutes, tr("Minutes"),
             tr("In all; more minutes make a better draft. It can be paused at any time."));
    m_sentence = makeTextLabel(
        tr("For about a third of the time the target writes texts. The draft then learns the target's own "
           "probabilities on them, and in the end it is tried in the real loop on other topics."));
    m_disk = makeTextLabel();
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(12);
    grid->setColumnStretch(1, 1);
    const auto place = [grid](int row, QWidget* buddy, const QString& text, QWidget* control) {
        const bool oneLine = !control->layout() || control->layout()->count() < 3;
        grid->addWidget(labelFor(buddy, text), row, 0,
                        Qt::AlignLeft | (oneLine ? Qt::AlignVCenter : Qt::AlignTop));
        grid->addWidget(control, row, 1);
    };
    place(0, m_target->list(), tr("Tar&get"), m_target);
    QWidget* kinds = makeKinds();
    place(1, m_head, tr("Kind"), kinds);
    place(2, m_minutes, tr("&Minutes"), m_minutes);
    QWidget* folder = makeFolderRow();
    place(3, m_folder, tr("&Folder"), folder);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(12);
    column->addLayout(grid);
    column->addWidget(m_sentence);
    column->addWidget(m_disk);
    column->addStretch(1);
    connect(m_target, &ModelChooser::chosen, this, &DraftForm::settle);
    connect(m_head, &QRadioButton::toggled, this, &DraftForm::settle);
    connect(m_folder, &QLineEdit::textChanged, this, &DraftForm::settle);
    applyTheme();
    settle();
}

QWidget* DraftForm::makeKinds() {
    m_head = new QRadioButton(tr("Feature &head"));
    m_small = new QRadioButton(tr("Small independent &decoder"));
    m_head->setChecked(true);
    describe(m_head, tr("Feature head"),
             tr("One layer over the target's own states; learns fast and drafts trees."));
    describe(m_small, tr("Small independent decoder"),
             tr("A little model by itself that reads the text alone."));
    m_headHelp = makeTextLabel(
        tr("One layer over the target's own states. Learns fast, drafts trees, fits this target only."));
    m_smallHelp =
        makeTextLabel(tr("A little model by itself. Learns slowly; other programs can use it too."));
    auto* kinds = new QWidget;
    auto* column = new QVBoxLayout(kinds);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    for (QWidget* part : {static_cast<QWidget*>(m_head), static_cast<QWidget*>(m_headHelp),
                          static_cast<QWidget*>(m_small), static_cast<QWidget*>(m_smallHelp)})
        column->addWidget(part);
    m_headHelp->setContentsMargins(24, 0, 0, 4);
    m_smallHelp->setContentsMargins(24, 0, 0, 0);
    return kinds;
}

QWidget* DraftForm::makeFolderRow() {
    m_folder = new QLineEdit;
    describe(m_folder, tr("Folder"),
             tr("The draft is written here; so are the sampled texts while it learns."));
    m_browse = new QToolButton;
    m_browse->setText(tr("…"));
    describe(m_browse, tr("Choose the folder"), tr("Looks for another folder."));
    connect(m_browse, &QToolButton::clicked, this, [this] {
        const QString chosen =
            QFileDialog::getExistingDirectory(this, tr("Folder for the draft"), m_folder->text());
        if (!chosen.isEmpty()) m_folder->setText(chosen);
    });
    auto* folder = new QWidget;
    auto* row = new QHBoxLayout(folder);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(m_folder, 1);
    row->addWidget(m_browse);
    return folder;
}

void DraftForm::setModels(const std::vector<KnownModel>& models) {
    m_models.clear();
    for (const KnownModel& model : models) {
        if (!model.draftOnly) m_models.push_back(model);
    }
    m_target->setModels(m_models);
    settle();
}

void DraftForm::setTarget(const QString& path) {
    m_target->setPath(path);
    settle();
}

void DraftForm::setDraftsFolder(const QString& folder) {
    m_draftsFolder = folder;
    settle();
}

QString DraftForm::targetName() const {
    for (const KnownModel& model : m_models) {
        if (model.path == m_target->path()) return model.name.section(QLatin1Char('/'), -1);
    }
    const QFileInfo file(m_target->path());
    return file.isDir() ? file.fileName() : file.completeBaseName();
}

void DraftForm::settle() {
    const bool untouched = m_folder->text() == m_proposed;
    if (untouched && !m_target->path().isEmpty() && !m_draftsFolder.isEmpty()) {
        m_proposed = m_draftsFolder + QLatin1Char('/') +
                     draftFolderName(targetName(), m_head->isChecked() ? DraftArchitecture::FeatureHead
                                                                       : DraftArchitecture::Small);
        const QSignalBlocker quiet(m_folder);
        m_folder->setText(m_proposed);
        m_folder->setCursorPosition(static_cast<int>(m_proposed.size()));
    }
    QString disk = diskText(m_folder->text().isEmpty() ? -1 : freeAt(m_folder->text()));
    if (resumes()) disk = tr("This folder holds an unfinished training: it goes on from there. ") + disk;
    m_disk->setText(disk);
    emit changed();
}

bool DraftForm::resumes() const {
    return !m_folder->text().isEmpty() && QFileInfo::exists(m_folder->text() + QStringLiteral("/work"));
}

TrainRequest DraftForm::request() const {
    TrainRequest request;
    request.target = m_target->path().toStdString();
    request.out = QDir::cleanPath(m_folder->text().trimmed()).toStdString();
    request.architecture = m_head->isChecked() ? DraftArchitecture::FeatureHead : DraftArchitecture::Small;
    request.minutes = m_minutes->value();
    return request;
}

void DraftForm::setRequest(const TrainRequest& request) {
    (request.architecture == DraftArchitecture::FeatureHead ? m_head : m_small)->setChecked(true);
    m_target->setPath(QString::fromStdString(request.target));
    m_minutes->setValue(static_cast<int>(request.minutes));
    m_folder->setText(QString::fromStdString(request.out));
    settle();
}

std::optional<DraftForm::Problem> DraftForm::problem() const {
    if (m_target->path().isEmpty()) return Problem{tr("Choose the target first."), m_target->list()};
    if (m_folder->text().trimmed().isEmpty()) return Problem{tr("Name a folder for the draft."), m_folder};
    if (QFileInfo(m_folder->text()).isFile())
        return Problem{tr("There is a file of that name; name another folder."), m_folder};
    const bool holdsModel = QFileInfo::exists(m_folder->text() + QStringLiteral("/config.json"));
    if (holdsModel && !resumes())
        return Problem{tr("The folder holds a model already, which would be lost; name another one."),
                       m_folder};
    return std::nullopt;
}

void DraftForm::applyTheme() {
    for (QWidget* label : {m_headHelp, m_smallHelp, m_disk}) makeSecondary(label, palette());
}

void DraftForm::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_disk) applyTheme();
}

}  // namespace specula
