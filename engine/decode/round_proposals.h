#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/decode/philox.h"
#include "engine/decode/sampler.h"
#include "engine/decode/stop_rule.h"
#include "engine/draft/draft.h"

namespace specula {

/// What one round's draft proposed: nodes, the rows they were drawn from, and the coins that drew them. The
/// scratch is reused from round to round. One thread.
class RoundProposals final : public Proposals {
public:
    /// `sampler` is the draft's and `seen` holds the context; both outlive this, and so do `options`, whose
    /// rule says how children are drawn and whose seed makes the coins. `eos`: tokens that end the text,
    /// empty when they are ignored.
    RoundProposals(int vocabulary, Sampler& sampler, SeenTokens& seen, std::vector<TokenId> eos,
                   const RunOptions& options);

    void begin(int round);

    /// The round's verdicts, for the stop rule.
    void learn(const Judged& judged) { m_stopRule.learn(m_parents, judged); }

    Added draw(int parent, std::span<const float> logits, int count) override;
    Added drawBlended(int parent, std::span<const float> logits, double alpha) override;
    int add(int parent, TokenId token) override;
    bool ends(TokenId token) const override;

    const std::vector<TokenId>& tokens() const { return m_tokens; }
    const std::vector<int>& parents() const { return m_parents; }
    int size() const { return static_cast<int>(m_tokens.size()); }

    /// The row that the children of `parent` were drawn from, the first as it is; empty: they are one-hot.
    std::span<const float> row(int parent) const;

    /// Where a stop rule ended the draft, what it read there.
    std::optional<double> stoppedAt() const { return m_stopRule.stoppedAt(); }

    /// The coin that drew the node, absent where nothing was drawn.
    std::optional<double> drawCoin(int node) const;

    /// The coin that judges the node.
    double acceptCoin(int node) const;

    /// Makes `seen` hold the context and the path to `node` (-1: the context alone), and returns it.
    const SeenTokens& see(int node);

    /// Logits that the row of `parent`'s children was made of, empty where there is none. Kept only with
    /// options.keepRows.
    std::span<const float> logits(int parent) const;

private:
    enum class Siblings { Different, Independent, Likeliest };
    Siblings siblings() const;
    std::span<float> makeRow(int parent, std::span<const float> logits);
    bool stopsBefore(int parent, std::span<const float> logits, std::span<const float> row);
    int addDrawn(int parent, TokenId token, bool drawn);
    void takeLikeliest(int parent, std::span<const float> logits, int count, Added& added);
    void drawChildren(int parent, std::span<float> row, int count, Added& added);
    TokenId drawOne(std::span<float> row, double coin) const;
    TokenId blendedWith(std::span<const float> logits, std::span<const float> row, double alpha) const;

    std::size_t m_width;
    Sampler& m_sampler;
    SeenTokens& m_seen;
    std::vector<TokenId> m_eos;
    const RunOptions& m_options;
    StopRule m_stopRule;
    Sampler m_warmSampler;  // for stop rules at temperature 0, where the draft's own row says nothing
    int m_round = 0;
    std::vector<TokenId> m_tokens;
    std::vector<int> m_parents;
    std::vector<bool> m_drawn;
    std::vector<int> m_rowOf;   // [node + 1] which row a node's children were drawn from, -1: none
    std::vector<float> m_rows;  // [rows][vocabulary]
    int m_rowCount = 0;
    std::vector<float> m_keptLogits;  // as m_rows, with options.keepRows
    std::vector<float> m_warm;        // [vocabulary]
    std::vector<float> m_rest;        // [vocabulary] a row without the children drawn so far
    std::vector<int> m_seenPath;      // nodes now pushed onto `seen`
};

}  // namespace specula
