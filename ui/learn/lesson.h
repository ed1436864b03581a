#pragma once

#include <optional>
#include <vector>

#include <QString>
#include <QStringList>

#include "ui/common/run_log.h"
#include "ui/inspector/steps.h"

namespace specula {

// A lesson: a row of cards that drive the window on a stored run. resources/lessons/README.md describes the
// files; app/lesson_file.h reads them.

/// What has to come about before a card that asks for a deed is done.
enum class LessonGoal {
    None,
    CoinKept,          ///< a what-if's coin keeps the token
    CoinRejected,      ///< a what-if's coin rejects it
    TokenChosen,       ///< another token proposed in a what-if
    TemperatureMoved,  ///< another temperature in a what-if
    DrawsDone,         ///< Draw 10,000 has come to its end
    Broken,            ///< "break it" is on
    RunFinished,       ///< a run of the engine has ended
    RunWithGamma,      ///< one that was asked for with goalNumber as gamma
};

/// A token by what it is: "first rejected", "last bonus", "round 7 place 2" (drafted, from 1).
struct LessonToken {
    enum class Kind { Accepted, Rejected, Discarded, Resampled, Bonus, Plain, Place };
    Kind kind = Kind::Rejected;
    int ordinal = 1;  ///< from 1 in the order of the text, -1 the last; of Place: the round
    int place = 1;    ///< of Place
};

/// Empty when the words are no token's.
std::optional<LessonToken> lessonToken(const QString& words);

/// Not valid where the run has no such token.
TokenRef findToken(const RunLog& log, const LessonToken& token);

/// What the window shows while a card is up.
struct LessonShow {
    enum class Rounds { Stay, All, Count, Before, Through };
    Rounds rounds = Rounds::Stay;
    int count = 0;  ///< of Rounds::Count
    std::optional<LessonToken> token;
    std::optional<Step> step;
    std::optional<bool> fill;
};

struct LessonCard {
    enum class Kind { Explain, Predict, Reveal, Try };
    Kind kind = Kind::Explain;
    QString text;  ///< {names} are filled in, see filledIn()
    LessonShow show;
    QStringList choices;  ///< of Predict
    int answer = 0;       ///< index into choices
    QString because;
    LessonGoal goal = LessonGoal::None;  ///< of Try
    int goalNumber = 0;
    QString hint;
};

struct Lesson {
    QString title;
    QString summary;
    int minutes = 0;
    QString session;  ///< file of the run it is told on
    std::vector<LessonCard> cards;
};

/// The text with every {name} replaced by the token's or the run's value, "?" where the run has none.
QString filledIn(const QString& text, const RunLog& log, TokenRef token);

/// The names in braces that filledIn() does not know.
QStringList unknownNames(const QString& text);

/// The token that a card speaks of: its own, or the last that a card before it named.
TokenRef tokenOfCard(const Lesson& lesson, std::size_t card, const RunLog& log);

/// Why the lesson cannot be told on this run (a token that is not there, a step it does not have); "" if it
/// can.
QString lessonProblem(const Lesson& lesson, const RunLog& log);

}  // namespace specula
