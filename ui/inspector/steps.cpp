#include "ui/inspector/steps.h"

#include <QCoreApplication>

#include "ui/common/number_text.h"
#include "ui/common/token_text.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::Steps)
};

QString nameOf(TokenId id, const std::string& bytes) {
    return bytes.empty() ? QStringLiteral("#%1").arg(id) : quotedPiece(bytes);
}

QString draftedName(const Place& place) {
    return nameOf(place.proposal->id, place.proposal->bytes);
}

QString draftSentence(const Place& place) {
    const QString name = draftedName(place);
    if (!place.proposal->draftCoin)
        return Words::tr("The draft proposed %1 as if certain; nothing was drawn.").arg(name);
    return Words::tr("The draft gave %1 a chance of %2; its draw number %3 fell on it.")
        .arg(name, probabilityText(place.proposal->pDraft), probabilityText(*place.proposal->draftCoin));
}

QString compareSentence(const DecisionPictures& pictures) {
    const auto& bars = pictures.main.bars;
    if (!bars) return pictures.main.note;
    if (!bars->hasDraft) return Words::tr("The target's row at this place; nothing was drafted for it.");
    const QString shared =
        Words::tr("Target and draft share %1 of their mass").arg(probabilityText(bars->overlap));
    return bars->keptByOverlap
               ? shared + Words::tr(
                              ": the chance that a token drawn from the draft is kept here. Each "
                              "gives %1 that the other does not.")
                              .arg(probabilityText(bars->draftExcess))
               : shared + QLatin1Char('.');
}

QString coinSentence(const DecisionPictures& pictures) {
    const Place& place = *pictures.place;
    if (!place.proposal) return Words::tr("Nothing was drafted here, so there is no test.");
    if (place.proposal->verdict == Verdict::Discarded && !place.proposal->level)
        return Words::tr("This draft was never judged, so its coin was not used.");
    switch (place.rule()) {
        case Rule::Greedy:
            return Words::tr("No coin: only the target's likeliest token is kept.");
        case Rule::Match:
            return place.proposal->coin
                       ? Words::tr(
                             "The coin %1 does not test the draft: it draws the target's own "
                             "token, which must be the same.")
                             .arg(probabilityText(*place.proposal->coin))
                       : Words::tr("The target draws its own token, which must be the same.");
        case Rule::Typical:
            return place.proposal->level
                       ? Words::tr("No coin: a token is kept where the target gives it more than %1.")
                             .arg(probabilityText(*place.proposal->level))
                       : Words::tr(
                             "No coin: a token is kept where the target does not find it "
                             "surprising.");
        default:
            break;
    }
    const auto& accept = pictures.main.accept;
    if (!accept || !accept->coin) return Words::tr("The coin of this test was not recorded.");
    if (accept->threshold >= 1.0)
        return Words::tr("The chance to keep it is 1, whatever the coin (%1).")
            .arg(probabilityText(*accept->coin));
    const CoinComparison c = coinComparison(accept->threshold, *accept->coin);
    return Words::tr("The chance to keep it is %1; the coin %2 lies %3.")
        .arg(c.chance, c.coin, accept->passed ? Words::tr("below") : Words::tr("above"));
}

QString decisionSentence(const DecisionPictures& pictures) {
    const Place& place = *pictures.place;
    if (!place.proposal) return Words::tr("Nothing was drafted for this place, so nothing was judged.");
    int discarded = 0;
    for (const Proposal& other : place.round->proposals)
        discarded += other.verdict == Verdict::Discarded ? 1 : 0;
    const QString name = draftedName(place);
    QString text;
    switch (place.proposal->verdict) {
        case Verdict::Accepted:
            text = Words::tr("%1 is accepted, and the next place is looked at. ").arg(name);
            break;
        case Verdict::Rejected:
            text = Words::tr("%1 is rejected; ").arg(name);
            text += discarded == 0   ? Words::tr("it was the last draft. ")
                    : discarded == 1 ? Words::tr("one draft of the round is discarded. ")
                                     : Words::tr("%1 drafts of the round are discarded. ").arg(discarded);
            break;
        case Verdict::Discarded:
            text = Words::tr("%1 is discarded without a judgement. ").arg(name);
            break;
    }
    return text.trimmed();
}

QString drawSentence(const Place& place, const DrawPicture& draw) {
    if (!draw.missing.isEmpty() && !draw.coin) return draw.missing;
    QString name = Words::tr("the emitted token");
    if (place.extra)
        name = nameOf(place.extra->id, place.extra->bytes);
    else if (place.proposal)
        name = draftedName(place);
    const QString text =
        Words::tr("%1: the number %2 falls on %3.").arg(draw.title, probabilityText(*draw.coin), name);
    return draw.missing.isEmpty() ? text : text + QLatin1Char(' ') + draw.missing;
}

QString residualSentence(const DecisionPictures& pictures, int frame) {
    const Place& place = *pictures.place;
    if (!pictures.residual) {
        if (pictures.extraDraw) return drawSentence(place, *pictures.extraDraw);
        return Words::tr("This rule has no residual here.");
    }
    const ResidualPicture& residual = *pictures.residual;
    if (!residual.missing.isEmpty()) return residual.missing;
    const bool needed = place.extra != nullptr;
    const QString otherwise =
        needed ? QString() : Words::tr("Not needed here; it is what a rejection would have drawn from. ");
    if (frame == 0) {
        const QString of = residual.share < 1.0
                               ? Words::tr("%1 times the target's row, what the chain before is worth")
                                     .arg(probabilityText(residual.share))
                               : Words::tr("the target's");
        return otherwise + Words::tr(
                               "Subtract the draft's row from %1: to the right what the draft gives "
                               "too little of, to the left what it gives too much of.")
                               .arg(of);
    }
    if (frame == 1)
        return otherwise +
               Words::tr("Clip at zero: what is left weighs %1.").arg(probabilityText(residual.mass));
    if (frame == 2 || !pictures.extraDraw)
        return otherwise + Words::tr("Divide by %1, and it is a distribution again: the residual.")
                               .arg(probabilityText(residual.mass));
    return drawSentence(place, *pictures.extraDraw);
}

QString emitSentence(const DecisionPictures& pictures) {
    const Place& place = *pictures.place;
    if (!place.emitted) return Words::tr("Nothing stands at this place: the text left the draft before it.");
    if (!place.proposal)
        return pictures.extraDraw ? drawSentence(place, *pictures.extraDraw) : pictures.main.sentence;
    QString name = place.extra ? nameOf(place.extra->id, place.extra->bytes) : draftedName(place);
    if (!place.extra && place.proposal->verdict == Verdict::Rejected) name = Words::tr("Another candidate");
    return Words::tr("%1 becomes text. Here is all that could have become text, and by which way.").arg(name);
}

}  // namespace

QString rebuildSentence(const RebuildPicture& rebuild) {
    const QString sum = Words::tr("Accepted %1 and resampled %2")
                            .arg(probabilityText(rebuild.kept), probabilityText(rebuild.added));
    constexpr double kRounding = 1e-5;  // rows are floats
    if (rebuild.miss < kRounding) {
        if (rebuild.whole < 1.0)
            return sum + Words::tr(
                             " together are the target's row times %1, what the chain before is "
                             "worth: nothing is lost.")
                             .arg(probabilityText(rebuild.whole));
        return sum + Words::tr(" together are the target's row, token by token: nothing is lost.");
    }
    return sum + Words::tr(" miss the target by %1%2 (total variation)%3.")
                     .arg(rebuild.atLeast ? Words::tr("at least ") : QString(), probabilityText(rebuild.miss),
                          rebuild.broken  ? Words::tr(", because the replacement was drawn from the target "
                                                       "instead of the residual")
                          : rebuild.lossy ? Words::tr(": this rule is LOSSY")
                                          : QString());
}

QString stepName(Step step) {
    static const char* const names[kSteps] = {"All",      "Draft",    "Compare", "Coin",
                                              "Decision", "Residual", "Emit"};
    return QString::fromLatin1(names[static_cast<int>(step)]);
}

DecisionPictures picturesOf(const RunLog& log, TokenRef ref, const std::optional<double>& plainMs,
                            int maxRows) {
    DecisionPictures pictures;
    pictures.main = inspect(log, ref, maxRows);
    pictures.place = placeOf(log, ref);
    const Place& place = *pictures.place;
    pictures.gantt = ganttPicture(*place.round, place.index, plainMs);
    const bool synthetic = log.header().options.syntheticAcceptance.has_value();
    if (!pictures.main.bars || synthetic) return pictures;
    const OverlapPicture& bars = *pictures.main.bars;
    pictures.draftDraw = draftDraw(place, bars);
    pictures.extraDraw = extraDraw(place, bars);
    pictures.residual = residualPicture(place, bars);
    pictures.rebuild = rebuildPicture(place, bars, false);
    if (pictures.rebuild && pictures.rebuild->canBreak) pictures.broken = rebuildPicture(place, bars, true);
    return pictures;
}

std::vector<Moment> momentsOf(const DecisionPictures& pictures) {
    const Place& place = *pictures.place;
    if (!place.proposal) return {{Step::Compare}, {Step::Emit}};
    std::vector<Moment> moments{{Step::Draft}, {Step::Compare}};
    if (place.proposal->verdict != Verdict::Discarded) moments.push_back({Step::Coin});
    moments.push_back({Step::Decision});
    if (place.extra && pictures.residual && pictures.residual->missing.isEmpty()) {
        for (int frame = 0; frame < 3; ++frame) moments.push_back({Step::Residual, frame});
    }
    if (place.extra && pictures.extraDraw) moments.push_back({Step::Residual, 3});
    if (place.proposal->verdict != Verdict::Discarded) moments.push_back({Step::Emit});
    return moments;
}

QString sentenceOf(const DecisionPictures& pictures, Moment moment) {
    switch (moment.step) {
        case Step::All:
            return pictures.main.sentence;
        case Step::Draft:
            return pictures.place->proposal ? draftSentence(*pictures.place)
                                            : Words::tr("Nothing was drafted for this place.");
        case Step::Compare:
            return compareSentence(pictures);
        case Step::Coin:
            return coinSentence(pictures);
        case Step::Decision:
            return decisionSentence(pictures);
        case Step::Residual:
            return residualSentence(pictures, moment.frame);
        case Step::Emit:
            return emitSentence(pictures);
    }
    return {};
}

}  // namespace specula
