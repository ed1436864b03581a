#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <filesystem>
#include <set>

#include "engine/checkpoint/mapped_file.h"
#include "engine/checkpoint/safetensors.h"
#include "engine/decode/session.h"
#include "engine/trace/error.h"
#include "engine/train/head_trainer.h"
#include "engine/train/optimizer.h"
#include "engine/train/tensor_file.h"
#include "engine/train/train_draft.h"

namespace {

using namespace specula;
namespace fs = std::filesystem;

const std::string kTarget = std::string(SPECULA_SOURCE_DIR) + "/resources/models/tiny-target";
const std::vector<int> kLayers{2, 4, 5};

const FrozenTarget& tinyTarget() {
    static const FrozenTarget target(openCheckpoint(kTarget), 64);
    return target;
}

/// Two shards of texts that the tiny target wrote, in a folder that lives as long as the test.
const std::string& shards() {
    static const QTemporaryDir folder;
    static const std::string path = [] {
        const std::string where = folder.path().toStdString();
        for (int shard = 0; shard < 2; ++shard) {
            std::vector<TextRequest> requests;
            for (int i = 0; i < 8; ++i)
                requests.push_back({{1, 300 + 17 * i, 40 + i * (shard + 1)}, i == 5 ? 0.0 : 1.0, i == 3});
            const auto texts =
                sampleTexts(tinyTarget(), requests, kLayers, {}, 20 + 20 * (shard + 1), 3 + shard, {});
            writeTensorFile(DraftData::shardPath(where, static_cast<std::size_t>(shard)), texts.named(), {});
        }
        return where;
    }();
    return path;
}

DraftData data() {
    return {shards(), std::ssize(kLayers), tinyTarget().config().hidden};
}

HeadModule newHead(const DraftData& from, int vocabulary = 200) {
    const auto ids = frequentIds(tinyTarget(), from, vocabulary);
    return {tinyTarget(), HeadModule::configFor(tinyTarget().config(), kLayers, static_cast<int>(ids.size())),
            ids, 5};
}

QByteArray contents(const std::string& path) {
    QFile file(QString::fromStdString(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void overwrite(const std::string& path, const QByteArray& bytes) {
    QFile file(QString::fromStdString(path));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write");
}

std::string messageOf(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

/// Mean cosine between what enters the layer and the state it should predict.
double meanCosine(const HeadModule& head, const DraftData& from) {
    c10::NoGradGuard noGradients;
    const DraftBatch batch = from.batch(from.training());
    const auto g = head.rollOut(batch, 1).front().to(at::kFloat).flatten(0, 1).index_select(0, batch.places);
    const auto f = batch.features.select(2, std::ssize(kLayers) - 1)
                       .to(at::kFloat)
                       .flatten(0, 1)
                       .index_select(0, batch.places);
    return at::cosine_similarity(g, f, 1).mean().item<double>();
}

TeachOptions teachOptions(const QTemporaryDir& folder, std::int64_t steps) {
    TeachOptions options;
    options.minutes = 0.0;
    options.steps = steps;
    options.statePath = folder.path().toStdString() + "/state";
    options.bestPath = folder.path().toStdString() + "/best";
    return options;
}

/// All tensors of a state but the clock.
std::map<std::string, QByteArray> stateOf(const QTemporaryDir& folder) {
    const MappedFile file(folder.path().toStdString() + "/state");
    std::map<std::string, QByteArray> out;
    for (const RawTensor& tensor : readSafetensors(file)) {
        if (tensor.name != "loop.milliseconds")
            out[tensor.name] =
                QByteArray(reinterpret_cast<const char*>(tensor.bytes.data()), std::ssize(tensor.bytes));
    }
    return out;
}

TrainRequest smallRequest(const QTemporaryDir& folder) {
    TrainRequest request;
    request.target = kTarget;
    request.out = folder.path().toStdString() + "/draft";
    request.minutes = 0.2;
    request.tokens = 2000;
    request.headVocabulary = 300;
    for (const char* text : {"Once upon a time", "The dog", "A girl named Lily", "One day, Tom"})
        request.prompts.push_back({"", text, false, ""});
    request.prompts.push_back({"", "Tell me a story.", true, ""});  // left out: no chat template
    for (const char* text : {"There was a bird", "In the garden"})
        request.heldOut.push_back({"", text, false, ""});
    request.threads = 1;
    return request;
}

}  // namespace

class TestTrainDraft : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }

    void shardsComeBackAsTheyWereWritten() {
        const DraftData from = data();
        QCOMPARE(from.shards(), std::size_t{2});
        QCOMPARE(from.training().size() + from.heldOut().size(), std::size_t{16});
        QCOMPARE(from.heldOut().size(), std::size_t{2});
        for (const DataText& text : from.heldOut()) QCOMPARE(text.promptLength, std::int64_t{3});
        // The features stored are those of the text stored.
        for (const std::size_t i : {std::size_t{0}, std::size_t{12}}) {
            const DataText& text = from.training()[i];
            const auto ids = from.ids(text);
            FrozenTarget::Cache cache = tinyTarget().newCache(1);
            const auto row =
                at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), at::kLong).unsqueeze(0);
            const auto expected = tinyTarget().forward(row, cache, kLayers)[0].to(at::kFloat);
            const auto found = from.features(text).to(at::kFloat);
            QVERIFY(((found - expected).norm() / expected.norm()).item<double>() < 0.01);
        }
    }

    void aBatchIsPaddedAndKnowsItsPlaces() {
        const DraftData from = data();
        std::vector<DataText> texts{from.training().front(), from.training().back()};
        const DraftBatch batch = from.batch(texts);
        const std::int64_t longest = std::max(texts[0].length, texts[1].length);
        QCOMPARE(batch.ids.sizes().vec(), (std::vector<std::int64_t>{2, longest}));
        QCOMPARE(batch.places.size(0),
                 texts[0].length - 2 + texts[1].length - 2);  // from the prompt's last token on
        QCOMPARE(batch.places[0].item<std::int64_t>(), std::int64_t{2});
        QCOMPARE(batch.depths[0].item<std::int64_t>(), std::int64_t{2});
        QCOMPARE(batch.places[texts[0].length - 2].item<std::int64_t>(), longest + 2);
        const std::int64_t shorter = texts[0].length < texts[1].length ? 0 : 1;
        const std::int64_t end = texts[static_cast<std::size_t>(shorter)].length;
        QVERIFY(at::equal(batch.features[shorter].narrow(0, 0, end),
                          from.features(texts[static_cast<std::size_t>(shorter)])));
        QCOMPARE(batch.features[shorter].slice(0, end, longest).abs().sum().item<double>(), 0.0);
    }

    void aPassTakesEveryTrainingTextOnce() {
        const DraftData from = data();
        const auto order = [&](std::uint64_t seed) {
            std::vector<std::pair<std::size_t, std::int64_t>> out;
            for (const auto& batch : from.batches(128, seed)) {
                std::int64_t longest = 0;
                for (const DataText& text : batch) {
                    longest = std::max(longest, text.length);
                    out.emplace_back(text.shard, text.first);
                }
                if (batch.size() > 1 && longest * std::ssize(batch) > 128) out.clear();
            }
            return out;
        };
        const auto a = order(1);
        QCOMPARE(a.size(), from.training().size());
        QCOMPARE((std::set(a.begin(), a.end()).size()), a.size());
        QVERIFY(a == order(1));
        QVERIFY(a != order(2));
    }

    void brokenShardsAreRefusedByName() {
        const QByteArray good = contents(DraftData::shardPath(shards(), 0));
        const QTemporaryDir folder;
        const std::string where = folder.path().toStdString(), path = DraftData::shardPath(where, 0);
        const auto open = [&](std::int64_t layers) {
            return messageOf([&] { DraftData(where, layers, tinyTarget().config().hidden); });
        };
        overwrite(path, good);
        QCOMPARE(open(3), std::string());
        QVERIFY(open(2).find("texts-00000.safetensors") != std::string::npos);
        overwrite(path, good.left(good.size() - 8));
        QVERIFY(open(3).find("texts-00000.safetensors") != std::string::npos);
        overwrite(path, QByteArray(good).replace("prompt_lengths", "prompt_lengthz"));
        QVERIFY(open(3).find("prompt_lengths") != std::string::npos);
        // A length that claims more tokens than there are.
        QByteArray lengths = good;
        const auto header = static_cast<qsizetype>(qFromLittleEndian<quint64>(good.constData()));
        const auto texts = data();
        const qsizetype at = 8 + header + 8 * [&] {
            std::int64_t tokens = 0;
            for (const auto* list : {&texts.training(), &texts.heldOut()}) {
                for (const DataText& text : *list) tokens += text.shard == 0 ? text.length : 0;
            }
            return tokens;
        }();
        lengths[at + 1] = 1;  // 256 more
        overwrite(path, lengths);
        QVERIFY(open(3).find("sizes") != std::string::npos);
    }

    void frequentIdsAreThoseTheTargetUses() {
        const DraftData from = data();
        const auto ids = frequentIds(tinyTarget(), from, 200);
        QCOMPARE(ids.size(), std::size_t{200});
        QVERIFY(std::is_sorted(ids.begin(), ids.end()));
        std::int64_t known = 0, all = 0;
        for (const DataText& text : from.training()) {
            for (const std::int64_t id : from.ids(text).subspan(3)) {
                known += std::binary_search(ids.begin(), ids.end(), static_cast<TokenId>(id)) ? 1 : 0;
                ++all;
            }
        }
        QVERIFY2(known * 10 > all * 7, qPrintable(QStringLiteral("%1 of %2").arg(known).arg(all)));
        QCOMPARE(frequentIds(tinyTarget(), from, 1'000'000).size(), std::size_t{1536});
    }

    void theRidgeStartPredictsTheNextState() {
        const DraftData from = data();
        HeadModule head = newHead(from);
        const double before = meanCosine(head, from);
        head.startFromRegression(from, 150'000);
        const double after = meanCosine(head, from);
        QVERIFY2(std::abs(before) < 0.2 && after > 0.5,
                 qPrintable(QStringLiteral("%1 %2").arg(before).arg(after)));
        const auto g = head.rollOut(from.batch({from.training().front()}), 1).front().to(at::kFloat);
        const double square = g.slice(1, 2).square().mean().item<double>();
        QVERIFY2(square > 0.5 && square < 2.0, qPrintable(QString::number(square)));
    }

    void aLaterPlaceNeverReachesAnEarlierOne() {
        const DraftData from = data();
        HeadModule head = newHead(from);
        at::manual_seed(3);
        c10::NoGradGuard noGradients;
        for (const auto& [name, value] : head.parameters())
            value.detach().copy_(at::randn(value.sizes()) * 0.2);
        DraftBatch batch = from.batch({from.training().back()});
        const auto before = head.rollOut(batch, 4);
        batch.ids.select(1, 30).fill_(7);
        batch.features.select(1, 30).fill_(1.5);
        const auto after = head.rollOut(batch, 4);
        for (std::size_t step = 0; step < 4; ++step) {
            QVERIFY(at::equal(before[step].slice(1, 0, 30), after[step].slice(1, 0, 30)));
            QVERIFY(!at::equal(before[step].select(1, 30), after[step].select(1, 30)));
        }
        // The features of place 30 are first seen at 31 by step 1, and only at 31 + s by step 1 + s.
        batch = from.batch({from.training().back()});
        batch.features.select(1, 30).fill_(1.5);
        const auto features = head.rollOut(batch, 4);
        for (std::int64_t step = 0; step < 4; ++step) {
            const auto& was = before[static_cast<std::size_t>(step)];
            const auto& is = features[static_cast<std::size_t>(step)];
            QVERIFY(at::equal(was.slice(1, 0, 31 + step), is.slice(1, 0, 31 + step)));
            QVERIFY(!at::equal(was.select(1, 31 + step), is.select(1, 31 + step)));
        }
    }

    void gainsOfSeveralRowsAreNotMatrices() {
        HeadModule head = newHead(data());
        const Optimizer optimizer(head.parameters(), {});
        std::set<std::string> names;
        for (const auto& [name, value] : optimizer.state()) names.insert(name);
        for (const auto& [name, value] : head.parameters()) {
            const bool adam = names.contains("optimizer.second." + name);
            QVERIFY2(adam == (name.find("norm") != std::string::npos), name.c_str());
        }
    }

    void teachingRaisesTheOverlap() {
        const DraftData from = data();
        HeadModule head = newHead(from);
        head.startFromRegression(from, 150'000);
        const double before = heldOutOverlap(head, tinyTarget(), from, 2, 1000).front();
        const QTemporaryDir folder;
        QVERIFY(teachHead(head, tinyTarget(), from, teachOptions(folder, 40)));
        const auto after = heldOutOverlap(head, tinyTarget(), from, 2, 1000);
        QCOMPARE(after.size(), std::size_t{2});
        QVERIFY2(after.front() > before + 0.01,
                 qPrintable(QStringLiteral("%1 -> %2").arg(before).arg(after.front())));
        QVERIFY(after.front() < 1.0 && after.back() > 0.0);
    }

    void aStoppedTeachingGoesOnAsIfNothingHadHappened() {
        const DraftData from = data();
        const QTemporaryDir whole, parts;
        HeadModule a = newHead(from), b = newHead(from), c = newHead(from);
        QVERIFY(teachHead(a, tinyTarget(), from, teachOptions(whole, 20)));
        std::stop_source source;
        TeachOptions options = teachOptions(parts, 20);
        options.stop = source.get_token();
        options.onLook = [&](const LoopResult&, double, const std::vector<double>&) {
            source.request_stop();
        };
        QVERIFY(!teachHead(b, tinyTarget(), from, options));
        QVERIFY(stateOf(parts) != stateOf(whole));
        options.stop = {};
        std::vector<std::int64_t> steps;
        options.onLook = [&](const LoopResult& done, double, const std::vector<double>&) {
            steps.push_back(done.steps);
        };
        QVERIFY(teachHead(c, tinyTarget(), from, options));
        QCOMPARE(steps.front(), std::int64_t{20});
        QVERIFY(stateOf(parts) == stateOf(whole));
    }

    void whatLookedBestSurvivesARestart() {
        const DraftData from = data();
        const QTemporaryDir folder;
        HeadModule head = newHead(from);
        const TeachOptions options = teachOptions(folder, 10);
        QVERIFY(teachHead(head, tinyTarget(), from, options));
        // Claim that the kept parameters are better than anything can be; a later start must not replace
        // them.
        const auto notes = readTensorFile(options.bestPath, head.parameters());
        QVERIFY(notes.contains("tokens_per_round"));
        writeTensorFile(options.bestPath, head.parameters(), {{"tokens_per_round", "99"}});
        const QByteArray best = contents(options.bestPath);
        HeadModule again = newHead(from);
        QVERIFY(teachHead(again, tinyTarget(), from, teachOptions(folder, 20)));
        QCOMPARE(contents(options.bestPath), best);
        QVERIFY(at::equal(again.parameters().front().second, head.parameters().front().second));
    }

    void trainsADraftThatLoadsAndGenerates() {
        const QTemporaryDir folder;
        const TrainRequest request = smallRequest(folder);
        std::stop_source source;
        std::int64_t tokensBefore = 0;
        const auto stopped = trainDraft(request, source.get_token(), [&](const TrainProgress& now) {
            tokensBefore = now.tokens;
            if (now.phase == "training") source.request_stop();
        });
        QVERIFY(!stopped);
        QVERIFY(tokensBefore >= request.tokens);
        QVERIFY(fs::exists(request.out + "/work/texts-00000.safetensors"));

        double fraction = 0.0;
        std::vector<std::string> phases;
        const auto report = trainDraft(request, {}, [&](const TrainProgress& now) {
            fraction = now.fraction;
            if (phases.empty() || phases.back() != now.phase) phases.push_back(now.phase);
        });
        QVERIFY(report.has_value());
        QCOMPARE(report->tokens, tokensBefore);  // nothing sampled twice
        QCOMPARE(phases, (std::vector<std::string>{"sampling", "training", "writing", "measuring"}));
        QVERIFY(fraction > 0.0 && fraction <= 1.0);
        QVERIFY(report->steps > 0);
        QCOMPARE(report->acceptance.size(), std::size_t{3});
        for (const TrainedAcceptance& a : report->acceptance) {
            QVERIFY(!a.alpha.empty() && a.tokensPerRound >= 1.0);
            for (const double alpha : a.alpha) QVERIFY(alpha >= 0.0 && alpha <= 1.0);
        }
        QVERIFY(!report->verdict.empty());
        QVERIFY(!fs::exists(request.out + "/work"));

        // Nothing in the folder tells where it was made.
        for (const auto& entry : fs::directory_iterator(request.out)) {
            const QByteArray bytes = contents(entry.path().string());
            QVERIFY(!bytes.contains(folder.path().toUtf8()) && !bytes.contains(SPECULA_SOURCE_DIR));
        }
        const QByteArray provenance = contents(request.out + "/provenance.json");
        QVERIFY(provenance.contains("\"made_by\"") && !provenance.contains("/home") &&
                !provenance.contains("/tmp"));

        EngineOptions load;
        load.target = kTarget;
        load.draft = request.out;
        load.threads = 1;
        const auto engine = Engine::load(load);
        QCOMPARE(engine->draftInfo().kind, std::string("feature-head"));
        std::vector<TokenId> texts[2];
        for (const int gamma : {0, 3}) {
            RunOptions options;
            options.gamma = gamma;
            options.sampling.temperature = 0.0;
            options.maxTokens = 40;
            Session session(engine, options, engine->encodePrompt("Once upon a time"));
            Totals totals;
            while (const auto round = session.step({})) totals.add(*round);
            texts[gamma > 0 ? 1 : 0] = session.output();
            if (gamma > 0) QVERIFY(totals.accepted > 0);
        }
        QCOMPARE(texts[0], texts[1]);
    }

    void badRequestsAreRefused() {
        const QTemporaryDir folder;
        const auto message = [&](const auto& change) {
            TrainRequest request = smallRequest(folder);
            change(request);
            return messageOf([&] { trainDraft(request, {}, {}); });
        };
        QVERIFY(message([](TrainRequest& r) { r.minutes = 0.0; }).find("--minutes") != std::string::npos);
        QVERIFY(message([](TrainRequest& r) { r.out.clear(); }).find("--out") != std::string::npos);
        QVERIFY(message([](TrainRequest& r) { r.prompts.clear(); }).find("no training prompt") !=
                std::string::npos);
        QVERIFY(message([](TrainRequest& r) {
                    r.target = std::string(SPECULA_TEST_DATA) + "/models/gpt2_scaled";
                }).find("not RMS norms") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestTrainDraft)
#include "test_train_draft.moc"
