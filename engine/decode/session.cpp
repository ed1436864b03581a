#include "engine/decode/session.h"

#include <algorithm>
#include <chrono>

#include "engine/decode/auto_gamma.h"
#include "engine/decode/philox.h"
#include "engine/decode/recorder.h"
#include "engine/decode/sampler.h"
#include "engine/draft/model_draft.h"
#include "engine/draft/ngram_draft.h"
#include "engine/trace/error.h"
#include "engine/verify/chain.h"
#include "engine/verify/rows.h"

namespace specula {

namespace {

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point began) {
    return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
}

constexpr int kLargestAutoGamma = 12;

void checkSampling(const Sampling& s) {
    const auto require = [](bool good, const char* what) {
        if (!good) throw Error(what);
    };
    require(s.temperature >= 0.0 && s.temperature <= 100.0, "--temperature: expected a number from 0 to 100");
    require(s.topK >= 0, "--top-k: expected 0 (off) or a positive number");
    require(s.topP > 0.0 && s.topP <= 1.0, "--top-p: expected a number above 0 and at most 1");
    require(s.minP >= 0.0 && s.minP <= 1.0, "--min-p: expected a number from 0 to 1");
    require(s.repetitionPenalty > 0.0 && s.repetitionPenalty <= 100.0,
            "--repetition-penalty: expected a number above 0 and at most 100");
}

}  // namespace

struct Session::Impl {
    Impl(std::shared_ptr<const Engine> loaded, RunOptions run, std::vector<TokenId> promptIds);

    int chooseGamma() const;
    Proposed propose(int gamma, std::stop_token stop);
    std::span<const float> targetRow(int i);
    std::span<const float> draftRow(int i) const;
    TokenId bestAt(int i);
    void see(int rows);
    bool commit(TokenId token);
    ChainVerdict judge();
    void record(Round& round, const ChainVerdict& verdict);
    Emitted extraOf(const ChainVerdict& verdict);

    std::shared_ptr<const Engine> engine;
    RunOptions options;
    std::vector<TokenId> prompt;
    std::vector<TokenId> tokens;  // prompt and output; the target's cache holds all but the last
    std::vector<TokenId> output;
    int vocabulary;
    std::unique_ptr<ModelState> state;
    std::unique_ptr<Draft> draft;
    Sampler targetSampler, draftSampler;
    SeenTokens seen;
    Recorder recorder;
    std::optional<AutoGamma> autoGamma;
    std::optional<StreamDecoder> decoder;
    std::string text;
    bool textEnded = false;
    Finish finish = Finish::Running;
    bool prefilled = false;
    double prefillSeconds = 0.0;
    double decodeMs = 0.0;
    int rounds = 0;

    // One round's scratch.
    Proposed proposed;
    std::vector<double> draftCoins;  // -1: not drawn
    std::vector<float> draftRows;    // [gamma][vocabulary]
    std::vector<float> logits;       // [gamma + 1][vocabulary]
    std::vector<float> targetRows;   // [gamma + 1][vocabulary], filled up to rowsReady
    std::vector<float> residual;     // [vocabulary]
    int rowsReady = 0;
    int seenDrafted = 0;  // drafted tokens now pushed onto `seen`
};

Session::Impl::Impl(std::shared_ptr<const Engine> loaded, RunOptions run, std::vector<TokenId> promptIds)
    : engine(std::move(loaded)),
      options(std::move(run)),
      prompt(std::move(promptIds)),
      tokens(prompt),
      vocabulary(engine->target().vocabulary()),
      targetSampler(options.sampling),
      draftSampler(options.draftSampling.value_or(options.sampling)),
      seen(vocabulary),
      recorder(engine->tokenizer(), options) {
    checkSampling(options.sampling);
    checkSampling(draftSampler.settings());
    if (prompt.empty()) throw Error("the prompt is empty; expected at least one token");
    const std::string kind = engine->draftInfo().kind;
    if (kind == "none" && options.gamma > 0)
        throw Error("--gamma " + std::to_string(options.gamma) +
                    " needs a draft; use --gamma 0 or choose a --draft");
    if (options.gamma > kGammaMax || options.gamma < kGammaAuto)
        throw Error("--gamma: expected auto or a number from 0 to " + std::to_string(kGammaMax));
    if (kind == "none") options.gamma = 0;
    if (options.maxTokens < 1) throw Error("--max-tokens: expected a number of at least 1");
    if (options.rule == Rule::Greedy && !options.sampling.greedy())
        throw Error("--rule greedy needs --temperature 0");
    if (options.sampling.greedy()) options.rule = Rule::Greedy;
    if (static_cast<int>(prompt.size()) >= engine->target().maxSeq())
        throw Error("the prompt has " + std::to_string(prompt.size()) +
                    " tokens, expected fewer than the context of " +
                    std::to_string(engine->target().maxSeq()) +
                    "; use a larger --max-context if the model allows it");
    for (const TokenId id : prompt) {
        if (id < 0 || id >= vocabulary)
            throw Error("the prompt has token id " + std::to_string(id) + ", expected 0 to " +
                        std::to_string(vocabulary - 1));
        seen.push(id);
    }
    if (options.gamma == kGammaAuto) {
        if (!options.costs) throw Error("automatic gamma needs measured costs (--costs)");
        autoGamma.emplace(*options.costs, kLargestAutoGamma);
    }
    state = engine->target().newState();
    if (kind == "ngram") draft = std::make_unique<NgramDraft>(engine->draftInfo().parameter);
    if (kind == "early-exit")
        draft =
            std::make_unique<EarlyExitDraft>(engine->targetShared(), *state, engine->draftInfo().parameter);
    if (kind == "model") draft = std::make_unique<ModelDraft>(engine->draftModel());
    if (engine->tokenizer() != nullptr) {
        // The prompt goes through it too: the output continues the prompt's text, leading space and half
        // characters.
        decoder.emplace(*engine->tokenizer());
        for (const TokenId id : prompt) decoder->push(id);
    }
    residual.resize(static_cast<std::size_t>(vocabulary));
}

int Session::Impl::chooseGamma() const {
    const int wanted = autoGamma ? autoGamma->choose() : options.gamma;
    const int remaining = options.maxTokens - static_cast<int>(output.size());
    const int room = engine->target().maxSeq() - static_cast<int>(tokens.size()) - 1;
    return std::max(0, std::min({wanted, remaining - 1, room}));
}

Proposed Session::Impl::propose(int gamma, std::stop_token stop) {
    draftCoins.assign(static_cast<std::size_t>(gamma), -1.0);
    if (gamma == 0 || !draft) return {};
    const auto width = static_cast<std::size_t>(vocabulary);
    if (draftRows.size() < width * static_cast<std::size_t>(gamma))
        draftRows.resize(width * static_cast<std::size_t>(gamma));
    DraftRequest request;
    request.context = tokens;
    request.gamma = gamma;
    request.stop = stop;
    request.endsText = [this](TokenId id) {
        return !options.ignoreEos &&
               std::find(engine->eos().begin(), engine->eos().end(), id) != engine->eos().end();
    };
    request.draw = [&](int slot, std::span<const float> draftLogits) {
        const std::span<float> row(draftRows.data() + width * static_cast<std::size_t>(slot), width);
        draftSampler.row(draftLogits, seen, row);
        const double coin = coinAt(options.seed, static_cast<std::uint32_t>(rounds),
                                   static_cast<std::uint32_t>(slot), Stream::DraftDraw);
        if (!draftSampler.settings().greedy()) draftCoins[static_cast<std::size_t>(slot)] = coin;
        const TokenId token = drawFrom(std::span<const float>(row), coin);
        seen.push(token);
        ++seenDrafted;
        return token;
    };
    Proposed out = draft->propose(request);
    for (; seenDrafted > 0; --seenDrafted) seen.pop();
    return out;
}

/// Makes `seen` hold the context and the first `drafted` proposals.
void Session::Impl::see(int drafted) {
    for (; seenDrafted < drafted; ++seenDrafted)
        seen.push(proposed.tokens[static_cast<std::size_t>(seenDrafted)]);
    for (; seenDrafted > drafted; --seenDrafted) seen.pop();
}

std::span<const float> Session::Impl::targetRow(int i) {
    const auto width = static_cast<std::size_t>(vocabulary);
    for (; rowsReady <= i; ++rowsReady) {
        const std::size_t at = static_cast<std::size_t>(rowsReady) * width;
        see(rowsReady);
        targetSampler.row({logits.data() + at, width}, seen, {targetRows.data() + at, width});
    }
    return {targetRows.data() + static_cast<std::size_t>(i) * width, width};
}

std::span<const float> Session::Impl::draftRow(int i) const {
    if (proposed.oneHot) return {};
    const auto width = static_cast<std::size_t>(vocabulary);
    return {draftRows.data() + static_cast<std::size_t>(i) * width, width};
}

TokenId Session::Impl::bestAt(int i) {
    const auto width = static_cast<std::size_t>(vocabulary);
    see(i);
    return targetSampler.best({logits.data() + static_cast<std::size_t>(i) * width, width}, seen);
}

/// Appends a token to the output; true if the text ends with it.
bool Session::Impl::commit(TokenId token) {
    tokens.push_back(token);
    output.push_back(token);
    const bool eos = std::find(engine->eos().begin(), engine->eos().end(), token) != engine->eos().end();
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
    if (eos && !options.ignoreEos) textEnded = true;
    return textEnded;
}

ChainVerdict Session::Impl::judge() {
    const auto endsHere = [this](int i) { return commit(proposed.tokens[static_cast<std::size_t>(i)]); };
    if (options.rule == Rule::Greedy)
        return judgeGreedy(
            proposed.tokens, [this](int i) { return bestAt(i); }, endsHere);
    std::vector<double> coins;
    for (std::size_t i = 0; i < proposed.tokens.size(); ++i)
        coins.push_back(coinAt(options.seed, static_cast<std::uint32_t>(rounds),
                               static_cast<std::uint32_t>(i), Stream::AcceptCoin));
    ChainInput<float> input;
    input.drafted = proposed.tokens;
    input.targetRow = [this](int i) { return targetRow(i); };
    input.draftRow = [this](int i) { return draftRow(i); };
    input.acceptCoins = coins;
    input.extraCoin = coinAt(options.seed, static_cast<std::uint32_t>(rounds), 0, Stream::ExtraDraw);
    input.scratch = residual;
    input.endsHere = endsHere;
    return judgeByToken(input);
}

Emitted Session::Impl::extraOf(const ChainVerdict& verdict) {
    Emitted token;
    token.id = verdict.extra;
    token.bytes = recorder.bytes(verdict.extra);
    token.kind = verdict.extraKind;
    if (verdict.extraKind == EmitKind::Resampled) token.proposal = verdict.accepted;
    token.pDrawn = verdict.extraP;
    if (verdict.usedExtraCoin)
        token.coin = coinAt(options.seed, static_cast<std::uint32_t>(rounds), 0, Stream::ExtraDraw);
    if (!recorder.tokens()) return token;
    const std::span<const float> row = targetRow(verdict.accepted);
    token.pTarget = static_cast<double>(row[static_cast<std::size_t>(verdict.extra)]);
    if (recorder.full() && verdict.extraKind != EmitKind::Resampled)
        token.rows = recorder.pair(row, {}, -1, {verdict.extra});
    return token;
}

void Session::Impl::record(Round& round, const ChainVerdict& verdict) {
    const bool sampled = options.rule != Rule::Greedy;
    for (std::size_t i = 0; i < proposed.tokens.size(); ++i) {
        Proposal proposal;
        proposal.parent = static_cast<int>(i) - 1;
        proposal.id = proposed.tokens[i];
        proposal.verdict = verdict.verdicts[i];
        if (draftCoins.size() > i && draftCoins[i] >= 0.0) proposal.draftCoin = draftCoins[i];
        const bool judged = proposal.verdict != Verdict::Discarded;
        if (sampled && judged)
            proposal.coin = coinAt(options.seed, static_cast<std::uint32_t>(rounds),
                                   static_cast<std::uint32_t>(i), Stream::AcceptCoin);
        if (recorder.tokens()) {
            proposal.bytes = recorder.bytes(proposal.id);
            const std::span<const float> target = targetRow(static_cast<int>(i));
            const std::span<const float> draftProbabilities = draftRow(static_cast<int>(i));
            proposal.pTarget = static_cast<double>(target[static_cast<std::size_t>(proposal.id)]);
            proposal.pDraft =
                draftProbabilities.empty()
                    ? 1.0
                    : static_cast<double>(draftProbabilities[static_cast<std::size_t>(proposal.id)]);
            const bool replaced = proposal.verdict == Verdict::Rejected;
            if (recorder.full())
                proposal.rows = recorder.pair(target, draftProbabilities, proposal.id,
                                              {replaced ? verdict.extra : proposal.id});
        }
        if (proposal.verdict == Verdict::Accepted)
            round.emitted.push_back({proposal.id,
                                     proposal.bytes,
                                     EmitKind::Accepted,
                                     static_cast<int>(i),
                                     proposal.pTarget,
                                     proposal.pDraft,
                                     {},
                                     {}});
        round.proposals.push_back(std::move(proposal));
    }
    if (!verdict.ended) round.emitted.push_back(extraOf(verdict));
}

Session::Session(std::shared_ptr<const Engine> engine, RunOptions options, std::vector<TokenId> prompt)
    : m(std::make_unique<Impl>(std::move(engine), std::move(options), std::move(prompt))) {}

Session::~Session() = default;

bool Session::prefill(std::stop_token stop) {
    if (m->prefilled) return true;
    const Clock::time_point began = Clock::now();
    const std::span<const TokenId> rest = std::span(m->prompt).first(m->prompt.size() - 1);
    const auto done = static_cast<std::size_t>(m->state->cache.length());
    m->prefilled = m->engine->target().prefill(*m->state, rest.subspan(done), stop);
    m->prefillSeconds += millisecondsSince(began) / 1000.0;
    if (!m->prefilled) m->finish = Finish::Cancelled;
    return m->prefilled;
}

std::optional<Round> Session::step(std::stop_token stop) {
    if (m->finish != Finish::Running || !prefill(stop)) return std::nullopt;
    if (stop.stop_requested()) {
        m->finish = Finish::Cancelled;
        return std::nullopt;
    }
    Round round;
    round.index = m->rounds;
    round.position = static_cast<int>(m->tokens.size());
    round.rule = m->options.rule;
    round.gamma = m->chooseGamma();
    const Clock::time_point began = Clock::now();
    m->proposed = m->propose(round.gamma, stop);
    round.times.draftMs = millisecondsSince(began);
    if (stop.stop_requested()) {
        m->finish = Finish::Cancelled;
        return std::nullopt;
    }

    const Clock::time_point verifyBegan = Clock::now();
    std::vector<TokenId> rows{m->tokens.back()};
    rows.insert(rows.end(), m->proposed.tokens.begin(), m->proposed.tokens.end());
    const std::size_t needed = rows.size() * static_cast<std::size_t>(m->vocabulary);
    if (m->logits.size() < needed) {
        m->logits.resize(needed);
        m->targetRows.resize(needed);
    }
    const int base = m->state->cache.length();
    m->engine->target().forward(*m->state, {rows}, {}, m->logits.data());
    round.times.verifyMs = millisecondsSince(verifyBegan);

    const Clock::time_point decideBegan = Clock::now();
    m->rowsReady = 0;
    const ChainVerdict verdict = m->judge();
    m->record(round, verdict);
    m->see(0);
    m->state->cache.truncate(base + 1 + verdict.accepted - (verdict.ended ? 1 : 0));
    if (!verdict.ended) m->commit(verdict.extra);
    for (const Emitted& token : round.emitted) m->seen.push(token.id);
    if (m->autoGamma) m->autoGamma->learn(round);
    ++m->rounds;
    if (m->textEnded) {
        m->finish = Finish::Stop;
    } else if (static_cast<int>(m->output.size()) >= m->options.maxTokens) {
        m->finish = Finish::Length;
    } else if (static_cast<int>(m->tokens.size()) >= m->engine->target().maxSeq()) {
        m->finish = Finish::Context;
    }
    if (m->finish != Finish::Running && m->decoder && !m->textEnded) m->text += m->decoder->finish();
    round.times.decideMs = millisecondsSince(decideBegan);
    m->decodeMs += millisecondsSince(began);
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

}  // namespace specula
