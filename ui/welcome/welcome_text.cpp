#include "ui/welcome/welcome_text.h"

#include <algorithm>
#include <cctype>

#include "ui/common/token_text.h"

namespace specula {

namespace {

/// Above this chance a rejection is mere bad luck and teaches little.
constexpr double kNearlyKept = 0.75;

bool isWord(const std::string& bytes) {
    const auto isLetter = [](unsigned char c) { return std::isalpha(c) != 0; };
    return bytes.size() > 3 && bytes.front() == ' ' && std::all_of(bytes.begin() + 1, bytes.end(), isLetter);
}

}  // namespace

TokenRef replacementOf(const RunLog& log, TokenRef rejected) {
    if (rejected.part != TokenRef::Part::Proposal || !log.contains(rejected)) return {};
    const Round& round = log.rounds()[static_cast<std::size_t>(rejected.round)];
    for (std::size_t i = 0; i < round.emitted.size(); ++i) {
        const Emitted& token = round.emitted[i];
        if (token.kind == EmitKind::Resampled && token.proposal == rejected.index)
            return TokenRef::emitted(rejected.round, static_cast<int>(i));
    }
    return {};
}

TokenRef clearestRejection(const RunLog& log) {
    TokenRef first;
    for (const TokenRef& ref : log.decisions()) {
        const Proposal* proposal = log.proposalAt(ref);
        if (!proposal || proposal->verdict != Verdict::Rejected) continue;
        const TokenRef instead = replacementOf(log, ref);
        if (!instead.isValid()) continue;
        if (!first.isValid()) first = ref;
        const bool clear = proposal->pTarget < kNearlyKept * proposal->pDraft;
        if (clear && isWord(proposal->bytes) && isWord(log.bytesOf(instead))) return ref;
    }
    return first;
}

QString textBefore(const RunLog& log, TokenRef rejected, int most) {
    const TokenRef instead = replacementOf(log, rejected);
    if (!instead.isValid()) return {};
    std::string bytes = log.header().prompt;
    bytes += log.outputBytes(log.firstOutputOf(instead.round) + static_cast<std::size_t>(instead.index));
    const QString text = plainText(bytes).simplified();
    if (text.size() <= most) return text;
    const QString end = text.right(most);
    return end.mid(end.indexOf(QLatin1Char(' ')) + 1);
}

}  // namespace specula
