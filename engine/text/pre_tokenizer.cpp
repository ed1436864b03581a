#include "engine/text/pre_tokenizer.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "engine/text/json_fields.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

using nlohmann::json;

constexpr std::string_view kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kGpt4o =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kTekken =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kDeepSeek3 =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kCjk = R"([\x{4E00}-\x{9FA5}\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+)";
constexpr std::string_view kQwen35 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kLineEnd = R"([\r\n])";
constexpr std::string_view kSpaceLetters = R"(\s?\p{L}+)";
constexpr std::string_view kSpaceSigns = R"(\s?\p{P}+)";
constexpr std::string_view kCjkAndHangul = R"([\x{4E00}-\x{9FA5}\x{0800}-\x{4E00}\x{AC00}-\x{D7FF}]+)";
constexpr std::string_view kSigns = R"([\p{P}$+<=>^~|]+)";
constexpr std::string_view kSignsAndTicks = R"([\p{P}$+<=>^~|`]+)";
constexpr std::string_view kThreeDigits = R"([0-9][0-9][0-9])";
constexpr std::string_view kNumbers = R"(\p{N}+)";
constexpr std::string_view kUpToThreeNumbers = R"(\p{N}{1,3})";
constexpr std::string_view kDigit = R"(\p{N})";
constexpr std::string_view kPunctuation = R"([!-/:-@\[-`{-~\p{P}])";
// \w as the reference's regex library has it.
constexpr std::string_view kWords =
    R"([\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{200C}\x{200D}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{200C}\x{200D}\s]+)";
constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // U+2581

// The names that llama.cpp's converter writes, and the patterns it gives them, applied one after the other.
struct GgufPre {
    std::string_view name;
    std::array<std::string_view, 5> patterns;
    GgufPreHabits habits = {};
};

constexpr GgufPreHabits kLlamaHabits{true, true, false};
constexpr GgufPreHabits kComposes{false, false, true};
constexpr std::array kGgufPres{
    GgufPre{"default", {kSigns, kGpt2, kNumbers, kThreeDigits}},
    GgufPre{"gpt-2", {kGpt2}},
    GgufPre{"phi-2", {kGpt2}},
    GgufPre{"olmo", {kGpt2}},
    GgufPre{"mpt", {kGpt2}},
    GgufPre{"jais", {kGpt2}},
    GgufPre{"mellum", {kGpt2}},
    GgufPre{"exaone4", {kGpt2}},
    GgufPre{"trillion", {kGpt2}},
    GgufPre{"smollm", {kDigit, kGpt2}},
    GgufPre{"starcoder", {kDigit, kGpt2}},
    GgufPre{"refact", {kDigit, kGpt2}},
    GgufPre{"command-r", {kDigit, kGpt2}},
    GgufPre{"codeshell", {kDigit, kGpt2}},
    GgufPre{"exaone", {kDigit, kGpt2}},
    GgufPre{"minerva-7b", {kDigit, kGpt2}},
    GgufPre{"falcon", {kSignsAndTicks, kGpt2, kThreeDigits}},
    GgufPre{"llama-bpe", {kLlama3}, kLlamaHabits},
    GgufPre{"llama3", {kLlama3}, kLlamaHabits},
    GgufPre{"llama-v3", {kLlama3}, kLlamaHabits},
    GgufPre{"falcon3", {kLlama3}, kLlamaHabits},
    GgufPre{"falcon-h1", {kLlama3}, kLlamaHabits},
    GgufPre{"lfm2", {kLlama3}, kLlamaHabits},
    GgufPre{"dbrx", {kLlama3}},
    GgufPre{"smaug-bpe", {kLlama3}},
    GgufPre{"chatglm-bpe", {kLlama3}},
    GgufPre{"glm4", {kLlama3}},
    GgufPre{"qwen2", {kQwen2}, kComposes},
    GgufPre{"deepseek-r1-qwen", {kQwen2}, kComposes},
    GgufPre{"stablelm2", {kQwen2}},
    GgufPre{"qwen35", {kQwen35}, kComposes},
    GgufPre{"deepseek-coder", {kLineEnd, kSpaceLetters, kSpaceSigns, kCjkAndHangul, kDigit}},
    GgufPre{"deepseek-v3", {kUpToThreeNumbers, kCjk, kDeepSeek3}},
    GgufPre{"gpt-4o", {kGpt4o}},
    GgufPre{"llama4", {kGpt4o}},
    GgufPre{"tekken", {kTekken}, kLlamaHabits},
};

std::string escaped(std::string_view text) {
    std::string pattern;
    for (const char c : text) {
        const bool plain =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c & 0x80);
        if (!plain) pattern += '\\';
        pattern += c;
    }
    return pattern;
}

std::string marked(std::string_view word, const std::string& mark, bool prefixed) {
    std::string text;
    for (const char c : word) c == ' ' ? text.append(mark) : text.append(1, c);
    return prefixed && !text.starts_with(mark) ? mark + text : text;
}

}  // namespace

PreTokenizer::Behaviour PreTokenizer::behaviourOf(const std::string& name, const std::string& file) {
    static const std::pair<std::string_view, Behaviour> kNames[] = {
        {"Isolated", Behaviour::Isolated},
        {"Removed", Behaviour::Removed},
        {"Contiguous", Behaviour::Contiguous},
        {"MergedWithPrevious", Behaviour::MergedWithPrevious},
        {"MergedWithNext", Behaviour::MergedWithNext}};
    for (const auto& [known, behaviour] : kNames) {
        if (name == known) return behaviour;
    }
    throw Error(
        sanitised(file) + ": the pre_tokenizer's behavior " + sanitised(name) +
        " is not supported; supported: Isolated, Removed, Contiguous, MergedWithPrevious, MergedWithNext");
}

void PreTokenizer::addPattern(std::string_view pattern, const std::string& file, Behaviour behaviour,
                              bool invert) {
    Step step;
    step.pattern = std::make_shared<const SplitPattern>(pattern, file);
    step.behaviour = behaviour;
    step.invert = invert;
    m_steps.push_back(std::move(step));
}

void PreTokenizer::addSplit(const json& description, const std::string& file) {
    const auto pattern = jsonPattern(jsonField(description, "pattern"));
    if (!pattern)
        throw Error(sanitised(file) + ": a pre_tokenizer of type Split needs a pattern, Regex or String");
    addPattern(pattern->isRegex ? pattern->text : escaped(pattern->text), file,
               behaviourOf(jsonText(jsonField(description, "behavior")), file),
               jsonFlag(description, "invert", false));
}

void PreTokenizer::addMetaspace(const json& description, const std::string& file) {
    Step step;
    step.mark = jsonText(jsonField(description, "replacement"));
    if (step.mark.empty()) step.mark = kSpaceMark;
    const std::string scheme = jsonText(jsonField(description, "prepend_scheme"));
    if (scheme.empty()) {
        step.scheme =
            jsonFlag(description, "add_prefix_space", true) ? PrefixScheme::Always : PrefixScheme::Never;
    } else if (scheme == "always" || scheme == "first" || scheme == "never") {
        step.scheme = scheme == "always"  ? PrefixScheme::Always
                      : scheme == "first" ? PrefixScheme::First
                                          : PrefixScheme::Never;
    } else {
        throw Error(sanitised(file) + ": the pre_tokenizer's prepend_scheme is " + sanitised(scheme) +
                    ", expected always, first or never");
    }
    const std::string mark = step.mark;
    m_steps.push_back(std::move(step));
    if (jsonFlag(description, "split", true)) addPattern(escaped(mark), file, Behaviour::MergedWithNext);
}

void PreTokenizer::addJson(const json& description, const std::string& file, int depth) {
    if (!description.is_object() || !jsonField(description, "type").is_string()) {
        throw Error(sanitised(file) + ": pre_tokenizer must be an object with a type");
    }
    const std::string type = jsonText(jsonField(description, "type"));
    if (type == "Sequence" && depth < 4) {
        const json& list = jsonField(description, "pretokenizers");
        if (!list.is_array() || list.size() > 32) {
            throw Error(sanitised(file) +
                        ": a pre_tokenizer of type Sequence needs a list of at most 32 pretokenizers");
        }
        for (const json& each : list) addJson(each, file, depth + 1);
    } else if (type == "ByteLevel") {
        m_byteLevel = true;
        if (jsonFlag(description, "add_prefix_space", true)) {
            m_steps.emplace_back();
            m_steps.back().prefixSpace = true;
        }
        if (jsonFlag(description, "use_regex", true)) addPattern(kGpt2, file);
    } else if (type == "Split") {
        addSplit(description, file);
    } else if (type == "Digits") {
        const bool individual = jsonFlag(description, "individual_digits", false);
        addPattern(kDigit, file, individual ? Behaviour::Isolated : Behaviour::Contiguous);
    } else if (type == "Metaspace") {
        addMetaspace(description, file);
    } else if (type == "Punctuation") {
        const std::string behaviour = jsonText(jsonField(description, "behavior"));
        addPattern(kPunctuation, file, behaviourOf(behaviour.empty() ? "Isolated" : behaviour, file));
    } else if (type == "Whitespace") {
        addPattern(kWords, file, Behaviour::Removed, true);
    } else if (type == "WhitespaceSplit") {
        addPattern(R"(\s)", file, Behaviour::Removed);
    } else {
        throw Error(
            sanitised(file) + ": the pre_tokenizer type " + sanitised(type) +
            " is not supported; supported: ByteLevel, Split, Digits, Metaspace, Punctuation, Whitespace, "
            "WhitespaceSplit, Sequence");
    }
}

PreTokenizer PreTokenizer::fromJson(const json& description, const std::string& file) {
    PreTokenizer result;
    if (!description.is_null()) result.addJson(description, file, 0);
    return result;
}

PreTokenizer PreTokenizer::fromGgufName(const std::string& name, const std::string& file) {
    for (const GgufPre& pre : kGgufPres) {
        if (pre.name != name) continue;
        PreTokenizer result;
        result.m_byteLevel = true;
        for (const std::string_view pattern : pre.patterns) {
            if (!pattern.empty()) result.addPattern(pattern, file);
        }
        return result;
    }
    std::string known;
    for (const GgufPre& pre : kGgufPres) known.append(known.empty() ? "" : ", ").append(pre.name);
    throw Error(sanitised(file) + ": tokenizer.ggml.pre is " + sanitised(name) +
                ", which is not supported; supported: " + known);
}

GgufPreHabits ggufPreHabits(const std::string& name) {
    const auto found = std::find_if(kGgufPres.begin(), kGgufPres.end(),
                                    [&](const GgufPre& pre) { return pre.name == name; });
    return found == kGgufPres.end() ? GgufPreHabits() : found->habits;
}

// One word by one step. A match that belongs to its neighbour does so unless the one before it (behind it,
// for the next) was a match too.
void PreTokenizer::cut(const Step& step, std::string_view word, std::vector<std::string>& words) {
    std::vector<std::pair<std::string_view, bool>> pieces;
    step.pattern->split(word, [&](std::string_view piece, bool isMatch) {
        pieces.emplace_back(piece, isMatch != step.invert);
    });
    const bool toNext = step.behaviour == Behaviour::MergedWithNext;
    if (toNext) std::reverse(pieces.begin(), pieces.end());
    const std::size_t before = words.size();
    bool previous = false;
    for (const auto& [piece, isMatch] : pieces) {
        const bool joinsLast = step.behaviour == Behaviour::Contiguous ? isMatch == previous
                               : step.behaviour == Behaviour::MergedWithPrevious || toNext
                                   ? isMatch && !previous
                                   : false;
        previous = isMatch;
        if (step.behaviour == Behaviour::Removed && isMatch) continue;
        if (!joinsLast || words.size() == before) {
            words.emplace_back(piece);
        } else if (toNext) {
            words.back().insert(0, piece);
        } else {
            words.back().append(piece);
        }
    }
    if (toNext) std::reverse(words.begin() + static_cast<std::ptrdiff_t>(before), words.end());
}

std::vector<std::string> PreTokenizer::split(std::string_view text, bool first) const {
    std::vector<std::string> words;
    if (!text.empty()) words.emplace_back(text);
    for (const Step& step : m_steps) {
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (step.prefixSpace && words[i][0] != ' ') words[i].insert(words[i].begin(), ' ');
            if (step.mark.empty()) continue;
            const bool prefixed = step.scheme == PrefixScheme::Always ||
                                  (step.scheme == PrefixScheme::First && first && i == 0);
            words[i] = marked(words[i], step.mark, prefixed);
        }
        if (!step.pattern) continue;
        std::vector<std::string> smaller;
        for (const std::string& word : words) cut(step, word, smaller);
        words = std::move(smaller);
    }
    return words;
}

}  // namespace specula
