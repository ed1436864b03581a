#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <fstream>

#include "engine/trace/error.h"
#include "engine/train/corpus.h"
#include "engine/train/packing.h"
#include "engine/train/pieces.h"

namespace {

using specula::Story;

const std::string kStory =
    "Once upon a time, a small fox lived under an old oak near the river. Every morning she washed her paws "
    "and "
    "listened to the birds.\nOne day a rabbit came by with a heavy basket. \"Where are you going?\" asked "
    "the fox. "
    "\"To my grandmother,\" said the rabbit, and they walked there together.";

Story story(const std::string& text, bool complete = true) {
    return {text, complete};
}

std::vector<Story> bundledStories() {
    return specula::readStories(std::string(SPECULA_SOURCE_DIR) + "/resources/corpus/stories.jsonl.gz");
}

}  // namespace

class TestTrainCorpus : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aPlainStoryIsKeptAsItIs() {
        const auto clean = specula::cleanStory(story(kStory));
        QVERIFY(clean.has_value());
        QCOMPARE(clean->text, kStory);
        QVERIFY(clean->complete);
    }

    void typographicMarksBecomeAscii() {
        const auto clean =
            specula::cleanStory(story("\u201cIt\u2019s cold \u2026\u201d  said \t he.\n\n \n" + kStory));
        QVERIFY(clean.has_value());
        QCOMPARE(clean->text, "\"It's cold ...\" said he.\n" + kStory);
    }

    void aCutStoryEndsWithItsLastWholeSentence() {
        const auto clean = specula::cleanStory(story(kStory + " And then the", false));
        QVERIFY(clean.has_value());
        QCOMPARE(clean->text, kStory);
        QVERIFY(!clean->complete);
    }

    void aStoryIsCutBeforeItRepeatsItself() {
        const auto clean =
            specula::cleanStory(story(kStory + " Every morning she washed her paws and sang. More came."));
        QVERIFY(clean.has_value());
        QCOMPARE(clean->text, kStory);
        QVERIFY(!clean->complete);
    }

    void unfitStoriesAreDropped_data() {
        QTest::addColumn<QString>("text");
        const QString good = QString::fromStdString(kStory);
        QTest::newRow("short") << QStringLiteral("A fox ran. It was glad.");
        QTest::newRow("list") << good + QStringLiteral("\n1. A fox.");
        QTest::newRow("bullet") << good + QStringLiteral("\n- A fox.");
        QTest::newRow("markup") << good + QStringLiteral(" **End.**");
        QTest::newRow("another script") << good + QString::fromUtf8(" \u4f60\u597d.");
        QTest::newRow("talks about itself") << good + QStringLiteral(" The rest is in plain language.");
        QTest::newRow("dwells on one word")
            << QStringLiteral("Bunny ran. ").repeated(3) +
                   QStringLiteral(
                       "The bunny saw a bunny. Is every bunny a bunny like bunny Bill? My bunny says bunny "
                       "talk makes bunny ears grow. "
                       "Then the last bunny hid behind some bunny house, and no bunny ever looked for bunny "
                       "Bill again there.");
    }

    void unfitStoriesAreDropped() {
        QFETCH(QString, text);
        QVERIFY(!specula::cleanStory(story(text.toStdString())).has_value());
    }

    void openingsAreNeverSharedBetweenTrainingAndEvaluation() {
        const auto stories = bundledStories();
        QVERIFY(stories.size() > 5000);
        const auto corpus = specula::cleanCorpus(stories);
        const std::size_t all = corpus.training.size() + corpus.heldOut.size();
        QVERIFY(corpus.heldOut.size() * 100 > all * 2);
        QVERIFY(corpus.heldOut.size() * 100 < all * 5);
        for (const auto& held : corpus.heldOut) {
            const std::string opening = held.text.substr(0, 60);
            QVERIFY(std::none_of(corpus.training.begin(), corpus.training.end(),
                                 [&](const Story& other) { return other.text.starts_with(opening); }));
        }
        auto reversed = stories;
        std::reverse(reversed.begin(), reversed.end());
        QVERIFY(specula::cleanCorpus(reversed).heldOut.size() * 100 > all * 2);
    }

    void aBrokenCorpusIsOneClearLine() {
        const QTemporaryDir folder;
        const std::string path = folder.path().toStdString() + "/broken.jsonl";
        QVERIFY_EXCEPTION_THROWN(specula::readStories(path), specula::Error);
        std::ofstream(path) << "{\"text\": \"A\"}\n{\"text\": 3}\n";
        try {
            specula::readStories(path);
            QFAIL("a number was taken for a text");
        } catch (const specula::Error& error) {
            QVERIFY(std::string(error.what()).find("line 2 of " + path) != std::string::npos);
        }
    }

    void aTrainedVocabularyGivesEveryTextBack() {
        auto corpus = specula::cleanCorpus(bundledStories());
        corpus.training.resize(300);
        const std::string serialised = specula::trainPieces(corpus.training, 512);
        QCOMPARE(serialised, specula::trainPieces(corpus.training, 512));
        const specula::Pieces pieces(serialised);
        QCOMPARE(pieces.size(), 512);
        for (const Story& held : corpus.heldOut) {
            const auto ids = pieces.encode(held.text);
            QVERIFY(std::all_of(ids.begin(), ids.end(), [](int id) { return id > specula::kEndToken; }));
            QCOMPARE(pieces.decode(ids), held.text);
        }
        const std::string unseen = "caf\u00e9 \u2192 \U0001f98a";
        QCOMPARE(pieces.decode(pieces.encode(unseen)), unseen);
        const auto tokens = specula::storyTokens(pieces, corpus.training.front());
        QCOMPARE(tokens.front(), specula::kBeginToken);
        QCOMPARE(tokens.back() == specula::kEndToken, corpus.training.front().complete);
        QVERIFY_EXCEPTION_THROWN(specula::Pieces("no model"), specula::Error);
    }
};

QTEST_GUILESS_MAIN(TestTrainCorpus)
#include "test_train_corpus.moc"
