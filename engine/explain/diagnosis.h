#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/explain/cost_model.h"
#include "engine/trace/recommend.h"
#include "engine/trace/reports.h"

namespace specula {

// Why speculative decoding is, or is not, faster: one run, or several added up, taken apart by the cost
// model. Pure functions of values; words for them are made in ui/diagnose/diagnosis_text.h.

/// A suite of prompts that the same pair was measured on, to hold beside others.
struct SuiteFigures {
    std::string name;
    Totals totals;
    Interval speedup;
};

/// What is known of the runs that are asked about. Only the totals are needed.
struct DiagnosisInput {
    Totals totals;               ///< of the speculative runs
    RunOptions options;          ///< as resolved: rule, shape, sampling
    DraftInfo draft;             ///< kind at least
    std::optional<Costs> costs;  ///< in units of a round of plain decoding
    std::optional<double>
        draftSteps;  ///< a round, the mean, where the rounds are known; absent: from the shape
    std::optional<double>
        roundCost;  ///< what the model says of these very rounds, the mean (meanRoundCost());
                    ///< absent: taken at their mean depth and number of drafted tokens
    std::optional<Interval> speedup;  ///< measured against plain runs beside them
    std::optional<Interval> plain;    ///< plain decoding, tokens a second
    std::optional<double> prefillSeconds;
    std::vector<SuiteFigures> suites;  ///< none, or two and more
};

/// Where the time of a speculative round goes, beyond the one row that plain decoding pays for too.
enum class CostTerm {
    Draft,       ///< the draft's steps, d c
    Rows,        ///< verification is not flat: v(n + 1) - 1
    Overhead,    ///< deciding, tracing and catch-up, o
    Acceptance,  ///< drafting and verifying tokens that are thrown away
};

/// One term. Of a round that costs T = 1 + d c + (v(n + 1) - 1) + o plain rounds and emits E tokens, so that
/// a token takes T / E of a plain one (Leviathan et al. 2023, theorem 3.8, with v and o), a term's `saving`
/// is what a token would take less if it alone were gone:
///     draft d c / E,   rows (v - 1) / E,   overhead o / E,   acceptance T / E - T / (1 + d),
/// the last as if every drafted path were kept to its end. `without` is the speed-up then, 1 / (T / E -
/// saving). Savings overlap (better acceptance makes all the rest cheaper), so they do not add up to T / E;
/// the first three and 1 / E do.
struct TermCost {
    CostTerm term = CostTerm::Draft;
    double rounds = 0.0;       ///< plain rounds a round
    double saving = 0.0;       ///< plain tokens' time a token
    std::optional<double> ms;  ///< the saving in milliseconds a token; absent where plain was not measured
    double without = 1.0;      ///< predicted speed-up
};

/// Something that could be changed, and what the model then predicts.
struct Remedy {
    enum class Kind {
        HalfDraft,       ///< a draft at half the cost and the same acceptance
        MoreAcceptance,  ///< 0.1 more at every position
        BestGamma,       ///< `gamma` in place of what was drafted; 0: plain decoding
        FlatRows,        ///< verifying any number of rows for the price of one
        NoOverhead,
    };
    Kind kind = Kind::HalfDraft;
    int gamma = 0;
    double speedup = 1.0;  ///< predicted
};

/// What the intervals allow to be said.
enum class SpeedOutcome { NotMeasured, Faster, Slower, Unclear };

/// Why there is nothing to take apart.
enum class Lack {
    None,
    Tokens,  ///< nothing was emitted
    Drafts,  ///< nothing was drafted: plain decoding
    Costs,   ///< what rows and draft steps cost was not measured
};

/// Questions that people ask of speculative decoding (the words: diagnosis_text.h).
enum class Question {
    WhySlower,           ///< Why is it not faster than without?
    AcceptanceNotSpeed,  ///< High acceptance, and still slow?
    RowsFree,            ///< Is verifying several tokens free?
    WhichGamma,          ///< Which gamma?
    FallingAcceptance,   ///< Why does efficiency fall as gamma rises?
    FewDrafted,          ///< All accepted, and no faster?
    OnlyGreedy,          ///< Why does it work at temperature 0 only?
    Suites,              ///< Why does one kind of text speed up and another not?
    SameText,            ///< Does it change the text?
    FirstToken,          ///< Is the first token slower?
    ManyUsers,           ///< And with many users at once?
};

/// A question that these data answer. `warns`: the answer is a part of what is wrong.
struct Answer {
    Question question = Question::WhySlower;
    bool warns = false;

    bool operator==(const Answer&) const = default;
};

/// Everything that can be said. Numbers that do not exist are absent; all from the cost model are predicted,
/// never measured.
struct Diagnosis {
    DiagnosisInput input;
    Lack lack = Lack::None;
    SpeedOutcome outcome = SpeedOutcome::NotMeasured;

    double tokensPerRound = 1.0;  ///< E
    double depth = 0.0;           ///< d, the draft's steps a round, the mean
    double nodes = 0.0;           ///< n, drafted tokens a round, the mean
    double drafting = 0.0;        ///< share of the rounds that drafted something
    bool chains = true;           ///< of chains; else depths are levels of trees
    std::optional<double> alpha;  ///< accepted / judged
    std::vector<double>
        alphaByPosition;           ///< of chains accepted / judged; of trees levels kept / levels reached
    std::vector<double> survival;  ///< chance that the first i + 1 places are all kept

    // From here on only where nothing lacks.
    double roundCost = 1.0;                  ///< T
    double predicted = 1.0;                  ///< S = E / T
    std::optional<double> residual;          ///< measured / predicted
    double verifyCost = 1.0;                 ///< v(n + 1)
    std::vector<TermCost> terms;             ///< all four, by falling saving
    std::optional<double> breakeven;         ///< acceptance at every position from which it pays
    std::optional<double> alphaForHalfMore;  ///< acceptance at which it would be 1.5 times as fast
    std::optional<PredictedGamma> best;      ///< of chains
    int flatFirst = 0, flatLast = 0;         ///< gammas around it predicted within kFlat of it
    std::vector<Remedy> changes;             ///< by falling speed-up
    std::vector<Answer> answers;

    const TermCost& largest() const { return terms.front(); }
};

inline constexpr double kDearRows = 1.5;  ///< v from which verification is not nearly free
inline constexpr int kLastGamma = 16;     ///< largest that is looked at

Diagnosis diagnose(DiagnosisInput input);

/// roundCost() averaged over rounds; absent for none.
template <typename Rounds>
std::optional<double> meanRoundCost(const Rounds& rounds, const Costs& costs);

/// The draft's steps for a round: levels of its proposals.
int draftSteps(const Round& round);

/// Notes what only the rounds themselves tell: the steps, and with costs what each cost.
template <typename Rounds>
void takeRounds(DiagnosisInput& input, const Rounds& rounds);

/// E expected of `depth` levels, which may lie between two whole numbers: the straight line between theirs.
double expectedTokens(const std::vector<double>& alphaByPosition, double depth);

template <typename Rounds>
std::optional<double> meanRoundCost(const Rounds& rounds, const Costs& costs) {
    double sum = 0.0;
    long count = 0;
    for (const Round& round : rounds) {
        sum += roundCost(draftSteps(round), static_cast<int>(round.proposals.size()), costs);
        ++count;
    }
    if (count == 0) return std::nullopt;
    return sum / static_cast<double>(count);
}

template <typename Rounds>
void takeRounds(DiagnosisInput& input, const Rounds& rounds) {
    double steps = 0.0;
    long count = 0;
    for (const Round& round : rounds) {
        steps += draftSteps(round);
        ++count;
    }
    if (count == 0) return;
    input.draftSteps = steps / static_cast<double>(count);
    if (input.costs) input.roundCost = meanRoundCost(rounds, *input.costs);
}

}  // namespace specula
