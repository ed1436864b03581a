#include "engine/decode/pair_check.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include <nlohmann/json.hpp>

#include "engine/text/json_file.h"

namespace specula {

namespace {

std::string shown(const std::string& piece) {
    std::string out = "'";
    for (const char c : piece) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7F) {
            out += c;
        } else {
            constexpr const char* kHex = "0123456789ABCDEF";
            out += std::string("\\x") + kHex[byte >> 4] + kHex[byte & 15];
        }
    }
    return out + "'";
}

// Tokens without the padding at the end.
int tokenCount(const Tokenizer& tokenizer) {
    int count = tokenizer.size();
    while (count > 0) {
        const std::string last = tokenizer.piece(count - 1);
        if (!last.empty() && last != "[PAD" + std::to_string(count - 1) + "]") break;
        --count;
    }
    return count;
}

std::string sizes(int target, int draft) {
    return std::to_string(target) + " in the target, " + std::to_string(draft) + " in the draft";
}

PairCheck sameCount(const std::string& question, int target, int draft) {
    return {question, target == draft, target == draft ? std::to_string(target) : sizes(target, draft)};
}

PairCheck sameTokens(const Tokenizer& target, const Tokenizer& draft, int count) {
    PairCheck check{"Every token id stands for the same bytes", true, ""};
    for (TokenId id = 0; id < count; ++id) {
        const std::string a = target.piece(id), b = draft.piece(id);
        if (a == b) continue;
        check.passed = false;
        check.detail = "first difference at id " + std::to_string(id) + ": " + shown(a) + " in the target, " +
                       shown(b) + " in the draft";
        return check;
    }
    check.detail = std::to_string(count) + " tokens compared";
    return check;
}

// What only the prompt or the end of the text depends on: worth saying, no obstacle, as the draft sees ids.
void warnOfRoles(const Tokenizer& target, const Tokenizer& draft, int count, PairReport& report) {
    for (TokenId id = 0; id < count; ++id) {
        if (target.isSpecial(id) == draft.isSpecial(id)) continue;
        report.warnings.push_back("token " + std::to_string(id) + " " + shown(target.piece(id)) +
                                  " is special in the " + (target.isSpecial(id) ? "target" : "draft") +
                                  " only");
        break;
    }
    constexpr std::string_view kSample =
        "It's 3.14 o'clock;\n\tna\u00efve caf\u00e9s  cost 1,000 \u20ac? \u4f60\u597d!";
    if (target.encode(kSample, false, false) != draft.encode(kSample, false, false))
        report.warnings.emplace_back(
            "the two tokenizers split a sample text differently; the target's is used");
}

void compareTokenizers(const Checkpoint& target, const Checkpoint& draft, PairReport& report) {
    const auto a = target.tokenizer(), b = draft.tokenizer();
    const int countA = tokenCount(*a), countB = tokenCount(*b), common = std::min(countA, countB);
    report.checks.push_back(sameCount("Same number of tokens", countA, countB));
    report.checks.push_back(sameTokens(*a, *b, common));
    const int usedA = usedVocabulary(target), usedB = usedVocabulary(draft);
    PairCheck rows{"A row for each of them in both models", usedA == usedB && usedA == common, ""};
    rows.detail = sizes(target.config().vocabulary, draft.config().vocabulary);
    if (rows.passed && (target.config().vocabulary > common || draft.config().vocabulary > common))
        rows.detail += "; those past the last token are padding and never drawn";
    report.checks.push_back(std::move(rows));
    if (report.checks[1].passed) warnOfRoles(*a, *b, common, report);
}

constexpr std::size_t kMaxProvenance = 1u << 20;

/// The fingerprint that a trained draft's folder notes; "" without one.
std::string notedTokenizer(const Checkpoint& draft) {
    const std::string path = joinPath(draft.path(), "provenance.json");
    if (!isFile(path)) return {};
    const nlohmann::json note = readJsonObject(path, kMaxProvenance);
    const auto found = note.find("tokenizer");
    return found != note.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void compareWithNote(const Checkpoint& target, const Checkpoint& draft, const std::string& noted,
                     PairReport& report) {
    const bool same = noted == tokenizerFingerprint(*target.tokenizer());
    report.checks.push_back(
        {"The draft was trained for this tokenizer", same,
         same ? "noted in its provenance.json" : "its provenance.json names another one"});
    const int used = usedVocabulary(target), rows = draft.config().vocabulary;
    report.checks.push_back({"A row for each token in both models",
                             rows >= used && usedVocabulary(draft) == used, sizes(used, rows)});
}

}  // namespace

std::string tokenizerFingerprint(const Tokenizer& tokenizer) {
    std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a, 64 bits
    const auto mix = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3U; };
    for (TokenId id = 0; id < tokenCount(tokenizer); ++id) {
        const std::string piece = tokenizer.piece(id);
        for (const char c : piece) mix(static_cast<unsigned char>(c));
        mix(0xFF);  // no piece of valid text ends in this byte
        mix(static_cast<unsigned char>(piece.size()));
    }
    char text[64];
    std::snprintf(text, sizeof text, "%d tokens, %016llx", tokenCount(tokenizer),
                  static_cast<unsigned long long>(hash));
    return text;
}

int usedVocabulary(const Checkpoint& checkpoint) {
    const int rows = checkpoint.config().vocabulary;
    const auto tokenizer = checkpoint.tokenizer();
    return tokenizer ? std::min(rows, tokenCount(*tokenizer)) : rows;
}

PairReport checkPair(const Checkpoint& target, const Checkpoint& draft) {
    PairReport report;
    const bool inTarget = target.tokenizer() != nullptr, inDraft = draft.tokenizer() != nullptr;
    if (inTarget && inDraft) {
        compareTokenizers(target, draft, report);
    } else if (const std::string noted = notedTokenizer(draft); inTarget && !noted.empty()) {
        compareWithNote(target, draft, noted, report);
    } else if (inTarget || inDraft) {
        report.checks.push_back({"Both models have a tokenizer", false,
                                 std::string("the ") + (inTarget ? "draft" : "target") + " has none"});
    } else {
        report.checks.push_back(sameCount("Same number of vocabulary rows", target.config().vocabulary,
                                          draft.config().vocabulary));
        report.warnings.emplace_back(
            "neither model has a tokenizer: only the sizes of their vocabularies were compared");
    }
    report.compatible = std::all_of(report.checks.begin(), report.checks.end(),
                                    [](const PairCheck& check) { return check.passed; });
    return report;
}

std::string reasonAgainst(const PairReport& report) {
    for (const PairCheck& check : report.checks) {
        if (!check.passed) return check.question + ": no, " + check.detail;
    }
    return {};
}

}  // namespace specula
