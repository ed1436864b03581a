#include "engine/trace/names.h"

#include <array>
#include <charconv>
#include <utility>

namespace specula {

namespace {

template <typename T, std::size_t N>
using Table = std::array<std::pair<T, std::string_view>, N>;

template <typename T, std::size_t N>
std::string_view nameIn(const Table<T, N>& table, T value) {
    for (const auto& [entry, text] : table) {
        if (entry == value) return text;
    }
    return "?";
}

template <typename T, std::size_t N>
std::optional<T> valueIn(const Table<T, N>& table, std::string_view wanted) {
    for (const auto& [entry, text] : table) {
        if (text == wanted) return entry;
    }
    return std::nullopt;
}

constexpr Table<WeightFormat, 6> kWeightFormats{{{WeightFormat::Auto, "auto"},
                                                 {WeightFormat::Fp32, "fp32"},
                                                 {WeightFormat::Fp16, "fp16"},
                                                 {WeightFormat::Int8x2, "int8x2"},
                                                 {WeightFormat::Int8, "int8"},
                                                 {WeightFormat::Bf16, "bf16"}}};
constexpr Table<Device, 3> kDevices{
    {{Device::Cpu, "cpu"}, {Device::Cuda, "cuda"}, {Device::AtenCpu, "aten-cpu"}}};
constexpr Table<KvFormat, 3> kKvFormats{
    {{KvFormat::Auto, "auto"}, {KvFormat::Fp32, "fp32"}, {KvFormat::Fp16, "fp16"}}};
constexpr Table<Rule, 9> kRules{{{Rule::Token, "token"},
                                 {Rule::Block, "block"},
                                 {Rule::Greedy, "greedy"},
                                 {Rule::OneHot, "one-hot"},
                                 {Rule::Match, "match"},
                                 {Rule::SpecInfer, "specinfer"},
                                 {Rule::Sequoia, "sequoia"},
                                 {Rule::Typical, "typical"},
                                 {Rule::Ensemble, "ensemble"}}};
constexpr Table<DraftStop::Kind, 4> kDraftStops{{{DraftStop::Kind::Fixed, "fixed"},
                                                 {DraftStop::Kind::Max, "max"},
                                                 {DraftStop::Kind::Entropy, "entropy"},
                                                 {DraftStop::Kind::Auto, "auto"}}};
constexpr Table<Mutant, 14> kMutants{{{Mutant::None, "none"},
                                      {Mutant::ResampleFromTarget, "resample-from-target"},
                                      {Mutant::UnfilteredTarget, "unfiltered-target"},
                                      {Mutant::ArgmaxDraft, "argmax-draft"},
                                      {Mutant::BonusFromDraft, "bonus-from-draft"},
                                      {Mutant::StaleDraftCache, "stale-draft-cache"},
                                      {Mutant::OffByOneRow, "off-by-one-row"},
                                      {Mutant::DropUnlikely, "drop-unlikely"},
                                      {Mutant::CoinReused, "coin-reused"},
                                      {Mutant::RejectedSiblingStays, "rejected-sibling-stays"},
                                      {Mutant::KeepRejected, "keep-rejected"},
                                      {Mutant::SiblingsMixedUp, "siblings-mixed-up"},
                                      {Mutant::BlockFirstFailure, "block-first-failure"},
                                      {Mutant::BlockPlainResidual, "block-plain-residual"}}};
constexpr Table<DraftArchitecture, 2> kDraftArchitectures{
    {{DraftArchitecture::FeatureHead, "feature-head"}, {DraftArchitecture::Small, "small"}}};
constexpr Table<Detail, 3> kDetails{
    {{Detail::Counts, "counts"}, {Detail::Tokens, "tokens"}, {Detail::Full, "full"}}};
constexpr Table<Verdict, 3> kVerdicts{
    {{Verdict::Accepted, "accepted"}, {Verdict::Rejected, "rejected"}, {Verdict::Discarded, "discarded"}}};
constexpr Table<EmitKind, 4> kEmitKinds{{{EmitKind::Accepted, "accepted"},
                                         {EmitKind::Resampled, "resampled"},
                                         {EmitKind::Bonus, "bonus"},
                                         {EmitKind::Plain, "plain"}}};
constexpr Table<Finish, 5> kFinishes{{{Finish::Running, "running"},
                                      {Finish::Stop, "stop"},
                                      {Finish::Length, "length"},
                                      {Finish::Context, "context"},
                                      {Finish::Cancelled, "cancelled"}}};

/// The shortest text that reads back as the same number.
std::string shortNumber(double value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

/// "word:1.5" in its parts; the number is absent where there is no colon or no number in the range after it.
struct WordAndNumber {
    std::string_view word;
    bool colon = false;
    std::optional<double> number;
};
WordAndNumber wordAndNumber(std::string_view text, double high) {
    const auto at = text.find(':');
    WordAndNumber parts{text.substr(0, at), at != text.npos, std::nullopt};
    if (!parts.colon) return parts;
    const std::string_view digits = text.substr(at + 1);
    double value = 0.0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = problem == std::errc{} && end == digits.data() + digits.size();
    if (whole && value >= 0.0 && value <= high) parts.number = value;
    return parts;
}

}  // namespace

std::string_view name(WeightFormat format) {
    return nameIn(kWeightFormats, format);
}
std::string_view name(KvFormat format) {
    return nameIn(kKvFormats, format);
}
std::string_view name(Device device) {
    return nameIn(kDevices, device);
}
std::string_view name(Rule rule) {
    return nameIn(kRules, rule);
}
std::string_view name(DraftStop::Kind kind) {
    return nameIn(kDraftStops, kind);
}
std::string_view name(Mutant mutant) {
    return nameIn(kMutants, mutant);
}
std::string_view name(DraftArchitecture architecture) {
    return nameIn(kDraftArchitectures, architecture);
}
std::string_view name(Detail detail) {
    return nameIn(kDetails, detail);
}
std::string_view name(Verdict verdict) {
    return nameIn(kVerdicts, verdict);
}
std::string_view name(EmitKind kind) {
    return nameIn(kEmitKinds, kind);
}
std::string_view name(Finish finish) {
    return nameIn(kFinishes, finish);
}

std::optional<WeightFormat> weightFormatNamed(std::string_view text) {
    return valueIn(kWeightFormats, text);
}
std::optional<KvFormat> kvFormatNamed(std::string_view text) {
    return valueIn(kKvFormats, text);
}
std::optional<Device> deviceNamed(std::string_view text) {
    return valueIn(kDevices, text);
}
std::optional<Rule> ruleNamed(std::string_view text) {
    return valueIn(kRules, text);
}
std::optional<DraftStop::Kind> draftStopNamed(std::string_view text) {
    return valueIn(kDraftStops, text);
}
std::optional<Mutant> mutantNamed(std::string_view text) {
    return valueIn(kMutants, text);
}
std::optional<DraftArchitecture> draftArchitectureNamed(std::string_view text) {
    return valueIn(kDraftArchitectures, text);
}
std::optional<Detail> detailNamed(std::string_view text) {
    return valueIn(kDetails, text);
}
std::optional<Verdict> verdictNamed(std::string_view text) {
    return valueIn(kVerdicts, text);
}
std::optional<EmitKind> emitKindNamed(std::string_view text) {
    return valueIn(kEmitKinds, text);
}
std::optional<Finish> finishNamed(std::string_view text) {
    return valueIn(kFinishes, text);
}

std::string treeText(const TreeShape& tree) {
    if (tree.automatic) return "auto";
    if (tree.off()) return "off";
    std::string text;
    for (const int children : tree.children)
        text.append(text.empty() ? "" : ",").append(std::to_string(children));
    return text;
}

std::string ruleText(Rule rule, double ensembleWeight) {
    std::string text(name(rule));
    if (rule == Rule::Ensemble) text.append(":").append(shortNumber(ensembleWeight));
    return text;
}

std::string draftStopText(const DraftStop& stop) {
    const bool number = stop.kind == DraftStop::Kind::Max || stop.kind == DraftStop::Kind::Entropy;
    std::string text(name(stop.kind));
    if (number) text.append(":").append(shortNumber(stop.threshold));
    return text;
}

std::optional<RuleChoice> ruleFromText(std::string_view text) {
    const WordAndNumber parts = wordAndNumber(text, 1.0);
    const auto rule = ruleNamed(parts.word);
    const bool weighted = rule == Rule::Ensemble;
    if (!rule || parts.colon != weighted || parts.number.has_value() != weighted) return std::nullopt;
    RuleChoice choice{.rule = *rule};
    if (weighted) choice.ensembleWeight = *parts.number;
    return choice;
}

std::optional<DraftStop> draftStopFromText(std::string_view text) {
    constexpr double kMostNats = 100.0;
    const auto kind = draftStopNamed(text.substr(0, text.find(':')));
    const WordAndNumber parts = wordAndNumber(text, kind == DraftStop::Kind::Entropy ? kMostNats : 1.0);
    const bool number = kind == DraftStop::Kind::Max || kind == DraftStop::Kind::Entropy;
    if (!kind || parts.colon != number || parts.number.has_value() != number) return std::nullopt;
    return DraftStop{.kind = *kind, .threshold = parts.number.value_or(0.0)};
}

std::vector<Rule> allRules() {
    std::vector<Rule> all;
    for (const auto& [rule, text] : kRules) all.push_back(rule);
    return all;
}

std::vector<Mutant> allMutants() {
    std::vector<Mutant> all;
    for (const auto& [mutant, text] : kMutants) {
        if (mutant != Mutant::None) all.push_back(mutant);
    }
    return all;
}

}  // namespace specula
