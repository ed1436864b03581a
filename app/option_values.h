#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

// Values of options as words -> numbers. Each throws Error in the form
// "--gamma: expected a whole number from 0 to 32 or auto, found 'x'".

[[noreturn]] void refuseValue(const std::string& option, const std::string& expected,
                              const std::string& found);

std::int64_t parseInteger(const std::string& option, const std::string& text, std::int64_t low,
                          std::int64_t high);
std::uint64_t parseSeed(const std::string& option, const std::string& text);
double parseNumber(const std::string& option, const std::string& text, double low, double high);
int parseGamma(const std::string& option, const std::string& text);
TreeShape parseTree(const std::string& option, const std::string& text);
WeightFormat parseWeights(const std::string& option, const std::string& text);
KvFormat parseKv(const std::string& option, const std::string& text);
Device parseDevice(const std::string& option, const std::string& text);
Detail parseDetail(const std::string& option, const std::string& text);
/// "block", "ensemble:0.3": rule and weight.
void parseRule(const std::string& option, const std::string& text, RunOptions& options);
DraftStop parseDraftStop(const std::string& option, const std::string& text);
Mutant parseMutant(const std::string& option, const std::string& text);
/// "resample-from-target, ... or rejected-sibling-stays"
std::string mutantNames();

/// Words between commas, none of them empty. Throws Error.
std::vector<std::string> parseWords(const std::string& option, const std::string& text);

/// What stands between commas, none of it empty, spaces kept: paths may hold them. Throws Error.
std::vector<std::string> parseParts(const std::string& option, const std::string& text);

/// "90", "90s", "2m", "1.5h" in seconds.
double parseSeconds(const std::string& option, const std::string& text, double low, double high);

std::vector<TokenId> parseIds(const std::string& option, const std::string& text);

/// A draft as in EngineOptions; kinds that are not in this version and malformed numbers are refused.
void checkDraft(const std::string& option, const std::string& text);

/// Costs of a file {"c": 0.2, "v": [1, 1.05, ...], "overhead": 0.01}.
Costs readCosts(const std::string& path);

/// "1280x800" -> both, each 64 to 8192.
void parseSize(const std::string& option, const std::string& text, int& width, int& height);

}  // namespace specula
