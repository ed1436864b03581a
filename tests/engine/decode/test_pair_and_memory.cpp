#include <QTemporaryDir>
#include <QtTest>

#include <fstream>
#include <set>

#include "engine/decode/memory_check.h"
#include "engine/decode/pair_check.h"
#include "engine/model/model.h"
#include "engine/trace/error.h"

using namespace specula;

namespace {

/// A tokenizer of given pieces that takes one byte at a time.
class Pieces final : public Tokenizer {
public:
    explicit Pieces(std::vector<std::string> pieces, std::vector<TokenId> special = {})
        : m_pieces(std::move(pieces)), m_special(std::move(special)) {}
    std::vector<TokenId> encode(std::string_view text, bool, bool) const override {
        std::vector<TokenId> ids;
        for (const char c : text) {
            for (std::size_t id = 0; id < m_pieces.size(); ++id) {
                if (m_pieces[id] != std::string(1, c)) continue;
                ids.push_back(static_cast<TokenId>(id));
                break;
            }
        }
        return ids;
    }
    std::string piece(TokenId id) const override { return m_pieces[static_cast<std::size_t>(id)]; }
    std::string decode(std::span<const TokenId> ids, bool) const override {
        std::string text;
        for (const TokenId id : ids) text += piece(id);
        return text;
    }
    int size() const override { return static_cast<int>(m_pieces.size()); }
    bool isSpecial(TokenId id) const override {
        return std::find(m_special.begin(), m_special.end(), id) != m_special.end();
    }
    std::optional<TokenId> bos() const override { return std::nullopt; }
    std::vector<TokenId> eos() const override { return {}; }
    bool dropsLeadingSpace() const override { return false; }
    std::string kind() const override { return "pieces"; }

private:
    std::vector<std::string> m_pieces;
    std::vector<TokenId> m_special;
};

class Described final : public Checkpoint {
public:
    Described(int rows, std::shared_ptr<const Tokenizer> tokenizer, std::string path = {})
        : m_tokenizer(std::move(tokenizer)), m_path(std::move(path)) {
        m_config.name = "described";
        m_config.vocabulary = rows;
    }
    const ModelConfig& config() const override { return m_config; }
    std::int64_t parameters() const override { return 0; }
    const StoredTensor* find(const std::string&) const override { return nullptr; }
    std::shared_ptr<const Tokenizer> tokenizer() const override { return m_tokenizer; }
    std::string chatTemplate() const override { return {}; }
    std::string path() const override { return m_path; }

private:
    ModelConfig m_config;
    std::shared_ptr<const Tokenizer> m_tokenizer;
    std::string m_path;
};

Described model(int rows, std::vector<std::string> pieces, std::vector<TokenId> special = {}) {
    return {rows, std::make_shared<Pieces>(std::move(pieces), std::move(special))};
}

ModelConfig bigModel() {
    ModelConfig c;
    c.name = "big";
    c.vocabulary = 32000;
    c.hidden = c.embeddingWidth = 4096;
    c.layers = 32;
    c.heads = c.kvHeads = 32;
    c.headDim = c.rotaryDim = 128;
    c.ffn = 11008;
    c.maxContext = 4096;
    return c;
}

QString refusal(const std::vector<PlannedLoad>& loads, std::int64_t available) {
    try {
        checkMemory(loads, available);
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

}  // namespace

class TestPairAndMemory : public QObject {
    Q_OBJECT

private slots:
    void paddedRowsAreNoObstacleAndAreNeverUsed() {
        const Described target = model(16, {"a", "b", "c"}), draft = model(8, {"a", "b", "c"});
        const PairReport report = checkPair(target, draft);
        QVERIFY(report.compatible);
        QCOMPARE(usedVocabulary(target), 3);
        QCOMPARE(usedVocabulary(draft), 3);
        QVERIFY(report.checks.back().detail.find("16 in the target, 8 in the draft") != std::string::npos);
        QVERIFY(report.checks.back().detail.find("padding") != std::string::npos);
    }

    void paddingThatAConverterWroteIntoTheVocabularyIsPaddingToo() {
        const Described target = model(5, {"a", "b", "c", "[PAD3]", "[PAD4]"}),
                        draft = model(3, {"a", "b", "c"});
        QCOMPARE(usedVocabulary(target), 3);
        QVERIFY(checkPair(target, draft).compatible);
        QCOMPARE(usedVocabulary(model(4, {"a", "b", "c", "[PAD9]"})), 4);  // not its own number: a real token
    }

    void theFirstDifferingTokenIsNamedWithBothTexts() {
        const PairReport report = checkPair(model(4, {"a", "b", "c\n", "d"}), model(4, {"a", "b", "x", "y"}));
        QVERIFY(!report.compatible);
        const QString reason = QString::fromStdString(reasonAgainst(report));
        QVERIFY2(reason.contains(QStringLiteral("id 2")) && reason.contains(QStringLiteral("'c\\x0A'")) &&
                     reason.contains(QStringLiteral("'x'")),
                 qPrintable(reason));
    }

    void aDifferentNumberOfTokensIsAnObstacle() {
        const PairReport report = checkPair(model(4, {"a", "b", "c", "d"}), model(4, {"a", "b", "c"}));
        QVERIFY(!report.compatible);
        QVERIFY(!report.checks.front().passed && report.checks[1].passed);
    }

    void otherTokenizersPairByEnoughSharedTokens() {
        std::vector<std::string> bytes, more{"the", "and"};
        for (int byte = 0; byte < 256; ++byte) bytes.emplace_back(1, static_cast<char>(byte));
        more.insert(more.end(), bytes.rbegin(), bytes.rend());
        const PairReport report = checkPair(model(258, more), model(256, bytes));
        QVERIFY(report.compatible);
        QCOMPARE(report.sharedTokens, 256);
        QVERIFY(report.checks.size() == 1 && report.checks.front().passed);
        QVERIFY(report.warnings.front().find("256 of the target's 258 tokens") != std::string::npos);
        QVERIFY(reasonAgainst(report).empty());
        // One byte fewer, and it could not spell every text.
        bytes.pop_back();
        const PairReport few = checkPair(model(258, more), model(255, bytes));
        QVERIFY(!few.compatible && few.sharedTokens == 0);
        const QString reason = QString::fromStdString(reasonAgainst(few));
        QVERIFY2(reason.contains(QStringLiteral("255 of the target's 258 tokens")) &&
                     reason.contains(QStringLiteral("at least 256")) && !reason.contains(QLatin1Char('\n')),
                 qPrintable(reason));
    }

    void whatIsSharedMustMakeUpHalfOfAText() {
        // 300 tokens in common that no ordinary text has.
        std::vector<std::string> target, draft;
        for (int i = 0; i < 300; ++i) {
            target.push_back("\x01" + std::to_string(i));
            draft.insert(draft.begin(), target.back());
        }
        for (int byte = 0; byte < 256; ++byte) target.emplace_back(1, static_cast<char>(byte));
        const PairReport report = checkPair(model(556, target), model(300, draft));
        QVERIFY(!report.compatible);
        QVERIFY(reasonAgainst(report).find("0 % of a sample text") != std::string::npos);
    }

    void fewerRowsThanTokensMustBeSoInBothModels() {
        QVERIFY(!checkPair(model(3, {"a", "b", "c", "d"}), model(4, {"a", "b", "c", "d"})).compatible);
    }

    void aTokenThatIsSpecialInOneModelOnlyIsAWarning() {
        const PairReport report = checkPair(model(2, {"a", "b"}, {1}), model(2, {"a", "b"}));
        QVERIFY(report.compatible);
        QCOMPARE(report.warnings.size(), std::size_t{1});
        QVERIFY(report.warnings.front().find("special in the target only") != std::string::npos);
    }

    void withoutTokenizersSizesDecideWithAWarning() {
        const Described seven(7, nullptr), eight(8, nullptr), with = model(7, {"a"});
        QVERIFY(checkPair(seven, seven).compatible);
        QCOMPARE(checkPair(seven, seven).warnings.size(), std::size_t{1});
        QVERIFY(!checkPair(seven, eight).compatible);
        QVERIFY(!checkPair(seven, with).compatible);
        QVERIFY(!checkPair(seven, with).checks.empty());
    }

    void aDraftWithoutATokenizerPairsByTheNoteBesideIt() {
        const QTemporaryDir folder;
        const std::string path = folder.path().toStdString();
        const Described target = model(8, {"a", "b", "c"});
        const auto note = [&](const std::string& text) {
            std::ofstream(path + "/provenance.json", std::ios::trunc) << text;
        };
        const std::string right = "{\"tokenizer\": \"" + tokenizerFingerprint(*target.tokenizer()) + "\"}";
        QVERIFY(!checkPair(target, Described(3, nullptr, path)).compatible);  // no note
        note(right);
        QVERIFY(checkPair(target, Described(3, nullptr, path)).compatible);
        QVERIFY(!checkPair(target, Described(4, nullptr, path)).compatible);
        QVERIFY(!checkPair(target, Described(2, nullptr, path)).compatible);
        QVERIFY(!checkPair(Described(3, nullptr), Described(3, nullptr, path)).checks.empty());
        note("{\"tokenizer\": \"3 tokens, 0123456789abcdef\"}");
        const PairReport other = checkPair(target, Described(3, nullptr, path));
        QVERIFY(!other.compatible && reasonAgainst(other).find("names another one") != std::string::npos);
        for (const char* useless : {"{}", "{\"tokenizer\": 3}", "{\"tokenizer\": null}"}) {
            note(useless);
            QVERIFY(!checkPair(target, Described(3, nullptr, path)).compatible);
        }
        note("no json");
        QVERIFY_EXCEPTION_THROWN(checkPair(target, Described(3, nullptr, path)), Error);
    }

    void anyOtherListOfTokensHasAnotherFingerprint() {
        std::set<std::string> seen;
        const std::vector<std::vector<std::string>> lists{{"a", "b", "c"}, {"a", "c", "b"}, {"ab", "c"},
                                                          {"a", "bc"},     {"a", "b"},      {"", "a", "b"},
                                                          {"a", "", "b"}};
        for (const auto& list : lists) seen.insert(tokenizerFingerprint(*model(8, list).tokenizer()));
        QCOMPARE(seen.size(), lists.size());
        QCOMPARE(tokenizerFingerprint(*model(8, {"a", "b"}).tokenizer()),
                 tokenizerFingerprint(*model(8, {"a", "b", "[PAD2]"}).tokenizer()));
    }

    void theNeedOfAFormatIsWhatItsMatricesTake() {
        ModelConfig c = bigModel();
        std::int64_t last = 0;
        for (const WeightFormat format : {WeightFormat::Int8, WeightFormat::Fp16, WeightFormat::Fp32}) {
            const MemoryNeed need = memoryNeed({&c, format, KvFormat::Auto, 0, 0});
            const double parameters = 6.6e9;
            const double bytes = format == WeightFormat::Int8 ? 1 : format == WeightFormat::Fp16 ? 2 : 4;
            QVERIFY(std::fabs(static_cast<double>(need.weightBytes) / (parameters * bytes) - 1.0) < 0.03);
            QVERIFY(need.weightBytes > last);
            last = need.weightBytes;
        }
        // keys and values: 32 layers x 4096 tokens x 4096 values x 2, at 2 bytes
        QCOMPARE(memoryNeed({&c, WeightFormat::Fp16, KvFormat::Auto, 0, 0}).cacheBytes,
                 std::int64_t{2147483648});
        QCOMPARE(memoryNeed({&c, WeightFormat::Fp16, KvFormat::Fp32, 1024, 0}).cacheBytes,
                 std::int64_t{1073741824});
    }

    void theEstimateOfALoadedModelIsItsBytes() {
        const QString path = QStringLiteral(SPECULA_TEST_DATA) + QStringLiteral("/models/opt_postln_proj");
        const std::shared_ptr<const Checkpoint> checkpoint = openCheckpoint(path.toStdString());
        for (const WeightFormat format : {WeightFormat::Fp32, WeightFormat::Fp16, WeightFormat::Int8}) {
            const auto loaded =
                Model::load(checkpoint, {format, KvFormat::Auto, 0, 0}, std::make_shared<ThreadPool>(1));
            const MemoryNeed need = memoryNeed({&checkpoint->config(), format, KvFormat::Auto, 0, 0});
            const std::int64_t besides =
                need.weightBytes - loaded->info().weightBytes;  // norms, biases, positions
            QVERIFY2(besides > 64 * 256 * 4 && besides < 90000, qPrintable(QString::number(besides)));
        }
    }

    void aLoadThatCannotFitIsRefusedWithTheNumbersAndWhatWouldFit() {
        const ModelConfig c = bigModel();
        const std::vector<PlannedLoad> loads{{&c, WeightFormat::Fp32, KvFormat::Auto, 0, 0}};
        QVERIFY(refusal(loads, 40'000'000'000).isEmpty());
        QVERIFY(refusal(loads, 0).isEmpty());  // unknown
        const QString message = refusal(loads, 12'000'000'000);
        QVERIFY2(message.contains(QStringLiteral("12.0 GB is free")) &&
                     message.contains(QStringLiteral("fp32")) && message.contains(QStringLiteral("int8")) &&
                     !message.contains(QStringLiteral("fp16 (")),
                 qPrintable(message));
        QVERIFY(refusal(loads, 7'500'000'000).contains(QStringLiteral("--max-context")));
        QVERIFY(refusal(loads, 1'000'000'000).contains(QStringLiteral("no format")));
    }

    void aDevicesFormatsAreOfferedForADevice() {
        const ModelConfig c = bigModel();
        const PlannedLoad load{&c, WeightFormat::Fp32, KvFormat::Auto, 0, 0, Device::Cuda};
        const QString message = refusal({load}, 18'000'000'000);
        QVERIFY2(message.contains(QStringLiteral("18.0 GB is free on the GPU")) &&
                     message.contains(QStringLiteral("fp16 (")) && !message.contains(QStringLiteral("int8")),
                 qPrintable(message));
        QVERIFY(refusal({load}, 14'500'000'000).contains(QStringLiteral("fp16 with --max-context 512")));
        QVERIFY_EXCEPTION_THROWN(memoryNeed({&c, WeightFormat::Int8, KvFormat::Auto, 0, 0, Device::Cuda}),
                                 Error);
        // The embedding lies there too, where the head is another matrix.
        const MemoryNeed here = memoryNeed({&c, WeightFormat::Fp16, KvFormat::Auto, 0, 0}),
                         there = memoryNeed({&c, WeightFormat::Bf16, KvFormat::Auto, 0, 0, Device::Cuda});
        QCOMPARE(there.weightBytes - here.weightBytes, 2LL * c.vocabulary * c.hidden);
    }

    void theDraftCountsToo() {
        const ModelConfig c = bigModel();
        const PlannedLoad one{&c, WeightFormat::Int8, KvFormat::Auto, 0, 0};
        QVERIFY(refusal({one}, 10'000'000'000).isEmpty());
        QVERIFY(refusal({one, one}, 10'000'000'000).contains(QStringLiteral("with the draft big")));
    }

    void thisMachineSaysHowMuchIsFree() { QVERIFY(availableMemory() > 0); }
};

QTEST_GUILESS_MAIN(TestPairAndMemory)
#include "test_pair_and_memory.moc"
