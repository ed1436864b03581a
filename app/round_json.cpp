// The part of trace_json.h about Rounds.
#include "app/trace_json.h"

#include "engine/trace/names.h"

namespace specula {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxProposals = 4096;
constexpr std::size_t kMaxEntries = 4096;
constexpr double kMaxNumber = std::numeric_limits<double>::max();
constexpr std::int64_t kMaxInt = std::numeric_limits<std::int32_t>::max();

constexpr const char* kRuleWords =
    "one of token, block, greedy, one-hot, match, specinfer, sequoia, typical, ensemble";

// Probabilities are sums in floating point and may end a hair above 1.
constexpr double kMaxProbability = 1.0 + 1e-6;

json rowsToJson(const std::optional<RowPair>& rows) {
    if (!rows) return nullptr;
    json top = json::array();
    for (const TopEntry& entry : rows->top)
        top.push_back(json::array({entry.id, bytesToJson(entry.bytes), entry.pTarget, entry.pDraft}));
    return {{"overlap", rows->sums.overlap},
            {"residual_mass", rows->sums.residualMass},
            {"entropy_target", rows->sums.entropyTarget},
            {"entropy_draft", rows->sums.entropyDraft},
            {"has_draft", rows->hasDraft},
            {"top", std::move(top)}};
}

std::optional<RowPair> rowsFrom(const JsonObject& parent) {
    if (!parent.has("rows")) return std::nullopt;
    const JsonObject json = parent.object("rows");
    RowPair rows;
    rows.sums.overlap = json.number("overlap", 0.0, kMaxProbability);
    rows.sums.residualMass = json.number("residual_mass", 0.0, kMaxProbability);
    rows.sums.entropyTarget = json.number("entropy_target", -1e-6, 100.0);
    rows.sums.entropyDraft = json.number("entropy_draft", -1e-6, 100.0);
    rows.hasDraft = json.boolean("has_draft");
    const auto& top = json.array("top", kMaxEntries);
    for (std::size_t i = 0; i < top.size(); ++i) {
        const std::string place = "top[" + std::to_string(i) + "]";
        if (!top[i].is_array() || top[i].size() != 4)
            json.fail("top", "entries of the form [id, text, p_target, p_draft]");
        TopEntry entry;
        entry.id = static_cast<TokenId>(json.integerAt(top[i][0], place + "[0]", 0, kMaxInt));
        entry.bytes = json.bytesAt(top[i][1], place + "[1]");
        entry.pTarget = json.numberAt(top[i][2], place + "[2]", 0.0, kMaxProbability);
        entry.pDraft = json.numberAt(top[i][3], place + "[3]", 0.0, kMaxProbability);
        rows.top.push_back(std::move(entry));
    }
    return rows;
}

json proposalToJson(const Proposal& proposal) {
    json value{{"parent", proposal.parent},           {"id", proposal.id},
               {"text", bytesToJson(proposal.bytes)}, {"p_target", proposal.pTarget},
               {"p_draft", proposal.pDraft},          {"verdict", name(proposal.verdict)},
               {"coin", orNull(proposal.coin)},       {"draft_coin", orNull(proposal.draftCoin)},
               {"rows", rowsToJson(proposal.rows)}};
    if (proposal.level) value["level"] = *proposal.level;
    if (proposal.joint) value["joint"] = *proposal.joint;
    return value;
}

Proposal proposalFrom(const JsonObject& json, int index) {
    Proposal proposal;
    proposal.parent = static_cast<int>(json.integer("parent", -1, index - 1));
    proposal.id = static_cast<TokenId>(json.integer("id", 0, kMaxInt));
    proposal.bytes = json.bytes("text");
    proposal.pTarget = json.number("p_target", 0.0, kMaxProbability);
    proposal.pDraft = json.number("p_draft", 0.0, kMaxProbability);
    proposal.verdict = json.word<Verdict>("verdict", &verdictNamed, "one of accepted, rejected, discarded");
    proposal.coin = json.optionalNumber("coin", 0.0, 1.0);
    proposal.draftCoin = json.optionalNumber("draft_coin", 0.0, 1.0);
    proposal.level = json.optionalNumber("level", 0.0, kMaxProbability);
    proposal.joint = json.optionalNumber("joint", 0.0, kMaxProbability);
    proposal.rows = rowsFrom(json);
    return proposal;
}

json emittedToJson(const Emitted& token) {
    return {{"id", token.id},
            {"text", bytesToJson(token.bytes)},
            {"kind", name(token.kind)},
            {"proposal", token.proposal},
            {"p_target", token.pTarget},
            {"p_drawn", token.pDrawn},
            {"coin", orNull(token.coin)},
            {"rows", rowsToJson(token.rows)}};
}

Emitted emittedFrom(const JsonObject& json, const Round& round) {
    Emitted token;
    token.id = static_cast<TokenId>(json.integer("id", 0, kMaxInt));
    token.bytes = json.bytes("text");
    token.kind = json.word<EmitKind>("kind", &emitKindNamed, "one of accepted, resampled, bonus, plain");
    token.proposal =
        static_cast<int>(json.integer("proposal", -1, static_cast<std::int64_t>(round.proposals.size()) - 1));
    const bool ofProposal = token.kind == EmitKind::Accepted || token.kind == EmitKind::Resampled;
    if (ofProposal && token.proposal < 0) json.fail("proposal", "the number of a proposal of this round");
    token.pTarget = json.number("p_target", 0.0, kMaxProbability);
    token.pDrawn = json.number("p_drawn", 0.0, kMaxProbability);
    token.coin = json.optionalNumber("coin", 0.0, 1.0);
    token.rows = rowsFrom(json);
    return token;
}

}  // namespace

json toJson(const Round& round) {
    json proposals = json::array();
    for (const Proposal& proposal : round.proposals) proposals.push_back(proposalToJson(proposal));
    json emitted = json::array();
    for (const Emitted& token : round.emitted) emitted.push_back(emittedToJson(token));
    json value{{"run", round.runId},
               {"index", round.index},
               {"position", round.position},
               {"rule", name(round.rule)},
               {"gamma", round.gamma},
               {"proposals", std::move(proposals)},
               {"emitted", std::move(emitted)},
               {"times",
                {{"draft_ms", round.times.draftMs},
                 {"verify_ms", round.times.verifyMs},
                 {"decide_ms", round.times.decideMs},
                 {"end_ms", round.times.endMs}}}};
    if (round.draftStopped) value["draft_stopped"] = *round.draftStopped;
    return value;
}

Round roundFrom(const JsonObject& json, int index) {
    Round round;
    round.runId = json.unsignedInteger("run");
    round.index = static_cast<int>(json.integer("index", index, index));
    round.position = static_cast<int>(json.integer("position", 0, kMaxInt));
    round.rule = json.word<Rule>("rule", &ruleNamed, kRuleWords);
    round.gamma = static_cast<int>(json.integer("gamma", 0, kTreeNodesMax));
    const std::size_t proposals = json.array("proposals", kMaxProposals).size();
    for (std::size_t i = 0; i < proposals; ++i)
        round.proposals.push_back(proposalFrom(json.element("proposals", i), static_cast<int>(i)));
    const std::size_t emitted = json.array("emitted", kMaxProposals + 1).size();
    for (std::size_t i = 0; i < emitted; ++i)
        round.emitted.push_back(emittedFrom(json.element("emitted", i), round));
    round.draftStopped = json.optionalNumber("draft_stopped", 0.0, kMaxNumber);
    const JsonObject times = json.object("times");
    round.times.draftMs = times.number("draft_ms", 0.0, kMaxNumber);
    round.times.verifyMs = times.number("verify_ms", 0.0, kMaxNumber);
    round.times.decideMs = times.number("decide_ms", 0.0, kMaxNumber);
    round.times.endMs = times.number("end_ms", 0.0, kMaxNumber);
    return round;
}

}  // namespace specula
