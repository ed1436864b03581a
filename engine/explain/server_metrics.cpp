#include "engine/explain/server_metrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "engine/explain/cost_model.h"

namespace specula {

namespace {

constexpr std::size_t kMaxPositions = 64;
constexpr double kMaxCount = 1e15;
constexpr double kSlack = 1e-6;  // what printing with few digits may round

/// The number that begins after blanks, absent unless it is one and in range.
std::optional<double> numberAt(std::string_view text, double most = kMaxCount) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == text.npos) return std::nullopt;
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data() + begin, text.data() + text.size(), value);
    if (error != std::errc() || !std::isfinite(value) || value < 0.0 || value > most) return std::nullopt;
    return value;
}

/// The number after `key`.
std::optional<double> numberAfter(std::string_view line, std::string_view key, double most = kMaxCount) {
    const std::size_t at = line.find(key);
    if (at == line.npos) return std::nullopt;
    return numberAt(line.substr(at + key.size()), most);
}

void add(std::optional<double>& sum, const std::optional<double>& value) {
    if (value) sum = std::min(kMaxCount, sum.value_or(0.0) + *value);
}

/// A sample of a Prometheus metric with exactly this name: its labels, and its value after them.
struct Sample {
    std::string_view labels;
    double value = 0.0;
};
std::optional<Sample> sampleOf(std::string_view line, std::string_view name) {
    if (!line.starts_with(name)) return std::nullopt;
    line.remove_prefix(name.size());
    Sample sample;
    if (line.starts_with("{")) {
        const std::size_t end = line.rfind('}');
        if (end == line.npos) return std::nullopt;
        sample.labels = line.substr(1, end - 1);
        line.remove_prefix(end + 1);
    }
    if (line.empty() || (line.front() != ' ' && line.front() != '\t')) return std::nullopt;
    const std::optional<double> value = numberAt(line);
    if (!value) return std::nullopt;
    sample.value = *value;
    return sample;
}

/// Everything that was found, before it is known which server's it is.
struct Found {
    ServerMetrics vllm, log, json;
    std::vector<double> keptAt;  // vLLM: by position, added up
    double acceptLengths = 0.0;  // SGLang: summed
    int acceptLengthCount = 0;
};

void readVllm(std::string_view line, Found& found) {
    ServerMetrics& m = found.vllm;
    if (const auto s = sampleOf(line, "vllm:spec_decode_num_drafts_total")) add(m.rounds, s->value);
    if (const auto s = sampleOf(line, "vllm:spec_decode_num_draft_tokens_total")) add(m.drafted, s->value);
    if (const auto s = sampleOf(line, "vllm:spec_decode_num_accepted_tokens_total"))
        add(m.accepted, s->value);
    const auto s = sampleOf(line, "vllm:spec_decode_num_accepted_tokens_per_pos_total");
    if (!s) return;
    const std::optional<double> place = numberAfter(s->labels, "position=\"", kMaxPositions - 1);
    if (!place || *place != std::floor(*place)) return;
    const auto at = static_cast<std::size_t>(*place);
    if (found.keptAt.size() <= at) found.keptAt.resize(at + 1);
    found.keptAt[at] = std::min(kMaxCount, found.keptAt[at] + s->value);
}

/// "acc per pos = (0.800, 0.600)"
std::vector<double> placesOf(std::string_view line) {
    std::vector<double> places;
    const std::size_t begin = line.find("acc per pos = (");
    if (begin == line.npos) return places;
    line.remove_prefix(begin + std::string_view("acc per pos = (").size());
    line = line.substr(0, line.find(')'));
    while (!line.empty() && places.size() < kMaxPositions) {
        const std::optional<double> share = numberAt(line, 1.0);
        if (!share) return {};
        places.push_back(*share);
        const std::size_t comma = line.find(',');
        line = comma == line.npos ? std::string_view() : line.substr(comma + 1);
    }
    return places;
}

/// The number of a JSON member, the last of that name: an answer's text comes before its timings.
std::optional<double> memberOf(std::string_view line, std::string_view name) {
    const std::size_t at = line.rfind(name);
    if (at == line.npos) return std::nullopt;
    line.remove_prefix(at + name.size());
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.starts_with(":")) return std::nullopt;
    return numberAt(line.substr(1));
}

void readLlama(std::string_view line, Found& found) {
    ServerMetrics& m = found.log;
    const std::size_t at = line.find("draft acceptance");
    if (at != line.npos && line.find("accepted /", at) != line.npos) {
        const std::string_view counts = line.substr(at);
        const auto accepted = numberAfter(counts, "(");
        const auto drafted = numberAfter(counts, "accepted /");
        if (accepted && drafted) {
            add(m.accepted, accepted);
            add(m.drafted, drafted);
            const auto length = numberAfter(counts, "mean len =");
            // 1 + accepted / rounds, printed with two decimals; a round drafts one token at least.
            if (length && *length > 1.0) add(m.rounds, std::min(*accepted / (*length - 1.0), *drafted));
        }
    }
    if (const std::vector<double> places = placesOf(line); !places.empty()) m.survival = places;
    add(found.json.drafted, memberOf(line, "\"draft_n\""));
    add(found.json.accepted, memberOf(line, "\"draft_n_accepted\""));
}

/// The totals of a draft's own statistics: rounds are its drafts. Printed after each answer, each time of
/// all so far: the last counts.
void readLlamaStatistics(std::string_view line, ServerMetrics& last) {
    if (line.find("statistics ") == line.npos) return;
    const auto rounds = numberAfter(line, "#gen drafts =");
    const auto drafted = numberAfter(line, "#gen tokens =");
    const auto accepted = numberAfter(line, "#acc tokens =");
    if (!rounds || !drafted || !accepted || *rounds <= 0.0) return;
    last.rounds = rounds;
    last.drafted = drafted;
    last.accepted = accepted;
}

void readSglang(std::string_view line, Found& found) {
    std::optional<double> length;
    if (const auto s = sampleOf(line, "sglang:spec_accept_length")) length = s->value;
    if (!length) length = numberAfter(line, "accept len:");
    if (!length || *length < 1.0 || *length > kMaxPositions) return;
    found.acceptLengths += *length;
    ++found.acceptLengthCount;
}

MetricsProblem problemOf(const ServerMetrics& m) {
    if (m.tokensPerRound) return m.draftedPerRound() ? MetricsProblem::None : MetricsProblem::NoRounds;
    if (!m.drafted || !m.accepted) return MetricsProblem::Nothing;
    if (*m.drafted <= 0.0) return MetricsProblem::NoDrafts;
    if (*m.accepted > *m.drafted) return MetricsProblem::Inconsistent;
    if (m.rounds && *m.rounds <= 0.0) return MetricsProblem::NoDrafts;
    if (m.rounds && *m.rounds > *m.drafted) return MetricsProblem::Inconsistent;
    double before = 1.0;
    for (const double share : m.survival) {
        if (share > before + kSlack) return MetricsProblem::Inconsistent;
        before = share;
    }
    return m.rounds || !m.survival.empty() ? MetricsProblem::None : MetricsProblem::NoRounds;
}

ServerMetrics chosen(Found& found, const ServerMetrics& statistics) {
    if (found.vllm.drafted || found.vllm.accepted || found.vllm.rounds) {
        ServerMetrics m = found.vllm;
        m.kind = MetricsKind::Vllm;
        if (m.rounds && *m.rounds > 0.0) {
            for (const double kept : found.keptAt) m.survival.push_back(kept / *m.rounds);
            // vLLM counts places up to its own gamma, whether or not a draft was that long.
            while (!m.survival.empty() && m.survival.back() == 0.0) m.survival.pop_back();
        }
        return m;
    }
    if (found.log.drafted || statistics.drafted) {
        ServerMetrics m = found.log.drafted ? found.log : statistics;
        m.kind = MetricsKind::LlamaLog;
        if (!m.rounds && statistics.drafted == m.drafted) m.rounds = statistics.rounds;
        return m;
    }
    if (found.json.drafted && found.json.accepted) {
        ServerMetrics m = found.json;
        m.kind = MetricsKind::LlamaJson;
        return m;
    }
    ServerMetrics m;
    if (found.acceptLengthCount == 0) return m;
    m.kind = MetricsKind::Sglang;
    m.tokensPerRound = found.acceptLengths / found.acceptLengthCount;
    return m;
}

/// The one acceptance with which `share` of gamma drafted tokens is kept: (E - 1) / gamma.
double constantAlpha(double kept, double gamma) {
    double low = 0.0, high = 1.0;
    const int below = static_cast<int>(gamma);
    for (int i = 0; i < 60; ++i) {
        const double middle = 0.5 * (low + high);
        const double whole = expectedTokensPerRound(middle, below) - 1.0;
        const double next = expectedTokensPerRound(middle, below + 1) - 1.0;
        (whole + (gamma - below) * (next - whole) < kept ? low : high) = middle;
    }
    return high;
}

}  // namespace

std::optional<double> ServerMetrics::draftedPerRound() const {
    if (!rounds || !drafted || *rounds <= 0.0) return std::nullopt;
    return *drafted / *rounds;
}

ServerMetrics readServerMetrics(std::string_view text) {
    text = text.substr(0, kMaxMetrics);
    Found found;
    ServerMetrics statistics;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, std::min(end, kMaxMetricsLine));
        text.remove_prefix(std::min(end + 1, text.size()));
        line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
        if (line.empty() || line.front() == '#') continue;
        readVllm(line, found);
        readLlama(line, found);
        readLlamaStatistics(line, statistics);
        readSglang(line, found);
    }
    ServerMetrics metrics = chosen(found, statistics);
    metrics.problem = metrics.kind == MetricsKind::None ? MetricsProblem::Nothing : problemOf(metrics);
    return metrics;
}

std::vector<double> alphaOf(const ServerMetrics& metrics, int gamma) {
    const bool unknownRounds = metrics.problem == MetricsProblem::NoRounds;
    if (metrics.problem != MetricsProblem::None && !(unknownRounds && gamma > 0)) return {};
    if (!metrics.survival.empty()) {
        std::vector<double> alpha;
        double before = 1.0;
        for (const double share : metrics.survival) {
            if (before <= 0.0) break;
            alpha.push_back(std::min(1.0, share / before));
            before = share;
        }
        return alpha;
    }
    const double drafted = metrics.draftedPerRound().value_or(gamma);
    if (drafted <= 0.0 || drafted > static_cast<double>(kMaxPositions)) return {};
    double kept = 0.0;
    if (metrics.tokensPerRound)
        kept = *metrics.tokensPerRound - 1.0;
    else
        kept = *metrics.accepted / *metrics.drafted * drafted;
    if (kept > drafted) return {};
    return {constantAlpha(kept, drafted)};
}

}  // namespace specula
