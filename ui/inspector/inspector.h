#pragma once

#include <QPointer>
#include <QWidget>

#include "ui/common/run_log.h"
#include "ui/inspector/steps.h"
#include "ui/inspector/what_if.h"

class QLabel;
class QPushButton;
class QStackedWidget;
class QTimer;

namespace specula {

class DecisionPage;
class FullPicture;
class MarkLabel;
class WhatIfPanel;

/// One decision seen closely: a sentence with its numbers and the pictures of it, all at once or step by
/// step; any of them over the whole window; and what would have happened had something been otherwise. Reads
/// a RunLog; never changes it.
///
/// With all pictures shown Back and Next walk the run's decisions in order; in a step they go through the
/// steps and then on to the neighbouring decision. Keys while the focus is inside: N, B, P (play), F (fill
/// the window), and on the pictures the arrow keys.
class Inspector : public QWidget {
    Q_OBJECT

public:
    explicit Inspector(QWidget* parent = nullptr);
    ~Inspector() override;

    /// The run to look into; not owned, may be null. A new run empties the inspector.
    void setLog(RunLog* log);

    /// Shows a token's decision; an invalid or unknown token empties the inspector. Does not emit
    /// currentChanged().
    void showToken(TokenRef token);

    TokenRef current() const { return m_current; }

    /// What stands in an empty inspector.
    void setEmptyText(const QString& sentence);

    /// Milliseconds of a token by plain decoding, where that was measured for this prompt.
    void setPlainTime(const std::optional<double>& msPerToken);

    QString title() const;     ///< the header, "" when empty
    QString sentence() const;  ///< what happened, in plain words; in a step, that step's

    Moment moment() const { return m_moment; }
    const Change& change() const { return m_change; }
    bool isPlaying() const;
    void setPlayInterval(int ms);      ///< between two steps
    FullPicture* fullPicture() const;  ///< null while the window is not filled

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

public slots:
    void back();
    void next();
    void play();  ///< or stops playing
    void setStep(specula::Step step);
    void focusSteps();  ///< the keyboard to the row of steps
    void fill();        ///< the present picture over the whole window, or back
    void reset();       ///< nothing is supposed any more

signals:
    /// The person moved to another decision with Back or Next.
    void currentChanged(specula::TokenRef token);
    /// Something is supposed that could have happened; `kept`: the proposal stands then.
    void supposed(const specula::Change& change, bool kept);
    /// "Break it" was switched on.
    void broken();
    /// Draw 10,000 has come to its end.
    void drawsDone();

protected:
    void changeEvent(QEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    QWidget* buildPage();
    QWidget* buildRibbon();
    QWidget* buildHeader();
    QWidget* buildButtons();
    void addKey(int key, void (Inspector::*slot)());
    void connectPage(DecisionPage& page);
    void suppose(const Change& change);
    void refresh();
    void showHypothetical(const Hypothetical& hypothetical);
    void showWords(const DecisionPictures& pictures);
    void updateButtons();
    void setMoment(Moment moment);
    bool walk(int step);
    bool advance(int step);
    void playOn();
    void stopPlaying();
    void closeFull();
    void applyTheme();

    QPointer<RunLog> m_log;
    TokenRef m_current;
    Moment m_moment;
    Step m_stepBefore = Step::All;  // where closing the filled window goes back to
    Change m_change;
    RunLog m_supposed;  // holds the hypothetical round
    DecisionPictures m_pictures;
    std::optional<double> m_plainMs;
    QTimer* m_player = nullptr;
    QPointer<FullPicture> m_full;

    QStackedWidget* m_stack = nullptr;
    QLabel* m_empty = nullptr;
    QWidget* m_ribbon = nullptr;
    QLabel* m_ribbonText = nullptr;
    MarkLabel* m_marks = nullptr;
    QLabel* m_title = nullptr;
    QPushButton* m_fill = nullptr;
    QLabel* m_sentence = nullptr;
    QLabel* m_candidates = nullptr;
    QLabel* m_stopped = nullptr;
    QLabel* m_note = nullptr;
    StepTrack* m_track = nullptr;
    DecisionPage* m_page = nullptr;
    WhatIfPanel* m_whatIf = nullptr;
    QPushButton* m_back = nullptr;
    QPushButton* m_play = nullptr;
    QPushButton* m_next = nullptr;
    QLabel* m_place = nullptr;
};

}  // namespace specula
