#pragma once

#include <QStringList>
#include <QWidget>

#include <vector>

#include "ui/sessions/stored_run.h"

class QLabel;
class QPushButton;

namespace specula {

class DataTable;
class HistoryTable;
class TableFilter;

/// The autosaved runs: open, compare, keep, delete with a way back. Shows and asks; whoever owns the files
/// answers with setRuns().
class HistoryView : public QWidget {
    Q_OBJECT

public:
    explicit HistoryView(QWidget* parent = nullptr);

    /// Newest first; what was chosen stays chosen.
    void setRuns(const std::vector<StoredRun>& runs);
    /// There is a run on screen to compare with.
    void setHasShownRun(bool has);

    DataTable& table() { return *m_table; }
    QStringList chosen() const;  ///< ids, in the order shown
    QPushButton* openButton() { return m_open; }
    QPushButton* compareButton() { return m_compare; }
    QPushButton* deleteButton() { return m_delete; }
    QPushButton* undoButton() { return m_undo; }

signals:
    void openAsked(const QString& id);
    /// Two runs of the history, or one and the run on screen where `right` is "".
    void compareAsked(const QString& left, const QString& right);
    void keptChanged(const QString& id, bool kept);
    void deleteAsked(const QString& id);
    void undoAsked(const QString& id);

private:
    void refreshButtons();
    void open();
    void compare();
    void removeChosen();
    void undo();

    HistoryTable* m_rows = nullptr;
    TableFilter* m_filter = nullptr;
    DataTable* m_table = nullptr;
    QPushButton* m_open = nullptr;
    QPushButton* m_compare = nullptr;
    QPushButton* m_delete = nullptr;
    QPushButton* m_undo = nullptr;
    QLabel* m_words = nullptr;
    QStringList m_deleted;  // by the last Delete
    bool m_hasShown = false;
};

}  // namespace specula
