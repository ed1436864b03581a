#pragma once

#include <QWidget>

#include <cstdint>
#include <vector>

#include "engine/trace/models.h"

class QLabel;
class QLineEdit;
class QModelIndex;

namespace specula {

class PairChecklist;
class PairFilter;
class PairGrid;
class PairTable;

/// Which models work together, and why the others do not: a grid of targets and drafts, and the whole
/// checklist of the chosen cell.
class PairPage : public QWidget {
    Q_OBJECT

public:
    explicit PairPage(QWidget* parent = nullptr);

    /// `known`: the cells are the answer to a comparison of these models, not only what is left of an older.
    void setPairs(const std::vector<ModelEntry>& models, std::vector<PairCell> cells, bool known);
    void setMemoryFree(std::int64_t bytes);

    PairTable& pairs() { return *m_pairs; }
    PairGrid& grid() { return *m_grid; }
    PairChecklist& checklist() { return *m_checklist; }
    QLineEdit& targetFilter() { return *m_targetWords; }
    QLineEdit& draftFilter() { return *m_draftWords; }
    QLabel& countLine() { return *m_count; }

    /// Paths of the chosen pair, "" for none. A pair that is not there yet is chosen once it comes.
    QString target() const { return m_target; }
    QString draft() const { return m_draft; }
    void setPair(const QString& target, const QString& draft);

signals:
    void usePair(const QString& target, const QString& draft);

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeLeft();
    QWidget* makeLegend();
    void filter();
    void onCurrentChanged();
    void showPair();
    void selectPair();
    void choosePair();
    void refresh();
    void use();
    void applyTheme();

    PairTable* m_pairs;
    PairFilter* m_filter;
    std::int64_t m_free = -1;
    int m_left = 0;  ///< models that cannot be used
    bool m_known = false;
    bool m_rebuilding = false;
    QString m_target;
    QString m_draft;
    PairGrid* m_grid = nullptr;
    PairChecklist* m_checklist = nullptr;
    QLineEdit* m_targetWords = nullptr;
    QLineEdit* m_draftWords = nullptr;
    QLabel* m_count = nullptr;
    QList<QLabel*> m_legend;
};

}  // namespace specula
