#pragma once

#include <string>
#include <vector>

#include "ui/common/run_log.h"
#include "ui/common/token_text.h"
#include "ui/tokens/token_layout.h"

namespace specula {

/// A run laid out: the prompt, then each round's tokens with the ghosts they replaced. It grows by as many
/// tokens as it is told, so that a long run is laid out over several frames. Reads a RunLog; no widget.
class LaidRun {
public:
    /// Starts over with the prompt of the log's run; a null log, or one without a run, leaves it empty.
    /// `log` must outlive this or its next reset().
    void reset(const RunLog* log, const LayoutStyle& style, double width);

    /// Lays out what the log has beyond what stands here, at least one round and not many more than `tokens`
    /// tokens of it; the tail that was unsettled is laid out again. True when nothing is left to do.
    bool grow(std::size_t tokens);

    const TokenLayout& layout() const { return m_layout; }
    std::size_t outputTokens() const { return m_outputItem.size(); }  ///< laid out so far
    int promptItems() const { return static_cast<int>(m_promptPieces.size()); }
    const std::vector<std::string>& promptPieces() const { return m_promptPieces; }
    /// Of a token, as the model has them.
    const std::string& bytesOf(int item) const;

    /// Leading layout items that stay as they are while the run grows.
    int settledItems() const;
    /// Layout items up to the end of these rounds, as far as they are laid out.
    int itemsOf(int rounds) const;
    /// -1 where it is not laid out.
    int itemOf(TokenRef ref) const;
    /// Of the last line that an item, or the last one before it with a place of its own, stands on.
    double topOf(int item) const;
    /// Of the first items.
    double heightOf(int items) const;

private:
    void appendPrompt();
    int dropUnsettled();
    void appendRound(int round, int firstEmitted, const std::vector<ShownPiece>& shown,
                     std::size_t shownFrom);
    std::vector<QString> ghostTexts(const std::vector<TokenRef>& ghosts) const;
    std::vector<LayoutItem> ghostItems(int round, int place) const;
    int ghostItemOf(TokenRef ref) const;

    const RunLog* m_log = nullptr;
    TokenLayout m_layout;
    std::vector<std::string> m_promptPieces;  ///< of the layout's first items
    std::vector<int> m_outputItem;            ///< layout item of each output token
    std::vector<int> m_roundEnd;              ///< layout items up to the end of each round
    std::size_t m_settled = 0;                ///< output tokens whose text can no longer change
};

}  // namespace specula
