#include "ui/common/rule_sentences.h"

#include <QCoreApplication>

#include <algorithm>

#include "ui/common/number_text.h"
#include "ui/common/round_tree.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::RuleSentences)
};

QString verdictWord(const Proposal& p) {
    return p.verdict == Verdict::Accepted ? Words::tr("kept") : Words::tr("rejected");
}

/// "kept with 30 % chance; the coin said 0.71, so it was rejected."
QString coinSentence(double chance, const Proposal& p) {
    if (!p.coin) return Words::tr("it was %1.").arg(verdictWord(p));
    const CoinComparison c = coinComparison(chance, *p.coin);
    return Words::tr("kept with %1 chance; the coin said %2, so it was %3.")
        .arg(c.chance, c.coin, verdictWord(p));
}

/// Token, SpecInfer and Sequoia: coin * pDraft < pTarget.
QString ratioSentence(const Proposal& p, bool left) {
    const QString start = (left ? Words::tr("Of what is left, target gives %1, draft gave %2: ")
                                : Words::tr("Target gives %1, draft gave %2: "))
                              .arg(probabilityText(p.pTarget), probabilityText(p.pDraft));
    if (p.pTarget >= p.pDraft) return start + Words::tr("at least as likely, so it is always kept.");
    return start + coinSentence(p.pTarget / p.pDraft, p);
}

/// coin < pTarget.
QString oneHotSentence(const Proposal& p, bool left) {
    const QString start =
        (left ? Words::tr("The draft proposed it as if certain. Of what is left, target gives %1: ")
              : Words::tr("The draft proposed it as if certain. Target gives %1: "))
            .arg(probabilityText(p.pTarget));
    return start + coinSentence(std::min(1.0, p.pTarget), p);
}

QString matchSentence(const Proposal& p) {
    const QString gives = probabilityText(p.pTarget);
    return (p.verdict == Verdict::Accepted
                ? Words::tr("The target drew a token itself and it was the same, so it was kept. It gives "
                            "this one %1.")
                : Words::tr("The target drew another token itself, so it was rejected. It gives this one "
                            "%1."))
        .arg(gives);
}

/// The chain up to here passes iff coin < level. Chains are tested from the longest down to the first that
/// passes, which is kept; shorter ones are never tested and have no level.
QString blockSentence(const Proposal& p) {
    const QString start = Words::tr("Target gives %1, draft gave %2; the chain up to here is worth %3.")
                              .arg(probabilityText(p.pTarget), probabilityText(p.pDraft),
                                   probabilityText(p.joint.value_or(1.0)));
    if (!p.level)
        return start + (p.verdict == Verdict::Accepted
                            ? Words::tr(" A longer chain passed, so it is kept with it.")
                            : Words::tr(" It was %1.").arg(verdictWord(p)));
    if (!p.coin) return start + Words::tr(" That chain did not pass.");
    const bool passed = *p.coin < *p.level;
    const CoinComparison c = coinComparison(*p.level, *p.coin);
    const QString test =
        Words::tr(" That chain passes with %1 chance; the coin said %2, so it ").arg(c.chance, c.coin);
    if (p.verdict == Verdict::Accepted)
        return start + test +
               (passed ? Words::tr("passed and is kept.")
                       : Words::tr("did not, but a longer one did and saved it."));
    return start + test + Words::tr("did not pass, nor did a longer one: it was rejected.");
}

/// pTarget > level, the least it asks for.
QString typicalSentence(const Proposal& p) {
    const QString start = Words::tr("Target gives %1").arg(probabilityText(p.pTarget));
    if (!p.level) return start + Words::tr(": it was %1.").arg(verdictWord(p));
    return start + (p.pTarget > *p.level
                        ? Words::tr(", more than the %1 it must reach where the target is this unsure: not "
                                    "surprising, so it was kept.")
                        : Words::tr(", no more than the %1 it must exceed where the target is this unsure: "
                                    "surprising, so it was rejected."))
                       .arg(probabilityText(*p.level));
}

/// coin < level, the token rule for a mixture of both rows as the target.
QString ensembleSentence(const Proposal& p, double weight) {
    const QString start = Words::tr("Target gives %1, draft gave %2, the mixture with %3 of the draft %4: ")
                              .arg(probabilityText(p.pTarget), probabilityText(p.pDraft), percentText(weight),
                                   probabilityText((1.0 - weight) * p.pTarget + weight * p.pDraft));
    if (p.pTarget >= p.pDraft) return start + Words::tr("at least as likely, so it is always kept.");
    return start + (p.level ? coinSentence(*p.level, p) : Words::tr("it was %1.").arg(verdictWord(p)));
}

}  // namespace

QString testSentence(Rule rule, const Proposal& proposal, bool left, double ensembleWeight) {
    switch (rule) {
        case Rule::OneHot:
            return oneHotSentence(proposal, left);
        case Rule::Match:
            return matchSentence(proposal);
        case Rule::Block:
            return blockSentence(proposal);
        case Rule::Typical:
            return typicalSentence(proposal);
        case Rule::Ensemble:
            return ensembleSentence(proposal, ensembleWeight);
        case Rule::Token:
        case Rule::SpecInfer:
        case Rule::Sequoia:
        case Rule::Greedy:
            break;
    }
    return ratioSentence(proposal, left);
}

QString syntheticSentence(const Proposal& proposal, double acceptance) {
    return Words::tr("Synthetic acceptance, whatever the models say: ") + coinSentence(acceptance, proposal);
}

QString drawnFrom(Rule rule) {
    switch (rule) {
        case Rule::Block:
            return Words::tr(
                "the residual, what the target gives times what the kept chain is worth, beyond "
                "the draft");
        case Rule::OneHot:
            return Words::tr("what the target gives to all other tokens");
        case Rule::Match:
        case Rule::Typical:
            return Words::tr("the target's own row");
        default:
            return Words::tr("the residual, what the target gives beyond the draft");
    }
}

QString stoppedSentence(const Round& round, const DraftStop& stop) {
    if (!round.draftStopped) return {};
    const auto drafted = static_cast<int>(round.proposals.size());
    QString start = Words::tr("Drafting was stopped early: ");
    if (drafted == 0)
        start = Words::tr("Drafting was stopped before its first token: ");
    else if (!isTree(round) && drafted < round.gamma)
        start = Words::tr("Drafting was stopped after %1 of %2 tokens: ").arg(drafted).arg(round.gamma);
    const double read = *round.draftStopped;
    switch (stop.kind) {
        case DraftStop::Kind::Max:
            return start + Words::tr("the draft gave its likeliest token only %1, less than %2.")
                               .arg(probabilityText(read), probabilityText(stop.threshold));
        case DraftStop::Kind::Entropy:
            return start + Words::tr("the draft's row had an entropy of %1 nats, more than %2.")
                               .arg(fixedText(read, 2), fixedText(stop.threshold, 2));
        default:
            return start + Words::tr(
                               "the draft gave its likeliest token %1, so one more was not worth "
                               "its cost.")
                               .arg(probabilityText(read));
    }
}

}  // namespace specula
