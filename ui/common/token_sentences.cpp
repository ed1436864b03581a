#include "ui/common/token_sentences.h"

#include <QCoreApplication>

#include <algorithm>
#include <optional>

#include "ui/common/round_tree.h"
#include "ui/common/rule_sentences.h"
#include "ui/common/token_text.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::TokenSentences)
};

bool hasProbabilities(const RunLog& log) {
    return log.header().options.detail != Detail::Counts;
}

QString notRecorded() {
    return Words::tr("Probabilities were not recorded in this run (detail: counts).");
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
    if (proposals.size() == 2) return Words::tr("%1 and %2").arg(word(0), word(1));
    return Words::tr("%1 others").arg(proposals.size());
}

QString ordinal(std::size_t number) {
    static const char* const words[] = {QT_TRANSLATE_NOOP("specula::TokenSentences", "First"),
                                        QT_TRANSLATE_NOOP("specula::TokenSentences", "Second"),
                                        QT_TRANSLATE_NOOP("specula::TokenSentences", "Third"),
                                        QT_TRANSLATE_NOOP("specula::TokenSentences", "Fourth"),
                                        QT_TRANSLATE_NOOP("specula::TokenSentences", "Fifth"),
                                        QT_TRANSLATE_NOOP("specula::TokenSentences", "Sixth"),
                                        QT_TRANSLATE_NOOP("specula::TokenSentences", "Seventh"),
                                        QT_TRANSLATE_NOOP("specula::TokenSentences", "Eighth")};
    if (number >= 1 && number <= std::size(words)) return Words::tr(words[number - 1]);
    return Words::tr("Number %1").arg(number);
}

/// What stands in the text in place of a rejected proposal, and where it was drawn.
QString insteadSentence(const RunLog& log, TokenRef rejected) {
    const std::optional<TokenRef> instead = insteadOf(log, rejected);
    if (!instead) return {};
    const Emitted& token = *log.emittedAt(*instead);
    const Rule rule = roundOf(log, rejected).rule;
    if (token.proposal != rejected.index) {
        return rule == Rule::Match || rule == Rule::Typical
                   ? Words::tr(" The next candidate was tested in its turn.")
                   : Words::tr(" The next candidate was tested on what that left of both rows.");
    }
    if (rule == Rule::Match) return {};
    return Words::tr(" Then %1 was drawn from %2, where its chance is %3.")
        .arg(named(log, *instead), drawnFrom(rule), probabilityText(token.pDrawn));
}

QString judgedSentence(const RunLog& log, TokenRef ref, const Proposal& p) {
    const Round& round = roundOf(log, ref);
    const bool kept = p.verdict == Verdict::Accepted;
    const std::optional<TokenRef> instead = kept ? std::nullopt : insteadOf(log, ref);
    if (const auto alpha = log.header().options.syntheticAcceptance) return syntheticSentence(p, *alpha);
    if (round.rule == Rule::Greedy) {
        if (kept) return Words::tr("It is the target's most likely token too, so it was kept.");
        if (!instead) return Words::tr("It is not the target's most likely token, so it was rejected.");
        return Words::tr("The target's most likely token here is %1, so it was rejected.")
            .arg(named(log, *instead));
    }
    if (!hasProbabilities(log)) {
        return (kept ? Words::tr("Kept. ") : Words::tr("Rejected. ")) + notRecorded();
    }
    if (round.rule == Rule::Match && !kept && instead)
        return Words::tr("The target drew %1 itself, not this one, so it was rejected. It gives this one %2.")
            .arg(named(log, *instead), probabilityText(p.pTarget));
    const bool left = !rejectedBefore(round, ref.index).empty();
    const QString text = testSentence(round.rule, p, left, log.header().options.ensembleWeight);
    return kept ? text : text + insteadSentence(log, ref);
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
    QString text = Words::tr("%1 of %2 candidates for this place, %3")
                       .arg(ordinal(at + 1))
                       .arg(siblings.size())
                       .arg(kept ? Words::tr("accepted") : Words::tr("rejected"));
    if (!before.empty())
        text += Words::tr(" after %1 %2 rejected")
                    .arg(listed(log, ref.round, before),
                         before.size() == 1 ? Words::tr("was") : Words::tr("were"));
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
                                     : Words::tr("a rejected draft");
        QString text = Words::tr("Replaces %1, which was rejected: ").arg(rejected);
        if (greedy) return text + Words::tr("the target's most likely token.");
        text += Words::tr("drawn from %1").arg(drawnFrom(round.rule));
        if (round.rule == Rule::Match)
            text = Words::tr("The target drew this one itself, not %1, which was rejected").arg(rejected);
        if (token.proposal >= 0 && round.rule != Rule::Match &&
            !rejectedBefore(round, token.proposal).empty())
            text = Words::tr(
                       "All %1 candidates for this place were rejected: drawn from what they left of the "
                       "target's row")
                       .arg(siblingsOf(round, token.proposal).size());
        if (!recorded) return text + QStringLiteral(". ") + notRecorded();
        return text + Words::tr(". Its chance there is %1; the target alone gives %2.")
                          .arg(probabilityText(token.pDrawn), gives);
    }
    QString text =
        token.kind == EmitKind::Bonus
            ? (isTree(round)
                   ? Words::tr("A whole path of the tree was kept, so the target adds a token of its own")
                   : Words::tr("Every draft of the round was kept, so the target adds a token of its own"))
            : Words::tr("Nothing was drafted for this place, so the target chose alone");
    const QString stopped = stoppedSentence(round, log.header().options.draftStop);
    const QString after = stopped.isEmpty() ? stopped : QLatin1Char(' ') + stopped;
    if (greedy) return text + Words::tr(": its most likely one.") + after;
    if (!recorded) return text + QStringLiteral(". ") + notRecorded() + after;
    return text + Words::tr(": it gives this one %1.").arg(gives) + after;
}

}  // namespace

QString tokenTitle(const RunLog& log, TokenRef ref) {
    if (!log.contains(ref)) return {};
    const Round& round = log.rounds()[static_cast<std::size_t>(ref.round)];
    const QString start = Words::tr("Round %1").arg(round.index + 1);
    if (const Emitted* token = log.emittedAt(ref)) {
        if (token->kind == EmitKind::Bonus) return start + Words::tr(", bonus token: ") + named(log, ref);
        if (token->kind == EmitKind::Plain) return start + Words::tr(", plain token: ") + named(log, ref);
        if (token->proposal < 0) return start + QStringLiteral(": ") + named(log, ref);
        return tokenTitle(log, TokenRef::proposal(ref.round, token->proposal));
    }
    QString place =
        Words::tr("%1, position %2 of %3").arg(start).arg(depthOf(round, ref.index) + 1).arg(depthOf(round));
    const std::vector<int> siblings = siblingsOf(round, ref.index);
    if (siblings.size() > 1) {
        const auto at = std::find(siblings.begin(), siblings.end(), ref.index) - siblings.begin();
        place += Words::tr(", candidate %1 of %2").arg(at + 1).arg(siblings.size());
    }
    place += QStringLiteral(": ");
    const std::optional<TokenRef> replacement = insteadOf(log, ref);
    switch (log.proposalAt(ref)->verdict) {
        case Verdict::Accepted:
            return place + named(log, ref) + Words::tr(" accepted");
        case Verdict::Discarded:
            return place + named(log, ref) + Words::tr(" discarded");
        case Verdict::Rejected:
            break;
    }
    const QString text = place + named(log, ref) + Words::tr(" rejected");
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
    if (round.rule == Rule::Block && proposal.level)
        return Words::tr("Drafted after %1, which was rejected. ").arg(left) +
               testSentence(round.rule, proposal, false, 0.0);
    if (round.proposals[static_cast<std::size_t>(cut)].verdict == Verdict::Rejected)
        return Words::tr("Drafted after %1, which was rejected, so it was never judged.").arg(left);
    const Emitted* taken = emittedAtPlaceOf(round, cut);
    if (!taken || taken->kind != EmitKind::Accepted)
        return Words::tr("Drafted beyond the end of the text, so it was never judged.");
    const QString winner = named(log, TokenRef::proposal(ref.round, taken->proposal));
    if (cut == ref.index)
        return Words::tr("%1 was accepted before its turn, so it was never judged.").arg(winner);
    return Words::tr("Drafted after %1, whose turn never came as %2 was accepted before it.")
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
    lines << Words::tr("id %1").arg(log.idOf(ref));
    if (!bytes.empty()) lines.back() += Words::tr(", bytes ") + hexBytes(bytes);
    if (!hasProbabilities(log)) return lines.join(QLatin1Char('\n'));
    const auto coin = [](const std::optional<double>& c) { return c ? fixedText(*c, 4) : QString(); };
    if (token) {
        lines << Words::tr("target %1, drawn with chance %2")
                     .arg(probabilityText(token->pTarget), probabilityText(token->pDrawn));
        if (token->coin) lines << Words::tr("draw number %1").arg(coin(token->coin));
        return lines.join(QLatin1Char('\n'));
    }
    const Proposal& p = *log.proposalAt(ref);
    if (p.verdict == Verdict::Discarded) {
        lines << Words::tr("draft %1").arg(probabilityText(p.pDraft));
    } else {
        lines << Words::tr("target %1, draft %2").arg(probabilityText(p.pTarget), probabilityText(p.pDraft));
    }
    if (p.joint) lines << Words::tr("chain so far %1").arg(probabilityText(*p.joint));
    if (p.level) lines << Words::tr("compared with %1").arg(probabilityText(*p.level));
    if (p.coin) lines << Words::tr("accept coin %1").arg(coin(p.coin));
    if (p.draftCoin) lines << Words::tr("draft's draw number %1").arg(coin(p.draftCoin));
    return lines.join(QLatin1Char('\n'));
}

}  // namespace specula
