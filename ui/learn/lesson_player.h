#pragma once

#include <cstddef>
#include <optional>

#include <QObject>

#include "ui/learn/lesson.h"

namespace specula {

/// What a lesson moves: the window, or a test's stand-in.
class LessonStage {
public:
    virtual ~LessonStage() = default;

    virtual const RunLog& log() const = 0;
    /// The lesson's run in the log again, after another one took its place.
    virtual void restoreRun() = 0;
    virtual void showRounds(int rounds) = 0;
    virtual void showToken(TokenRef token) = 0;
    virtual void showStep(Step step) = 0;
    virtual void fill(bool filled) = 0;
};

/// Goes through a lesson's cards: says what is to be shown, takes answers, notices deeds. A card that asks
/// for a prediction holds until it is answered; one that asks for a deed can be passed over. GUI thread only.
class LessonPlayer : public QObject {
    Q_OBJECT

public:
    explicit LessonPlayer(LessonStage& stage, QObject* parent = nullptr) : QObject(parent), m_stage(stage) {}

    /// The stage's log holds the lesson's run.
    void start(Lesson lesson);
    void leave();

    bool isActive() const { return !m_lesson.cards.empty(); }
    const Lesson& lesson() const { return m_lesson; }
    std::size_t index() const { return m_index; }
    const LessonCard& card() const { return m_lesson.cards[m_index]; }
    /// A text of the present card with its names filled in.
    QString words(const QString& text) const;

    /// What was chosen for the present card, which is a prediction.
    std::optional<int> chosen() const { return m_chosen; }
    /// The deed of the present card is done.
    bool isDone() const { return m_done; }
    bool canGoOn() const;  ///< next() does something
    /// Predictions answered so far, and rightly.
    int answered() const { return m_answered; }
    int right() const { return m_right; }

public slots:
    void next();  ///< after the last card the lesson ends
    void back();
    void choose(int choice);  ///< ignored once one was chosen

    // Deeds.
    void coinSupposed(bool kept);
    void tokenSupposed();
    void temperatureSupposed();
    void drawsDone();
    void broken();
    void runBegun();           ///< another run than the lesson's is in the log now
    void runEnded(int gamma);  ///< of the run that ended; kGammaAuto where it chose by itself

signals:
    void changed();
    void ended();

private:
    void enter(std::size_t index);
    void present();
    void reach(LessonGoal goal, int number = 0);

    LessonStage& m_stage;
    Lesson m_lesson;
    std::size_t m_index = 0;
    std::optional<int> m_chosen;
    bool m_done = false;
    bool m_replaced = false;  ///< the log holds another run
    int m_answered = 0;
    int m_right = 0;
};

}  // namespace specula
