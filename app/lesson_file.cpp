#include "app/lesson_file.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include "app/default_models.h"
#include "app/gzip.h"
#include "app/json_fields.h"
#include "app/session_file.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr qint64 kMaxLesson = 1 << 20;
constexpr qint64 kMaxSession = 64 << 20;
constexpr std::int64_t kMaxUnpacked = std::int64_t{512} << 20;
constexpr std::size_t kMaxCards = 64;
constexpr std::size_t kMaxWords = 2000;

template <typename T>
struct Named {
    const char* name;
    T value;
};

template <typename T, std::size_t N>
T namedIn(const JsonObject& json, const char* key, const Named<T> (&table)[N], const char* expected) {
    for (const Named<T>& entry : table) {
        if (json.isWord(key, entry.name)) return entry.value;
    }
    json.fail(key, expected);
}

constexpr Named<LessonCard::Kind> kKinds[] = {{"explain", LessonCard::Kind::Explain},
                                              {"predict", LessonCard::Kind::Predict},
                                              {"reveal", LessonCard::Kind::Reveal},
                                              {"try", LessonCard::Kind::Try}};
constexpr Named<Step> kStepNames[] = {{"all", Step::All},           {"draft", Step::Draft},
                                      {"compare", Step::Compare},   {"coin", Step::Coin},
                                      {"decision", Step::Decision}, {"residual", Step::Residual},
                                      {"emit", Step::Emit}};
constexpr Named<LessonGoal> kGoals[] = {
    {"coin-kept", LessonGoal::CoinKept},       {"coin-rejected", LessonGoal::CoinRejected},
    {"token-chosen", LessonGoal::TokenChosen}, {"temperature-moved", LessonGoal::TemperatureMoved},
    {"draws-done", LessonGoal::DrawsDone},     {"broken", LessonGoal::Broken},
    {"run-finished", LessonGoal::RunFinished}};

QString text(const std::string& utf8) {
    return QString::fromStdString(utf8);
}

QString wordsAt(const JsonObject& json, const char* key) {
    const std::string words = json.bytes(key);
    if (words.size() > kMaxWords) json.fail(key, "at most 2000 bytes of text");
    const QStringList unknown = unknownNames(text(words));
    if (!unknown.isEmpty())
        json.fail(key, "only names of the list in {braces}, not {" + unknown.front().toStdString() + "}");
    return text(words);
}

LessonShow showFrom(const JsonObject& json) {
    LessonShow show;
    if (json.has("token")) {
        show.token = lessonToken(text(json.bytes("token")));
        if (!show.token)
            json.fail("token", "\"first rejected\", \"last bonus\", \"round 7 place 2\" or the like");
    }
    if (json.has("rounds")) {
        using Rounds = LessonShow::Rounds;
        static constexpr Named<Rounds> kRounds[] = {
            {"all", Rounds::All}, {"before", Rounds::Before}, {"through", Rounds::Through}};
        const bool word = json.isWord("rounds", "all") || json.isWord("rounds", "before") ||
                          json.isWord("rounds", "through");
        show.rounds = word ? namedIn(json, "rounds", kRounds, "") : Rounds::Count;
        if (!word) show.count = static_cast<int>(json.integer("rounds", 0, 1'000'000));
    }
    if (json.has("step"))
        show.step =
            namedIn(json, "step", kStepNames, "all, draft, compare, coin, decision, residual or emit");
    if (json.has("fill")) show.fill = json.boolean("fill");
    return show;
}

void readChoices(const JsonObject& json, LessonCard& card) {
    const nlohmann::json& choices = json.array("choices", 4);
    if (choices.size() < 2) json.fail("choices", "two to four answers");
    for (std::size_t i = 0; i < choices.size(); ++i)
        card.choices << text(json.bytesAt(choices[i], "choices[" + std::to_string(i) + "]"));
    const QStringList unknown = unknownNames(card.choices.join(QLatin1Char(' ')));
    if (!unknown.isEmpty()) json.fail("choices", "only names of the list in {braces}");
    card.answer = static_cast<int>(json.integer("answer", 1, static_cast<std::int64_t>(choices.size()))) - 1;
    card.because = wordsAt(json, "because");
}

void readGoal(const JsonObject& json, LessonCard& card) {
    static const std::string kWithGamma = "run-with-gamma ";
    const std::string goal = json.bytes("goal");
    const char* expected =
        "coin-kept, coin-rejected, token-chosen, temperature-moved, draws-done, broken, run-finished or "
        "run-with-gamma N";
    if (goal.starts_with(kWithGamma)) {
        bool ok = false;
        card.goalNumber = text(goal.substr(kWithGamma.size())).toInt(&ok);
        if (!ok || card.goalNumber < 0 || card.goalNumber > kGammaMax) json.fail("goal", expected);
        card.goal = LessonGoal::RunWithGamma;
    } else {
        card.goal = namedIn(json, "goal", kGoals, expected);
    }
    card.hint = wordsAt(json, "hint");
}

LessonCard cardFrom(const JsonObject& json) {
    LessonCard card;
    card.kind = namedIn(json, "kind", kKinds, "explain, predict, reveal or try");
    card.text = wordsAt(json, "text");
    if (json.has("show")) card.show = showFrom(json.object("show"));
    if (card.kind == LessonCard::Kind::Predict) readChoices(json, card);
    if (card.kind == LessonCard::Kind::Try) readGoal(json, card);
    return card;
}

std::string readAll(const std::string& path) {
    QFile file(text(path));
    if (!file.open(QIODevice::ReadOnly)) throw Error("Cannot read the lesson " + path);
    if (file.size() > kMaxLesson) throw Error("The lesson " + path + " is larger than 1 MB");
    return file.readAll().toStdString();
}

}  // namespace

Lesson readLesson(const std::string& path) {
    const std::string name = QFileInfo(text(path)).fileName().toStdString();
    const nlohmann::json document = parseJson(readAll(path), name);
    const JsonObject json(document, name);
    if (!json.isWord("schema", "specula-lesson")) json.fail("schema", "\"specula-lesson\"");
    if (json.integer("version", 1, 1'000'000) != 1)
        throw Error("The lesson " + name + " was written for a later version of Specula");
    Lesson lesson;
    lesson.title = wordsAt(json, "title");
    lesson.summary = wordsAt(json, "summary");
    lesson.minutes = static_cast<int>(json.integer("minutes", 1, 240));
    lesson.session = text(json.bytes("session"));
    // A lesson brings its own run; it reads nothing else of this computer.
    if (lesson.session.isEmpty() || lesson.session.contains(QLatin1Char('/')) ||
        lesson.session.contains(QLatin1Char('\\')))
        json.fail("session", "the name of a session file in the lesson's folder");
    const std::size_t cards = json.array("cards", kMaxCards).size();
    if (cards == 0) json.fail("cards", "at least one card");
    for (std::size_t i = 0; i < cards; ++i) lesson.cards.push_back(cardFrom(json.element("cards", i)));
    return lesson;
}

RunRecord lessonRun(const Lesson& lesson, const std::string& path) {
    const QString file = QFileInfo(text(path)).path() + QLatin1Char('/') + lesson.session;
    const std::string name = lesson.session.toStdString();
    QFile session(file);
    if (!session.open(QIODevice::ReadOnly))
        throw Error("The session " + file.toStdString() + " of the lesson cannot be read");
    if (session.size() > kMaxSession) throw Error("The session " + name + " is larger than 64 MB");
    std::string bytes = session.readAll().toStdString();
    if (isGzip(bytes)) bytes = gunzip(bytes, name, {.maxBytes = kMaxUnpacked});
    RunRecord record = sessionFromText(bytes, name);
    if (record.target.name == "tiny-target") {
        record.engine.target = bundledModel("tiny-target").value_or(record.engine.target);
        record.engine.draft = bundledModel("tiny-draft").value_or(record.engine.draft);
    }
    return record;
}

std::vector<std::string> bundledLessons() {
    std::vector<std::string> paths;
    const QDir folder(QStringLiteral(":/lessons"));
    for (const QString& name : folder.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name))
        paths.push_back((folder.path() + QLatin1Char('/') + name).toStdString());
    return paths;
}

}  // namespace specula
