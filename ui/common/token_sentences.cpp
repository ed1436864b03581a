#include "ui/common/token_sentences.h"

#include <algorithm>
#include <cmath>
#include <optional>

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

/// The resampled token of a round, if there is one.
std::optional<TokenRef> replacementIn(const RunLog& log, int round) {
    const auto& emitted = log.rounds()[static_cast<std::size_t>(round)].emitted;
    for (std::size_t i = 0; i < emitted.size(); ++i) {
        if (emitted[i].kind == EmitKind::Resampled) return TokenRef::emitted(round, static_cast<int>(i));
    }
    return std::nullopt;
}

std::optional<TokenRef> rejectedIn(const RunLog& log, int round) {
    const auto& proposals = log.rounds()[static_cast<std::size_t>(round)].proposals;
    for (std::size_t i = 0; i < proposals.size(); ++i) {
        if (proposals[i].verdict == Verdict::Rejected) return TokenRef::proposal(round, static_cast<int>(i));
    }
    return std::nullopt;
}

int depthOf(const Round& round, int proposal) {
    int depth = 1;
    for (int up = round.proposals[static_cast<std::size_t>(proposal)].parent; up >= 0;
         up = round.proposals[static_cast<std::size_t>(up)].parent) {
        ++depth;
    }
    return depth;
}

QString judgedSentence(const RunLog& log, TokenRef ref, const Proposal& p) {
    const Round& round = log.rounds()[static_cast<std::size_t>(ref.round)];
    const bool kept = p.verdict == Verdict::Accepted;
    const std::optional<TokenRef> replacement = replacementIn(log, ref.round);
    if (round.rule == Rule::Greedy) {
        if (kept) return QStringLiteral("It is the target's most likely token too, so it was kept.");
        if (!replacement)
            return QStringLiteral("It is not the target's most likely token, so it was rejected.");
        return QStringLiteral("The target's most likely token here is %1, so it was rejected.")
            .arg(named(log, *replacement));
    }
    if (!hasProbabilities(log)) {
        return (kept ? QStringLiteral("Kept. ") : QStringLiteral("Rejected. ")) + notRecorded();
    }
    QString text = QStringLiteral("Target gives %1, draft gave %2: ")
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
    }
    return text;
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
        if (!recorded) return text + QStringLiteral(". ") + notRecorded();
        return text + QStringLiteral(". Its chance there is %1; the target alone gives %2.")
                          .arg(probabilityText(token.pDrawn), gives);
    }
    QString text =
        token.kind == EmitKind::Bonus
            ? QStringLiteral("Every draft of the round was kept, so the target adds a token of its own")
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
    const QString place = QStringLiteral("%1, position %2 of %3: ")
                              .arg(start)
                              .arg(depthOf(round, ref.index))
                              .arg(round.proposals.size());
    const std::optional<TokenRef> replacement = replacementIn(log, ref.round);
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
    if (proposal.verdict != Verdict::Discarded) return judgedSentence(log, ref, proposal);
    if (const std::optional<TokenRef> rejected = rejectedIn(log, ref.round)) {
        return QStringLiteral("Drafted after %1, which was rejected, so it was never judged.")
            .arg(named(log, *rejected));
    }
    return QStringLiteral("Drafted beyond the end of the text, so it was never judged.");
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
