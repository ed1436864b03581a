#include "engine/text/pre_tokenizer.h"

#include <array>
#include <nlohmann/json.hpp>

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
constexpr std::string_view kDigit = R"(\p{N})";
constexpr std::string_view kDigits = R"(\p{N}+)";

struct GgufPre {
    std::string_view name;
    std::string_view first;  // "" = none
    std::string_view second;
};

constexpr std::array kGgufPres{
    GgufPre{"gpt-2", "", kGpt2},       GgufPre{"smollm", kDigit, kGpt2}, GgufPre{"starcoder", kDigit, kGpt2},
    GgufPre{"llama-bpe", "", kLlama3}, GgufPre{"llama3", "", kLlama3},   GgufPre{"llama-v3", "", kLlama3},
    GgufPre{"qwen2", "", kQwen2},
};

std::string typeOf(const json& description, const std::string& file) {
    const auto type = description.is_object() ? description.find("type") : description.end();
    if (!description.is_object() || type == description.end() || !type->is_string()) {
        throw Error(sanitised(file) + ": pre_tokenizer must be an object with a type");
    }
    return type->get<std::string>();
}

bool flag(const json& description, const char* key, bool fallback) {
    const auto found = description.find(key);
    return found != description.end() && found->is_boolean() ? found->get<bool>() : fallback;
}

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

}  // namespace

void PreTokenizer::addPattern(std::string_view pattern, const std::string& file, Keep keep) {
    m_steps.push_back({std::make_shared<const SplitPattern>(pattern, file), keep, false});
}

void PreTokenizer::addSplit(const json& description, const std::string& file) {
    const auto pattern = description.find("pattern");
    std::string source;
    if (pattern != description.end() && pattern->is_object() && pattern->contains("Regex") &&
        (*pattern)["Regex"].is_string()) {
        source = (*pattern)["Regex"].get<std::string>();
    } else if (pattern != description.end() && pattern->is_object() && pattern->contains("String") &&
               (*pattern)["String"].is_string()) {
        source = escaped((*pattern)["String"].get<std::string>());
    } else {
        throw Error(sanitised(file) + ": a pre_tokenizer of type Split needs a pattern, Regex or String");
    }
    const auto given = description.find("behavior");
    const std::string behavior =
        given != description.end() && given->is_string() ? given->get<std::string>() : "";
    if (behavior == "Isolated") {
        addPattern(source, file);
    } else if (behavior == "Removed") {
        addPattern(source, file, flag(description, "invert", false) ? Keep::Matches : Keep::Gaps);
    } else {
        throw Error(sanitised(file) + ": the pre_tokenizer's Split behavior " + sanitised(behavior) +
                    " is not supported; supported: Isolated, Removed");
    }
}

void PreTokenizer::addJson(const json& description, const std::string& file, int depth) {
    const std::string type = typeOf(description, file);
    if (type == "Sequence" && depth < 4) {
        const auto list = description.find("pretokenizers");
        if (list == description.end() || !list->is_array() || list->size() > 32) {
            throw Error(sanitised(file) +
                        ": a pre_tokenizer of type Sequence needs a list of at most 32 pretokenizers");
        }
        for (const json& each : *list) addJson(each, file, depth + 1);
    } else if (type == "ByteLevel") {
        m_byteLevel = true;
        if (flag(description, "add_prefix_space", true)) m_steps.push_back({nullptr, Keep::Everything, true});
        if (flag(description, "use_regex", true)) addPattern(kGpt2, file);
    } else if (type == "Split") {
        addSplit(description, file);
    } else if (type == "Digits") {
        addPattern(flag(description, "individual_digits", false) ? kDigit : kDigits, file);
    } else {
        throw Error(sanitised(file) + ": the pre_tokenizer type " + sanitised(type) +
                    " is not supported; supported: ByteLevel, Split, Digits, Sequence");
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
        if (!pre.first.empty()) result.addPattern(pre.first, file);
        result.addPattern(pre.second, file);
        return result;
    }
    std::string known;
    for (const GgufPre& pre : kGgufPres) known.append(known.empty() ? "" : ", ").append(pre.name);
    throw Error(sanitised(file) + ": tokenizer.ggml.pre is " + sanitised(name) +
                ", which is not supported; supported: " + known);
}

std::vector<std::string> PreTokenizer::split(std::string_view text) const {
    std::vector<std::string> words{std::string(text)};
    for (const Step& step : m_steps) {
        if (step.prefixSpace) {
            for (std::string& word : words) {
                if (!word.empty() && word[0] != ' ') word.insert(word.begin(), ' ');
            }
        }
        if (!step.pattern) continue;
        std::vector<std::string> cut;
        for (const std::string& word : words) {
            step.pattern->split(word, [&](std::string_view piece, bool isMatch) {
                const bool kept = step.keep == Keep::Everything || (step.keep == Keep::Matches) == isMatch;
                if (kept) cut.emplace_back(piece);
            });
        }
        words = std::move(cut);
    }
    return words;
}

}  // namespace specula
