#include "ui/setup/model_chooser.h"

#include <QComboBox>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>

#include "ui/setup/help.h"

namespace specula {

ModelChooser::ModelChooser(const QString& name, const QString& help, QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    m_list = new QComboBox;
    m_list->setEditable(true);
    m_list->setInsertPolicy(QComboBox::NoInsert);
    // A long path must not widen the dock.
    m_list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_list->setMinimumContentsLength(8);
    m_list->lineEdit()->setPlaceholderText(tr("GGUF file or model folder"));
    m_list->lineEdit()->setAcceptDrops(false);
    describe(m_list, name, help);
    m_browse = new QToolButton;
    m_browse->setText(tr("Browse…"));
    describe(m_browse, tr("Browse for %1").arg(name), tr("Look for a model on this computer."));
    auto* menu = new QMenu(m_browse);
    menu->addAction(tr("GGUF file…"), this, [this] { browse(false); });
    menu->addAction(tr("Model folder…"), this, [this] { browse(true); });
    connect(m_browse, &QToolButton::clicked, menu,
            [this, menu] { menu->popup(m_browse->mapToGlobal(QPoint(0, m_browse->height()))); });
    row->addWidget(m_list, 1);
    row->addWidget(m_browse);
    setAcceptDrops(true);
    connect(m_list, &QComboBox::activated, this, &ModelChooser::settle);
    connect(m_list->lineEdit(), &QLineEdit::editingFinished, this, &ModelChooser::settle);
}

void ModelChooser::setModels(const std::vector<KnownModel>& models) {
    const QString kept = path();
    const QSignalBlocker quiet(m_list);
    m_list->clear();
    for (const KnownModel& model : models) {
        m_list->addItem(model.name, model.path);
        m_list->setItemData(m_list->count() - 1, model.path, Qt::ToolTipRole);
    }
    m_list->setCurrentIndex(-1);
    setPath(kept);
}

QString ModelChooser::path() const {
    const QString text = m_list->currentText().trimmed();
    const int known = m_list->findText(text, Qt::MatchFixedString | Qt::MatchCaseSensitive);
    return known >= 0 && !text.isEmpty() ? m_list->itemData(known).toString() : text;
}

void ModelChooser::setPath(const QString& path) {
    const int known = m_list->findData(path);
    m_list->setCurrentIndex(known);
    if (known < 0) m_list->setEditText(path);
    m_list->lineEdit()->setCursorPosition(0);
    m_settled = path;
}

void ModelChooser::settle() {
    const QString now = path();
    if (now == m_settled) return;
    m_settled = now;
    m_list->lineEdit()->setCursorPosition(0);
    emit chosen(now);
}

void ModelChooser::browse(bool folder) {
    const QFileInfo present(path());
    const QString start = present.exists() ? present.absolutePath() : QString();
    const QString found = folder ? QFileDialog::getExistingDirectory(this, tr("Choose a model folder"), start)
                                 : QFileDialog::getOpenFileName(this, tr("Choose a GGUF file"), start,
                                                                tr("GGUF models (*.gguf);;All files (*)"));
    if (found.isEmpty()) return;
    const QString before = m_settled;
    setPath(found);
    if (found != before) emit chosen(found);
}

void ModelChooser::dragEnterEvent(QDragEnterEvent* event) {
    if (!modelPathIn(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void ModelChooser::dropEvent(QDropEvent* event) {
    const QString dropped = modelPathIn(event->mimeData());
    if (dropped.isEmpty()) return;
    event->acceptProposedAction();
    const QString before = m_settled;
    setPath(dropped);
    if (dropped != before) emit chosen(dropped);
}

}  // namespace specula
