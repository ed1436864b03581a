#pragma once

#include <QWidget>

class QAbstractItemModel;
class QLabel;
class QLineEdit;

namespace specula {

class DataTable;
class TableFilter;

/// A table with a field above that narrows its rows, and a line that counts them.
class SearchTable : public QWidget {
    Q_OBJECT

public:
    /// `what`: the plural of what the rows are, for the count and for assistive technology.
    SearchTable(QAbstractItemModel* model, const QString& what, QWidget* parent = nullptr);

    /// Shown while the model has no rows at all.
    void setEmptyText(const QString& sentence);
    /// Said after the count, "" for nothing.
    void setNote(const QString& text);

    DataTable& table() { return *m_table; }
    QLineEdit& field() { return *m_field; }
    QLabel& countLine() { return *m_count; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();
    void applyTheme();

    QAbstractItemModel* m_source;
    TableFilter* m_filter;
    DataTable* m_table = nullptr;
    QLineEdit* m_field = nullptr;
    QLabel* m_count = nullptr;
    QString m_what;
    QString m_emptyText;
    QString m_note;
};

}  // namespace specula
