#pragma once

#include <QWidget>

#include <vector>

#include "engine/trace/models.h"

class QAction;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QStackedWidget;

namespace specula {

class DataTable;
class ModelTable;
class TableFilter;

/// The table of models with its filter, and what stands in its place while there is none: how to get one.
class ModelList : public QWidget {
    Q_OBJECT

public:
    explicit ModelList(QWidget* parent = nullptr);

    void setModels(std::vector<ModelEntry> models);
    void setMemoryFree(std::int64_t bytes);
    /// While the disk is searched an empty list says so.
    void setSearching(bool searching);

    ModelTable& models() { return *m_models; }
    const ModelTable& models() const { return *m_models; }
    DataTable& table() { return *m_table; }
    QLineEdit& filter() { return *m_filterField; }
    QLabel& countLine() { return *m_count; }
    QMenu& menu() { return *m_menu; }
    QLabel& emptyLine() { return *m_emptyTitle; }
    QPushButton* getButton() { return m_get; }

    /// "" for none. A filter that hides the chosen row does not undo the choice.
    QString selectedPath() const;
    /// A path that is not in the list yet is chosen once it comes.
    void setSelectedPath(const QString& path);

signals:
    void selectionChanged(const QString& path);
    /// Double click or Return.
    void opened(const QString& path);
    void useAsTarget(const QString& path);
    void useAsDraft(const QString& path);
    void makeDraftRequested(const QString& target);
    void getRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeEmptyPage();
    void makeMenu();
    void showMenu(const QPoint& globalPosition);
    void refresh();
    void onCurrentChanged();
    void showSelection();
    void announce();
    void applyTheme();

    ModelTable* m_models;
    TableFilter* m_filter;
    bool m_searching = false;
    bool m_rebuilding = false;
    QString m_selected;   ///< what the person or the program chose, whether or not it shows
    QString m_announced;  ///< the last that selectionChanged told
    QLineEdit* m_filterField = nullptr;
    QLabel* m_count = nullptr;
    QStackedWidget* m_stack = nullptr;
    DataTable* m_table = nullptr;
    QLabel* m_emptyTitle = nullptr;
    QLabel* m_emptyText = nullptr;
    QPushButton* m_get = nullptr;
    QMenu* m_menu = nullptr;
    QMenu* m_tableMenu = nullptr;
    QAction* m_asTarget = nullptr;
    QAction* m_asDraft = nullptr;
    QAction* m_makeDraft = nullptr;
};

}  // namespace specula
