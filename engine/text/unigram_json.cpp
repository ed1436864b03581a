#include "engine/text/unigram_json.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "engine/text/json_fields.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

using nlohmann::json;

constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // U+2581

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

}  // namespace

UnigramJson::UnigramJson(const json& root, const std::string& file) : m_file(file) {
    m_vocabulary.file = file;
    m_vocabulary.unigram = true;
    readPieces(jsonField(root, "model"));
    readNormaliser(jsonField(root, "normalizer"), 0);
    readPreTokenizer(jsonField(root, "pre_tokenizer"), 0);
}

void UnigramJson::fail(const std::string& what) const {
    throw Error(sanitised(m_file) + ": " + what);
}

void UnigramJson::readPieces(const json& model) {
    const json& vocab = jsonField(model, "vocab");
    if (!vocab.is_array() || vocab.empty() || vocab.size() > (1u << 20)) {
        fail("model.vocab must be a list of at most 2^20 pieces with their scores");
    }
    const bool byteFallback = jsonFlag(model, "byte_fallback", false);
    for (const json& entry : vocab) {
        if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number()) {
            fail("piece " + std::to_string(m_vocabulary.pieces.size()) +
                 " of model.vocab must be a text and a number");
        }
        SentencePieceVocabulary::Piece piece;
        piece.text = entry[0].get<std::string>();
        piece.score = entry[1].get<float>();
        if (byteFallback && byteOfPiece(piece.text)) piece.type = PieceType::Byte;
        m_vocabulary.pieces.push_back(std::move(piece));
    }
    const json& unknown = jsonField(model, "unk_id");
    if (!unknown.is_number_unsigned() || unknown.get<std::uint64_t>() >= m_vocabulary.pieces.size()) {
        fail("model.unk_id must be a piece's number");
    }
    m_vocabulary.pieces[unknown.get<std::size_t>()].type = PieceType::Unknown;
}

void UnigramJson::readNormaliser(const json& description, int depth) {
    if (description.is_null()) return;
    const std::string type = jsonText(jsonField(description, "type"));
    const json& list = jsonField(description, "normalizers");
    const auto pattern = jsonPattern(jsonField(description, "pattern"));
    const std::string content = jsonText(jsonField(description, "content"));
    if (type == "Sequence" && list.is_array() && depth < 4) {
        for (const json& each : list) readNormaliser(each, depth + 1);
    } else if (type == "Precompiled") {
        const auto table = fromBase64(jsonText(jsonField(description, "precompiled_charsmap")));
        if (!table) fail("the normalizer's precompiled_charsmap is not base64");
        m_vocabulary.normalisation = *table;
    } else if (type == "Strip" || (type == "Replace" && pattern && pattern->isRegex &&
                                   pattern->text == " {2,}" && (content == " " || content == kSpaceMark))) {
        m_vocabulary.removeExtraWhitespaces = true;
    } else if (type == "Prepend" && jsonText(jsonField(description, "prepend")) == kSpaceMark) {
        m_prefixSpace = PrefixSpace::Always;
    } else if (type != "Replace" || !pattern || pattern->isRegex || pattern->text != " " ||
               content != kSpaceMark) {
        fail("the normalizer " + sanitised(type) +
             " is not supported beside a Unigram model; supported: Precompiled, Strip, Prepend, Replace of "
             "spaces");
    }
}

void UnigramJson::readPreTokenizer(const json& description, int depth) {
    if (description.is_null()) return;
    const std::string type = jsonText(jsonField(description, "type"));
    const json& list = jsonField(description, "pretokenizers");
    if (type == "Sequence" && list.is_array() && depth < 4) {
        for (const json& each : list) readPreTokenizer(each, depth + 1);
    } else if (type == "WhitespaceSplit") {
        m_vocabulary.removeExtraWhitespaces = true;
    } else if (type == "Metaspace") {
        const std::string scheme = jsonText(jsonField(description, "prepend_scheme"));
        const bool always =
            scheme.empty() ? jsonFlag(description, "add_prefix_space", true) : scheme == "always";
        m_prefixSpace = always              ? PrefixSpace::Always
                        : scheme == "first" ? PrefixSpace::First
                                            : PrefixSpace::Never;
    } else {
        fail("the pre_tokenizer type " + sanitised(type) +
             " is not supported beside a Unigram model; supported: Metaspace, WhitespaceSplit, Sequence");
    }
}

std::vector<std::string> UnigramJson::tokens() const {
    std::vector<std::string> tokens;
    for (const auto& piece : m_vocabulary.pieces) tokens.push_back(piece.text);
    return tokens;
}

std::shared_ptr<const Tokenizer> UnigramJson::make(SentencePieceSettings settings) {
    for (const AddedToken& token : settings.added) {
        const auto id = static_cast<std::size_t>(token.id);
        if (id < m_vocabulary.pieces.size() && m_vocabulary.pieces[id].type == PieceType::Normal) {
            m_vocabulary.pieces[id].type = PieceType::Control;
        }
    }
    // The library strips a space that comes with the text, but not the one that it puts there itself.
    settings.prefixSpace = m_prefixSpace;
    if (m_prefixSpace == PrefixSpace::Always) {
        m_vocabulary.addDummyPrefix = true;
        settings.prefixSpace = PrefixSpace::Model;
    } else if (m_prefixSpace == PrefixSpace::First && m_vocabulary.removeExtraWhitespaces) {
        fail("prepend_scheme first together with removed white space is not supported");
    }
    return std::make_shared<SentencePieceTokenizer>(serialised(m_vocabulary), std::move(settings));
}

}  // namespace specula
