#pragma once

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "engine/decode/session.h"
#include "tests/tools/random_head.h"

// Sessions with a feature head: chains and trees. The head's weights are random; it proposes only tokens that
// the target's text is made of, so that some are accepted.

namespace specula::test {

namespace fs = std::filesystem;

inline const std::vector<TokenId> kPrompt{5, 9, 5, 9, 5, 9, 17, 5, 9};
inline const std::vector<std::vector<int>> kTrees{{1, 1, 1}, {2},    {3, 2}, {2, 2, 2},      {4, 3, 2},
                                                  {8, 6},    {1, 5}, {12},   {2, 1, 1, 1, 1}};

inline fs::path modelPath(const char* name) {
    if (std::string(name) == "tiny-target")
        return fs::path(SPECULA_SOURCE_DIR) / "resources/models/tiny-target";
    const std::string root = SPECULA_FIXTURES;
    return (root.empty() ? fs::path(SPECULA_TEST_DATA) : fs::path(root)) / "models" / name;
}

inline std::string newFolder() {
    static const QTemporaryDir root;
    static int count = 0;
    return root.path().toStdString() + "/" + std::to_string(count++);
}

inline EngineOptions loadOptions(const char* target, WeightFormat format) {
    EngineOptions load;
    load.target = modelPath(target).string();
    load.weights = load.draftWeights = format;
    load.threads = 1;
    return load;
}

inline std::shared_ptr<const Engine> withHead(EngineOptions load, const RandomHead& head) {
    load.draft = newFolder();
    writeRandomHead(load.draft, load.target, head);
    return Engine::load(load);
}

struct Run {
    std::vector<Round> rounds;
    std::vector<TokenId> ids;
    Totals totals;
    Finish finish = Finish::Running;
    std::string text;
};

inline Run finished(Session& session) {
    Run out;
    while (const auto round = session.step({})) {
        out.rounds.push_back(*round);
        out.totals.add(*round);
    }
    out.ids = session.output();
    out.finish = session.finish();
    out.text = session.text();
    return out;
}

inline Run run(const std::shared_ptr<const Engine>& engine, const RunOptions& options,
               const std::vector<TokenId>& prompt = kPrompt) {
    Session session(engine, options, prompt);
    return finished(session);
}

inline RunOptions options(const std::vector<int>& tree, double temperature) {
    RunOptions out;
    out.gamma = tree.empty() ? 0 : 1;
    out.tree.children = tree;
    out.sampling.temperature = temperature;
    out.maxTokens = 60;
    out.ignoreEos = true;
    out.detail = Detail::Tokens;
    return out;
}

inline std::vector<TokenId> sortedIds(const std::vector<TokenId>& text) {
    const std::set<TokenId> ids(text.begin(), text.end());
    return {ids.begin(), ids.end()};
}

/// The first ones: few enough that a random head often proposes the right one.
inline std::vector<TokenId> firstOf(const std::vector<TokenId>& text) {
    return {text.begin(), text.begin() + 16};
}

/// The llama fixture with a head that knows some tokens of its greedy text, by format.
inline std::shared_ptr<const Engine> llama(WeightFormat format = WeightFormat::Int8x2) {
    static std::map<WeightFormat, std::shared_ptr<const Engine>> engines;
    auto& engine = engines[format];
    if (!engine) {
        const EngineOptions load = loadOptions("llama", format);
        engine = withHead(load, {.ids = sortedIds(firstOf(run(Engine::load(load), options({}, 0.0)).ids))});
    }
    return engine;
}

inline bool sameRounds(const std::vector<Round>& a, const std::vector<Round>& b) {
    const auto sameProposal = [](const Proposal& x, const Proposal& y) {
        return x.id == y.id && x.parent == y.parent && x.pTarget == y.pTarget && x.pDraft == y.pDraft &&
               x.coin == y.coin && x.draftCoin == y.draftCoin && x.verdict == y.verdict;
    };
    const auto sameToken = [](const Emitted& x, const Emitted& y) {
        return x.id == y.id && x.kind == y.kind && x.coin == y.coin && x.pTarget == y.pTarget &&
               x.pDrawn == y.pDrawn;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const Round& x, const Round& y) {
        return std::equal(x.proposals.begin(), x.proposals.end(), y.proposals.begin(), y.proposals.end(),
                          sameProposal) &&
               std::equal(x.emitted.begin(), x.emitted.end(), y.emitted.begin(), y.emitted.end(), sameToken);
    });
}

inline QString nameOf(const std::vector<int>& tree) {
    QString out;
    for (const int children : tree)
        out += (out.isEmpty() ? QString() : QStringLiteral(",")) + QString::number(children);
    return out;
}

inline void addFormats() {
    QTest::addColumn<int>("format");
    QTest::newRow("fp16") << static_cast<int>(WeightFormat::Fp16);
    QTest::newRow("int8x2") << static_cast<int>(WeightFormat::Int8x2);
    QTest::newRow("int8") << static_cast<int>(WeightFormat::Int8);
}

inline WeightFormat fetchedFormat() {
    QFETCH(int, format);
    return static_cast<WeightFormat>(format);
}

/// The root's draft row of a round, whole.
inline std::map<TokenId, double> rootRow(const Round& round) {
    std::map<TokenId, double> row;
    for (const Proposal& proposal : round.proposals) {
        if (proposal.parent != -1 || !proposal.rows) continue;
        for (const TopEntry& entry : proposal.rows->top) row[entry.id] = entry.pDraft;
        break;
    }
    return row;
}

}  // namespace specula::test
