#pragma once

#include "engine/checkpoint/checkpoint.h"
#include "engine/trace/reports.h"

namespace specula {

/// Tokens that a model really has: the tokenizer's, without the padding at its end ("[PAD7]" in converted
/// files), and at most the embedding's rows; without a tokenizer, the rows. Embeddings are often padded to a
/// round size (Qwen2.5: 151,936 or 152,064 rows for the same 151,665 tokens); what lies beyond is never
/// drawn, so that every model with these tokens has rows of the same support.
int usedVocabulary(const Checkpoint& checkpoint);

/// A short name for a tokenizer's whole list of tokens: two that differ in any token have different ones (but
/// for chance).
std::string tokenizerFingerprint(const Tokenizer& tokenizer);

/// Whether the draft's proposals mean the same to the target: what counts is the tokenizers, token by token,
/// not the sizes in the configs. Tokenizers that differ pair by the tokens with equal bytes where these are
/// enough (PairReport::sharedTokens, with a warning). Two models without tokenizers pair when their
/// vocabularies have the same size, with a warning. A draft that train-draft made has no tokenizer, but a
/// note (provenance.json) of the one it was trained for. Never without a check.
PairReport checkPair(const Checkpoint& target, const Checkpoint& draft);

/// The first failed check as one sentence, and whether shared tokens are too few; "" for a compatible pair.
std::string reasonAgainst(const PairReport& report);

}  // namespace specula
