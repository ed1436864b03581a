#pragma once

#include <optional>

#include <QWidget>

#include "engine/trace/reports.h"
#include "engine/trace/totals.h"

class QAction;
class QLabel;
class QPushButton;

namespace specula {

class MarkLabel;

/// The line at the bottom: what the program does, and the run's numbers. A speed-up is shown only when plain
/// decoding was measured; else a button offers to measure it. Numbers that do not exist yet are absent, not
/// 0.
class StatusPanel : public QWidget {
    Q_OBJECT

public:
    explicit StatusPanel(QWidget* parent = nullptr);

    void setState(const QString& text);
    /// Of the shown run; no run: default Totals.
    void setTotals(const Totals& totals);
    void setBaseline(const std::optional<Interval>& tokensPerSecond, const std::optional<Interval>& speedup);
    void setMemoryUse(qint64 bytes);
    /// The button triggers and follows this action.
    void setMeasureAction(QAction* action);

    /// The button beside the speed-up triggers and follows this action; shown where there is a run.
    void setWhyAction(QAction* action);

    /// LOSSY and SYNTHETIC, of the shown run.
    MarkLabel* marks() { return m_marks; }
    QString stateText() const { return m_stateText; }
    QString rateText() const;
    QString speedupText() const;
    QString alphaText() const;
    QString roundText() const;
    QPushButton* measureButton() { return m_measure; }
    QPushButton* whyButton() { return m_why; }

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void follow(QPushButton* button, QAction* action);
    void showBaseline();
    void applyTheme();
    void fitState();

    QString m_stateText;
    QLabel* m_state = nullptr;
    MarkLabel* m_marks = nullptr;
    QLabel* m_rate = nullptr;
    QLabel* m_speedup = nullptr;
    QPushButton* m_measure = nullptr;
    QPushButton* m_why = nullptr;
    QLabel* m_alpha = nullptr;
    QLabel* m_round = nullptr;
    QLabel* m_memory = nullptr;
    std::optional<Interval> m_plain;
    std::optional<Interval> m_gain;
    bool m_hasRun = false;
};

}  // namespace specula
