#pragma once

#include <optional>
#include <stop_token>

#include "engine/trace/round.h"

namespace specula {

/// Something that yields Rounds: a Session, the replay of a stored run, or a test's fake.
/// Used from one thread; the caller owns the loop, so progress, pause, cancel and single steps come free.
class RoundSource {
public:
    virtual ~RoundSource() = default;

    /// The next round, or nothing when the run has ended. `stop` is polled before every model pass; a round
    /// that is interrupted emits nothing and the source ends with Finish::Cancelled. Throws Error.
    virtual std::optional<Round> step(std::stop_token stop) = 0;

    /// Why the run ended; Running while it has not.
    virtual Finish finish() const = 0;
};

}  // namespace specula
