#include <algorithm>
#include <cmath>

#include "engine/decode/session.h"
#include "engine/measure/audit_checks.h"
#include "engine/measure/target_law.h"
#include "engine/model/model.h"
#include "engine/trace/names.h"

namespace specula {

namespace {

constexpr int kLongestChain = 16;

RunOptions greedy(const AuditContext& context) {
    RunOptions options = context.asked;
    const double penalty = options.sampling.repetitionPenalty;
    options.sampling = {.temperature = 0.0, .repetitionPenalty = penalty};
    options.draftSampling.reset();
    options.rule = Rule::Token;
    options.draftStop = {};
    options.tree = {};
    options.costs.reset();
    options.stop.clear();
    options.ignoreEos = true;
    options.detail = Detail::Counts;
    const int room =
        context.engine->target().maxSeq() - static_cast<int>(context.plan.prompt.size()) - kLongestChain;
    options.maxTokens = std::clamp(room, 1, greedyTokens(context.engine->targetInfo()));
    return options;
}

std::vector<TokenId> textOf(const AuditContext& context, const RunOptions& options) {
    Session session(context.engine, options, context.plan.prompt);
    while (session.step(context.stop)) {
    }
    return session.output();
}

std::vector<TokenId> plainText(const AuditContext& context) {
    RunOptions options = greedy(context);
    options.gamma = 0;
    options.mutant = Mutant::None;
    return textOf(context, options);
}

/// Where two texts part, and how near the target was to choosing otherwise.
struct Divergence {
    std::size_t position = 0;
    double gap = 0.0;  // between the two largest logits, after the penalty
};

Divergence examine(const AuditContext& context, const std::vector<TokenId>& plain, std::size_t position) {
    const double penalty = context.asked.sampling.repetitionPenalty;
    TargetLaw law(context.engine, context.plan.prompt, {.temperature = 0.0, .repetitionPenalty = penalty});
    const std::vector<TokenId> before(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(position));
    const std::span<const float> raw = law.logits(before);
    std::vector<float> logits(raw.begin(), raw.end());
    std::vector<TokenId> seen = context.plan.prompt;
    seen.insert(seen.end(), before.begin(), before.end());
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (const TokenId id : seen) {
        float& x = logits[static_cast<std::size_t>(id)];
        x = x > 0.0F ? x / static_cast<float>(penalty) : x * static_cast<float>(penalty);
    }
    std::partial_sort(logits.begin(), logits.begin() + 2, logits.end(), std::greater<>());
    return {position, static_cast<double>(logits[0] - logits[1])};
}

/// Compares texts of several shapes with the plain one.
class GreedyComparison {
public:
    GreedyComparison(const AuditContext& context, std::string name)
        : m_context(context), m_plain(plainText(context)) {
        m_check.name = std::move(name);
        m_check.passed = true;
    }

    void compare(const std::string& shape, const RunOptions& options) {
        if (m_context.stop.stop_requested()) return;
        const std::vector<TokenId> text = textOf(m_context, options);
        if (m_context.stop.stop_requested()) return;
        ++m_shapes;
        const auto parted = std::mismatch(text.begin(), text.end(), m_plain.begin(), m_plain.end());
        if (parted.first == text.end() && parted.second == m_plain.end()) return;
        const Divergence found =
            examine(m_context, m_plain, static_cast<std::size_t>(parted.first - text.begin()));
        const bool numerics = found.gap < roundingOf(m_context.engine->targetInfo()).logits;
        if (!numerics) m_check.passed = false;
        if (!m_where.empty() && numerics) return;
        const auto idAt = [&](const std::vector<TokenId>& ids) {
            return found.position < ids.size() ? std::to_string(ids[found.position])
                                               : std::string("no token");
        };
        char gap[32];
        std::snprintf(gap, sizeof gap, "%.3g", found.gap);
        m_where = shape + " parts from plain decoding at output token " + std::to_string(found.position) +
                  ": " + idAt(text) + " instead of " + idAt(m_plain) +
                  ", where plain decoding's two largest logits are " + gap + " apart";
        if (numerics) m_where += " (rounding: in this format rows depend on how many are computed at once)";
    }

    AuditCheck result(const std::string& shapes) {
        m_check.detail = m_where;
        if (m_where.empty())
            m_check.detail = std::to_string(m_plain.size()) + " tokens equal plain decoding's with " + shapes;
        return m_check;
    }

private:
    const AuditContext& m_context;
    std::vector<TokenId> m_plain;
    AuditCheck m_check;
    std::string m_where;
    int m_shapes = 0;
};

}  // namespace

int greedyTokens(const ModelInfo& target) {
    constexpr double kBytes = 6.5e9;
    return static_cast<int>(
        std::clamp(kBytes / static_cast<double>(std::max<std::int64_t>(target.weightBytes, 1)), 16.0, 64.0));
}

AuditCheck checkGreedyChains(const AuditContext& context) {
    GreedyComparison comparison(context, "greedy text, chains");
    RunOptions options = greedy(context);
    for (int gamma = 1; gamma <= kLongestChain; ++gamma) {
        options.gamma = gamma;
        comparison.compare("gamma " + std::to_string(gamma), options);
        context.progress(static_cast<double>(gamma) / kLongestChain);
    }
    return comparison.result("gamma 1 to " + std::to_string(kLongestChain));
}

AuditCheck checkGreedyTrees(const AuditContext& context) {
    GreedyComparison comparison(context, "greedy text, trees");
    RunOptions options = greedy(context);
    options.gamma = 1;
    std::string shapes;
    for (std::size_t i = 0; i < context.plan.trees.size(); ++i) {
        options.tree = context.plan.trees[i];
        const std::string shape = "tree " + treeText(options.tree);
        comparison.compare(shape, options);
        shapes += (i == 0 ? "" : "; ") + shape;
        context.progress(static_cast<double>(i + 1) / static_cast<double>(context.plan.trees.size()));
    }
    return comparison.result(shapes);
}

}  // namespace specula
