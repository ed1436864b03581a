#include "engine/text/normaliser.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "engine/text/json_fields.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxText = 1u << 30;

std::string mapped(std::string_view text, char32_t (*change)(char32_t)) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Utf8Step step = utf8Step(text);
        text.remove_prefix(step.length);
        if (const char32_t c = change(step.codePoint); c != 0 || step.codePoint == 0) appendUtf8(out, c);
    }
    return out;
}

std::string strippedOf(std::string_view text, bool left, bool right) {
    const auto isSpaceAt = [&](std::size_t at) { return isWhiteSpace(utf8Step(text.substr(at)).codePoint); };
    while (left && !text.empty() && isSpaceAt(0)) text.remove_prefix(utf8Step(text).length);
    while (right && !text.empty()) {
        std::size_t last = text.size() - 1;
        while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
        if (!isSpaceAt(last)) break;
        text = text.substr(0, last);
    }
    return std::string(text);
}

void checkSize(const std::string& text) {
    if (text.size() > kMaxText) throw Error("the tokenizer's normalizer makes the text longer than 1 GiB");
}

std::string replacedText(std::string_view text, const std::string& from, const std::string& to) {
    if (from.empty()) return std::string(text);
    std::string out;
    for (std::size_t at = text.find(from); at != std::string_view::npos; at = text.find(from)) {
        out.append(text.substr(0, at)).append(to);
        checkSize(out);
        text.remove_prefix(at + from.size());
    }
    return out.append(text);
}

std::optional<std::string> fromBase64(std::string_view text) {
    static constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    while (text.ends_with('=')) text.remove_suffix(1);
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const std::size_t value = kLetters.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>((bits >> count) & 0xFF);
    }
    return bytes;
}

// A model that knows no piece of the text: it is there for its normalisation.
std::shared_ptr<const SentencePieceModel> tableOf(const json& description, const std::string& file) {
    const auto table = fromBase64(jsonText(jsonField(description, "precompiled_charsmap")));
    if (!table) throw Error(sanitised(file) + ": the normalizer's precompiled_charsmap is not base64");
    SentencePieceVocabulary vocabulary;
    vocabulary.file = file;
    vocabulary.unigram = true;
    vocabulary.escapeWhitespaces = false;
    vocabulary.normalisation = *table;
    vocabulary.pieces = {{"<unk>", 0.0F, PieceType::Unknown}, {"\x01", -1.0F, PieceType::Normal}};
    return std::make_shared<const SentencePieceModel>(vocabulary);
}

}  // namespace

Normaliser::Normaliser(NormalForm form) {
    m_steps.emplace_back();
    m_steps.back().form = form;
}

Normaliser Normaliser::fromJson(const json& description, const std::string& file) {
    Normaliser result;
    if (!description.is_null()) result.addJson(description, file, 0);
    return result;
}

void Normaliser::addJson(const json& description, const std::string& file, int depth) {
    const std::string type = jsonText(jsonField(description, "type"));
    if (type == "Sequence" && depth < 4) {
        const json& list = jsonField(description, "normalizers");
        if (!list.is_array() || list.size() > 32) {
            throw Error(sanitised(file) +
                        ": a normalizer of type Sequence needs a list of at most 32 normalizers");
        }
        for (const json& each : list) addJson(each, file, depth + 1);
        return;
    }
    static const std::pair<std::string_view, NormalForm> kForms[] = {
        {"NFC", NormalForm::C}, {"NFD", NormalForm::D}, {"NFKC", NormalForm::KC}, {"NFKD", NormalForm::KD}};
    Step step;
    bool known = false;
    for (const auto& [name, form] : kForms) {
        if (type != name) continue;
        step.form = form;
        known = true;
    }
    if (type == "Replace") {
        step.kind = Kind::Replace;
        const auto pattern = jsonPattern(jsonField(description, "pattern"));
        if (!pattern)
            throw Error(sanitised(file) + ": a normalizer of type Replace needs a pattern, Regex or String");
        if (pattern->isRegex) {
            step.pattern = std::make_shared<const SplitPattern>(pattern->text, file);
        } else {
            step.from = pattern->text;
        }
        step.content = jsonText(jsonField(description, "content"));
    } else if (type == "Precompiled") {
        step.kind = Kind::Precompiled;
        step.table = tableOf(description, file);
    } else if (type == "Prepend") {
        step.kind = Kind::Prepend;
        step.content = jsonText(jsonField(description, "prepend"));
    } else if (type == "Strip") {
        step.kind = Kind::Strip;
        step.left = jsonFlag(description, "strip_left", true);
        step.right = jsonFlag(description, "strip_right", true);
    } else if (type == "Lowercase" || type == "StripAccents") {
        step.kind = type == "Lowercase" ? Kind::Lowercase : Kind::StripAccents;
    } else if (!known) {
        throw Error(
            sanitised(file) + ": the normalizer type " + sanitised(type) +
            " is not supported; supported: NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Prepend, "
            "Replace, Precompiled, Sequence");
    }
    m_steps.push_back(std::move(step));
}

std::string Normaliser::applied(const Step& step, std::string_view text) {
    switch (step.kind) {
        case Kind::Form:
            return normalised(text, step.form);
        case Kind::Lowercase:
            return mapped(text, lowerCase);
        case Kind::StripAccents:
            return mapped(text, [](char32_t c) { return isMark(c) ? U'\0' : c; });
        case Kind::Strip:
            return strippedOf(text, step.left, step.right);
        case Kind::Prepend:
            return text.empty() ? std::string() : step.content + std::string(text);
        case Kind::Precompiled:
            return step.table->normalised(text);
        case Kind::Replace:
            break;
    }
    if (!step.pattern) return replacedText(text, step.from, step.content);
    std::string out;
    step.pattern->split(text, [&](std::string_view piece, bool isMatch) {
        out += isMatch ? std::string_view(step.content) : piece;
        checkSize(out);
    });
    return out;
}

std::string Normaliser::apply(std::string_view text) const {
    std::string result(text);
    for (const Step& step : m_steps) result = applied(step, result);
    return result;
}

}  // namespace specula
