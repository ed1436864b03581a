#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <numeric>

#include "engine/decode/engine.h"
#include "engine/draft/feature_draft.h"
#include "engine/train/draft_folder.h"
#include "engine/train/head_module.h"

// Training and running a feature head must be the same function: HeadModule (tensors, gradients, bfloat16) is
// held against FeatureDraft (the engine) on the same parameters, tokens and features.

namespace {

using namespace specula;
namespace fs = std::filesystem;

constexpr int kSteps = 4;
constexpr int kHeadIds = 150;

fs::path modelPath(const QString& name) {
    if (name == QStringLiteral("tiny-target"))
        return fs::path(SPECULA_SOURCE_DIR) / "resources/models/tiny-target";
    const std::string root = SPECULA_FIXTURES;
    return (root.empty() ? fs::path(SPECULA_TEST_DATA) : fs::path(root)) / name.toStdString();
}

/// Every parameter random, gains around 1, all of them exact in bfloat16 and float16.
void fillAtRandom(const NamedTensors& parameters) {
    c10::NoGradGuard noGradients;
    at::manual_seed(5);
    for (const auto& [name, value] : parameters) {
        const bool gain = name.ends_with("norm.weight");
        const auto random = gain ? at::rand(value.sizes()) + 0.5
                                 : at::randn(value.sizes()) / std::sqrt(static_cast<double>(value.size(-1)));
        at::Tensor leaf = value;
        leaf.copy_(random.to(at::kBFloat16));
    }
}

std::vector<TokenId> everySecond(int vocabulary) {
    std::vector<TokenId> ids;
    for (TokenId id = 1; id < vocabulary && std::ssize(ids) < kHeadIds; id += 2) ids.push_back(id);
    return ids;
}

/// Proposes the text's own next tokens and notes the logits that it was offered.
class Forced final : public Proposals {
public:
    Forced(std::vector<TokenId> next, std::vector<TokenId> headIds)
        : m_next(std::move(next)), m_headIds(std::move(headIds)) {}
    Added draw(int, std::span<const float> logits, int) override {
        std::vector<float> kept;
        for (const TokenId id : m_headIds) kept.push_back(logits[static_cast<std::size_t>(id)]);
        steps.push_back(at::tensor(kept));
        const int node = static_cast<int>(steps.size()) - 1;
        return {node, {m_next[static_cast<std::size_t>(node)]}};
    }
    Added drawBlended(int parent, std::span<const float> logits, double) override {
        return draw(parent, logits, 1);
    }
    int add(int, TokenId) override { return -1; }
    bool ends(TokenId) const override { return false; }

    std::vector<at::Tensor> steps;

private:
    std::vector<TokenId> m_next, m_headIds;
};

struct Text {
    std::vector<TokenId> ids;
    std::vector<int> taps;
    std::vector<float> features;  // [taps][positions][hidden], exact in bfloat16
    DraftBatch batch;
};

/// A text with the target's features at every position, for both sides.
Text textWithFeatures(const Model& target, const std::vector<int>& taps) {
    Text text;
    text.taps = taps;
    for (int i = 0; i < 48; ++i) text.ids.push_back(1 + (i * i * 7 + i) % (target.vocabulary() - 1));
    const auto state = target.newState();
    const std::int64_t hidden = target.config().hidden, length = std::ssize(text.ids);
    at::Tensor tapped = at::empty({std::ssize(taps), length, hidden}, at::kFloat);
    target.forward(
        *state, {text.ids},
        {.logitsFrom = static_cast<int>(length), .taps = taps, .tapOut = tapped.mutable_data_ptr<float>()},
        nullptr);
    const auto rounded = tapped.to(at::kBFloat16);
    const auto wide = rounded.to(at::kFloat).contiguous();
    text.features.assign(wide.const_data_ptr<float>(), wide.const_data_ptr<float>() + wide.numel());
    text.batch.ids =
        at::tensor(std::vector<std::int64_t>(text.ids.begin(), text.ids.end()), at::kLong).unsqueeze(0);
    text.batch.features = rounded.permute({1, 0, 2}).unsqueeze(0).contiguous();
    return text;
}

/// Logits of drafting steps 1, 2, ... after position `at`, as the engine computes them.
std::vector<at::Tensor> drafted(const std::shared_ptr<const FeatureHead>& head, const Text& text, int at,
                                int vocabulary) {
    FeatureDraft draft(head, vocabulary);
    const std::span<const TokenId> ids(text.ids);
    std::vector<int> rows(static_cast<std::size_t>(at));
    std::iota(rows.begin(), rows.end(), 0);
    if (at > 0)
        draft.observe(ids.first(static_cast<std::size_t>(at) + 1),
                      {0, rows, text.features.data(), static_cast<int>(text.ids.size())});
    std::vector<int> plan(kSteps);
    std::iota(plan.begin(), plan.end(), -1);
    Forced proposals({text.ids.begin() + at + 1, text.ids.begin() + at + 1 + kSteps}, head->headIds());
    draft.propose({ids.first(static_cast<std::size_t>(at) + 1), plan, {}}, proposals);
    return proposals.steps;
}

/// How far two rows of logits lie apart, in units of what the rows make of any state of this length.
double distance(const at::Tensor& found, const at::Tensor& rows, const at::Tensor& state) {
    const auto w = rows.to(at::kFloat), g = state.to(at::kFloat);
    const auto usual = w.norm() * g.norm() / std::sqrt(static_cast<double>(w.size(1)));
    return ((found - at::mv(w, g)).norm() / usual).item<double>();
}

}  // namespace

class TestHeadIsWhatRuns : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void logitsOfEveryDraftingStepAgree_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<int>("format");
        QTest::addColumn<double>("tolerance");
        // bfloat16 rounds each product's inputs by up to 0.4 %.
        for (const char* name : {"models/llama", "tiny-target", "models/qwen3",
                                 "models/llama_tied_rope_llama3", "gguf/f32_spm"}) {
            if (!fs::exists(modelPath(QString::fromLatin1(name)))) continue;
            QTest::addRow("%s, head in fp32", name)
                << QString::fromLatin1(name) << static_cast<int>(WeightFormat::Fp32) << 0.02;
            QTest::addRow("%s, head in fp16", name)
                << QString::fromLatin1(name) << static_cast<int>(WeightFormat::Fp16) << 0.02;
        }
    }
    void logitsOfEveryDraftingStepAgree() {
        QFETCH(QString, target);
        QFETCH(int, format);
        QFETCH(double, tolerance);
        std::string path = modelPath(target).string();
        if (target.startsWith(QStringLiteral("gguf"))) path += "/model.gguf";
        const FrozenTarget frozen(openCheckpoint(path), 64);
        const int layers = frozen.config().layers;
        const std::vector<int> fused =
            layers > 2 ? std::vector<int>{1, layers - 1, layers} : std::vector<int>{1, layers};
        HeadModule module(frozen, HeadModule::configFor(frozen.config(), fused, kHeadIds),
                          everySecond(frozen.config().vocabulary), 3);
        fillAtRandom(module.parameters());
        QTemporaryDir folder;
        writeHeadFolder(folder.path().toStdString(), module, {});

        EngineOptions options;
        options.target = path;
        options.draft = folder.path().toStdString();
        options.weights = WeightFormat::Fp32;
        options.draftWeights = static_cast<WeightFormat>(format);
        options.threads = 1;
        const auto engine = Engine::load(options);
        const Text text = textWithFeatures(engine->target(), fused);
        c10::NoGradGuard noGradients;
        const auto outs = module.rollOut(text.batch, kSteps);
        for (const int at : {0, 1, 2, 9, 40}) {
            const auto found = drafted(engine->featureHead(), text, at, engine->target().vocabulary());
            QCOMPARE(found.size(), std::size_t{kSteps});
            for (int step = 0; step < kSteps; ++step) {
                const auto g = outs[static_cast<std::size_t>(step)][0][at + step];
                const double error =
                    distance(found[static_cast<std::size_t>(step)], module.headRows(), module.finalNorm(g));
                QVERIFY2(
                    error < tolerance,
                    qPrintable(
                        QStringLiteral("step %1 after position %2: %3").arg(step + 1).arg(at).arg(error)));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestHeadIsWhatRuns)
#include "test_head_is_what_runs.moc"
