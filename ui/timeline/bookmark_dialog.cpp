#include "ui/timeline/bookmark_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>

namespace specula {

BookmarkDialog::BookmarkDialog(const Bookmark& bookmark, QWidget* parent)
    : QDialog(parent),
      m_round(bookmark.round),
      m_name(new QLineEdit(QString::fromStdString(bookmark.name))),
      m_note(new QPlainTextEdit(QString::fromStdString(bookmark.note))) {
    setWindowTitle(tr("Bookmark at round %1").arg(QLocale().toString(m_round + 1)));
    m_note->setTabChangesFocus(true);
    m_name->selectAll();
    auto* form = new QFormLayout(this);
    form->addRow(tr("N&ame"), m_name);
    form->addRow(tr("N&ote"), m_note);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    QPushButton* remove = buttons->addButton(tr("&Remove"), QDialogButtonBox::DestructiveRole);
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(remove, &QPushButton::clicked, this, [this] {
        emit removeAsked();
        reject();
    });
    resize(420, 240);
}

Bookmark BookmarkDialog::bookmark() const {
    const QString name = m_name->text().trimmed();
    return {m_round, (name.isEmpty() ? defaultName(m_round) : name).toStdString(),
            m_note->toPlainText().trimmed().toStdString()};
}

QString BookmarkDialog::defaultName(int round) {
    return tr("Round %1").arg(QLocale().toString(round + 1));
}

}  // namespace specula
