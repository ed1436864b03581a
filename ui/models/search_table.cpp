#include "ui/models/search_table.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QVBoxLayout>

#include "ui/models/data_table.h"
#include "ui/models/labels.h"
#include "ui/setup/help.h"

namespace specula {

SearchTable::SearchTable(QAbstractItemModel* model, const QString& what, QWidget* parent)
    : QWidget(parent), m_source(model), m_what(what) {
    m_filter = new TableFilter(this);
    m_filter->setSourceModel(model);
    m_field = makeFilterField(tr("Search %1").arg(what), tr("Words that a row must contain, in any column."));
    m_count = new QLabel;
    m_count->setTextFormat(Qt::PlainText);
    m_table = new DataTable;
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setModel(m_filter);
    m_table->makeSortable();
    m_table->setAccessibleName(what);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(labelFor(m_field, tr("&Search")));
    row->addWidget(m_field, 1);
    row->addWidget(m_count);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->setSpacing(8);
    column->addLayout(row);
    column->addWidget(m_table, 1);
    connect(m_field, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filter->setWords(text);
        refresh();
    });
    connect(m_source, &QAbstractItemModel::modelReset, this, &SearchTable::refresh);
    refresh();
    applyTheme();
}

void SearchTable::setEmptyText(const QString& sentence) {
    m_emptyText = sentence;
    refresh();
}

void SearchTable::setNote(const QString& text) {
    m_note = text;
    refresh();
}

void SearchTable::refresh() {
    const int all = m_source->rowCount();
    const int shown = m_filter->rowCount();
    const QLocale locale;
    QString text = shown == all ? tr("%1 %2").arg(locale.toString(all), m_what)
                                : tr("%1 of %2 %3").arg(locale.toString(shown), locale.toString(all), m_what);
    if (!m_note.isEmpty()) text += QStringLiteral(", ") + m_note;
    m_count->setText(all == 0 ? QString() : text);
    m_table->setEmptyText(all == 0 ? m_emptyText
                                   : tr("Nothing contains \"%1\".").arg(m_field->text().trimmed()));
}

void SearchTable::applyTheme() {
    makeSecondary(m_count, palette());
}

void SearchTable::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_count) applyTheme();
}

}  // namespace specula
