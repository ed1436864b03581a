#include "engine/decode/pair_check.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>

#include <nlohmann/json.hpp>

#include "engine/draft/token_bridge.h"
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

constexpr const char* kEnoughShared = "Enough tokens with the same bytes in both";
/// Fewer than the bytes there are: such a draft could not even spell every text.
constexpr int kLeastShared = 256;
/// A proposal from the intersection is accepted at most as often as the target itself stays in it: below
/// this even a perfect draft would fail at every other token.
constexpr double kLeastCoverage = 0.5;
constexpr std::string_view kOrdinaryText =
    "The old lighthouse keeper climbed the stairs every evening, although nobody had asked him to. "
    "\"It isn't the light that matters,\" he said, \"but that somebody is awake.\" In 1987 the station was "
    "automated; 23 ships have passed since then without noticing any difference at all.\n\n"
    "def mean(values):\n    total = 0.0\n    for value in values:\n        total += value\n"
    "    return total / len(values)\n\n"
    "1. Preheat the oven to 200 degrees.\n2. Mix the flour with the butter, the sugar and two eggs.\n";

/// Another tokenizer is no obstacle where enough tokens are in both: see TokenBridge. Where they are, the
/// checks that failed become one warning; where not, the reason is added to them.
void considerSharedTokens(const Checkpoint& target, const Checkpoint& draft, PairReport& report) {
    const auto failed = std::find_if(report.checks.begin(), report.checks.end(),
                                     [](const PairCheck& check) { return !check.passed; });
    if (failed == report.checks.end()) return;
    const TokenBridge bridge(target.tokenizer(), usedVocabulary(target), draft.tokenizer(),
                             usedVocabulary(draft));
    const double coverage = bridge.coverageOf(kOrdinaryText);
    PairCheck enough{kEnoughShared, true, ""};
    enough.passed = bridge.shared() >= kLeastShared && coverage >= kLeastCoverage;
    const std::string share = std::to_string(std::lround(coverage * 100.0)) + " % of a sample text";
    const std::string tokens = std::to_string(bridge.shared()) + " of the target's " +
                               std::to_string(usedVocabulary(target)) + " tokens";
    enough.detail = tokens + ", which are " + share;
    if (!enough.passed) {
        enough.detail += "; expected at least " + std::to_string(kLeastShared) + " and 50 %";
        report.checks.push_back(std::move(enough));
        return;
    }
    report.warnings.push_back("the tokenizers differ (" + failed->detail + "): the draft proposes only the " +
                              tokens + " that it shares, " + share + ", and reads the others spelled anew");
    report.sharedTokens = bridge.shared();
    report.checks = {std::move(enough)};
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
        considerSharedTokens(target, draft, report);
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
    std::string reason;
    for (const PairCheck& check : report.checks) {
        if (check.passed) continue;
        if (reason.empty())
            reason = check.question + ": no, " + check.detail;
        else if (&check == &report.checks.back() && check.question == kEnoughShared)
            reason += "; and tokens with the same bytes in both are too few: " + check.detail;
    }
    return reason;
}

}  // namespace specula
