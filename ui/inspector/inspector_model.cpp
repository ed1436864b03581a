#include "ui/inspector/inspector_model.h"

#include <QCoreApplication>

#include <algorithm>
#include <numeric>

#include "ui/common/round_tree.h"
#include "ui/common/rule_sentences.h"
#include "ui/common/token_sentences.h"
#include "ui/common/token_text.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::InspectorModel)
};

/// Less than this in the tail is rounding, not tokens.
constexpr double kNothing = 1e-9;

OverlapRow rowOf(const TopEntry& entry, std::optional<TokenId> drafted, std::optional<TokenId> emitted,
                 bool hasDraft) {
    OverlapRow row;
    row.id = entry.id;
    row.label = entry.bytes.empty() ? QStringLiteral("#%1").arg(entry.id) : quotedPiece(entry.bytes);
    row.pTarget = entry.pTarget;
    row.pDraft = hasDraft ? entry.pDraft : 0.0;
    row.common = std::min(row.pTarget, row.pDraft);
    row.draftExcess = row.pDraft - row.common;
    row.targetExcess = row.pTarget - row.common;
    row.drafted = drafted == entry.id;
    row.emitted = emitted == entry.id;
    return row;
}

/// Indices of the entries that get a row of their own, in the order of the entries.
std::vector<std::size_t> shownEntries(const RowPair& rows, std::optional<TokenId> drafted,
                                      std::optional<TokenId> emitted, int maxRows) {
    std::vector<std::size_t> order(rows.top.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto rank = [&](std::size_t i) {
        const TopEntry& entry = rows.top[i];
        const bool named = drafted == entry.id || emitted == entry.id;
        return named ? 2.0 : std::max(entry.pTarget, rows.hasDraft ? entry.pDraft : 0.0);
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rank(a) > rank(b); });
    order.resize(std::min(order.size(), static_cast<std::size_t>(std::max(1, maxRows))));
    std::sort(order.begin(), order.end());
    return order;
}

/// "' the' rejected, ' a' accepted, ' an' not tested"; "" for a single candidate.
QString candidatesOf(const RunLog& log, TokenRef ref) {
    const Round& round = log.rounds()[static_cast<std::size_t>(ref.round)];
    const std::vector<int> siblings = siblingsOf(round, ref.index);
    if (siblings.size() < 2) return {};
    QStringList words;
    for (const int sibling : siblings) {
        const Proposal& proposal = round.proposals[static_cast<std::size_t>(sibling)];
        const QString name =
            proposal.bytes.empty() ? QStringLiteral("#%1").arg(proposal.id) : quotedPiece(proposal.bytes);
        words << name + (proposal.verdict == Verdict::Accepted   ? Words::tr(" accepted")
                         : proposal.verdict == Verdict::Rejected ? Words::tr(" rejected")
                                                                 : Words::tr(" not tested"));
    }
    return Words::tr("Candidates in the order of their tests: %1.").arg(words.join(QStringLiteral(", ")));
}

QString titleOfBars(const Round& round, int proposal) {
    int rejected = 0;
    for (const int sibling : siblingsOf(round, proposal)) {
        if (sibling == proposal) break;
        if (round.proposals[static_cast<std::size_t>(sibling)].verdict == Verdict::Rejected) ++rejected;
    }
    const bool leaves =
        round.rule != Rule::Match && round.rule != Rule::Typical && round.rule != Rule::Greedy;
    if (rejected == 0 || !leaves) return Words::tr("Both distributions at this place");
    return rejected == 1
               ? Words::tr("What the rejection before it left of both distributions")
               : Words::tr("What the %1 rejections before it left of both distributions").arg(rejected);
}

QString rowsMissing(const RunLog& log) {
    if (log.header().options.detail == Detail::Full)
        return Words::tr("Both rows were not recorded for this token.");
    return Words::tr("This run kept no rows (less than full detail), so the bars cannot be shown.");
}

}  // namespace

OverlapPicture overlapPicture(const RowPair& rows, std::optional<TokenId> drafted,
                              std::optional<TokenId> emitted, int vocabulary, int maxRows) {
    OverlapPicture picture;
    picture.hasDraft = rows.hasDraft;
    if (rows.hasDraft) {
        picture.overlap = std::clamp(rows.sums.overlap, 0.0, 1.0);
        picture.draftExcess = 1.0 - picture.overlap;
        picture.targetExcess = std::clamp(rows.sums.residualMass, 0.0, 1.0);
    }
    OverlapRow rest;
    rest.pTarget = 1.0;
    rest.pDraft = rows.hasDraft ? 1.0 : 0.0;
    rest.common = picture.overlap;
    for (const std::size_t i : shownEntries(rows, drafted, emitted, maxRows)) {
        picture.rows.push_back(rowOf(rows.top[i], drafted, emitted, rows.hasDraft));
        rest.pTarget -= picture.rows.back().pTarget;
        rest.pDraft -= picture.rows.back().pDraft;
        rest.common -= picture.rows.back().common;
    }
    rest.pTarget = std::max(0.0, rest.pTarget);
    rest.pDraft = std::max(0.0, rest.pDraft);
    rest.common = std::clamp(rest.common, 0.0, std::min(rest.pTarget, rest.pDraft));
    rest.targetExcess = rest.pTarget - rest.common;
    rest.draftExcess = rest.pDraft - rest.common;
    if (rest.pTarget > kNothing || rest.pDraft > kNothing) {
        const int others = vocabulary - static_cast<int>(picture.rows.size());
        rest.label = others > 0 ? Words::tr("other %L1 tokens").arg(others) : Words::tr("all other tokens");
        picture.rows.push_back(rest);
    }
    picture.longest = kNothing;
    for (const OverlapRow& row : picture.rows) {
        picture.longest = std::max({picture.longest, row.pTarget, row.pDraft});
    }
    return picture;
}

std::optional<AcceptPicture> acceptPicture(const Proposal& proposal, Rule rule) {
    const bool byCoin = rule != Rule::Greedy && rule != Rule::Match && rule != Rule::Typical;
    if (!byCoin || proposal.verdict == Verdict::Discarded || proposal.pDraft <= 0.0) return std::nullopt;
    AcceptPicture picture;
    picture.pTarget = proposal.pTarget;
    picture.pDraft = proposal.pDraft;
    picture.threshold = std::min(1.0, proposal.pTarget / proposal.pDraft);
    if (rule == Rule::Block) {
        if (!proposal.level) return std::nullopt;
        picture.column = false;
    }
    if (proposal.level) picture.threshold = *proposal.level;
    picture.mixture = rule == Rule::Ensemble && picture.threshold < 1.0;
    picture.fill = picture.threshold * proposal.pDraft;
    if (!proposal.level) picture.fill = std::min(proposal.pTarget, proposal.pDraft);
    picture.coin = proposal.coin;
    if (proposal.coin) picture.coinHeight = *proposal.coin * proposal.pDraft;
    picture.accepted = proposal.verdict == Verdict::Accepted;
    picture.passed = proposal.coin ? *proposal.coin < picture.threshold : picture.accepted;
    return picture;
}

OverlapPicture draftOf(const OverlapPicture& both) {
    OverlapPicture picture = both;
    picture.hasDraft = false;
    picture.draftAlone = true;
    picture.longest = kNothing;
    for (OverlapRow& row : picture.rows) {
        row.pTarget = row.pDraft;
        row.emitted = false;
        picture.longest = std::max(picture.longest, row.pDraft);
    }
    std::stable_sort(picture.rows.begin(), picture.rows.end(), [](const OverlapRow& a, const OverlapRow& b) {
        return (a.id < 0 ? -1.0 : a.pDraft) > (b.id < 0 ? -1.0 : b.pDraft);
    });
    return picture;
}

InspectorPicture inspect(const RunLog& log, TokenRef ref, int maxRows) {
    InspectorPicture picture;
    if (!log.contains(ref)) return picture;
    const Round& round = log.rounds()[static_cast<std::size_t>(ref.round)];
    const int vocabulary = log.header().vocabulary;
    picture.stopped = stoppedSentence(round, log.header().options.draftStop);
    if (const Emitted* token = log.emittedAt(ref)) {
        if (token->proposal >= 0)
            return inspect(log, TokenRef::proposal(ref.round, token->proposal), maxRows);
        picture.title = tokenTitle(log, ref);
        picture.sentence = tokenSentence(log, ref);
        if (token->rows) {
            picture.bars = overlapPicture(*token->rows, std::nullopt, token->id, vocabulary, maxRows);
            picture.barsTitle = Words::tr("The target's distribution at this place");
        } else {
            picture.note = rowsMissing(log);
        }
        return picture;
    }
    picture.title = tokenTitle(log, ref);
    picture.sentence = tokenSentence(log, ref);
    const Proposal& proposal = *log.proposalAt(ref);
    std::optional<TokenId> emitted;
    if (proposal.verdict == Verdict::Accepted) emitted = proposal.id;
    const Emitted* instead = emittedAtPlaceOf(round, ref.index);
    if (proposal.verdict == Verdict::Rejected && instead) emitted = instead->id;
    picture.candidates = candidatesOf(log, ref);
    picture.barsTitle = titleOfBars(round, ref.index);
    if (proposal.rows) {
        picture.bars = overlapPicture(*proposal.rows, proposal.id, emitted, vocabulary, maxRows);
        picture.bars->keptByOverlap =
            round.rule == Rule::Token || round.rule == Rule::SpecInfer || round.rule == Rule::Sequoia;
    } else if (proposal.verdict != Verdict::Discarded) {
        picture.note = rowsMissing(log);
    }
    const RunOptions& options = log.header().options;
    if (options.detail != Detail::Counts && !options.syntheticAcceptance)
        picture.accept = acceptPicture(proposal, round.rule);
    return picture;
}

}  // namespace specula
