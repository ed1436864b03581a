#include "engine/text/bpe_tokenizer.h"

#include <algorithm>
#include <array>
#include <functional>
#include <queue>
#include <tuple>

#include "engine/text/json_file.h"
#include "engine/text/utf8.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

constexpr std::size_t kMaxTokens = 1u << 20;

// GPT-2's byte alphabet: printable Latin-1 bytes stand for themselves, the others for U+0100, U+0101, ... in
// order.
struct ByteAlphabet {
    std::array<int, 512> byteOf{};  // -1: not a letter of the alphabet
    ByteAlphabet() {
        byteOf.fill(-1);
        std::size_t next = 256;
        for (int byte = 0; byte < 256; ++byte) {
            const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
            byteOf[printable ? static_cast<std::size_t>(byte) : next++] = byte;
        }
    }
};

std::uint64_t pairKey(TokenId left, TokenId right) {
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32) |
           static_cast<std::uint32_t>(right);
}

}  // namespace

std::optional<std::string> bytesOfLetters(std::string_view token) {
    static const ByteAlphabet alphabet;
    std::string bytes;
    for (std::string_view rest = token; !rest.empty();) {
        const Utf8Step step = utf8Step(rest);
        if (!step.wellFormed || step.codePoint >= alphabet.byteOf.size()) return std::nullopt;
        const int byte = alphabet.byteOf[step.codePoint];
        if (byte < 0) return std::nullopt;
        bytes += static_cast<char>(byte);
        rest.remove_prefix(step.length);
    }
    return bytes;
}

BpeTokenizer::BpeTokenizer(BpeVocabulary vocabulary)
    : m_unknown(vocabulary.unknown),
      m_fuseUnknown(vocabulary.fuseUnknown),
      m_normaliser(vocabulary.normaliser),
      m_preTokenizer(vocabulary.preTokenizer),
      m_before(vocabulary.before),
      m_after(vocabulary.after),
      m_bos(vocabulary.bos),
      m_eos(vocabulary.eos) {
    if (vocabulary.tokens.empty()) throw Error(sanitised(vocabulary.file) + ": the vocabulary has no tokens");
    if (vocabulary.addBos && m_bos) m_before.insert(m_before.begin(), *m_bos);
    readTokens(vocabulary);
    readMerges(vocabulary);
    readAdded(std::move(vocabulary.added));
}

void BpeTokenizer::readTokens(const BpeVocabulary& vocabulary) {
    std::size_t count = vocabulary.tokens.size();
    for (const AddedToken& token : vocabulary.added) {
        if (token.id < 0 || static_cast<std::size_t>(token.id) >= kMaxTokens) {
            throw Error(sanitised(vocabulary.file) + ": the added token " + sanitised(token.content) +
                        " has the id " + std::to_string(token.id) + ", expected 0 to " +
                        std::to_string(kMaxTokens - 1));
        }
        count = std::max(count, static_cast<std::size_t>(token.id) + 1);
    }
    if (count > kMaxTokens) {
        throw Error(sanitised(vocabulary.file) + ": the vocabulary has " + std::to_string(count) +
                    " tokens, expected at most " + std::to_string(kMaxTokens));
    }
    m_pieces = vocabulary.tokens;
    m_pieces.resize(count);
    m_special.resize(count, false);
    m_isAdded.resize(count, false);
    if (vocabulary.ignoreMerges) {
        const bool letters = vocabulary.preTokenizer.byteLevel();
        for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
            const std::string& token = vocabulary.tokens[id];
            m_words.emplace(letters ? bytesOfLetters(token).value_or(token) : token,
                            static_cast<TokenId>(id));
        }
    }
    for (const AddedToken& token : vocabulary.added) {
        const auto id = static_cast<std::size_t>(token.id);
        m_pieces[id] = token.content;
        m_special[id] = token.special;
        m_isAdded[id] = true;
    }
    std::vector<TokenId> named = m_before;
    named.insert(named.end(), m_after.begin(), m_after.end());
    named.insert(named.end(), m_eos.begin(), m_eos.end());
    if (m_bos) named.push_back(*m_bos);
    if (m_unknown) named.push_back(*m_unknown);
    const auto inRange = [&](TokenId id) { return id >= 0 && static_cast<std::size_t>(id) < count; };
    if (!std::all_of(named.begin(), named.end(), inRange)) {
        throw Error(sanitised(vocabulary.file) +
                    ": the begin, end or unknown token's id lies outside the vocabulary of " +
                    std::to_string(count) + " tokens");
    }
}

// A token that is looked for after normalisation is itself looked for in its normal form.
void BpeTokenizer::readAdded(std::vector<AddedToken> added) {
    std::vector<AddedToken> raw;
    std::vector<AddedToken> afterNormalising;
    for (AddedToken& token : added) {
        if (token.normalized && !m_normaliser.empty()) {
            token.content = m_normaliser.apply(replaceIllFormed(token.content));
            afterNormalising.push_back(std::move(token));
        } else {
            raw.push_back(std::move(token));
        }
    }
    m_rawAdded = AddedTokens(std::move(raw));
    m_normalisedAdded = AddedTokens(std::move(afterNormalising));
}

void BpeTokenizer::readMerges(const BpeVocabulary& vocabulary) {
    std::unordered_map<std::string_view, TokenId> ids;
    ids.reserve(vocabulary.tokens.size());
    for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
        if (!vocabulary.tokens[id].empty()) ids.emplace(vocabulary.tokens[id], static_cast<TokenId>(id));
    }
    const auto find = [&](const std::string& token, std::size_t rank) {
        const auto found = ids.find(token);
        if (found == ids.end()) {
            throw Error(sanitised(vocabulary.file) + ": merge " + std::to_string(rank + 1) + " (" +
                        sanitised(vocabulary.merges[rank].first + " " + vocabulary.merges[rank].second) +
                        ") needs the token " + sanitised(token) + ", which is not in the vocabulary");
        }
        return found->second;
    };
    m_merges.reserve(vocabulary.merges.size());
    for (std::size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
        const auto& [left, right] = vocabulary.merges[rank];
        const Merge merge{static_cast<std::int32_t>(rank), find(left + right, rank)};
        m_merges.insert_or_assign(pairKey(find(left, rank), find(right, rank)), merge);
    }
}

const BpeTokenizer::Merge* BpeTokenizer::mergeOf(TokenId left, TokenId right) const {
    const auto found = m_merges.find(pairKey(left, right));
    return found == m_merges.end() ? nullptr : &found->second;
}

void BpeTokenizer::encodeWord(std::string_view word, std::vector<TokenId>& ids) const {
    if (!m_words.empty()) {
        if (const auto found = m_words.find(std::string(word)); found != m_words.end()) {
            ids.push_back(found->second);
            return;
        }
    }
    std::vector<TokenId> symbols;
    symbols.reserve(word.size());
    symbolsOf(word, symbols);
    if (symbols.empty()) return;
    // The word as a linked list of tokens; a merge keeps the left place and unlinks the right one.
    struct Place {
        TokenId id;
        int previous;
        int next;  // -1: the end
    };
    std::vector<Place> places;
    places.reserve(symbols.size());
    for (const TokenId id : symbols) {
        const int at = static_cast<int>(places.size());
        places.push_back({id, at - 1, at + 1});
    }
    places.back().next = -1;

    using Candidate = std::tuple<std::int32_t, int, TokenId>;  // rank, left place, result
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates;
    const auto offer = [&](int left) {
        if (left < 0 || places[static_cast<std::size_t>(left)].next < 0) return;
        const Place& place = places[static_cast<std::size_t>(left)];
        const Merge* merge = mergeOf(place.id, places[static_cast<std::size_t>(place.next)].id);
        if (merge) candidates.emplace(merge->rank, left, merge->result);
    };
    for (int i = 0; i < static_cast<int>(places.size()); ++i) offer(i);
    while (!candidates.empty()) {
        const auto [rank, left, result] = candidates.top();
        candidates.pop();
        Place& place = places[static_cast<std::size_t>(left)];
        if (place.id < 0 || place.next < 0) continue;
        Place& right = places[static_cast<std::size_t>(place.next)];
        const Merge* merge = mergeOf(place.id, right.id);
        if (!merge || merge->rank != rank) continue;  // one of the two has been merged meanwhile
        place.id = result;
        place.next = right.next;
        right.id = -1;
        if (place.next >= 0) places[static_cast<std::size_t>(place.next)].previous = left;
        offer(place.previous);
        offer(left);
    }
    for (int at = 0; at >= 0; at = places[static_cast<std::size_t>(at)].next) {
        ids.push_back(places[static_cast<std::size_t>(at)].id);
    }
}

void BpeTokenizer::encodeText(std::string_view text, bool first, std::vector<TokenId>& ids) const {
    for (const std::string& word : m_preTokenizer.split(text, first)) encodeWord(word, ids);
}

std::vector<TokenId> BpeTokenizer::encode(std::string_view text, bool addSpecial, bool parseSpecial) const {
    std::vector<TokenId> ids;
    if (addSpecial) ids = m_before;
    const std::string valid = replaceIllFormed(text);
    for (const auto& [id, part] : m_rawAdded.split(valid, parseSpecial)) {
        if (id) {
            ids.push_back(*id);
            continue;
        }
        const bool first = part.data() == valid.data();
        if (m_normaliser.empty()) {
            encodeText(part, first, ids);
            continue;
        }
        const std::string normal = m_normaliser.apply(part);
        for (const auto& [innerId, innerPart] : m_normalisedAdded.split(normal, parseSpecial)) {
            if (innerId) {
                ids.push_back(*innerId);
            } else {
                encodeText(innerPart, first && innerPart.data() == normal.data(), ids);
            }
        }
    }
    if (addSpecial) ids.insert(ids.end(), m_after.begin(), m_after.end());
    return ids;
}

std::string BpeTokenizer::piece(TokenId id) const {
    return id >= 0 && id < size() ? m_pieces[static_cast<std::size_t>(id)] : std::string();
}

bool BpeTokenizer::isSpecial(TokenId id) const {
    return id >= 0 && id < size() && m_special[static_cast<std::size_t>(id)];
}

std::string BpeTokenizer::decode(std::span<const TokenId> ids, bool keepSpecial) const {
    std::string bytes;
    for (const TokenId id : ids) {
        if (keepSpecial || !isSpecial(id)) bytes += piece(id);
    }
    if (m_dropsLeadingSpace && bytes.starts_with(' ')) bytes.erase(0, 1);
    return replaceIllFormed(bytes);
}

}  // namespace specula
