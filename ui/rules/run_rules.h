#pragma once

#include <QWidget>

#include <vector>

#include "engine/trace/reports.h"

class QPushButton;
class QSplitter;

namespace specula {

class DataTable;
class ElidedLabel;
class RulePointsTable;
class RulesChart;

/// Whole runs under several rules: a table and a dot plot that fill as rules are measured. Where the table
/// has several drafts or suites the plot shows those of its current row, at first the newest.
///
/// Shows values only. Whoever owns it answers compareRequested by setRunning(true) and add(), and
/// stopRequested by ending early: what was measured stays.
class RunRules : public QWidget {
    Q_OBJECT

public:
    explicit RunRules(QWidget* parent = nullptr);

    /// What the points belong to, for the line above them: prompts and pair; "" for none.
    void setSubject(const QString& line);
    void setPoints(const std::vector<RulePoint>& points);
    const std::vector<RulePoint>& points() const;
    void add(const RulePoint& point);
    /// A new comparison begins: the old points go. False: it ended.
    void setRunning(bool running);
    bool running() const { return m_running; }
    void setReady(bool ready);
    void setProgress(double fraction, const QString& what);
    QString progressText() const;

    QPushButton* compareButton() { return m_compare; }
    QPushButton* stopButton() { return m_stop; }
    DataTable* table() { return m_view; }
    RulesChart& chart() { return *m_chart; }

signals:
    void compareRequested();
    void stopRequested();
    void helpAsked(const QString& page);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeControls();
    void makeTable();
    void showGroups();
    void drawChart();
    void selectPoint(int chartRow);
    void enable();
    void applyTheme();

    RulePointsTable* m_table = nullptr;
    DataTable* m_view = nullptr;
    RulesChart* m_chart = nullptr;
    QSplitter* m_splitter = nullptr;
    QPushButton* m_compare = nullptr;
    QPushButton* m_stop = nullptr;
    ElidedLabel* m_line = nullptr;
    QString m_subject;
    bool m_running = false;
    bool m_ready = true;
};

}  // namespace specula
