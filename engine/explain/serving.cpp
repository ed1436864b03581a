#include "engine/explain/serving.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/explain/serving_flags.h"

namespace specula {

namespace {

std::vector<double> countedAlpha(const Totals& totals) {
    std::vector<double> alpha;
    for (std::size_t i = 0; i < totals.judgedAt.size() && totals.judgedAt[i] > 0; ++i)
        alpha.push_back(static_cast<double>(totals.acceptedAt[i]) / static_cast<double>(totals.judgedAt[i]));
    return alpha;
}

void takeAcceptance(ServingAdvice& advice) {
    const ServingRequest& request = advice.request;
    if (!request.metrics) {
        advice.alphaByPosition = countedAlpha(request.totals);
        if (advice.alphaByPosition.empty()) advice.refusals.push_back(Refusal::PlainRun);
        return;
    }
    const ServerMetrics& metrics = *request.metrics;
    advice.acceptance =
        metrics.survival.empty() ? AcceptanceSource::ServerAverage : AcceptanceSource::ServerPositions;
    advice.alphaByPosition = alphaOf(metrics, request.drafted);
    if (advice.alphaByPosition.empty()) advice.refusals.push_back(Refusal::NoAcceptance);
}

/// Costs of one request: v(m) is the pass with m rows of each.
std::optional<Costs> costsThere(const ServingRequest& request) {
    const ServerTimes& times = *request.times;
    if (times.verifyMs <= 0.0) return std::nullopt;
    Costs costs;
    costs.c = times.draftMs / times.verifyMs;
    // A model's step is not free: for want of its time there, its share of a target step here.
    if (times.draftMs <= 0.0 && request.draft.kind != "ngram" && request.costs) costs.c = request.costs->c;
    costs.v = {1.0};
    if (times.rows < 2) return costs;
    const double slope = (times.rowsMs / times.verifyMs - 1.0) / (times.rows - 1);
    for (int rows = 2; rows <= kMostServed + 1; ++rows)
        costs.v.push_back(std::max(1.0, 1.0 + slope * (rows - 1)));
    return costs;
}

/// This machine's, for `batch` requests in one pass: each brings its rows.
Costs costsHere(const Costs& measured, int batch) {
    Costs costs = measured;
    const double one = verifyCost(measured, batch);
    costs.v.clear();
    for (int rows = 1; rows <= kMostServed + 1; ++rows)
        costs.v.push_back(verifyCost(measured, rows * batch) / one);
    return costs;
}

void takeCosts(ServingAdvice& advice) {
    const ServingRequest& request = advice.request;
    if (request.times) advice.costs = costsThere(request);
    if (advice.costs) {
        advice.costSource = request.times->rows > 1 ? CostSource::There : CostSource::ThereFlat;
        return;
    }
    if (!request.costs || request.costs->v.empty()) return;
    advice.costs = costsHere(*request.costs, std::max(1, request.batch));
    advice.costSource = CostSource::Here;
}

}  // namespace

std::string_view name(Server server) {
    switch (server) {
        case Server::Vllm:
            return "vllm";
        case Server::Sglang:
            return "sglang";
        case Server::LlamaCpp:
            return "llama.cpp";
        case Server::Transformers:
            return "transformers";
    }
    return "";
}

std::vector<Server> allServers() {
    return {Server::Vllm, Server::Sglang, Server::LlamaCpp, Server::Transformers};
}

std::optional<Server> serverNamed(std::string_view text) {
    for (const Server server : allServers()) {
        if (text == name(server)) return server;
    }
    return std::nullopt;
}

std::string_view titleOf(Server server) {
    switch (server) {
        case Server::Vllm:
            return "vLLM";
        case Server::Sglang:
            return "SGLang";
        case Server::LlamaCpp:
            return "llama.cpp server";
        case Server::Transformers:
            return "Transformers";
    }
    return "";
}

std::string servedName(const std::string& path) {
    constexpr std::string_view kMark = "/models--";
    const std::size_t at = path.find(kMark);
    const std::size_t end = at == path.npos ? path.npos : path.find("/snapshots/", at);
    if (end == path.npos) return path;
    const std::string repository = path.substr(at + kMark.size(), end - at - kMark.size());
    const std::size_t dashes = repository.find("--");
    if (dashes == repository.npos) return repository;
    return repository.substr(0, dashes) + "/" + repository.substr(dashes + 2);
}

ServingAdvice adviseServing(ServingRequest request) {
    ServingAdvice advice;
    advice.request = std::move(request);
    advice.refusals = refusalsOf(advice.request);
    takeAcceptance(advice);
    takeCosts(advice);
    const DraftStop::Kind stop = advice.request.options.draftStop.kind;
    advice.stopsEarly = !advice.request.metrics && stop != DraftStop::Kind::Fixed;
    if (!advice.costs || advice.alphaByPosition.empty()) return advice;
    const PredictedGamma best = bestGamma(advice.alphaByPosition, *advice.costs, kMostServed);
    advice.gamma = best.gamma;
    advice.speedup = best.speedup;
    advice.tokensPerRound = expectedTokensPerRound(advice.alphaByPosition, best.gamma);
    if (!advice.refused() && advice.gamma > 0) advice.flags = flagsOf(advice.request, advice.gamma);
    return advice;
}

}  // namespace specula
