#pragma once

#include <QString>

#include "ui/common/run_log.h"

namespace specula {

/// The rejection of a run that explains itself best: the first of one whole word by another that was not
/// nearly kept; else the first rejection that has a token in its place; not valid where there is none.
TokenRef clearestRejection(const RunLog& log);

/// The token that was emitted in place of a rejected proposal; not valid for anything else.
TokenRef replacementOf(const RunLog& log, TokenRef rejected);

/// Prompt and output just before a rejected proposal, from the beginning of a word and at most `most`
/// characters of it.
QString textBefore(const RunLog& log, TokenRef rejected, int most);

}  // namespace specula
