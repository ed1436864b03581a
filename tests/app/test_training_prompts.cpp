#include <QTest>
#include <algorithm>
#include <map>
#include <set>

#include "app/training_prompts.h"
#include "engine/trace/error.h"

using namespace specula;

namespace {

std::string refusal(const std::string& text) {
    try {
        trainingPromptsFrom(text, "list.json", 1);
        return "";
    } catch (const Error& error) {
        return error.kind() == ErrorKind::BadInput ? error.what() : "wrong kind";
    }
}

std::vector<std::string> textsOf(const std::vector<Prompt>& prompts) {
    std::vector<std::string> out;
    for (const Prompt& prompt : prompts) out.push_back(prompt.text);
    return out;
}

const char* const kGood = R"({"groups": [
    {"name": "a", "chat": true, "templates": ["Tell me of {}.", "What is {}?"], "fills": ["rain", "snow", "fog"], "held_out": ["wind"]},
    {"name": "b", "chat": false, "templates": ["Once", "Then"], "fills": [""], "held_out_templates": ["Later"]}]})";

}  // namespace

class TestTrainingPrompts : public QObject {
    Q_OBJECT

private slots:
    void templatesAreFilled() {
        const TrainingPrompts prompts = trainingPromptsFrom(kGood, "list.json", 1);
        const std::vector<std::string> training = textsOf(prompts.training),
                                       heldOut = textsOf(prompts.heldOut);
        const std::set<std::string> distinct(training.begin(), training.end());
        QCOMPARE(distinct,
                 (std::set<std::string>{"Tell me of rain.", "Tell me of snow.", "Tell me of fog.",
                                        "What is rain?", "What is snow?", "What is fog?", "Once", "Then"}));
        const std::set<std::string> others(heldOut.begin(), heldOut.end());
        QCOMPARE(others, (std::set<std::string>{"Tell me of wind.", "What is wind?", "Later"}));
        QCOMPARE(others.size(), heldOut.size());
        for (const Prompt& prompt : prompts.training) QCOMPARE(prompt.chat, prompt.name == "a");
    }

    void theBundledListIsValidAndBalanced() {
        const TrainingPrompts prompts = bundledTrainingPrompts(1);
        QVERIFY(prompts.training.size() > 5000 && prompts.heldOut.size() > 100);
        std::map<std::string, std::size_t> groups;
        std::size_t chat = 0;
        for (const Prompt& prompt : prompts.training) {
            ++groups[prompt.name];
            chat += prompt.chat ? 1 : 0;
            QVERIFY2(!prompt.text.empty(), prompt.name.c_str());
            QVERIFY2(prompt.text.find("{}") == std::string::npos, prompt.text.c_str());
        }
        // No group is more than a few of a hundred, and each has some.
        for (const auto& [name, count] : groups) {
            QVERIFY2(count * 25 < prompts.training.size(), name.c_str());
            QVERIFY2(count >= 50, name.c_str());
        }
        QVERIFY(chat * 4 > prompts.training.size() && chat * 4 < 3 * prompts.training.size());
    }

    void whatIsHeldOutIsNeverTrainedOn() {
        const TrainingPrompts prompts = bundledTrainingPrompts(3);
        const std::vector<std::string> training = textsOf(prompts.training);
        const std::set<std::string> known(training.begin(), training.end());
        for (const Prompt& prompt : prompts.heldOut)
            QVERIFY2(!known.contains(prompt.text), prompt.text.c_str());
    }

    void theSeedDecidesWhichPromptsAreTaken() {
        const auto a = textsOf(bundledTrainingPrompts(1).training);
        QCOMPARE(a, textsOf(bundledTrainingPrompts(1).training));
        QVERIFY(a != textsOf(bundledTrainingPrompts(2).training));
    }

    void malformedListsAreRefusedWithThePlace_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("place");
        const auto row = [](const char* text, const char* place) {
            QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(place);
        };
        row("", "list.json");
        row("[]", "list.json");
        row("{}", "groups");
        row(R"({"groups": 5})", "groups");
        row(R"({"groups": [5]})", "groups[0]");
        row(R"({"groups": [{"chat": true, "templates": ["a"], "fills": ["b"]}]})", "groups[0].name");
        row(R"({"groups": [{"name": "a", "templates": ["a"], "fills": ["b"]}]})", "groups[0].chat");
        row(R"({"groups": [{"name": "a", "chat": true, "fills": ["b"]}]})", "groups[0].templates");
        row(R"({"groups": [{"name": "a", "chat": true, "templates": [], "fills": ["b"]}]})",
            "groups[0].templates");
        row(R"({"groups": [{"name": "a", "chat": true, "templates": ["a"], "fills": []}]})",
            "groups[0].templates");
        row(R"({"groups": [{"name": "a", "chat": true, "templates": [1], "fills": ["b"]}]})",
            "groups[0].templates");
        row(R"({"groups": [{"name": "a", "chat": true, "templates": "a", "fills": ["b"]}]})",
            "groups[0].templates");
        row(R"({"groups": [{"name": "a", "chat": true, "templates": ["a"], "fills": ["b"], "held_out": [{}]}]})",
            "groups[0].held_out");
    }
    void malformedListsAreRefusedWithThePlace() {
        QFETCH(QString, text);
        QFETCH(QString, place);
        const QString message = QString::fromStdString(refusal(text.toStdString()));
        QVERIFY2(message.startsWith(QStringLiteral("list.json")) && message.contains(place),
                 qPrintable(message));
        QVERIFY(!message.contains(QLatin1Char('\n')));
    }

    void aListOfOnesOwnIsSplit() {
        std::vector<Prompt> prompts;
        for (int i = 0; i < 25; ++i) prompts.push_back({"", std::to_string(i), false, ""});
        const TrainingPrompts split = splitForTraining(prompts);
        QCOMPARE(textsOf(split.heldOut), (std::vector<std::string>{"0", "10", "20"}));
        QCOMPARE(split.training.size(), std::size_t{22});
        const TrainingPrompts one = splitForTraining({prompts[7]});
        QCOMPARE(textsOf(one.training), (std::vector<std::string>{"7"}));
        QCOMPARE(textsOf(one.heldOut), (std::vector<std::string>{"7"}));
        QVERIFY(splitForTraining({}).training.empty());
    }
};

QTEST_GUILESS_MAIN(TestTrainingPrompts)
#include "test_training_prompts.moc"
