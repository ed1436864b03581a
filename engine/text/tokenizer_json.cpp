#include "engine/text/tokenizer_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "engine/text/byte_level_bpe.h"
#include "engine/text/json_file.h"
#include "engine/text/sentencepiece_proto.h"
#include "engine/text/sentencepiece_tokenizer.h"
#include "engine/text/tokenizer_settings.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxFileBytes = 256u << 20;
constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // U+2581

const json kNull;

const json& field(const json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() ? kNull : *found;
}

std::string text(const json& value) {
    return value.is_string() ? value.get<std::string>() : std::string();
}

// One tokenizer.json on its way to a tokenizer.
class TokenizerJson {
public:
    explicit TokenizerJson(const std::string& path)
        : m_path(path), m_root(readJsonObject(path, kMaxFileBytes)) {}

    std::shared_ptr<const Tokenizer> load();

private:
    [[noreturn]] void fail(const std::string& what) const { throw Error(sanitised(m_path) + ": " + what); }
    void readVocabulary();
    void readMerges();
    void readBos();
    void readNormaliser(const json& description, int depth);
    PrefixSpace prefixSpace() const;
    void findPrefix(const json& normaliser, PrefixSpace& prefix, int depth) const;
    std::optional<TokenId> idOf(const std::string& token) const;
    std::shared_ptr<const Tokenizer> makeByteLevel();
    std::shared_ptr<const Tokenizer> makeSentencePiece();

    std::string m_path;
    json m_root;
    BpeVocabulary m_vocabulary;
    std::unordered_map<std::string, TokenId> m_ids;
};

std::optional<TokenId> TokenizerJson::idOf(const std::string& token) const {
    const auto found = m_ids.find(token);
    return found == m_ids.end() ? std::nullopt : std::optional(found->second);
}

void TokenizerJson::readVocabulary() {
    const json& vocab = field(m_root["model"], "vocab");
    if (!vocab.is_object() || vocab.empty()) fail("model.vocab must be an object of tokens and ids");
    m_vocabulary.tokens = tokensById(vocab, m_path);
    for (std::size_t id = 0; id < m_vocabulary.tokens.size(); ++id) {
        if (!m_vocabulary.tokens[id].empty())
            m_ids.emplace(m_vocabulary.tokens[id], static_cast<TokenId>(id));
    }
    m_vocabulary.added = parseAddedTokens(field(m_root, "added_tokens"), m_path);
    for (const AddedToken& token : m_vocabulary.added) {
        const auto [entry, isNew] = m_ids.emplace(token.content, token.id);
        if (!isNew && entry->second != token.id) {
            fail("the added token " + sanitised(token.content) + " has the id " + std::to_string(token.id) +
                 ", but the vocabulary gives it " + std::to_string(entry->second));
        }
    }
}

void TokenizerJson::readMerges() {
    const json& merges = field(m_root["model"], "merges");
    if (!merges.is_array()) fail("model.merges must be a list");
    m_vocabulary.merges.reserve(merges.size());
    for (const json& merge : merges) {
        const std::string number = "merge " + std::to_string(m_vocabulary.merges.size() + 1);
        if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
            m_vocabulary.merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
            continue;
        }
        const std::string pair = text(merge);
        const std::size_t space = pair.find(' ', 1);
        if (pair.empty() || space == std::string::npos || space + 1 == pair.size()) {
            fail(number + " must be two tokens, as a list or with a space between");
        }
        m_vocabulary.merges.emplace_back(pair.substr(0, space), pair.substr(space + 1));
    }
}

// The begin token is what the post-processor's template for one text puts first.
void TokenizerJson::readBos() {
    std::vector<const json*> processors{&field(m_root, "post_processor")};
    const json& list = field(*processors[0], "processors");
    if (list.is_array()) {
        for (const json& each : list) processors.push_back(&each);
    }
    for (const json* processor : processors) {
        if (!processor->is_object() || text(field(*processor, "type")) != "TemplateProcessing") continue;
        const json& single = field(*processor, "single");
        if (!single.is_array() || single.empty() || !single[0].is_object()) continue;
        const json& special = field(single[0], "SpecialToken");
        const auto id = special.is_object() ? idOf(text(field(special, "id"))) : std::nullopt;
        if (!id) continue;
        m_vocabulary.bos = id;
        m_vocabulary.addBos = true;
    }
    const TokenizerSettings settings = readTokenizerSettings(folderOf(m_path));
    if (settings.bos && !m_vocabulary.bos) m_vocabulary.bos = idOf(*settings.bos);
    if (settings.eos) {
        if (const auto id = idOf(*settings.eos)) m_vocabulary.eos.push_back(*id);
    }
}

void TokenizerJson::readNormaliser(const json& description, int depth) {
    if (description.is_null()) return;
    const std::string type = description.is_object() ? text(field(description, "type")) : "";
    const json& list = type == "Sequence" ? field(description, "normalizers") : kNull;
    if (list.is_array() && depth < 4) {
        for (const json& each : list) readNormaliser(each, depth + 1);
        return;
    }
    static const std::pair<std::string_view, NormalForm> kForms[] = {
        {"NFC", NormalForm::C}, {"NFD", NormalForm::D}, {"NFKC", NormalForm::KC}, {"NFKD", NormalForm::KD}};
    for (const auto& [formName, form] : kForms) {
        if (type != formName || m_vocabulary.normaliser) continue;
        m_vocabulary.normaliser = form;
        return;
    }
    fail("the normalizer " + sanitised(type) + " is not supported; supported: one of NFC, NFD, NFKC, NFKD");
}

std::shared_ptr<const Tokenizer> TokenizerJson::makeByteLevel() {
    m_vocabulary.file = m_path;
    m_vocabulary.preTokenizer = PreTokenizer::fromJson(field(m_root, "pre_tokenizer"), m_path);
    if (!m_vocabulary.preTokenizer.byteLevel()) {
        fail(
            "the BPE is neither byte-level (a ByteLevel pre_tokenizer) nor has it byte_fallback, which is "
            "not supported");
    }
    readNormaliser(field(m_root, "normalizer"), 0);
    const json& ignore = field(m_root["model"], "ignore_merges");
    m_vocabulary.ignoreMerges = ignore.is_boolean() && ignore.get<bool>();
    return std::make_shared<ByteLevelBpe>(std::move(m_vocabulary));
}

void TokenizerJson::findPrefix(const json& normaliser, PrefixSpace& prefix, int depth) const {
    if (normaliser.is_null()) return;
    const std::string type = normaliser.is_object() ? text(field(normaliser, "type")) : "";
    const json& list = field(normaliser, "normalizers");
    if (type == "Sequence" && list.is_array() && depth < 4) {
        for (const json& each : list) findPrefix(each, prefix, depth + 1);
    } else if (type == "Prepend" && text(field(normaliser, "prepend")) == kSpaceMark) {
        prefix = PrefixSpace::Always;
    } else if (type != "Replace" || text(field(normaliser, "content")) != kSpaceMark) {
        fail("the normalizer " + sanitised(type) + " is not supported beside byte_fallback");
    }
}

// Where the converters of sentencepiece models put the dummy prefix: a Prepend normalizer (older files), or a
// Metaspace pre_tokenizer.
PrefixSpace TokenizerJson::prefixSpace() const {
    PrefixSpace prefix = PrefixSpace::Never;
    findPrefix(field(m_root, "normalizer"), prefix, 0);
    const json& pre = field(m_root, "pre_tokenizer");
    if (pre.is_null()) return prefix;
    const std::string type = pre.is_object() ? text(field(pre, "type")) : "";
    if (type == "Metaspace") {
        const std::string scheme = text(field(pre, "prepend_scheme"));
        const json& old = field(pre, "add_prefix_space");
        if (scheme == "first") return PrefixSpace::First;
        if (scheme == "never" || (scheme.empty() && old.is_boolean() && !old.get<bool>()))
            return PrefixSpace::Never;
        return PrefixSpace::Always;
    }
    // Gemma's: spaces are marks by now, so splitting at them cuts nothing.
    const json& pattern = field(pre, "pattern");
    if (type == "Split" && pattern.is_object() && text(field(pattern, "String")) == " ") return prefix;
    fail("the pre_tokenizer type " + sanitised(type) +
         " is not supported beside byte_fallback; supported: Metaspace");
}

// A converted sentencepiece model lists its merges by falling score of the merged piece; rank n of the first
// merge that makes a piece gives back an equivalent score, -n.
std::shared_ptr<const Tokenizer> TokenizerJson::makeSentencePiece() {
    SentencePieceVocabulary vocabulary;
    vocabulary.file = m_path;
    std::unordered_map<std::string, std::size_t> ranks;
    for (std::size_t rank = 0; rank < m_vocabulary.merges.size(); ++rank) {
        const auto& [left, right] = m_vocabulary.merges[rank];
        if (!idOf(left + right)) {
            fail("merge " + std::to_string(rank + 1) + " makes the token " + sanitised(left + right) +
                 ", which is not in the vocabulary");
        }
        ranks.emplace(left + right, rank);
    }
    const std::string unknown = text(field(m_root["model"], "unk_token"));
    for (const std::string& token : m_vocabulary.tokens) {
        SentencePieceVocabulary::Piece piece{token, 0.0F, PieceType::Normal};
        const auto rank = ranks.find(token);
        if (token == unknown) {
            piece.type = PieceType::Unknown;
        } else if (token.size() == 6 && token.starts_with("<0x") && token.ends_with('>')) {
            piece.type = PieceType::Byte;
        } else if (rank != ranks.end()) {
            piece.score = -static_cast<float>(rank->second);
        } else if (!token.empty() && utf8Step(token).length < token.size()) {
            piece.type = PieceType::Unused;  // no merge makes it
            piece.score = -1e9F;
        }
        vocabulary.pieces.push_back(std::move(piece));
    }
    for (const AddedToken& token : m_vocabulary.added) {
        const auto id = static_cast<std::size_t>(token.id);
        if (id < vocabulary.pieces.size() && vocabulary.pieces[id].type != PieceType::Unknown) {
            vocabulary.pieces[id].type = PieceType::Control;
        }
    }
    SentencePieceSettings settings;
    settings.file = m_path;
    settings.added = m_vocabulary.added;
    settings.prefixSpace = prefixSpace();
    settings.addBos = m_vocabulary.addBos;
    settings.bos = m_vocabulary.bos ? m_vocabulary.bos : idOf("<s>");
    settings.eos = m_vocabulary.eos;
    if (settings.eos.empty()) {
        if (const auto id = idOf("</s>")) settings.eos.push_back(*id);
    }
    return std::make_shared<SentencePieceTokenizer>(serialised(vocabulary), std::move(settings));
}

std::shared_ptr<const Tokenizer> TokenizerJson::load() {
    const json& model = field(m_root, "model");
    if (!model.is_object()) fail("model must be an object");
    const std::string type = model.contains("type") ? text(model["type"]) : "BPE";
    if (type != "BPE") fail("the model type " + sanitised(type) + " is not supported; supported: BPE");
    for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
        if (!text(field(model, key)).empty())
            fail(std::string("model.") + key + " is set, which is not supported");
    }
    readVocabulary();
    readMerges();
    readBos();
    const json& fallback = field(model, "byte_fallback");
    return fallback.is_boolean() && fallback.get<bool>() ? makeSentencePiece() : makeByteLevel();
}

}  // namespace

std::shared_ptr<const Tokenizer> loadTokenizerJson(const std::string& path) {
    try {
        return TokenizerJson(path).load();
    } catch (const nlohmann::json::exception&) {
        throw Error(sanitised(path) + ": a value has an unexpected type");
    }
}

}  // namespace specula
