#include "ui/export/export_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/common/palette.h"
#include "ui/export/export_host.h"
#include "ui/export/exportable.h"
#include "ui/export/file_bytes.h"
#include "ui/export/picture_file.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

constexpr QSize kPreview(360, 220);
constexpr int kListWidth = 240;
constexpr char kFolderKey[] = "export/folder";

QString endingOf(ExportDialog::Format format) {
    switch (format) {
        case ExportDialog::Png:
            return QStringLiteral(".png");
        case ExportDialog::Svg:
            return QStringLiteral(".svg");
        case ExportDialog::Pdf:
            return QStringLiteral(".pdf");
        case ExportDialog::Csv:
            break;
    }
    return QStringLiteral(".csv");
}

QString usualFolder() {
    const QString last = QSettings().value(QLatin1String(kFolderKey)).toString();
    if (!last.isEmpty() && QFileInfo(last).isDir()) return last;
    const QString pictures = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    return QFileInfo(pictures).isDir() ? pictures : QDir::homePath();
}

QString withoutEnding(QString path) {
    for (const auto format : {ExportDialog::Png, ExportDialog::Svg, ExportDialog::Pdf, ExportDialog::Csv})
        if (path.endsWith(endingOf(format), Qt::CaseInsensitive)) path.chop(4);
    return path;
}

}  // namespace

ExportDialog::ExportDialog(const std::vector<QWidget*>& items, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Export"));
    m_items = new QListWidget;
    m_items->setMinimumWidth(kListWidth);
    describe(m_items, tr("What to export"), tr("Everything on the present page that can be written."));
    for (QWidget* widget : items) {
        m_widgets.emplace_back(widget);
        m_items->addItem(widget->isWindow() ? tr("The whole window") : exportNameOf(*widget));
    }
    m_preview = new QLabel;
    m_preview->setFixedSize(kPreview);
    m_preview->setAlignment(Qt::AlignCenter);
    m_preview->setFrameShape(QFrame::StyledPanel);
    m_preview->setAccessibleName(tr("Preview"));
    m_format = new QComboBox;
    describe(m_format, tr("Format"), tr("Pictures as pixels or as vectors; numbers as a table."));
    m_scale = new QComboBox;
    for (const int scale : {1, 2, 4}) m_scale->addItem(tr("%1 ×").arg(scale), scale);
    m_scale->setCurrentIndex(1);
    describe(m_scale, tr("Scale"), tr("Pixels a point of the screen, for PNG: drawn so, not enlarged."));
    m_file = new QLineEdit;
    describe(m_file, tr("File"), tr("The ending follows from the format."));
    m_browse = new QPushButton(tr("&Browse…"));
    describe(m_browse, tr("Browse"), tr("Choose the folder and the name."));
    m_note = new QLabel;
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setMinimumHeight(2 * m_note->fontMetrics().height());

    auto* top = new QHBoxLayout;
    top->setSpacing(12);
    top->addWidget(m_items, 1);
    top->addWidget(m_preview, 0, Qt::AlignTop);
    auto* fileRow = new QHBoxLayout;
    fileRow->addWidget(m_file, 1);
    fileRow->addWidget(m_browse);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    form->addRow(tr("&Format"), m_format);
    form->addRow(tr("&Scale"), m_scale);
    form->addRow(tr("F&ile"), fileRow);
    if (auto* label = qobject_cast<QLabel*>(form->labelForField(fileRow))) label->setBuddy(m_file);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
    m_export = buttons->button(QDialogButtonBox::Save);
    m_export->setText(tr("&Export"));
    connect(buttons, &QDialogButtonBox::accepted, this, &ExportDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(16, 16, 16, 16);
    outer->setSpacing(12);
    outer->addLayout(top, 1);
    outer->addLayout(form);
    outer->addWidget(m_note);
    outer->addWidget(buttons);
    connect(m_items, &QListWidget::currentRowChanged, this, &ExportDialog::showChosen);
    connect(m_format, &QComboBox::currentIndexChanged, this, &ExportDialog::refresh);
    connect(m_file, &QLineEdit::textChanged, this, &ExportDialog::refresh);
    connect(m_browse, &QPushButton::clicked, this, &ExportDialog::browse);
    m_items->setCurrentRow(0);
}

QWidget* ExportDialog::chosen() const {
    const auto row = static_cast<std::size_t>(std::max(0, m_items->currentRow()));
    return row < m_widgets.size() ? m_widgets[row].data() : nullptr;
}

ExportDialog::Format ExportDialog::chosenFormat() const {
    return static_cast<Format>(m_format->currentData().toInt());
}

QString ExportDialog::path() const {
    const QString text = m_file->text().trimmed();
    return text.isEmpty() ? QString() : withoutEnding(text) + endingOf(chosenFormat());
}

void ExportDialog::showChosen() {
    offerFormats();
    QWidget* widget = chosen();
    const QImage image = widget ? pictureImage(*widget, devicePixelRatioF()) : QImage();
    if (image.isNull()) {
        m_preview->setText(tr("Too large to show"));
    } else {
        const double ratio = devicePixelRatioF();
        const QSize room = (QSizeF(kPreview - QSize(12, 12)) * ratio).toSize();
        QImage shown = image;
        if (image.width() > room.width() || image.height() > room.height())
            shown = image.scaled(room, Qt::KeepAspectRatio, Qt::SmoothTransformation);
        shown.setDevicePixelRatio(ratio);
        m_preview->setPixmap(QPixmap::fromImage(shown));
    }
    nameFile();
    refresh();
}

void ExportDialog::offerFormats() {
    const QSignalBlocker quiet(m_format);
    const int before = m_format->count() > 0 ? m_format->currentData().toInt() : int{Png};
    m_format->clear();
    m_format->addItem(tr("PNG, pixels"), Png);
    m_format->addItem(tr("SVG, vectors"), Svg);
    m_format->addItem(tr("PDF, vectors"), Pdf);
    const QWidget* widget = chosen();
    if (widget && !exportCellsOf(*widget).empty()) m_format->addItem(tr("CSV, the numbers"), Csv);
    m_format->setCurrentIndex(std::max(0, m_format->findData(before)));
}

void ExportDialog::nameFile() {
    const QWidget* widget = chosen();
    if (!widget || m_file->text() != m_suggested) return;
    const QString folder = m_suggested.isEmpty() ? usualFolder() : QFileInfo(m_suggested).path();
    m_suggested = QDir(folder).filePath(exportFileName(*widget));
    m_file->setText(m_suggested);
}

void ExportDialog::refresh() {
    m_scale->setEnabled(chosenFormat() == Png);
    const QString target = path();
    m_export->setEnabled(chosen() && !target.isEmpty());
    m_note->setForegroundRole(QPalette::WindowText);
    m_note->setPalette(palette());
    if (target.isEmpty())
        m_note->setText(tr("Name a file."));
    else
        m_note->setText(QFileInfo::exists(target) ? tr("Replaces %1.").arg(target)
                                                  : tr("Writes %1.").arg(target));
}

void ExportDialog::browse() {
    auto* dialog = new QFileDialog(this, tr("Export to"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite);  // the note says it
    dialog->setNameFilter(QLatin1Char('*') + endingOf(chosenFormat()));
    dialog->selectFile(path());
    connect(dialog, &QFileDialog::fileSelected, m_file, &QLineEdit::setText);
    dialog->open();
}

void ExportDialog::accept() {
    QWidget* widget = chosen();
    const QString target = path();
    if (!widget || target.isEmpty()) return;
    const QString problem =
        chosenFormat() == Csv
            ? saveBytes(target, csvOf(exportCellsOf(*widget)))
            : savePicture(*widget, target, m_scale->currentData().toDouble(), exportNotesOf(*widget));
    if (!problem.isEmpty()) {
        const Theme theme = Theme::of(palette());
        QPalette red = palette();
        red.setColor(QPalette::WindowText, theme.readable(theme.lossy));
        m_note->setPalette(red);
        m_note->setText(problem);
        return;
    }
    QSettings().setValue(QLatin1String(kFolderKey), QFileInfo(target).absolutePath());
    tellExportOf(*widget, tr("Saved %1").arg(target), false);
    QDialog::accept();
}

}  // namespace specula
