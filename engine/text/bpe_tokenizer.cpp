#include "engine/text/bpe_tokenizer.h"

#include <array>
#include <functional>
#include <queue>
#include <tuple>

#include "engine/text/json_file.h"
#include "engine/text/utf8.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

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

BpeTokenizer::BpeTokenizer(const BpeVocabulary& vocabulary)
    : PipelineTokenizer(vocabulary), m_fuseUnknown(vocabulary.fuseUnknown) {
    readMerges(vocabulary);
    if (vocabulary.ignoreMerges) {
        const bool letters = vocabulary.preTokenizer.byteLevel();
        for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
            const std::string& token = vocabulary.tokens[id];
            m_words.emplace(letters ? bytesOfLetters(token).value_or(token) : token,
                            static_cast<TokenId>(id));
        }
    }
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

}  // namespace specula
