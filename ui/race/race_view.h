#pragma once

#include <memory>
#include <optional>

#include <QWidget>

#include "engine/trace/race.h"
#include "ui/export/exportable.h"
#include "ui/race/race_clock.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;

namespace specula {

class ElidedLabel;
class NoteBox;
class RaceLaneView;

/// The Race page: plain and speculative decoding of one prompt, measured one after the other and replayed
/// side by side on one slowed clock, with the figures of both and what they come to.
///
/// Shows values only. Whoever owns it answers raceRequested by setRunning(true) and setReport(), and
/// stopRequested by ending early. Keys: Space plays and pauses, Backspace starts the replay over.
class RaceView : public QWidget, public Exportable {
    Q_OBJECT

public:
    explicit RaceView(QWidget* parent = nullptr);

    /// What will race; absent while nothing is loaded.
    void setPair(const std::optional<ModelInfo>& target, const DraftInfo& draft);
    /// Whether a race may be started (nothing else runs).
    void setReady(bool ready);
    bool isRunning() const { return m_running; }

    /// Whether the race is run greedily, whatever temperature the setup has.
    bool greedy() const;
    void setGreedy(bool greedy);
    int repeats() const;

    /// Shows a race at its end; null: none.
    void setReport(std::shared_ptr<const RaceReport> race);
    const std::shared_ptr<const RaceReport>& report() const { return m_race; }

    /// The figures of the race.
    CellTable exportCells() const override;

    RaceClock& clock() { return m_clock; }
    RaceLaneView& plain() { return *m_plain; }
    RaceLaneView& speculative() { return *m_speculative; }
    QPushButton* raceButton() { return m_start; }
    QPushButton* cancelButton() { return m_cancel; }
    QPushButton* playButton() { return m_play; }
    QPushButton* restartButton() { return m_restart; }
    QSlider* slider() { return m_slider; }
    QComboBox* temperatureChoice() { return m_temperature; }
    QSpinBox* repeatsBox() { return m_repeats; }
    NoteBox& textCheck() { return *m_check; }
    QString verdict() const;
    QString conditions() const;
    QString clockText() const;
    QString progressText() const;

public slots:
    /// A race is being measured; what is shown stays until its report comes.
    void setRunning(bool running);
    void setProgress(double fraction, const QString& what);

signals:
    void raceRequested(bool greedy, int repeats);
    void stopRequested();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeControls();
    QWidget* makeReplay();
    void showMoment(double ms);
    void showPlaying(bool playing);
    void enable();
    void applyTheme();

    std::shared_ptr<const RaceReport> m_race;
    RaceClock m_clock;
    bool m_running = false;
    bool m_ready = true;
    QPushButton* m_start = nullptr;
    QPushButton* m_cancel = nullptr;
    QComboBox* m_temperature = nullptr;
    QSpinBox* m_repeats = nullptr;
    ElidedLabel* m_progress = nullptr;
    QLabel* m_pair = nullptr;
    RaceLaneView* m_plain = nullptr;
    RaceLaneView* m_speculative = nullptr;
    QPushButton* m_play = nullptr;
    QPushButton* m_restart = nullptr;
    QSlider* m_slider = nullptr;
    QLabel* m_clockText = nullptr;
    QLabel* m_verdict = nullptr;
    NoteBox* m_check = nullptr;
    QLabel* m_conditions = nullptr;
};

}  // namespace specula
