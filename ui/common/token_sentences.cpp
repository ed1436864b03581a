#include "ui/common/token_sentences.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "ui/common/round_tree.h"
#include "ui/common/token_text.h"

namespace specula {

namespace {

/// Decimals that show two significant digits of a share, two at least, eight at most.
int decimalsFor(double share) {
    if (share <= 0.0 || share >= 0.1) return 2;
    return std::clamp(1 - static_cast<int>(std::floor(std::log10(share))), 2, 8);
}

QString fixed(double value, int decimals) {
    return QString::number(value, 'f', decimals);
}

/// A chance and the coin it was compared with, with as many decimals as it takes to see which is smaller, and
/// that a chance below one is not one.
struct Comparison {
    QString chance;
    QString coin;
};
Comparison comparison(double chance, double coin) {
    int decimals = decimalsFor(chance);
    const auto same = [&](double a, double b) { return fixed(a, decimals) == fixed(b, decimals); };
    while (decimals < 12 && (same(chance, coin) || (chance < 1.0 && same(chance, 1.0)))) ++decimals;
    int coinDecimals = 2;
    while (coinDecimals < decimals && fixed(coin, coinDecimals) == fixed(chance, coinDecimals))
        ++coinDecimals;
    return {QStringLiteral("%1 %").arg(fixed(100.0 * chance, decimals - 2)), fixed(coin, coinDecimals)};
}

bool hasProbabilities(const RunLog& log) {
    return log.header().options.detail != Detail::Counts;
}

QString notRecorded() {
    return QStringLiteral("Probabilities were not recorded in this run (detail: counts).");
}

QString named(const RunLog& log, TokenRef ref) {
    const std::string& bytes = log.bytesOf(ref);
    return bytes.empty() ? QStringLiteral("#%1").arg(log.idOf(ref)) : quotedPiece(bytes);
}

const Round& roundOf(const RunLog& log, TokenRef ref) {
    return log.rounds()[static_cast<std::size_t>(ref.round)];
}

/// What became text at the place of a rejected proposal: the sibling that was accepted after it, or the
/// resampled token.
std::optional<TokenRef> insteadOf(const RunLog& log, TokenRef rejected) {
    const Round& round = roundOf(log, rejected);
    const Emitted* token = emittedAtPlaceOf(round, rejected.index);
    if (!token) return std::nullopt;
    return TokenRef::emitted(rejected.round, static_cast<int>(token - round.emitted.data()));
}

/// Siblings that were tested, and rejected, before a proposal.
std::vector<int> rejectedBefore(const Round& round, int proposal) {
    std::vector<int> before;
    for (const int sibling : siblingsOf(round, proposal)) {
        if (sibling == proposal) break;
        if (round.proposals[static_cast<std::size_t>(sibling)].verdict == Verdict::Rejected)
            before.push_back(sibling);
    }
    return before;
}

/// "' the'", "' the' and ' a'", "4 others".
QString listed(const RunLog& log, int round, const std::vector<int>& proposals) {
    const auto word = [&](std::size_t i) { return named(log, TokenRef::proposal(round, proposals[i])); };
    if (proposals.size() == 1) return word(0);
    if (proposals.size() == 2) return QStringLiteral("%1 and %2").arg(word(0), word(1));
    return QStringLiteral("%1 others").arg(proposals.size());
}

QString ordinal(std::size_t number) {
    static const char* const words[] = {"First", "Second", "Third",   "Fourth",
                                        "Fifth", "Sixth",  "Seventh", "Eighth"};
    if (number >= 1 && number <= std::size(words)) return QLatin1String(words[number - 1]);
    return QStringLiteral("Number %1").arg(number);
}

QString judgedSentence(const RunLog& log, TokenRef ref, const Proposal& p) {
    const Round& round = roundOf(log, ref);
    const bool kept = p.verdict == Verdict::Accepted;
    const std::optional<TokenRef> instead = kept ? std::nullopt : insteadOf(log, ref);
    const std::optional<TokenRef> replacement =
        instead && log.emittedAt(*instead)->proposal == ref.index ? instead : std::nullopt;
    if (round.rule == Rule::Greedy) {
        if (kept) return QStringLiteral("It is the target's most likely token too, so it was kept.");
        if (!instead) return QStringLiteral("It is not the target's most likely token, so it was rejected.");
        return QStringLiteral("The target's most likely token here is %1, so it was rejected.")
            .arg(named(log, *instead));
    }
    if (!hasProbabilities(log)) {
        return (kept ? QStringLiteral("Kept. ") : QStringLiteral("Rejected. ")) + notRecorded();
    }
    const std::size_t before = rejectedBefore(round, ref.index).size();
    QString text = (before > 0 ? QStringLiteral("Of what is left, target gives %1, draft gave %2: ")
                               : QStringLiteral("Target gives %1, draft gave %2: "))
                       .arg(probabilityText(p.pTarget), probabilityText(p.pDraft));
    if (p.pTarget >= p.pDraft) {
        text += QStringLiteral("at least as likely, so it is always kept.");
    } else if (!p.coin) {
        text += kept ? QStringLiteral("it was kept.") : QStringLiteral("it was rejected.");
    } else {
        const Comparison c = comparison(p.pTarget / p.pDraft, *p.coin);
        text += QStringLiteral("kept with %1 chance; the coin said %2, so it was %3.")
                    .arg(c.chance, c.coin, kept ? QStringLiteral("kept") : QStringLiteral("rejected"));
    }
    if (!kept && replacement) {
        text += QStringLiteral(" Then %1 was drawn from the residual, where its chance is %2.")
                    .arg(named(log, *replacement), probabilityText(log.emittedAt(*replacement)->pDrawn));
    } else if (!kept && instead) {
        text += QStringLiteral(" The next candidate was tested on what that left of both rows.");
    }
    return text;
}

/// "Second of 3 candidates for this place, accepted after ' the' was rejected."; "" where there is only one.
QString candidateSentence(const RunLog& log, TokenRef ref) {
    const Round& round = roundOf(log, ref);
    const std::vector<int> siblings = siblingsOf(round, ref.index);
    if (siblings.size() < 2) return {};
    const auto at =
        static_cast<std::size_t>(std::find(siblings.begin(), siblings.end(), ref.index) - siblings.begin());
    const bool kept = log.proposalAt(ref)->verdict == Verdict::Accepted;
    const std::vector<int> before = rejectedBefore(round, ref.index);
    QString text = QStringLiteral("%1 of %2 candidates for this place, %3")
                       .arg(ordinal(at + 1))
                       .arg(siblings.size())
                       .arg(kept ? QStringLiteral("accepted") : QStringLiteral("rejected"));
    if (!before.empty())
        text += QStringLiteral(" after %1 %2 rejected")
                    .arg(listed(log, ref.round, before),
                         before.size() == 1 ? QStringLiteral("was") : QStringLiteral("were"));
    return text + QLatin1Char('.');
}

QString emittedSentence(const RunLog& log, TokenRef ref, const Emitted& token) {
    const Round& round = log.rounds()[static_cast<std::size_t>(ref.round)];
    const bool greedy = round.rule == Rule::Greedy;
    const bool recorded = hasProbabilities(log);
    const QString gives = probabilityText(token.pTarget);
    if (token.kind == EmitKind::Resampled) {
        const QString rejected = token.proposal >= 0
                                     ? named(log, TokenRef::proposal(ref.round, token.proposal))
                                     : QStringLiteral("a rejected draft");
        QString text = QStringLiteral("Replaces %1, which was rejected: ").arg(rejected);
        if (greedy) return text + QStringLiteral("the target's most likely token.");
        text += QStringLiteral("drawn from the residual, what the target gives beyond the draft");
        if (token.proposal >= 0 && !rejectedBefore(round, token.proposal).empty())
            text = QStringLiteral(
                       "All %1 candidates for this place were rejected: drawn from what they left of the "
                       "target's row")
                       .arg(siblingsOf(round, token.proposal).size());
        if (!recorded) return text + QStringLiteral(". ") + notRecorded();
        return text + QStringLiteral(". Its chance there is %1; the target alone gives %2.")
                          .arg(probabilityText(token.pDrawn), gives);
    }
    QString text =
        token.kind == EmitKind::Bonus
            ? (isTree(round)
                   ? QStringLiteral(
                         "A whole path of the tree was kept, so the target adds a token of its own")
                   : QStringLiteral(
                         "Every draft of the round was kept, so the target adds a token of its own"))
            : QStringLiteral("Nothing was drafted for this place, so the target chose alone");
    if (greedy) return text + QStringLiteral(": its most likely one.");
    if (!recorded) return text + QStringLiteral(". ") + notRecorded();
    return text + QStringLiteral(": it gives this one %1.").arg(gives);
}

}  // namespace

QString probabilityText(double probability) {
    if (probability <= 0.0) return QStringLiteral("0");
    if (probability < 0.000001) return QStringLiteral("<0.000001");
    // 0.9999 must not read as certain.
    int decimals = decimalsFor(probability);
    while (probability < 1.0 && decimals < 6 && fixed(probability, decimals).startsWith(QLatin1Char('1')))
        ++decimals;
    return fixed(probability, decimals);
}

QString percentText(double share) {
    if (share <= 0.0) return QStringLiteral("0 %");
    if (share < 0.0001) return QStringLiteral("<0.01 %");
    int decimals = decimalsFor(share);
    while (share < 1.0 && decimals < 6 && fixed(share, decimals).startsWith(QLatin1Char('1'))) ++decimals;
    return QStringLiteral("%1 %").arg(fixed(100.0 * share, std::max(0, decimals - 2)));
}

QString tokenTitle(const RunLog& log, TokenRef ref) {
    if (!log.contains(ref)) return {};
    const Round& round = log.rounds()[static_cast<std::size_t>(ref.round)];
    const QString start = QStringLiteral("Round %1").arg(ref.round + 1);
    if (const Emitted* token = log.emittedAt(ref)) {
        if (token->kind == EmitKind::Bonus)
            return start + QStringLiteral(", bonus token: ") + named(log, ref);
        if (token->kind == EmitKind::Plain)
            return start + QStringLiteral(", plain token: ") + named(log, ref);
        if (token->proposal < 0) return start + QStringLiteral(": ") + named(log, ref);
        return tokenTitle(log, TokenRef::proposal(ref.round, token->proposal));
    }
    QString place = QStringLiteral("%1, position %2 of %3")
                        .arg(start)
                        .arg(depthOf(round, ref.index) + 1)
                        .arg(depthOf(round));
    const std::vector<int> siblings = siblingsOf(round, ref.index);
    if (siblings.size() > 1) {
        const auto at = std::find(siblings.begin(), siblings.end(), ref.index) - siblings.begin();
        place += QStringLiteral(", candidate %1 of %2").arg(at + 1).arg(siblings.size());
    }
    place += QStringLiteral(": ");
    const std::optional<TokenRef> replacement = insteadOf(log, ref);
    switch (log.proposalAt(ref)->verdict) {
        case Verdict::Accepted:
            return place + named(log, ref) + QStringLiteral(" accepted");
        case Verdict::Discarded:
            return place + named(log, ref) + QStringLiteral(" discarded");
        case Verdict::Rejected:
            break;
    }
    const QString text = place + named(log, ref) + QStringLiteral(" rejected");
    return replacement ? text + QStringLiteral(" \u2192 ") + named(log, *replacement) : text;
}

QString tokenSentence(const RunLog& log, TokenRef ref) {
    if (!log.contains(ref)) return {};
    if (const Emitted* token = log.emittedAt(ref)) {
        if (token->kind == EmitKind::Accepted && token->proposal >= 0) {
            return tokenSentence(log, TokenRef::proposal(ref.round, token->proposal));
        }
        return emittedSentence(log, ref, *token);
    }
    const Proposal& proposal = *log.proposalAt(ref);
    if (proposal.verdict != Verdict::Discarded) {
        const QString turn = candidateSentence(log, ref);
        return turn.isEmpty() ? judgedSentence(log, ref, proposal)
                              : turn + QLatin1Char(' ') + judgedSentence(log, ref, proposal);
    }
    const Round& round = roundOf(log, ref);
    const int cut = cutOf(round, ref.index);
    const QString left = named(log, TokenRef::proposal(ref.round, cut));
    if (round.proposals[static_cast<std::size_t>(cut)].verdict == Verdict::Rejected)
        return QStringLiteral("Drafted after %1, which was rejected, so it was never judged.").arg(left);
    const Emitted* taken = emittedAtPlaceOf(round, cut);
    if (!taken || taken->kind != EmitKind::Accepted)
        return QStringLiteral("Drafted beyond the end of the text, so it was never judged.");
    const QString winner = named(log, TokenRef::proposal(ref.round, taken->proposal));
    if (cut == ref.index)
        return QStringLiteral("%1 was accepted before its turn, so it was never judged.").arg(winner);
    return QStringLiteral("Drafted after %1, whose turn never came as %2 was accepted before it.")
        .arg(left, winner);
}

QString tokenFacts(const RunLog& log, TokenRef ref) {
    if (!log.contains(ref)) return {};
    const Emitted* token = log.emittedAt(ref);
    if (token && token->kind == EmitKind::Accepted && token->proposal >= 0) {
        return tokenFacts(log, TokenRef::proposal(ref.round, token->proposal));
    }
    QStringList lines;
    const std::string& bytes = log.bytesOf(ref);
    lines << QStringLiteral("id %1").arg(log.idOf(ref));
    if (!bytes.empty()) lines.back() += QStringLiteral(", bytes ") + hexBytes(bytes);
    if (!hasProbabilities(log)) return lines.join(QLatin1Char('\n'));
    const auto coin = [](const std::optional<double>& c) { return c ? fixed(*c, 4) : QString(); };
    if (token) {
        lines << QStringLiteral("target %1, drawn with chance %2")
                     .arg(probabilityText(token->pTarget), probabilityText(token->pDrawn));
        if (token->coin) lines << QStringLiteral("draw number %1").arg(coin(token->coin));
        return lines.join(QLatin1Char('\n'));
    }
    const Proposal& p = *log.proposalAt(ref);
    if (p.verdict == Verdict::Discarded) {
        lines << QStringLiteral("draft %1").arg(probabilityText(p.pDraft));
    } else {
        lines << QStringLiteral("target %1, draft %2")
                     .arg(probabilityText(p.pTarget), probabilityText(p.pDraft));
    }
    if (p.coin) lines << QStringLiteral("accept coin %1").arg(coin(p.coin));
    if (p.draftCoin) lines << QStringLiteral("draft's draw number %1").arg(coin(p.draftCoin));
    return lines.join(QLatin1Char('\n'));
}

}  // namespace specula
