#pragma once

#include <QStringList>
#include <QWidget>

#include <cstdint>

#include "engine/trace/models.h"
#include "ui/models/symbols.h"

class QGridLayout;
class QLabel;
class QPushButton;
class QScrollArea;

namespace specula {

class NoteBox;

/// One pair with all its reasons: every check with whether it passed and its detail, the warnings, how large
/// the draft is beside the target, and whether both fit the memory together.
class PairChecklist : public QWidget {
    Q_OBJECT

public:
    explicit PairChecklist(QWidget* parent = nullptr);

    /// No pair; `sentence` says what to do.
    void clear(const QString& sentence);
    /// `cell` null: not compared yet.
    void show(const ModelEntry& target, const ModelEntry& draft, const PairCell* cell,
              std::int64_t memoryFree);

    QPushButton* useButton() { return m_use; }
    NoteBox& verdict() { return *m_verdict; }
    /// The lines as they are read, one each.
    QStringList lines() const { return m_lines; }

signals:
    void useRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void clearLines();
    void addLine(Symbol symbol, const QString& question, const QString& detail);
    void applyTheme();

    QStringList m_lines;
    int m_rows = 0;  ///< of the grid, which itself never counts back
    QLabel* m_title = nullptr;
    NoteBox* m_verdict = nullptr;
    QScrollArea* m_scroll = nullptr;
    QGridLayout* m_grid = nullptr;
    QList<QLabel*> m_details;
    QPushButton* m_use = nullptr;
};

}  // namespace specula
