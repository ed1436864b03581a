#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "engine/decode/engine.h"
#include "engine/trace/reports.h"

namespace specula {

// The exactness audit: asks whether speculative decoding of a loaded pair gives what plain decoding gives.
//
//   greedy        plain and speculative text are equal token for token, gamma 1 to 16, and several trees
//   draft rows    the rows of draft and target after rejections equal those of a fresh start, bit for bit
//   sampled laws  continuations drawn through Session::step follow the target's exact law: the first token,
//   the
//                 first two and the first three together (chi-square), under the person's settings and under
//                 two filtered ones of the audit's own, in chains and, with a feature head, in trees
//
// What each can see: the laws see any bias of verdicts, residuals, bonus tokens and filters within three
// tokens (several rounds, as gamma 1 and 2 are among them); the rows see what is merely stale and costs
// acceptance but no exactness; the greedy texts see mistakes of positions and caches far into a text.

/// Draws of each sampled check where none are asked for: about the same time for every target, from 500 to
/// 10,000 by the bytes it reads a token.
int defaultDraws(const ModelInfo& target);

/// Runs the audit; a function of its arguments alone (times apart). Temperature 0: the greedy and row checks
/// only. `progress` gets 0..1 and what is being done, `onCheck` each check as it is decided; both may be
/// empty. When stopped, returns early with the checks made so far and `passed` false. Throws Error where
/// there is nothing to audit (no draft, gamma 0), or request.options.mutant cannot show with this draft.
AuditReport audit(const std::shared_ptr<const Engine>& engine, const AuditRequest& request,
                  std::stop_token stop = {},
                  const std::function<void(double fraction, const std::string& what)>& progress = {},
                  const std::function<void(const AuditCheck&)>& onCheck = {});

}  // namespace specula
