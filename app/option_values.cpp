#include "app/option_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "app/command_line.h"
#include "app/file_io.h"
#include "app/trace_json.h"
#include "engine/text/json_file.h"
#include "engine/text/utf8.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

namespace {

// The whole text as a number, or nothing.
template <typename T>
std::optional<T> numberIn(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    T value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts{""};
    for (const char c : text) {
        if (c == separator)
            parts.emplace_back();
        else if (c != ' ')
            parts.back() += c;
    }
    return parts;
}

std::string shortNumber(double value) {
    return nlohmann::json(value).dump();
}

std::string oneLine(const std::string& text) {
    std::string line = replaceIllFormed(text.substr(0, 80));
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return text.size() > 80 ? line + "..." : line;
}

}  // namespace

void refuseValue(const std::string& option, const std::string& expected, const std::string& found) {
    throw Error(option + ": expected " + expected + ", found '" + oneLine(found) + "'");
}

std::int64_t parseInteger(const std::string& option, const std::string& text, std::int64_t low,
                          std::int64_t high) {
    const auto value = numberIn<std::int64_t>(text);
    if (!value || *value < low || *value > high)
        refuseValue(option, "a whole number from " + std::to_string(low) + " to " + std::to_string(high),
                    text);
    return *value;
}

std::uint64_t parseSeed(const std::string& option, const std::string& text) {
    const auto value = numberIn<std::uint64_t>(text);
    if (!value) refuseValue(option, "a whole number from 0 to 18446744073709551615", text);
    return *value;
}

double parseNumber(const std::string& option, const std::string& text, double low, double high) {
    const auto value = numberIn<double>(text);
    if (!value || !std::isfinite(*value) || *value < low || *value > high)
        refuseValue(option, "a number from " + shortNumber(low) + " to " + shortNumber(high), text);
    return *value;
}

int parseGamma(const std::string& option, const std::string& text) {
    if (text == "auto") return kGammaAuto;
    const auto value = numberIn<int>(text);
    if (!value || *value < 0 || *value > kGammaMax)
        refuseValue(option, "a whole number from 0 to 32 or auto", text);
    return *value;
}

TreeShape parseTree(const std::string& option, const std::string& text) {
    if (text == "off") return {};
    if (text == "auto") return {.automatic = true, .children = {}};
    TreeShape tree;
    long nodes = 0, level = 1;
    std::istringstream numbers(text + ",");
    for (std::string word; std::getline(numbers, word, ',');) {
        const auto value = numberIn<int>(word);
        level *= value.value_or(0);
        nodes += level;
        if (!value || *value < 1 || nodes > kTreeNodesMax)
            refuseValue(option,
                        "auto, off or children at each depth such as 3,2,1 (at most " +
                            std::to_string(kTreeNodesMax) + " tokens in all)",
                        text);
        tree.children.push_back(*value);
    }
    return tree;
}

WeightFormat parseWeights(const std::string& option, const std::string& text) {
    const auto value = weightFormatNamed(text);
    if (!value) refuseValue(option, "one of auto, fp32, fp16, int8x2, int8, bf16", text);
    return *value;
}

KvFormat parseKv(const std::string& option, const std::string& text) {
    const auto value = kvFormatNamed(text);
    if (!value) refuseValue(option, "one of auto, fp32, fp16", text);
    return *value;
}

Device parseDevice(const std::string& option, const std::string& text) {
    const auto value = deviceNamed(text);
    if (!value) refuseValue(option, "cpu, cuda or aten-cpu", text);
    return *value;
}

Detail parseDetail(const std::string& option, const std::string& text) {
    const auto value = detailNamed(text);
    if (!value) refuseValue(option, "one of counts, tokens, full", text);
    return *value;
}

std::string mutantNames() {
    const std::vector<Mutant> all = allMutants();
    std::string text;
    for (std::size_t i = 0; i < all.size(); ++i)
        text += (i == 0 ? "" : (i + 1 < all.size() ? ", " : " or ")) + std::string(name(all[i]));
    return text;
}

Mutant parseMutant(const std::string& option, const std::string& text) {
    const std::optional<Mutant> mutant = mutantNamed(text);
    if (!mutant || *mutant == Mutant::None) refuseValue(option, mutantNames(), text);
    return *mutant;
}

void parseRule(const std::string& option, const std::string& text, RunOptions& options) {
    const std::optional<RuleChoice> choice = ruleFromText(text);
    if (!choice)
        refuseValue(option,
                    "token, block, greedy, one-hot, match, specinfer, sequoia, typical or ensemble:W with W "
                    "from 0 to 1",
                    text);
    options.rule = choice->rule;
    options.ensembleWeight = choice->ensembleWeight;
}

DraftStop parseDraftStop(const std::string& option, const std::string& text) {
    const std::optional<DraftStop> stop = draftStopFromText(text);
    if (!stop)
        refuseValue(option, "fixed, max:P with P from 0 to 1, entropy:H with H from 0 to 100 nats, or auto",
                    text);
    return *stop;
}

std::vector<std::string> parseWords(const std::string& option, const std::string& text) {
    std::vector<std::string> words = split(text, ',');
    for (const std::string& word : words) {
        if (word.empty()) refuseValue(option, "names with commas between them", text);
    }
    return words;
}

std::vector<std::string> parseParts(const std::string& option, const std::string& text) {
    std::vector<std::string> parts;
    std::istringstream in(text + ",");
    for (std::string part; std::getline(in, part, ',');) {
        if (part.empty()) refuseValue(option, "names with commas between them", text);
        parts.push_back(part);
    }
    return parts;
}

double parseSeconds(const std::string& option, const std::string& text, double low, double high) {
    const std::string expected = "a time such as 90s, 2m or 1h";
    const char unit = text.empty() ? ' ' : text.back();
    const double scale = unit == 'h' ? 3600.0 : unit == 'm' ? 60.0 : 1.0;
    const bool named = unit == 'h' || unit == 'm' || unit == 's';
    double seconds = 0.0;
    try {
        seconds = scale * parseNumber(option, named ? text.substr(0, text.size() - 1) : text, 0.0, 1e9);
    } catch (const Error&) {
        refuseValue(option, expected, text);
    }
    if (seconds < low || seconds > high) refuseValue(option, expected + ", from 1 s to 10 h", text);
    return seconds;
}

std::vector<TokenId> parseIds(const std::string& option, const std::string& text) {
    std::vector<TokenId> ids;
    for (const std::string& part : split(text, ',')) {
        const auto id = numberIn<TokenId>(part);
        if (!id || *id < 0) refuseValue(option, "token ids such as 1,2,3", text);
        ids.push_back(*id);
    }
    return ids;
}

std::vector<int> parseNumberList(const std::string& option, const std::string& text, int low, int high) {
    const std::string expected = "numbers from " + std::to_string(low) + " to " + std::to_string(high) +
                                 " such as " + std::to_string(low) + "," + std::to_string(low + 1) + " or " +
                                 std::to_string(low) + "-" + std::to_string(low + 2);
    std::vector<int> numbers;
    for (const std::string& part : split(text, ',')) {
        const auto dash = part.find('-');
        const auto first = numberIn<int>(part.substr(0, dash));
        const auto last = dash == part.npos ? first : numberIn<int>(part.substr(dash + 1));
        if (!first || !last || *first < low || *last > high || *first > *last)
            refuseValue(option, expected, text);
        for (int number = *first; number <= *last && numbers.size() <= 1000; ++number)
            numbers.push_back(number);
    }
    if (numbers.size() > 1000) refuseValue(option, "at most 1000 numbers", text);
    return numbers;
}

static bool isLayerList(const std::string& text) {
    const std::vector<std::string> parts = split(text, ',');
    return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
        const auto dash = part.find('-');
        const auto first = numberIn<int>(part.substr(0, dash));
        const auto last = dash == part.npos ? first : numberIn<int>(part.substr(dash + 1));
        return first && last && *first >= 1 && *first <= *last && *last <= 1000;
    });
}

void checkDraft(const std::string& option, const std::string& text) {
    if (text == "none" || text == "ngram") return;
    const std::string kind = text.substr(0, text.find(':'));
    const std::string rest = kind.size() < text.size() ? text.substr(kind.size() + 1) : "";
    const auto number = numberIn<int>(rest);
    if (kind == "ngram" && (!number || *number < 1 || *number > 64))
        refuseValue(option, "ngram or ngram:N with N from 1 to 64", text);
    if (kind == "early-exit" && (!number || *number < 1 || *number > 1000))
        refuseValue(option, "early-exit:K with K a number of layers", text);
    if (kind == "skip" && !isLayerList(rest))
        refuseValue(option, "skip:A-B, or a list such as skip:3-5,8, with layers from 1, A not above B",
                    text);
    if (kind == "oracle") {
        const auto alpha = numberIn<double>(rest);
        if (!alpha || !(*alpha >= 0.0 && *alpha <= 1.0))
            refuseValue(option, "oracle:ALPHA with ALPHA from 0 to 1", text);
    }
    if (text.empty())
        refuseValue(option, "a path, ngram[:N], early-exit:K, skip:A-B, oracle:ALPHA or none", text);
}

Costs readCosts(const std::string& path) {
    const nlohmann::json document = parseJson(readFile(path, 1 << 20), path);
    return costsFrom(JsonObject(document, path));
}

void parseSize(const std::string& option, const std::string& text, int& width, int& height) {
    const auto cross = text.find('x');
    const int first = numberIn<int>(text.substr(0, cross)).value_or(0);
    const int second = cross == text.npos ? 0 : numberIn<int>(text.substr(cross + 1)).value_or(0);
    const auto fits = [](int value) { return value >= 64 && value <= 8192; };
    if (!fits(first) || !fits(second)) refuseValue(option, "WIDTHxHEIGHT, each from 64 to 8192", text);
    width = first;
    height = second;
}

}  // namespace specula
