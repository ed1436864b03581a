#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/decode/engine.h"
#include "engine/trace/round_source.h"

namespace specula {

/// One mutable timeline over a loaded Engine: prompt, then rounds. Plain decoding is the same Session with
/// gamma 0. Not for several threads; destroy it where it was used.
class Session final : public RoundSource {
public:
    /// Throws Error when the options do not fit the engine (gamma without a draft, a prompt longer than the
    /// context).
    Session(std::shared_ptr<const Engine> engine, RunOptions options, std::vector<TokenId> prompt);
    ~Session() override;

    /// Runs the prompt through the target in pieces, polling `stop` between them; called by the first step()
    /// if not before. False if it was stopped.
    bool prefill(std::stop_token stop);

    std::optional<Round> step(std::stop_token stop) override;
    Finish finish() const override;

    const RunOptions& options() const;  ///< as resolved: rule, costs
    const std::vector<TokenId>& prompt() const;
    const std::vector<TokenId>& output() const;  ///< emitted ids, including a final end-of-text token
    std::string text() const;  ///< output as text, cut at a stop string; "" without a tokenizer
    double prefillSeconds() const;

    /// Allows `moreTokens` more after Finish::Length, keeping the caches ("Continue").
    void extend(int moreTokens);

    /// Back to just after the prompt with another seed, keeping what the caches hold of the prompt; with
    /// `gamma` as a chain of another length (a Session that began with gamma 0 stays plain). Throws Error as
    /// the constructor does.
    void restart(std::uint64_t seed, std::optional<int> gamma = {});

private:
    struct Impl;
    std::unique_ptr<Impl> m;
};

}  // namespace specula
