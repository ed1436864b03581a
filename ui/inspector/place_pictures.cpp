#include "ui/inspector/place_pictures.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "engine/verify/rows.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::PlacePictures)
};

QString rowsNotKept() {
    return Words::tr("This needs the full rows of the round, which were not kept or are no longer kept.");
}

using Quantity = std::function<double(double pTarget, double pDraft)>;

/// A quantity of both probabilities, summed over the vocabulary; absent without full rows.
std::optional<double> total(const Place& place, const Quantity& of) {
    if (!place.full || place.full->draft.empty()) return std::nullopt;
    double sum = 0.0;
    for (std::size_t i = 0; i < place.full->target.size(); ++i)
        sum += of(static_cast<double>(place.full->target[i]), static_cast<double>(place.full->draft[i]));
    return sum;
}

/// What is left of a total for the tokens without a row of their own.
double restOf(double all, const OverlapPicture& bars, const Quantity& of) {
    for (const OverlapRow& row : bars.rows) {
        if (row.id >= 0) all -= of(row.pTarget, row.pDraft);
    }
    return std::max(0.0, all);
}

}  // namespace

std::optional<ResidualPicture> residualPicture(const Place& place, const OverlapPicture& bars) {
    if (!place.proposal || !drawsFromResidual(place.rule())) return std::nullopt;
    ResidualPicture picture;
    picture.share = place.share;
    if (!place.residualMass) {
        picture.missing = rowsNotKept();
        return picture;
    }
    picture.mass = *place.residualMass;
    const double share = place.share;
    const Quantity above = [share](double t, double d) { return std::max(0.0, share * t - d); };
    const Quantity below = [share](double t, double d) { return std::max(0.0, d - share * t); };
    for (const OverlapRow& row : bars.rows) {
        ResidualRow shown{row.id, row.label, 0.0, 0.0, row.drafted, false};
        shown.drawn = place.extra && place.extra->id == row.id;
        if (row.id >= 0) {
            shown.above = above(row.pTarget, row.pDraft);
            shown.below = below(row.pTarget, row.pDraft);
        } else {
            // Both rows sum to 1, so what lies below is what lies above and 1 - share.
            shown.above = restOf(picture.mass, bars, above);
            shown.below = restOf(picture.mass + 1.0 - share, bars, below);
        }
        picture.rows.push_back(shown);
    }
    return picture;
}

namespace {

/// How a rule makes the token at a place, as sums over drafts.
struct Making {
    Quantity kept;   ///< mass that reaches the token through the accept test
    Quantity added;  ///< mass that reaches it through the draw after a rejection
    std::optional<double> keptMass, addedMass;
    bool breakable = true;
};

Making makingOfMixture(const Place& place) {
    const double weight = place.rule() == Rule::Ensemble ? place.ensembleWeight : 0.0;
    const double share = place.share;
    const auto mixed = [=](double t, double d) { return share * ((1.0 - weight) * t + weight * d); };
    Making making;
    making.kept = [=](double t, double d) { return std::min(mixed(t, d), d); };
    making.added = [=](double t, double d) { return std::max(0.0, mixed(t, d) - d); };
    if (place.residualMass) {
        making.addedMass = (1.0 - weight) * *place.residualMass;
        making.keptMass = share - *making.addedMass;
    }
    making.breakable = place.rule() != Rule::Greedy;
    return making;
}

Making makingOfMatch(const Place& place) {
    Making making;
    making.kept = [](double t, double d) { return t * d; };
    making.added = [](double t, double d) { return t * (1.0 - d); };
    making.keptMass = total(place, making.kept);
    if (making.keptMass) making.addedMass = 1.0 - *making.keptMass;
    return making;
}

/// Every token above the level is kept; what the draft gives to the others is drawn anew from the target.
Making makingOfTypical(const Place& place) {
    Making making;
    if (!place.proposal->level) return making;
    const double level = *place.proposal->level;
    making.kept = [level](double t, double d) { return t > level ? d : 0.0; };
    making.keptMass = total(place, making.kept);
    if (making.keptMass) {
        const double rest = 1.0 - *making.keptMass;
        making.added = [rest](double t, double) { return rest * t; };
        making.addedMass = rest;
    }
    making.breakable = false;
    return making;
}

Making makingOf(const Place& place) {
    if (place.rule() == Rule::Match) return makingOfMatch(place);
    if (place.rule() == Rule::Typical) return makingOfTypical(place);
    return makingOfMixture(place);
}

/// Total variation of kept + added from share * target, exact where the full rows are known or both agree
/// token by token; else of the shown rows and the rest as one, which is a lower bound.
void measureMiss(const Place& place, const Making& making, RebuildPicture& picture) {
    const double share = place.share;
    const Quantity off = [&](double t, double d) {
        return std::abs(making.kept(t, d) + making.added(t, d) - share * t);
    };
    double twice = 0.0;
    if (const auto exact = total(place, off)) {
        twice = *exact;
    } else {
        for (const RebuildRow& row : picture.rows) twice += std::abs(row.kept + row.added - row.whole);
        picture.atLeast = picture.broken || picture.lossy;
    }
    picture.miss = twice / 2 / share;
}

}  // namespace

std::optional<RebuildPicture> rebuildPicture(const Place& place, const OverlapPicture& bars, bool broken) {
    if (!place.proposal || place.proposal->verdict == Verdict::Discarded) return std::nullopt;
    Making making = makingOf(place);
    RebuildPicture picture;
    picture.whole = place.share;
    picture.canBreak = making.breakable;
    picture.broken = broken && making.breakable;
    picture.lossy = place.rule() == Rule::Typical || place.rule() == Rule::Ensemble;
    if (!making.keptMass || !making.addedMass) {
        picture.missing = rowsNotKept();
        return picture;
    }
    picture.kept = *making.keptMass;
    picture.added = *making.addedMass;
    if (picture.broken) making.added = [mass = picture.added](double t, double) { return mass * t; };
    const Quantity whole = [&](double t, double) { return place.share * t; };
    for (const OverlapRow& row : bars.rows) {
        RebuildRow shown{row.id, row.label, 0.0, 0.0, 0.0, row.drafted, row.emitted};
        const bool one = row.id >= 0;
        shown.kept = one ? making.kept(row.pTarget, row.pDraft) : restOf(picture.kept, bars, making.kept);
        shown.added = one ? making.added(row.pTarget, row.pDraft) : restOf(picture.added, bars, making.added);
        shown.whole = one ? whole(row.pTarget, row.pDraft) : restOf(picture.whole, bars, whole);
        picture.rows.push_back(shown);
    }
    measureMiss(place, making, picture);
    return picture;
}

namespace {

/// Both ends of every shown token's part, weights taken in the order of their ids.
std::vector<DrawSegment> segmentsOf(std::span<const float> weights, const OverlapPicture& bars,
                                    TokenId drawn) {
    std::vector<DrawSegment> segments;
    for (const OverlapRow& row : bars.rows) {
        if (row.id >= 0) segments.push_back({row.id, row.label, 0.0, 0.0, row.id == drawn});
    }
    std::sort(segments.begin(), segments.end(),
              [](const DrawSegment& a, const DrawSegment& b) { return a.id < b.id; });
    double below = 0.0;
    auto next = segments.begin();
    for (std::size_t id = 0; id < weights.size(); ++id) {
        const double weight = static_cast<double>(weights[id]);
        if (next != segments.end() && static_cast<std::size_t>(next->id) == id) {
            next->from = below;
            next->to = below + weight;
            ++next;
        }
        below += weight;
    }
    for (DrawSegment& segment : segments) {
        segment.from /= below;
        segment.to /= below;
    }
    std::erase_if(segments, [](const DrawSegment& segment) { return segment.to <= segment.from; });
    return segments;
}

}  // namespace

std::optional<DrawPicture> draftDraw(const Place& place, const OverlapPicture& bars) {
    if (!place.proposal) return std::nullopt;
    DrawPicture picture;
    picture.title = Words::tr("The draw from the draft's row");
    picture.coin = place.proposal->draftCoin;
    if (!picture.coin)
        picture.missing = Words::tr("Nothing was drawn: the draft proposed its choice as if certain.");
    else if (!place.full)
        picture.missing = rowsNotKept();
    else
        picture.segments = segmentsOf(place.full->draft, bars, place.proposal->id);
    return picture;
}

std::optional<DrawPicture> extraDraw(const Place& place, const OverlapPicture& bars) {
    const bool matched = place.rule() == Rule::Match && place.proposal && place.emitted;
    if (!place.extra && !matched) return std::nullopt;
    DrawPicture picture;
    const bool residual = place.proposal && drawsFromResidual(place.rule());
    picture.title =
        residual ? Words::tr("The draw from the residual") : Words::tr("The draw from the target's row");
    picture.coin = matched ? place.proposal->coin : place.extra->coin;
    if (!picture.coin) {
        picture.missing = Words::tr("Nothing was drawn: the target's likeliest token stands here.");
    } else if (!place.full) {
        picture.missing = rowsNotKept();
    } else if (residual) {
        std::vector<float> weights(place.full->target.size());
        residualInto<float>(place.full->target, place.full->draft, 0, weights, place.share);
        picture.segments = segmentsOf(weights, bars, *place.emitted);
    } else {
        picture.segments = segmentsOf(place.full->target, bars, *place.emitted);
    }
    return picture;
}

}  // namespace specula
