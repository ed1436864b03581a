#pragma once

#include <vector>

#include <QString>
#include <QWidget>

#include "engine/trace/reports.h"
#include "ui/drafts/draft_texts.h"

class QLabel;
class QProgressBar;
class QStackedWidget;
class QTableWidget;
class QTabWidget;

namespace specula {

class AlphaChart;
class ElidedLabel;
class NoteBox;

/// A training under way, paused, failed or done: where it stands, its curve as a picture and as numbers, and
/// in the end what the draft is worth at each temperature.
class DraftProgress : public QWidget {
    Q_OBJECT

public:
    explicit DraftProgress(QWidget* parent = nullptr);

    /// A training for `targetName` that writes to `folder`; forgets another one's curve.
    void begin(const QString& targetName, const QString& folder);
    void setProgress(const TrainProgress& progress);
    /// What is going on instead of a phase ("Paused"); "" gives the word back to the phase.
    void setHeadline(const QString& text);
    void setReport(const TrainReport& report);
    /// Why it ended, in the engine's words; "" takes that away.
    void setProblem(const QString& text);

    const std::vector<AlphaPoint>& points() const { return m_points; }
    QLabel& headline() { return *m_headline; }
    QLabel& stateLine() { return *m_state; }
    QLabel& figures() { return *m_figures; }
    QProgressBar& bar() { return *m_bar; }
    AlphaChart& chart() { return *m_chart; }
    QTableWidget& numbers() { return *m_numbers; }
    QTableWidget& results() { return *m_results; }
    NoteBox& note() { return *m_note; }
    QTabWidget& tabs() { return *m_tabs; }

protected:
    void changeEvent(QEvent* event) override;

private:
    QTableWidget* makeTable(const QString& name);
    void addPoint(const AlphaPoint& point);
    void showFigures(const TrainProgress& progress);
    void applyTheme();

    std::vector<AlphaPoint> m_points;
    QString m_phase;
    QString m_instead;
    ElidedLabel* m_place = nullptr;
    QLabel* m_headline = nullptr;
    QLabel* m_state = nullptr;
    QProgressBar* m_bar = nullptr;
    QLabel* m_figures = nullptr;
    NoteBox* m_note = nullptr;
    QTabWidget* m_tabs = nullptr;
    AlphaChart* m_chart = nullptr;
    QTableWidget* m_numbers = nullptr;
    QTableWidget* m_results = nullptr;
};

}  // namespace specula
