#include <QtTest>
#include <fstream>
#include <sstream>

#include "engine/train/corpus.h"
#include "engine/train/evaluate.h"
#include "engine/train/model_folder.h"
#include "engine/train/packing.h"
#include "engine/train/sampler.h"
#include "engine/train/tiny_pair.h"

// What is shipped in resources/models keeps what its README says of it.
class TestTinyPair : public QObject {
    Q_OBJECT

    const std::string m_models = std::string(SPECULA_SOURCE_DIR) + "/resources/models";
    std::vector<std::vector<specula::TokenId>> m_heldOut;

    static std::string content(const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        std::ostringstream all;
        all << in.rdbuf();
        return all.str();
    }

private Q_SLOTS:
    void initTestCase() {
        const std::string serialised = content(m_models + "/tiny-target/tokenizer.model");
        QVERIFY(!serialised.empty());
        QCOMPARE(content(m_models + "/tiny-draft/tokenizer.model"), serialised);
        const specula::Pieces pieces(serialised);
        const auto corpus = specula::cleanCorpus(
            specula::readStories(std::string(SPECULA_SOURCE_DIR) + "/resources/corpus/stories.jsonl.gz"));
        for (std::size_t i = 0; i < corpus.heldOut.size(); i += 8)
            m_heldOut.push_back(specula::storyTokens(pieces, corpus.heldOut[i]));
        QVERIFY(m_heldOut.size() > 10);
    }

    void theVocabularyIsTheOneThatTheRecipeTrains() {
        const auto corpus = specula::cleanCorpus(
            specula::readStories(std::string(SPECULA_SOURCE_DIR) + "/resources/corpus/stories.jsonl.gz"));
        const specula::Pieces shipped(content(m_models + "/tiny-target/tokenizer.model"));
        const specula::Pieces trained(specula::trainPieces(corpus.training, shipped.size()));
        for (const auto& story : corpus.heldOut)
            QCOMPARE(trained.encode(story.text), shipped.encode(story.text));
    }

    void theModelsKnowHeldOutStoriesAndAgree() {
        specula::Decoder target(specula::tinyTargetShape(specula::kTinyVocabulary), 1);
        specula::Decoder draft(specula::tinyDraftShape(specula::kTinyVocabulary), 1);
        const double untrained = specula::perplexity(target, m_heldOut);
        specula::readModelFolder(m_models + "/tiny-target", target);
        specula::readModelFolder(m_models + "/tiny-draft", draft);
        const double ofTarget = specula::perplexity(target, m_heldOut);
        const double ofDraft = specula::perplexity(draft, m_heldOut);
        const double overlap = specula::meanOverlap(target, draft, m_heldOut);
        qInfo("perplexity: target %.2f, draft %.2f; overlap %.3f", ofTarget, ofDraft, overlap);
        QVERIFY(untrained > 500.0);
        QVERIFY(ofTarget < 15.5);
        QVERIFY(ofTarget < ofDraft);
        QVERIFY(overlap > 0.66);
    }
};

QTEST_GUILESS_MAIN(TestTinyPair)
#include "test_tiny_pair.moc"
