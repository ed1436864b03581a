#include "engine/text/sentencepiece_proto.h"

#include <bitset>
#include <cmath>
#include <cstring>
#include <optional>
#include <unordered_set>

#include "engine/text/json_file.h"
#include "engine/trace/error.h"

// Field numbers are those of sentencepiece_model.proto.

namespace specula {
namespace {

enum Wire : std::uint32_t { WireVarint = 0, WireFixed64 = 1, WireBytes = 2, WireFixed32 = 5 };

void writeVarint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7F) | 0x80);
    out += static_cast<char>(value);
}

void writeNumber(std::string& out, std::uint32_t field, std::int64_t value) {
    writeVarint(out, field << 3 | WireVarint);
    writeVarint(out, static_cast<std::uint64_t>(value));  // negative int32: sign-extended to ten bytes
}

void writeText(std::string& out, std::uint32_t field, std::string_view text) {
    writeVarint(out, field << 3 | WireBytes);
    writeVarint(out, text.size());
    out += text;
}

void writeFloat(std::string& out, std::uint32_t field, float value) {
    writeVarint(out, field << 3 | WireFixed32);
    char bytes[4];
    std::memcpy(bytes, &value, sizeof bytes);
    out.append(bytes, sizeof bytes);
}

// One message's fields, in order. Every length is checked against what is left.
class ProtoReader {
public:
    ProtoReader(std::string_view bytes, const std::string& file) : m_bytes(bytes), m_file(file) {}

    bool next() {
        if (m_bytes.empty()) return false;
        const std::uint64_t tag = varint();
        field = static_cast<std::uint32_t>(tag >> 3);
        switch (tag & 7) {
            case WireVarint:
                number = varint();
                break;
            case WireFixed64:
                take(8);
                break;
            case WireBytes:
                text = take(varint());
                break;
            case WireFixed32:
                std::memcpy(&real, take(4).data(), 4);
                break;
            default:
                fail();
        }
        return true;
    }

    std::uint32_t field = 0;
    std::uint64_t number = 0;
    std::string_view text;
    float real = 0.0F;

private:
    [[noreturn]] void fail() const {
        throw Error(sanitised(m_file) +
                    ": not a sentencepiece model, or truncated: a field is broken or ends past its end");
    }
    std::string_view take(std::uint64_t length) {
        if (length > m_bytes.size()) fail();
        const std::string_view taken = m_bytes.substr(0, length);
        m_bytes.remove_prefix(length);
        return taken;
    }
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(1)[0]);
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80) return value;
        }
        fail();
    }

    std::string_view m_bytes;
    const std::string& m_file;
};

// The library walks this double-array trie without looking at its bounds. Layout: length of the trie in
// bytes, the trie's 32-bit units, then the replacement strings, each ending in NUL. From unit i every step
// leads to (i xor offset) xor byte, and a unit with a leaf finds its value at (i xor offset).
void checkNormaliser(std::string_view map, const std::string& file) {
    if (map.empty()) return;
    const auto broken = [&]() {
        throw Error(sanitised(file) + ": the sentencepiece model's normalisation table is broken");
    };
    std::uint32_t length = 0;
    if (map.size() < 4) broken();
    std::memcpy(&length, map.data(), 4);
    if (length > map.size() - 4 || length % 4 != 0 || length == 0) broken();
    const std::string_view strings = map.substr(4 + length);
    if (strings.empty() || strings.back() != '\0') broken();
    std::vector<std::uint32_t> units(length / 4);
    std::memcpy(units.data(), map.data() + 4, length);
    for (std::size_t i = 0; i < units.size(); ++i) {
        const std::uint32_t unit = units[i];
        if ((unit & 0x80000000u) != 0) continue;  // a value, never walked from
        const std::size_t base = i ^ ((unit >> 10) << ((unit & 0x200u) >> 6));
        if ((base | 0xFFu) >= units.size()) broken();
        if ((unit & 0x100u) != 0 && (units[base] & 0x7FFFFFFFu) >= strings.size()) broken();
    }
}

// The trainer's and the normaliser's part of the model.
void appendSpecs(std::string& proto, const SentencePieceVocabulary& vocabulary, int unknownId,
                 bool byteFallback) {
    std::string trainer;
    writeNumber(trainer, 3, vocabulary.unigram ? 1 : 2);  // model_type
    writeNumber(trainer, 4, static_cast<std::int64_t>(vocabulary.pieces.size()));
    writeNumber(trainer, 35, byteFallback ? 1 : 0);
    writeNumber(trainer, 40, unknownId);
    writeNumber(trainer, 41, vocabulary.bosId);
    writeNumber(trainer, 42, vocabulary.eosId);
    writeNumber(trainer, 43, -1);
    writeText(proto, 2, trainer);
    std::string normaliser;
    writeText(normaliser, 1, vocabulary.normalisation.empty() ? "identity" : "user_defined");
    if (!vocabulary.normalisation.empty()) writeText(normaliser, 2, vocabulary.normalisation);
    writeNumber(normaliser, 3, 0);  // add_dummy_prefix
    writeNumber(normaliser, 4, 0);  // remove_extra_whitespaces
    writeNumber(normaliser, 5, vocabulary.escapeWhitespaces ? 1 : 0);
    writeText(proto, 3, normaliser);
}

}  // namespace

std::optional<unsigned> byteOfPiece(std::string_view text) {
    if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return std::nullopt;
    unsigned value = 0;
    for (const char c : text.substr(3, 2)) {
        const bool digit = c >= '0' && c <= '9';
        if (!digit && !(c >= 'A' && c <= 'F')) return std::nullopt;
        value = value * 16 + static_cast<unsigned>(digit ? c - '0' : c - 'A' + 10);
    }
    return value;
}

std::string serialised(const SentencePieceVocabulary& vocabulary) {
    std::bitset<256> bytes;
    bool hasUnknown = false;
    int unknownId = 0;
    for (std::size_t id = 0; id < vocabulary.pieces.size(); ++id) {
        const auto& piece = vocabulary.pieces[id];
        if (!std::isfinite(piece.score)) {
            throw Error(sanitised(vocabulary.file) + ": the score of token " + std::to_string(id) +
                        " is not finite");
        }
        if (const auto byte = byteOfPiece(piece.text); byte && piece.type == PieceType::Byte)
            bytes.set(*byte);
        if (piece.type == PieceType::Unknown && !hasUnknown) {
            hasUnknown = true;
            unknownId = static_cast<int>(id);
        }
    }
    if (!hasUnknown)
        throw Error(sanitised(vocabulary.file) + ": the sentencepiece vocabulary has no unknown token");

    std::string proto;
    std::unordered_set<std::string> seen;
    for (std::size_t id = 0; id < vocabulary.pieces.size(); ++id) {
        const auto& piece = vocabulary.pieces[id];
        std::string text = piece.text;
        PieceType type = piece.type;
        const bool lostByte = type == PieceType::Byte && (!bytes.all() || !byteOfPiece(text));
        const bool secondUnknown = type == PieceType::Unknown && static_cast<int>(id) != unknownId;
        if (lostByte || secondUnknown) type = PieceType::Unused;
        if (text.empty() || text.find('\0') != std::string::npos || !seen.insert(text).second) {
            text = "\x01unused" + std::to_string(id);
            type = PieceType::Unused;
            seen.insert(text);
        }
        std::string entry;
        writeText(entry, 1, text);
        writeFloat(entry, 2, piece.score);
        writeNumber(entry, 3, static_cast<int>(type));
        writeText(proto, 1, entry);
    }
    appendSpecs(proto, vocabulary, unknownId, bytes.all());
    return proto;
}

SentencePieceFacts inspectSentencePieceModel(std::string_view proto, const std::string& file) {
    SentencePieceFacts facts;
    ProtoReader model(proto, file);
    while (model.next()) {
        ProtoReader inner(model.text, file);
        if (model.field == 1) {
            facts.pieces.emplace_back();
            while (inner.next()) {
                if (inner.field == 1) facts.pieces.back() = inner.text;
                if (inner.field == 2 && !std::isfinite(inner.real)) {
                    throw Error(sanitised(file) + ": the score of piece " +
                                std::to_string(facts.pieces.size() - 1) + " is not finite");
                }
            }
        } else if (model.field == 2) {
            while (inner.next()) {
                if (inner.field == 3) facts.bpe = inner.number == 2;
                if (inner.field == 3 && inner.number != 1 && inner.number != 2) {
                    throw Error(sanitised(file) + ": the sentencepiece model is neither unigram nor BPE");
                }
            }
        } else if (model.field == 3) {
            while (inner.next()) {
                if (inner.field == 2) checkNormaliser(inner.text, file);
                if (inner.field == 3) facts.addsDummyPrefix = inner.number != 0;
            }
        }
    }
    if (facts.pieces.empty()) throw Error(sanitised(file) + ": not a sentencepiece model, it has no pieces");
    return facts;
}

}  // namespace specula
