#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/trace/round.h"

namespace specula {

// The words used for each value on the command line, in files and on screen (one spelling everywhere).

std::string_view name(WeightFormat format);
std::string_view name(KvFormat format);
std::string_view name(Rule rule);
std::string_view name(Detail detail);
std::string_view name(Verdict verdict);
std::string_view name(EmitKind kind);
std::string_view name(Finish finish);

/// The value with that name, or nothing.
std::optional<WeightFormat> weightFormatNamed(std::string_view text);
std::optional<KvFormat> kvFormatNamed(std::string_view text);
std::optional<Rule> ruleNamed(std::string_view text);
std::optional<Detail> detailNamed(std::string_view text);
std::optional<Verdict> verdictNamed(std::string_view text);
std::optional<EmitKind> emitKindNamed(std::string_view text);
std::optional<Finish> finishNamed(std::string_view text);

}  // namespace specula
