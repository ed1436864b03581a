#include "engine/text/tokenizer_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "engine/text/byte_level_bpe.h"
#include "engine/text/character_bpe.h"
#include "engine/text/json_fields.h"
#include "engine/text/json_file.h"
#include "engine/text/text_frame.h"
#include "engine/text/tokenizer_settings.h"
#include "engine/text/unigram_tokenizer.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxFileBytes = 256u << 20;
constexpr std::size_t kMaxTokens = 1u << 20;
constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // U+2581

// A step of the normalizer, pre_tokenizer or decoder, those inside a Sequence one by one.
template <typename Visit>
void eachStep(const json& description, const char* list, Visit&& visit, int depth = 0) {
    if (description.is_null()) return;
    const json& inner = jsonField(description, list);
    if (jsonText(jsonField(description, "type")) != "Sequence" || !inner.is_array() || depth > 4) {
        visit(description);
        return;
    }
    for (const json& each : inner) eachStep(each, list, visit, depth + 1);
}

// One tokenizer.json on its way to a tokenizer.
class TokenizerJson {
public:
    explicit TokenizerJson(const std::string& path)
        : m_path(path), m_root(readJsonObject(path, kMaxFileBytes)) {}

    std::shared_ptr<const Tokenizer> load();

private:
    [[noreturn]] void fail(const std::string& what) const { throw Error(sanitised(m_path) + ": " + what); }
    const json& root(const char* key) const { return jsonField(m_root, key); }
    const json& model(const char* key) const { return jsonField(root("model"), key); }
    std::optional<TokenId> idOf(const std::string& token) const;
    void nameTokens();
    void readPipeline();
    void readMerges();
    void readFrame();
    bool putsSpaceFirst() const;
    DecodingSettings decoding() const;
    std::shared_ptr<const Tokenizer> makeBpe();
    std::shared_ptr<const Tokenizer> makeUnigram();

    std::string m_path;
    json m_root;
    BpeVocabulary m_vocabulary;
    std::unordered_map<std::string, TokenId> m_ids;
};

std::optional<TokenId> TokenizerJson::idOf(const std::string& token) const {
    const auto found = m_ids.find(token);
    return found == m_ids.end() ? std::nullopt : std::optional(found->second);
}

void TokenizerJson::nameTokens() {
    m_vocabulary.file = m_path;
    for (std::size_t id = 0; id < m_vocabulary.tokens.size(); ++id) {
        if (!m_vocabulary.tokens[id].empty())
            m_ids.emplace(m_vocabulary.tokens[id], static_cast<TokenId>(id));
    }
    m_vocabulary.added = parseAddedTokens(root("added_tokens"), m_path);
    for (const AddedToken& token : m_vocabulary.added) {
        const auto [entry, isNew] = m_ids.emplace(token.content, token.id);
        if (!isNew && entry->second != token.id) {
            fail("the added token " + sanitised(token.content) + " has the id " + std::to_string(token.id) +
                 ", but the vocabulary gives it " + std::to_string(entry->second));
        }
    }
}

void TokenizerJson::readMerges() {
    const json& merges = model("merges");
    if (!merges.is_array()) fail("model.merges must be a list");
    m_vocabulary.merges.reserve(merges.size());
    for (const json& merge : merges) {
        const std::string number = "merge " + std::to_string(m_vocabulary.merges.size() + 1);
        if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
            m_vocabulary.merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
            continue;
        }
        const std::string pair = jsonText(merge);
        const std::size_t space = pair.find(' ', 1);
        if (pair.empty() || space == std::string::npos || space + 1 == pair.size()) {
            fail(number + " must be two tokens, as a list or with a space between");
        }
        m_vocabulary.merges.emplace_back(pair.substr(0, space), pair.substr(space + 1));
    }
}

// What goes around a text, and the tokens that begin and end one.
void TokenizerJson::readFrame() {
    const auto find = [this](const std::string& token) { return idOf(token); };
    const TextFrame frame = readTextFrame(root("post_processor"), find, m_path);
    m_vocabulary.before = frame.before;
    m_vocabulary.after = frame.after;
    if (!frame.before.empty()) m_vocabulary.bos = frame.before.front();
    const TokenizerSettings settings = readTokenizerSettings(folderOf(m_path));
    if (settings.bos && !m_vocabulary.bos) m_vocabulary.bos = idOf(*settings.bos);
    if (settings.eos) {
        if (const auto id = idOf(*settings.eos)) m_vocabulary.eos.push_back(*id);
    }
}

// Does a text get a space it does not have?
bool TokenizerJson::putsSpaceFirst() const {
    bool found = false;
    eachStep(root("normalizer"), "normalizers",
             [&](const json& step) { found = found || jsonText(jsonField(step, "prepend")) == kSpaceMark; });
    eachStep(root("pre_tokenizer"), "pretokenizers", [&](const json& step) {
        if (jsonText(jsonField(step, "type")) != "Metaspace") return;
        const std::string scheme = jsonText(jsonField(step, "prepend_scheme"));
        found = found || (scheme.empty() ? jsonFlag(step, "add_prefix_space", true) : scheme != "never");
    });
    return found;
}

// How tokens become text again, by the decoder; a file without one is read as the converters of sentencepiece
// models write it.
DecodingSettings TokenizerJson::decoding() const {
    DecodingSettings settings;
    settings.byteFallback = model("byte_fallback").is_boolean() && model("byte_fallback").get<bool>();
    const json& decoder = root("decoder");
    if (decoder.is_null()) {
        settings.mark = kSpaceMark;
        settings.dropsLeadingSpace = putsSpaceFirst();
        return settings;
    }
    eachStep(decoder, "decoders", [&](const json& step) {
        const std::string type = jsonText(jsonField(step, "type"));
        if (type == "Replace") {
            const auto pattern = jsonPattern(jsonField(step, "pattern"));
            if (!pattern || pattern->isRegex || jsonText(jsonField(step, "content")) != " ") {
                fail("the decoder's Replace is not supported, expected one of a text by a space");
            }
            settings.mark = pattern->text;
        } else if (type == "Metaspace") {
            const std::string mark = jsonText(jsonField(step, "replacement"));
            settings.mark = mark.empty() ? std::string(kSpaceMark) : mark;
            const std::string scheme = jsonText(jsonField(step, "prepend_scheme"));
            settings.dropsLeadingSpace =
                scheme.empty() ? jsonFlag(step, "add_prefix_space", true) : scheme != "never";
        } else if (type == "Strip") {
            const json& start = jsonField(step, "start");
            const json& stop = jsonField(step, "stop");
            const bool one = jsonText(jsonField(step, "content")) == " " && start == 1 && stop == 0;
            if (!one) fail("the decoder's Strip is not supported, expected one space from the start");
            settings.dropsLeadingSpace = true;
        } else if (type != "ByteFallback" && type != "Fuse") {
            fail("the decoder type " + sanitised(type) +
                 " is not supported; supported: Replace, Metaspace, ByteFallback, Fuse, Strip, Sequence");
        }
    });
    return settings;
}

// All but the model, once its tokens are known.
void TokenizerJson::readPipeline() {
    nameTokens();
    readFrame();
    m_vocabulary.normaliser = Normaliser::fromJson(root("normalizer"), m_path);
    m_vocabulary.preTokenizer = PreTokenizer::fromJson(root("pre_tokenizer"), m_path);
}

std::shared_ptr<const Tokenizer> TokenizerJson::makeBpe() {
    for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
        if (!jsonText(model(key)).empty())
            fail(std::string("model.") + key + " is set, which is not supported");
    }
    const json& vocab = model("vocab");
    if (!vocab.is_object() || vocab.empty()) fail("model.vocab must be an object of tokens and ids");
    m_vocabulary.tokens = tokensById(vocab, m_path);
    readPipeline();
    readMerges();
    m_vocabulary.ignoreMerges = jsonFlag(root("model"), "ignore_merges", false);
    m_vocabulary.fuseUnknown = jsonFlag(root("model"), "fuse_unk", false);
    const std::string unknown = jsonText(model("unk_token"));
    m_vocabulary.unknown = unknown.empty() ? std::nullopt : idOf(unknown);
    if (m_vocabulary.preTokenizer.byteLevel()) return std::make_shared<ByteLevelBpe>(m_vocabulary);
    if (!m_vocabulary.bos) m_vocabulary.bos = idOf("<s>");
    if (const auto id = idOf("</s>"); id && m_vocabulary.eos.empty()) m_vocabulary.eos.push_back(*id);
    return std::make_shared<CharacterBpe>(m_vocabulary, decoding());
}

std::shared_ptr<const Tokenizer> TokenizerJson::makeUnigram() {
    const json& vocab = model("vocab");
    if (!vocab.is_array() || vocab.empty() || vocab.size() > kMaxTokens) {
        fail("model.vocab must be a list of 1 to " + std::to_string(kMaxTokens) +
             " pieces with their scores");
    }
    std::vector<float> scores;
    for (const json& entry : vocab) {
        if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number()) {
            fail("piece " + std::to_string(scores.size()) + " of model.vocab must be a text and a number");
        }
        m_vocabulary.tokens.push_back(entry[0].get<std::string>());
        scores.push_back(entry[1].get<float>());
    }
    const json& unknown = model("unk_id");
    if (!unknown.is_number_unsigned() || unknown.get<std::uint64_t>() >= scores.size()) {
        fail("model.unk_id must be a piece's number");
    }
    m_vocabulary.unknown = unknown.get<TokenId>();
    readPipeline();
    if (m_vocabulary.preTokenizer.byteLevel()) {
        fail("the pre_tokenizer ByteLevel is not supported beside a Unigram model");
    }
    return std::make_shared<UnigramTokenizer>(m_vocabulary, scores, decoding());
}

std::shared_ptr<const Tokenizer> TokenizerJson::load() {
    if (!root("model").is_object()) fail("model must be an object");
    const std::string type = root("model").contains("type") ? jsonText(model("type"))
                             : model("vocab").is_array()    ? "Unigram"
                                                            : "BPE";
    if (type == "BPE") return makeBpe();
    if (type == "Unigram") return makeUnigram();
    fail("the model type " + sanitised(type) + " is not supported; supported: BPE, Unigram");
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
