#pragma once

#include <QWidget>

#include <optional>

#include "ui/sessions/compared_run.h"

class QLabel;
class QPushButton;

namespace specula {

class ComparisonTable;
class DataTable;
class PairedText;

/// Two runs side by side: their texts by token with the first difference marked, a sentence that says what
/// it means, and a table of settings and measurements. Needs no model.
class CompareView : public QWidget {
    Q_OBJECT

public:
    explicit CompareView(QWidget* parent = nullptr);

    void setLeft(ComparedRun run);
    void setRight(ComparedRun run);
    const std::optional<RunComparison>& comparison() const { return m_comparison; }

    PairedText& texts() { return *m_texts; }
    DataTable& table() { return *m_table; }
    QString sentence() const;
    QString note() const;

signals:
    /// Another session file is wanted for one side.
    void fileAsked(bool left);

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeHead(bool left);
    void refresh();
    void applyTheme();

    std::optional<ComparedRun> m_left, m_right;
    std::optional<RunComparison> m_comparison;
    QLabel* m_names[2] = {nullptr, nullptr};
    QLabel* m_sentence = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_goTo = nullptr;
    PairedText* m_texts = nullptr;
    ComparisonTable* m_rows = nullptr;
    DataTable* m_table = nullptr;
};

}  // namespace specula
