#pragma once

#include <optional>

#include <QTimer>
#include <QWidget>

#include "engine/explain/lab_time.h"
#include "ui/lab/lab_data.h"
#include "ui/setup/setup_types.h"

class QBoxLayout;
class QCheckBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QScrollArea;
class QSplitter;
class QVBoxLayout;

namespace specula {

class AcceptanceChart;
class DiagnosisCard;
class ElidedLabel;
class LabForm;
class LabGrid;
class LabGridModel;
class LabHeatChart;
class LabSuitesChart;
class LabTimeChart;
class SweepChart;

/// The Gamma lab: a grid of runs that fills while they are measured, and what the chosen row and cell say:
/// speed-up against gamma with the model's curve, acceptance by position, suites side by side, where a
/// token's time goes, where the draft stands between acceptance and cost, and why it is, or is not, faster.
///
/// Shows values only. Whoever owns it answers startRequested by begin() (with form().request()), setStep()
/// and setPoint(), pauseRequested by setPaused() and stopRequested by ending early: what was measured stays.
/// Keys: arrows in the grid, Enter loads a cell's run.
class LabView : public QWidget {
    Q_OBJECT

public:
    explicit LabView(QWidget* parent = nullptr);

    LabForm& form() { return *m_form; }
    const LabData& data() const { return m_data; }

    void addSuite(const PromptSuite& suite);
    /// A lab begins in place of the last one.
    void begin(const LabRequest& request);
    void setStep(const LabStep& step);
    void setPoint(const LabPoint& point);
    /// A lab that was measured before, at its end.
    void showReport(const LabReport& report);
    /// What is known of the loaded pair's speed.
    void setPace(const std::optional<LabPace>& pace);

    /// Whether a lab may be started (nothing else runs).
    void setReady(bool ready);
    bool isRunning() const { return m_running; }
    bool isPaused() const { return m_paused; }

    /// The row and column that the charts show.
    int row() const { return m_row; }
    int column() const { return m_column; }
    void select(int row, int column);

    LabGrid& grid() { return *m_grid; }
    SweepChart& speed() { return *m_speed; }
    AcceptanceChart& acceptance() { return *m_acceptance; }
    LabSuitesChart& suitesChart() { return *m_suites; }
    LabTimeChart& times() { return *m_times; }
    LabHeatChart& heat() { return *m_heat; }
    DiagnosisCard& diagnosis() { return *m_diagnosis; }
    QPushButton* startButton() { return m_start; }
    QPushButton* pauseButton() { return m_pause; }
    QPushButton* stopButton() { return m_stop; }
    QPushButton* tableButton() { return m_table; }
    QPushButton* emptyButton() { return m_emptyStart; }
    QCheckBox* promptsBox() { return m_prompts; }
    QString finding() const;
    QString progressText() const;

public slots:
    /// False: it ended.
    void setRunning(bool running);
    void setPaused(bool paused);
    void setProgress(double fraction, const QString& what);

signals:
    void startRequested();
    void pauseRequested(bool paused);
    void stopRequested();
    void promptFileChosen(const QString& path);
    void tableRequested(const QString& path);
    /// The run behind a cell is wanted with full detail.
    void runRequested(const specula::RunRequest& request);
    /// Another row is shown, or the shown one has other values.
    void rowChanged();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeControls();
    QWidget* makeGridSide();
    QWidget* makeCharts();
    QWidget* makeEmpty();
    void connectParts();
    void describeWork();
    void showCell(const QModelIndex& index);
    void load(int row, int column);
    void askFile();
    void askTable();
    void showRows();
    void refresh();
    void drawRow();
    void drawTimes(std::size_t row);
    void drawSuites(std::size_t row);
    void drawHeat(std::size_t row);
    void drawDiagnosis(std::size_t row, const LabPoint* cell);
    void enable();
    void applyTheme();
    int columnOfTag(int tag) const;

    LabData m_data;
    std::optional<LabPace> m_pace;
    std::optional<LabStep> m_step;
    QString m_left;  ///< the time that is left, in words
    bool m_running = false;
    bool m_paused = false;
    bool m_ready = true;
    bool m_chosen = false;  ///< the person chose a cell; until then the best one is shown
    int m_row = 0;
    int m_column = -1;

    QTimer m_later;  ///< gathers points, so that many of them draw once

    LabForm* m_form = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_stop = nullptr;
    QPushButton* m_table = nullptr;
    QPushButton* m_emptyStart = nullptr;
    QCheckBox* m_prompts = nullptr;
    QProgressBar* m_bar = nullptr;
    ElidedLabel* m_line = nullptr;
    QLabel* m_finding = nullptr;
    QLabel* m_shown = nullptr;
    LabGridModel* m_model = nullptr;
    LabGrid* m_grid = nullptr;
    QSplitter* m_splitter = nullptr;
    QScrollArea* m_scroll = nullptr;
    QWidget* m_content = nullptr;
    QWidget* m_empty = nullptr;
    QLabel* m_emptyText = nullptr;
    QBoxLayout* m_columns = nullptr;
    DiagnosisCard* m_diagnosis = nullptr;
    SweepChart* m_speed = nullptr;
    AcceptanceChart* m_acceptance = nullptr;
    LabSuitesChart* m_suites = nullptr;
    LabTimeChart* m_times = nullptr;
    LabHeatChart* m_heat = nullptr;
};

}  // namespace specula
