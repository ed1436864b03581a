#pragma once

#include <QWidget>

#include "engine/trace/recommend.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace specula {

class RecommendChart;

/// The search as it goes on, and its answer in large type: contenders in a chart and a table, predicted ones
/// marked as such, why, what comes second, and a button that uses it.
class AnswerPage : public QWidget {
    Q_OBJECT

public:
    explicit AnswerPage(QWidget* parent = nullptr);

    void begin();
    void setReport(const RecommendReport& report);
    const RecommendReport& report() const { return m_report; }
    void setProgress(double fraction, const QString& what);
    /// False: the search has ended, or was stopped.
    void setRunning(bool running);
    bool running() const { return m_running; }

    QString answer() const;
    QString because() const;
    QString runnerUp() const;
    QString progressText() const;

    RecommendChart& chart() { return *m_chart; }
    QTableWidget* table() { return m_table; }
    QPushButton* useButton() { return m_use; }
    QPushButton* stopButton() { return m_stop; }
    QPushButton* againButton() { return m_again; }

signals:
    void useAsked();
    void stopAsked();
    void againAsked();

protected:
    void changeEvent(QEvent* event) override;

private:
    void makeTable();
    QWidget* makeButtons();
    void fillTable();
    void applyTheme();

    RecommendReport m_report;
    bool m_running = false;
    QLabel* m_answer = nullptr;
    QLabel* m_because = nullptr;
    QLabel* m_runnerUp = nullptr;
    QLabel* m_conditions = nullptr;
    RecommendChart* m_chart = nullptr;
    QTableWidget* m_table = nullptr;
    QProgressBar* m_bar = nullptr;
    QLabel* m_progress = nullptr;
    QPushButton* m_use = nullptr;
    QPushButton* m_stop = nullptr;
    QPushButton* m_again = nullptr;
};

}  // namespace specula
