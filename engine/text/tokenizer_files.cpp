#include "engine/text/tokenizer_files.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "engine/text/byte_level_bpe.h"
#include "engine/text/json_file.h"
#include "engine/text/sentencepiece_proto.h"
#include "engine/text/sentencepiece_tokenizer.h"
#include "engine/text/tokenizer_json.h"
#include "engine/text/tokenizer_settings.h"
#include "engine/text/utf8.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

constexpr std::size_t kMaxFileBytes = 256u << 20;
constexpr std::int64_t kMaxTokens = 1 << 20;

// Adds those special tokens that have an id by name and are not listed yet.
template <typename FindId>
void addByName(std::vector<AddedToken>& added, const std::vector<std::string>& names, FindId&& findId) {
    for (const std::string& name : names) {
        const bool known =
            std::any_of(added.begin(), added.end(), [&](const auto& token) { return token.content == name; });
        const std::optional<TokenId> id = known ? std::nullopt : findId(name);
        if (!id) continue;
        AddedToken token;
        token.content = name;
        token.id = *id;
        token.special = true;
        added.push_back(std::move(token));
    }
}

std::shared_ptr<const Tokenizer> loadSentencePiece(const std::string& path) {
    const std::string proto = readWholeFile(path, kMaxFileBytes);
    const SentencePieceFacts facts = inspectSentencePieceModel(proto, path);
    std::unordered_map<std::string_view, TokenId> ids;
    for (std::size_t id = 0; id < facts.pieces.size(); ++id)
        ids.emplace(facts.pieces[id], static_cast<TokenId>(id));
    const auto findId = [&](const std::string& token) {
        const auto found = ids.find(token);
        return found == ids.end() ? std::nullopt : std::optional(found->second);
    };
    const TokenizerSettings beside = readTokenizerSettings(folderOf(path));
    SentencePieceSettings settings;
    settings.file = path;
    settings.added = beside.added;
    const std::string json = joinPath(folderOf(path), "tokenizer.json");
    if (isFile(json)) {
        const nlohmann::json root = readJsonObject(json, kMaxFileBytes);
        if (root.contains("added_tokens")) settings.added = parseAddedTokens(root["added_tokens"], json);
    }
    addByName(settings.added, beside.special, findId);
    // Non-special pieces of the model itself are the library's business.
    std::erase_if(settings.added, [&](const AddedToken& token) {
        return !token.special && token.id < static_cast<TokenId>(facts.pieces.size());
    });
    settings.addBos = beside.addBos.value_or(true);
    if (beside.bos) settings.bos = findId(*beside.bos);
    if (const auto eos = beside.eos ? findId(*beside.eos) : std::nullopt) settings.eos.push_back(*eos);
    return std::make_shared<SentencePieceTokenizer>(proto, std::move(settings));
}

// Lines "left right", most important first; a first line that starts with #version is a comment.
std::vector<std::pair<std::string, std::string>> readMergesFile(const std::string& path) {
    const std::string bytes = readWholeFile(path, kMaxFileBytes);
    std::vector<std::pair<std::string, std::string>> merges;
    std::size_t number = 0;
    for (std::string_view rest = bytes; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        ++number;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || (number == 1 && line.starts_with("#version"))) continue;
        const std::size_t space = line.find(' ');
        const bool twoParts = space != std::string_view::npos && space > 0 && space + 1 < line.size() &&
                              line.find(' ', space + 1) == std::string_view::npos;
        if (!twoParts || replaceIllFormed(line) != line) {
            throw Error(sanitised(path) + ": line " + std::to_string(number) + " is " + sanitised(line) +
                        ", expected two tokens with a space between");
        }
        merges.emplace_back(line.substr(0, space), line.substr(space + 1));
    }
    return merges;
}

std::shared_ptr<const Tokenizer> loadVocabularyPair(const std::string& folder) {
    const std::string vocab = joinPath(folder, "vocab.json");
    const std::string merges = joinPath(folder, "merges.txt");
    if (!isFile(merges))
        throw Error(sanitised(merges) + ": the merges file that belongs to vocab.json is missing");
    const nlohmann::json root = readJsonObject(vocab, kMaxFileBytes);
    BpeVocabulary vocabulary;
    vocabulary.file = vocab;
    vocabulary.tokens = tokensById(root, vocab);
    vocabulary.merges = readMergesFile(merges);
    TokenizerSettings beside = readTokenizerSettings(folder);
    vocabulary.preTokenizer = PreTokenizer::fromJson(
        {{"type", "ByteLevel"}, {"add_prefix_space", beside.addPrefixSpace.value_or(false)}}, vocab);
    const auto findId = [&](const std::string& token) {
        const auto found = root.find(token);
        return found == root.end() ? std::nullopt : std::optional(found->get<TokenId>());
    };
    vocabulary.added = std::move(beside.added);
    beside.special.emplace_back("<|endoftext|>");  // GPT-2's only one, and the default of its tokenizer class
    addByName(vocabulary.added, beside.special, findId);
    vocabulary.bos = findId(beside.bos.value_or("<|endoftext|>"));
    if (const auto eos = findId(beside.eos.value_or("<|endoftext|>"))) vocabulary.eos.push_back(*eos);
    vocabulary.addBos = beside.addBos.value_or(false);
    return std::make_shared<ByteLevelBpe>(vocabulary);
}

// What the tokenizer.ggml keys give, checked, and ready for either kind.
class GgufTokenizer {
public:
    explicit GgufTokenizer(const GgufVocabulary& vocabulary) : m_vocabulary(vocabulary) {}

    std::shared_ptr<const Tokenizer> make() const;

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw Error(sanitised(m_vocabulary.file) + ": " + what);
    }
    PieceType typeOf(std::size_t id) const;
    std::optional<TokenId> idOf(const std::optional<std::int64_t>& given, const char* key) const;
    std::vector<TokenId> ends() const;
    std::vector<AddedToken> added(bool userDefined) const;
    std::shared_ptr<const Tokenizer> makeByteLevel() const;
    std::shared_ptr<const Tokenizer> makeSentencePiece() const;

    const GgufVocabulary& m_vocabulary;
};

PieceType GgufTokenizer::typeOf(std::size_t id) const {
    const std::int32_t type = m_vocabulary.types.empty() ? 1 : m_vocabulary.types[id];
    if (type < 0 || type > 6) {
        fail("tokenizer.ggml.token_type of token " + std::to_string(id) + " is " + std::to_string(type) +
             ", expected 1 to 6");
    }
    return type == 0 ? PieceType::Normal : static_cast<PieceType>(type);
}

std::optional<TokenId> GgufTokenizer::idOf(const std::optional<std::int64_t>& given, const char* key) const {
    if (!given) return std::nullopt;
    if (*given < 0 || *given >= static_cast<std::int64_t>(m_vocabulary.tokens.size())) {
        fail(std::string("tokenizer.ggml.") + key + " is " + std::to_string(*given) +
             ", expected a token id below " + std::to_string(m_vocabulary.tokens.size()));
    }
    return static_cast<TokenId>(*given);
}

std::vector<TokenId> GgufTokenizer::ends() const {
    std::vector<TokenId> ids;
    if (const auto eos = idOf(m_vocabulary.eos, "eos_token_id")) ids.push_back(*eos);
    const auto eot = idOf(m_vocabulary.eot, "eot_token_id");
    if (eot && std::find(ids.begin(), ids.end(), *eot) == ids.end()) ids.push_back(*eot);
    return ids;
}

// Tokens found in the text as written: control and unknown ones, and user-defined ones where asked for.
std::vector<AddedToken> GgufTokenizer::added(bool userDefined) const {
    std::vector<AddedToken> tokens;
    for (std::size_t id = 0; id < m_vocabulary.tokens.size(); ++id) {
        const PieceType type = typeOf(id);
        const bool special = type == PieceType::Control || type == PieceType::Unknown;
        if (!special && !(userDefined && type == PieceType::UserDefined)) continue;
        AddedToken token;
        token.id = static_cast<TokenId>(id);
        token.content = m_vocabulary.tokens[id];
        token.special = special;
        tokens.push_back(std::move(token));
    }
    return tokens;
}

std::shared_ptr<const Tokenizer> GgufTokenizer::makeByteLevel() const {
    BpeVocabulary vocabulary;
    vocabulary.file = m_vocabulary.file;
    vocabulary.tokens = m_vocabulary.tokens;
    vocabulary.merges.reserve(m_vocabulary.merges.size());
    for (const std::string& merge : m_vocabulary.merges) {
        const std::size_t space = merge.find(' ', 1);
        if (merge.empty() || space == std::string::npos || space + 1 == merge.size()) {
            fail("tokenizer.ggml.merges holds " + sanitised(merge) +
                 ", expected two tokens with a space between");
        }
        vocabulary.merges.emplace_back(merge.substr(0, space), merge.substr(space + 1));
    }
    vocabulary.added = added(true);
    const std::string pre = m_vocabulary.pre.empty() ? "gpt-2" : m_vocabulary.pre;
    vocabulary.preTokenizer = PreTokenizer::fromGgufName(pre, m_vocabulary.file);
    const GgufPreHabits habits = ggufPreHabits(pre);
    if (habits.composes) vocabulary.normaliser = NormalForm::C;
    vocabulary.ignoreMerges = habits.ignoreMerges;
    vocabulary.addBos = m_vocabulary.addBos.value_or(habits.addBos);
    vocabulary.bos = idOf(m_vocabulary.bos, "bos_token_id");
    vocabulary.eos = ends();
    return std::make_shared<ByteLevelBpe>(vocabulary);
}

std::shared_ptr<const Tokenizer> GgufTokenizer::makeSentencePiece() const {
    SentencePieceVocabulary vocabulary;
    vocabulary.file = m_vocabulary.file;
    for (std::size_t id = 0; id < m_vocabulary.tokens.size(); ++id) {
        const float score = m_vocabulary.scores.empty() ? 0.0F : m_vocabulary.scores[id];
        vocabulary.pieces.push_back({m_vocabulary.tokens[id], score, typeOf(id)});
    }
    SentencePieceSettings settings;
    settings.file = m_vocabulary.file;
    settings.added = added(false);
    settings.prefixSpace =
        m_vocabulary.addSpacePrefix.value_or(true) ? PrefixSpace::Always : PrefixSpace::Never;
    settings.addBos = m_vocabulary.addBos.value_or(true);
    settings.bos = idOf(m_vocabulary.bos, "bos_token_id");
    settings.eos = ends();
    return std::make_shared<SentencePieceTokenizer>(serialised(vocabulary), std::move(settings));
}

std::shared_ptr<const Tokenizer> GgufTokenizer::make() const {
    const std::size_t count = m_vocabulary.tokens.size();
    if (count == 0 || static_cast<std::int64_t>(count) > kMaxTokens) {
        fail("tokenizer.ggml.tokens has " + std::to_string(count) + " tokens, expected 1 to " +
             std::to_string(kMaxTokens));
    }
    if (!m_vocabulary.types.empty() && m_vocabulary.types.size() != count) {
        fail("tokenizer.ggml.token_type has " + std::to_string(m_vocabulary.types.size()) +
             " entries, expected one for each of " + std::to_string(count) + " tokens");
    }
    if (!m_vocabulary.scores.empty() && m_vocabulary.scores.size() != count) {
        fail("tokenizer.ggml.scores has " + std::to_string(m_vocabulary.scores.size()) +
             " entries, expected one for each of " + std::to_string(count) + " tokens");
    }
    if (m_vocabulary.model == "llama") return makeSentencePiece();
    if (m_vocabulary.model == "gpt2") return makeByteLevel();
    fail("tokenizer.ggml.model is " + sanitised(m_vocabulary.model) +
         ", which is not supported; supported: llama, gpt2");
}

}  // namespace

std::shared_ptr<const Tokenizer> loadTokenizerFolder(const std::string& folder) {
    for (const char* name : {"tokenizer.json", "tokenizer.model", "vocab.json"}) {
        const std::string path = joinPath(folder, name);
        if (isFile(path)) return loadTokenizerFile(path);
    }
    return nullptr;
}

std::shared_ptr<const Tokenizer> loadTokenizerFile(const std::string& path) {
    if (baseName(path) == "vocab.json") return loadVocabularyPair(folderOf(path));
    if (path.ends_with(".json")) return loadTokenizerJson(path);
    return loadSentencePiece(path);
}

std::shared_ptr<const Tokenizer> makeTokenizer(const GgufVocabulary& vocabulary) {
    return GgufTokenizer(vocabulary).make();
}

}  // namespace specula
