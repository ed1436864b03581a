#include "engine/decode/session.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "engine/decode/auto_plan.h"
#include "engine/decode/recorder.h"
#include "engine/decode/round_proposals.h"
#include "engine/decode/sampler.h"
#include "engine/decode/synthetic_verdict.h"
#include "engine/decode/target_rows.h"
#include "engine/draft/feature_draft.h"
#include "engine/draft/model_draft.h"
#include "engine/draft/ngram_draft.h"
#include "engine/draft/self_draft.h"
#include "engine/trace/error.h"
#include "engine/trace/rules.h"
#include "engine/verify/judge.h"

namespace specula {

namespace {

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point began) {
    return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
}

constexpr int kDeepestAutoChain = 12;
constexpr int kDeepestAutoTree = 6;
constexpr int kWidestAutoTree = 8;

void require(bool good, const std::string& what) {
    if (!good) throw Error(what);
}

void checkSampling(const Sampling& s) {
    require(s.temperature >= 0.0 && s.temperature <= 100.0, "--temperature: expected a number from 0 to 100");
    require(s.topK >= 0, "--top-k: expected 0 (off) or a positive number");
    require(s.topP > 0.0 && s.topP <= 1.0, "--top-p: expected a number above 0 and at most 1");
    require(s.minP >= 0.0 && s.minP <= 1.0, "--min-p: expected a number from 0 to 1");
    require(s.repetitionPenalty > 0.0 && s.repetitionPenalty <= 100.0,
            "--repetition-penalty: expected a number above 0 and at most 100");
}

void checkTree(const TreeShape& tree, const std::string& draftKind) {
    if (tree.off()) return;
    require(draftKind == "feature-head",
            "--tree needs a feature head; a draft of kind " + draftKind + " proposes chains only");
    long nodes = 0, level = 1;
    for (const int children : tree.children) {
        require(children >= 1 && children <= kTreeNodesMax, "--tree: expected numbers of at least 1");
        level *= children;
        nodes += level;
        require(nodes <= kTreeNodesMax,
                "--tree: expected at most " + std::to_string(kTreeNodesMax) + " tokens in all");
    }
}

/// Options as they run: the rule that temperature and tree ask for, gamma 0 without a draft. Throws Error.
RunOptions resolved(RunOptions options, const std::string& draftKind) {
    checkSampling(options.sampling);
    checkSampling(options.draftSampling.value_or(options.sampling));
    require(draftKind != "none" || options.gamma <= 0,
            "--gamma " + std::to_string(options.gamma) + " needs a draft; use --gamma 0 or choose a --draft");
    require(options.gamma >= kGammaAuto && options.gamma <= kGammaMax,
            "--gamma: expected auto or a number from 0 to " + std::to_string(kGammaMax));
    require(options.maxTokens >= 1, "--max-tokens: expected a number of at least 1");
    require(
        options.syntheticAcceptance.value_or(0.0) >= 0.0 && options.syntheticAcceptance.value_or(0.0) <= 1.0,
        "synthetic acceptance: expected a number from 0 to 1");
    require(options.ensembleWeight >= 0.0 && options.ensembleWeight <= 1.0,
            "--rule ensemble: expected a weight from 0 to 1");
    require(options.draftStop.threshold >= 0.0, "--draft-stop: expected a threshold of at least 0");
    if (draftKind == "none") {
        options.gamma = 0;
        options.tree = {};
    }
    if (draftKind == "oracle") options.draftSampling.reset();  // its row is the target's
    if (options.gamma == 0) options.tree = {};
    checkTree(options.tree, draftKind);
    const bool greedy = options.sampling.greedy(), tree = !options.tree.off(), plain = options.gamma == 0;
    const std::string problem = ruleProblem(options.rule, greedy, tree, plain);
    require(problem.empty(), problem);
    options.rule = resolvedRule(options.rule, greedy, tree, plain);
    require(!choosesByCosts(options) || options.costs.has_value(),
            "automatic gamma needs measured costs (--costs)");
    return options;
}

/// What the target samples with: its settings, unless a mutant leaves the filters to the draft alone.
Sampling targetSampling(const RunOptions& options) {
    Sampling sampling = options.sampling;
    if (options.mutant == Mutant::UnfilteredTarget)
        sampling = {.temperature = sampling.temperature, .repetitionPenalty = sampling.repetitionPenalty};
    return sampling;
}

std::vector<TokenId> endingTokens(const Engine& engine, const RunOptions& options) {
    return options.ignoreEos ? std::vector<TokenId>{} : engine.eos();
}

}  // namespace

struct Session::Impl {
    Impl(std::shared_ptr<const Engine> loaded, RunOptions run, std::vector<TokenId> promptIds);

    void checkPrompt() const;
    void makeDraft();
    void begin();  // the state just after the prompt
    std::vector<int> choosePlan() const;
    void propose(const std::vector<int>& plan, std::stop_token stop);
    void verify();
    bool commit(TokenId token);
    void prepareInput();
    Judged judgeRound();
    void keepPath(const Judged& judged);
    void settle();
    ForwardOptions tapping();

    std::shared_ptr<const Engine> engine;
    Rule asked;  // before it was resolved
    RunOptions options;
    std::vector<TokenId> prompt;
    std::vector<TokenId> tokens;  // prompt and output; the target's cache holds all but the last
    std::vector<TokenId> output;
    int vocabulary;
    std::unique_ptr<ModelState> state;
    std::unique_ptr<Draft> draft;
    Sampler targetSampler, draftSampler;
    SeenTokens seen;
    RoundProposals proposals;
    TargetRows target;
    Recorder recorder;
    std::optional<AutoPlan> autoPlan;
    std::optional<StreamDecoder> decoder;
    std::string text;
    bool textEnded = false;
    Finish finish = Finish::Running;
    bool prefilled = false;
    double prefillSeconds = 0.0;
    double decodeMs = 0.0;
    int rounds = 0;

    // One round's scratch.
    JudgeInput<float> input;
    std::vector<double> coins;          // [proposals]
    std::vector<float> residual, rest;  // [vocabulary]
    std::vector<float> tapped;          // [taps][rows][hidden]
};

Session::Impl::Impl(std::shared_ptr<const Engine> loaded, RunOptions run, std::vector<TokenId> promptIds)
    : engine(std::move(loaded)),
      asked(run.rule),
      options(resolved(std::move(run), engine->draftInfo().kind)),
      prompt(std::move(promptIds)),
      vocabulary(engine->target().vocabulary()),
      targetSampler(targetSampling(options)),
      draftSampler(options.draftSampling.value_or(options.sampling)),
      seen(vocabulary),
      proposals(vocabulary, draftSampler, seen, endingTokens(*engine, options), options),
      target(vocabulary, targetSampler, proposals, options.mutant),
      recorder(engine->tokenizer(), options) {
    checkPrompt();
    state = engine->target().newState();
    makeDraft();
    residual.resize(static_cast<std::size_t>(vocabulary));
    rest.resize(static_cast<std::size_t>(vocabulary));
    begin();
}

void Session::Impl::checkPrompt() const {
    require(!prompt.empty(), "the prompt is empty; expected at least one token");
    require(static_cast<int>(prompt.size()) < engine->target().maxSeq(),
            "the prompt has " + std::to_string(prompt.size()) +
                " tokens, expected fewer than the context of " + std::to_string(engine->target().maxSeq()) +
                "; use a larger --max-context if the model allows it");
    for (const TokenId id : prompt)
        require(id >= 0 && id < vocabulary, "the prompt has token id " + std::to_string(id) +
                                                ", expected 0 to " + std::to_string(vocabulary - 1));
}

void Session::Impl::makeDraft() {
    const DraftInfo& info = engine->draftInfo();
    if (info.kind == "ngram") draft = std::make_unique<NgramDraft>(info.parameter);
    if (!info.skippedLayers.empty())
        draft = std::make_unique<SelfDraft>(engine->targetShared(), *state, info.skippedLayers);
    if (info.alpha) draft = std::make_unique<OracleDraft>(engine->targetShared(), *state, *info.alpha);
    if (info.kind == "model" && engine->tokenBridge())
        draft = std::make_unique<ModelDraft>(engine->draftModel(), engine->tokenBridge(), vocabulary);
    else if (info.kind == "model")
        draft = std::make_unique<ModelDraft>(engine->draftModel());
    if (info.kind == "feature-head" && options.gamma != 0)
        draft = std::make_unique<FeatureDraft>(engine->featureHead(), vocabulary);
}

void Session::Impl::begin() {
    tokens = prompt;
    output.clear();
    text.clear();
    textEnded = false;
    finish = Finish::Running;
    decodeMs = 0.0;
    rounds = 0;
    seen = SeenTokens(vocabulary);
    for (const TokenId id : prompt) seen.push(id);
    autoPlan.reset();
    if (options.tree.automatic)
        autoPlan.emplace(*options.costs, kDeepestAutoTree, kWidestAutoTree);
    else if (options.tree.off() && options.gamma == kGammaAuto)
        autoPlan.emplace(*options.costs, kDeepestAutoChain, 1);
    if (engine->tokenizer() == nullptr) return;
    // The prompt goes through it too: the output continues the prompt's text, leading space and half
    // characters.
    decoder.emplace(*engine->tokenizer());
    for (const TokenId id : prompt) decoder->push(id);
}

/// What to draft this round, cut to what the run and the context still have room for.
std::vector<int> Session::Impl::choosePlan() const {
    if (!draft) return {};
    std::vector<int> plan;
    if (autoPlan)
        plan = autoPlan->choose();
    else if (!options.tree.off())
        plan = planOf(options.tree.children);
    else
        plan = planOf(std::vector<int>(static_cast<std::size_t>(options.gamma), 1));
    // An automatic stop rule ends chains by itself, so the plan only has to be long enough.
    const bool stopsItself = autoPlan && options.draftStop.kind == DraftStop::Kind::Auto;
    if (stopsItself && options.tree.off() && !plan.empty())
        plan = planOf(std::vector<int>(kDeepestAutoChain, 1));
    const int remaining = options.maxTokens - static_cast<int>(output.size());
    const int room = engine->target().maxSeq() - static_cast<int>(tokens.size()) - 1;
    plan.resize(std::min(plan.size(), static_cast<std::size_t>(std::max(0, room))));
    while (depthOf(plan) > std::max(0, remaining - 1)) plan.pop_back();
    return plan;
}

void Session::Impl::propose(const std::vector<int>& plan, std::stop_token stop) {
    proposals.begin(rounds);
    if (plan.empty()) return;
    draft->propose({tokens, plan, stop, options.mutant == Mutant::StaleDraftCache}, proposals);
    proposals.see(-1);
}

ForwardOptions Session::Impl::tapping() {
    if (!draft) return {};
    const std::span<const int> taps = draft->taps();
    tapped.resize(taps.size() * kMaxForwardRows * static_cast<std::size_t>(engine->targetInfo().hidden));
    return {.taps = taps, .tapOut = tapped.data()};
}

/// The target's pass over the last token and all proposals.
void Session::Impl::verify() {
    std::vector<TokenId> rows{tokens.back()};
    rows.insert(rows.end(), proposals.tokens().begin(), proposals.tokens().end());
    std::vector<int> parents{-1};
    for (const int parent : proposals.parents()) parents.push_back(parent + 1);
    engine->target().forward(*state, {.tokens = rows, .parents = parents}, tapping(), target.begin());
}

/// Appends a token to the output; true if the text ends with it.
bool Session::Impl::commit(TokenId token) {
    tokens.push_back(token);
    output.push_back(token);
    if (decoder) {
        const std::size_t before = text.size();
        text += decoder->push(token);
        for (const std::string& stop : options.stop) {
            if (stop.empty()) continue;
            const std::size_t from = before > stop.size() ? before - stop.size() : 0;
            const std::size_t at = text.find(stop, from);
            if (at == std::string::npos) continue;
            text.resize(at);
            textEnded = true;
        }
    }
    if (proposals.ends(token)) textEnded = true;
    return textEnded;
}

void Session::Impl::prepareInput() {
    coins.clear();
    for (int node = 0; node < proposals.size(); ++node) coins.push_back(proposals.acceptCoin(node));
    input.rule = options.rule;
    input.drafted = proposals.tokens();
    input.parents = proposals.parents();
    input.targetRow = [this](int node) { return target.row(node); };
    input.draftRow = [this](int node) { return proposals.row(node); };
    input.acceptCoins = coins;
    input.extraCoin = coinAt(options.seed, static_cast<std::uint32_t>(rounds), 0, Stream::ExtraDraw);
    input.targetScratch = residual;
    input.draftScratch = rest;
    input.endsHere = [this](int node) { return commit(proposals.tokens()[static_cast<std::size_t>(node)]); };
    input.best = [this](int node) { return target.best(node); };
    input.ensembleWeight = options.ensembleWeight;
    input.mutant = options.mutant;
}

Judged Session::Impl::judgeRound() {
    prepareInput();
    if (!options.syntheticAcceptance) return judge(input);
    if (options.tree.off()) spreadCoins(coins, *options.syntheticAcceptance, options.seed, rounds);
    return judgeSynthetic(input, *options.syntheticAcceptance);
}

/// Leaves in the target's cache what the text now holds but its last token, and shows the draft what the
/// target made of it.
void Session::Impl::keepPath(const Judged& judged) {
    const int base = state->cache.length() - 1 - proposals.size();
    std::vector<int> rows{0};  // of the pass that are now text and followed by a token
    for (const int node : judged.path) rows.push_back(node + 1);
    if (judged.ended) rows.pop_back();
    std::vector<int> slots;
    for (const int row : rows) slots.push_back(base + row);
    state->cache.compact(base, slots);
    if (draft && !draft->taps().empty())
        draft->observe(tokens, {base, rows, tapped.data(), 1 + proposals.size()});
}

void Session::Impl::settle() {
    if (textEnded)
        finish = Finish::Stop;
    else if (static_cast<int>(output.size()) >= options.maxTokens)
        finish = Finish::Length;
    else if (static_cast<int>(tokens.size()) >= engine->target().maxSeq())
        finish = Finish::Context;
    if (finish != Finish::Running && decoder && !textEnded) text += decoder->finish();
}

Session::Session(std::shared_ptr<const Engine> engine, RunOptions options, std::vector<TokenId> prompt)
    : m(std::make_unique<Impl>(std::move(engine), std::move(options), std::move(prompt))) {}

Session::~Session() = default;

bool Session::prefill(std::stop_token stop) {
    if (m->prefilled) return true;
    const Clock::time_point began = Clock::now();
    const std::span<const TokenId> whole = std::span(m->prompt).first(m->prompt.size() - 1);
    const auto rest = whole.subspan(static_cast<std::size_t>(m->state->cache.length()));
    const auto observe = [this](int first, int rows) {
        if (!m->draft || m->draft->taps().empty()) return;
        std::vector<int> all(static_cast<std::size_t>(rows));
        std::iota(all.begin(), all.end(), 0);
        m->draft->observe(m->prompt, {first, all, m->tapped.data(), rows});
    };
    m->prefilled = m->engine->target().prefill(*m->state, rest, stop, m->tapping(), observe);
    m->prefillSeconds += millisecondsSince(began) / 1000.0;
    if (!m->prefilled) m->finish = Finish::Cancelled;
    return m->prefilled;
}

std::optional<Round> Session::step(std::stop_token stop) {
    if (m->finish != Finish::Running || !prefill(stop)) return std::nullopt;
    const auto cancelled = [&] {
        if (stop.stop_requested()) m->finish = Finish::Cancelled;
        return stop.stop_requested();
    };
    if (cancelled()) return std::nullopt;
    Round round;
    round.index = m->rounds;
    round.position = static_cast<int>(m->tokens.size());
    round.rule = m->options.rule;
    const Clock::time_point began = Clock::now();
    const std::vector<int> plan = m->choosePlan();
    round.gamma = static_cast<int>(plan.size());
    m->propose(plan, stop);
    round.times.draftMs = millisecondsSince(began);
    if (cancelled()) return std::nullopt;

    const Clock::time_point verifyBegan = Clock::now();
    m->verify();
    round.times.verifyMs = millisecondsSince(verifyBegan);

    const Clock::time_point decideBegan = Clock::now();
    const Judged judged = m->judgeRound();
    const JudgedRound judgedRound{m->proposals, m->target, m->input, judged};
    m->recorder.record(judgedRound, round);
    // Copies for what-ifs are no part of decoding: the clock leaves them out.
    const Clock::time_point keepBegan = Clock::now();
    round.kept = m->recorder.keep(judgedRound);
    const double keptMs = millisecondsSince(keepBegan);
    m->proposals.see(-1);
    if (!judged.ended) m->commit(judged.extra);
    m->keepPath(judged);
    for (const Emitted& token : round.emitted) m->seen.push(token.id);
    if (m->autoPlan) m->autoPlan->learn(round);
    m->proposals.learn(judged);
    ++m->rounds;
    m->settle();
    round.times.decideMs = millisecondsSince(decideBegan) - keptMs;
    m->decodeMs += millisecondsSince(began) - keptMs;
    round.times.endMs = m->decodeMs;
    return round;
}

Finish Session::finish() const {
    return m->finish;
}
const RunOptions& Session::options() const {
    return m->options;
}
const std::vector<TokenId>& Session::prompt() const {
    return m->prompt;
}
const std::vector<TokenId>& Session::output() const {
    return m->output;
}
std::string Session::text() const {
    return m->text;
}
double Session::prefillSeconds() const {
    return m->prefillSeconds;
}

void Session::extend(int moreTokens) {
    const bool room = static_cast<int>(m->tokens.size()) < m->engine->target().maxSeq();
    if (m->finish == Finish::Context || !room) return;
    if (m->finish == Finish::Running) return;
    m->options.maxTokens = static_cast<int>(m->output.size()) + moreTokens;
    m->textEnded = false;
    m->finish = Finish::Running;
}

void Session::restart(std::uint64_t seed, std::optional<int> gamma) {
    if (gamma && m->options.gamma != 0) {
        RunOptions next = m->options;
        next.gamma = *gamma;
        if (!next.sampling.greedy()) next.rule = m->asked;  // resolved anew
        m->options = resolved(std::move(next), m->engine->draftInfo().kind);
    }
    m->options.seed = seed;
    m->proposals.begin(0);
    m->state->cache.truncate(static_cast<int>(m->prompt.size()) - 1);
    m->begin();
}

}  // namespace specula
