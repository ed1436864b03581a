#include "engine/decode/pair_check.h"

#include <algorithm>

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

PairCheck sameTokens(const Tokenizer& target, const Tokenizer& draft) {
    PairCheck check{"Every token id stands for the same bytes", true, ""};
    for (TokenId id = 0; id < std::min(target.size(), draft.size()); ++id) {
        const std::string a = target.piece(id), b = draft.piece(id);
        if (a == b && target.isSpecial(id) == draft.isSpecial(id)) continue;
        check.passed = false;
        check.detail = "first difference at id " + std::to_string(id) + ": " + shown(a) + " in the target, " +
                       shown(b) + " in the draft";
        return check;
    }
    check.detail = std::to_string(target.size()) + " tokens compared";
    return check;
}

PairCheck sameCount(const std::string& question, int target, int draft) {
    return {question, target == draft,
            target == draft
                ? std::to_string(target)
                : std::to_string(target) + " in the target, " + std::to_string(draft) + " in the draft"};
}

}  // namespace

PairReport checkPair(const Checkpoint& target, const Checkpoint& draft) {
    PairReport report;
    const auto targetTokenizer = target.tokenizer(), draftTokenizer = draft.tokenizer();
    report.checks.push_back(
        sameCount("Same number of vocabulary rows", target.config().vocabulary, draft.config().vocabulary));
    if (targetTokenizer && draftTokenizer) {
        report.checks.push_back(
            sameCount("Same number of tokens", targetTokenizer->size(), draftTokenizer->size()));
        report.checks.push_back(sameTokens(*targetTokenizer, *draftTokenizer));
    } else if (!targetTokenizer && !draftTokenizer) {
        report.warnings.emplace_back(
            "neither model has a tokenizer: only the sizes of their vocabularies were compared");
    } else {
        report.checks.push_back({"Both models have a tokenizer", false,
                                 std::string("the ") + (targetTokenizer ? "draft" : "target") + " has none"});
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
