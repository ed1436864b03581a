#include "ui/inspector/what_if.h"

#include <QCoreApplication>

#include <algorithm>
#include <map>

#include "engine/trace/error.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "engine/verify/compare_round.h"
#include "engine/verify/kept_input.h"
#include "engine/verify/record.h"
#include "ui/common/number_text.h"
#include "ui/common/round_tree.h"
#include "ui/common/token_text.h"
#include "ui/inspector/kept_rows_again.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::WhatIf)
};

const Round& roundOf(const RunLog& log, TokenRef ref) {
    return log.rounds()[static_cast<std::size_t>(ref.round)];
}

/// The proposal that a token's decision is about, -1 for bonus and plain tokens.
int proposalOf(const RunLog& log, TokenRef ref) {
    const Emitted* token = log.emittedAt(ref);
    return token ? token->proposal : ref.index;
}

/// Bytes of tokens by id, from wherever the run names them.
class Pieces {
public:
    Pieces(const RunLog& log, const Round& round) : m_log(log) {
        for (const Proposal& proposal : round.proposals) {
            m_known[proposal.id] = proposal.bytes;
            add(proposal.rows);
        }
        for (const Emitted& token : round.emitted) {
            m_known[token.id] = token.bytes;
            add(token.rows);
        }
    }

    /// "" where the run never names the token.
    const std::string& of(TokenId id) {
        const auto found = m_known.find(id);
        return found != m_known.end() ? found->second : m_known[id] = elsewhere(id);
    }
    QString quoted(TokenId id) {
        return of(id).empty() ? QStringLiteral("#%1").arg(id) : quotedPiece(of(id));
    }

private:
    void add(const std::optional<RowPair>& rows) {
        if (!rows) return;
        for (const TopEntry& entry : rows->top) m_known[entry.id] = entry.bytes;
    }
    std::string elsewhere(TokenId id) const {
        const RunHeader& header = m_log.header();
        for (std::size_t i = 0; i < std::min(header.promptIds.size(), header.promptPieces.size()); ++i) {
            if (header.promptIds[i] == id) return header.promptPieces[i];
        }
        for (const TokenRef ref : m_log.output()) {
            if (m_log.idOf(ref) == id) return m_log.bytesOf(ref);
        }
        return {};
    }

    const RunLog& m_log;
    std::map<TokenId, std::string> m_known;
};

/// A round under change: proposals and rows first, then the verdicts.
class Supposed {
public:
    Supposed(const RunLog& log, TokenRef ref, const Change& change)
        : m_log(log),
          m_number(ref.round),
          m_change(change),
          m_was(roundOf(log, ref)),
          m_focus(proposalOf(log, ref)),
          m_pieces(log, m_was) {
        m_out.header = log.header();
        m_round = m_was;
    }

    Hypothetical make() {
        if (m_change.token) changeToken();
        if (m_change.temperature && m_out.problem.isEmpty()) changeTemperature();
        if ((m_change.token || m_change.temperature) && m_out.problem.isEmpty()) dropImpossible();
        if (!m_out.problem.isEmpty()) return std::move(m_out);
        if (m_change.rule) changeRule();
        judgeAgain();
        m_out.words = m_words.join(QStringLiteral("; "));
        return std::move(m_out);
    }

private:
    void changeTemperature();
    void changeToken();
    void changeRule();
    void judgeAgain();
    void say(const QString& words) { m_words << words; }
    QString name(TokenId id) { return m_pieces.quoted(id); }
    void keepOnly(const std::vector<bool>& stays);
    void dropImpossible();
    Proposal& focused() { return m_round.proposals[static_cast<std::size_t>(m_focus)]; }

    const RunLog& m_log;
    int m_number;  // of the round in the log
    const Change& m_change;
    const Round& m_was;
    int m_focus;
    Round m_round;
    Pieces m_pieces;
    bool m_endsAtFocus = false;  // what follows the focused token is not known
    QStringList m_words;
    Hypothetical m_out;
};

void Supposed::keepOnly(const std::vector<bool>& stays) {
    KeptRound kept = onlyThese(m_round, stays);
    m_round = std::move(kept.round);
    if (m_focus >= 0) m_focus = kept.placeOf[static_cast<std::size_t>(m_focus)];
}

/// Takes out what the draft would never have proposed from its changed rows, and what was drafted after it.
void Supposed::dropImpossible() {
    std::vector<bool> stays;
    bool dropped = false;
    for (std::size_t i = 0; i < m_round.proposals.size(); ++i) {
        const Proposal& proposal = m_round.proposals[i];
        const std::span<const float> draft = m_round.kept->draftRow(proposal.parent);
        const bool possible = draft.empty() || draft[static_cast<std::size_t>(proposal.id)] > 0.0F;
        stays.push_back(possible &&
                        (proposal.parent < 0 || stays[static_cast<std::size_t>(proposal.parent)]));
        if (stays.back() || dropped) continue;
        dropped = true;
        say(Words::tr("the draft would never have proposed %1").arg(name(proposal.id)));
    }
    if (!dropped) return;
    if (m_focus < 0 || stays[static_cast<std::size_t>(m_focus)]) return keepOnly(stays);
    m_out.problem = m_change.temperature
                        ? Words::tr(
                              "At temperature %1 the draft would never have proposed this token, "
                              "so there is no such round.")
                              .arg(fixedText(*m_change.temperature, 2))
                        : Words::tr(
                              "The draft gives %1 no chance here, so it would never have "
                              "proposed it.")
                              .arg(name(focused().id));
}

void Supposed::changeTemperature() {
    if (m_out.header.draftKind == "oracle") {
        m_out.problem = QCoreApplication::translate(
            "WhatIf", "An oracle draws from a blend made for this temperature; there is none for another.");
        return;
    }
    RunOptions& options = m_out.header.options;
    const double was = options.sampling.temperature;
    const double now = *m_change.temperature;
    say(Words::tr("temperature %1 instead of %2").arg(fixedText(now, 2), fixedText(was, 2)));
    try {
        m_round.kept = atTemperature(m_log, m_number, m_round, now);
    } catch (const Error& error) {
        m_out.problem = QString::fromUtf8(error.what());
        return;
    }
    options.sampling.temperature = now;
    if (options.draftSampling) options.draftSampling->temperature = now;
    const bool wasGreedy = was == 0.0, greedy = now == 0.0;
    if (greedy && !wasGreedy) {
        m_round.rule = Rule::Greedy;
        say(Words::tr("nothing is drawn and only the target's likeliest token is kept"));
    } else if (wasGreedy && !greedy) {
        m_round.rule = Rule::OneHot;
        say(Words::tr("the drafts stay what they were, proposed as if certain"));
    }
    if (greedy || m_focus < 0 || !focused().draftCoin) return;
    const TokenId other = drawnAgain(m_round, m_focus);
    if (other >= 0 && other != focused().id)
        say(Words::tr("the drafted token is held, though the draft's own coin would now have drawn %1")
                .arg(name(other)));
}

void Supposed::changeToken() {
    const TokenId was = focused().id;
    const TokenId now = *m_change.token;
    if (now == was) return;
    const std::vector<int> siblings = siblingsOf(m_round, m_focus);
    const bool withoutReplacement = m_round.rule == Rule::Sequoia;
    for (const int sibling : siblings) {
        if (sibling >= m_focus) break;
        if (m_round.rule != Rule::SpecInfer && m_round.proposals[static_cast<std::size_t>(sibling)].id == now)
            m_out.problem = Words::tr("%1 was already a candidate for this place.").arg(name(now));
    }
    if (!m_out.problem.isEmpty()) return;
    std::vector<bool> stays(m_round.proposals.size(), true);
    bool after = false;
    for (std::size_t i = 0; i < stays.size(); ++i) {
        const Proposal& proposal = m_round.proposals[i];
        const int node = static_cast<int>(i);
        const bool later = proposal.parent == focused().parent && node > m_focus;
        if (proposal.parent == m_focus || (later && (withoutReplacement || proposal.id == now)))
            stays[i] = false;
        if (proposal.parent >= 0 && !stays[static_cast<std::size_t>(proposal.parent)]) stays[i] = false;
        after = after || !stays[i];
    }
    focused().id = now;
    focused().draftCoin.reset();
    keepOnly(stays);
    m_endsAtFocus = true;
    say(Words::tr("%1 drafted instead of %2").arg(name(now), name(was)));
    if (after) say(Words::tr("what was drafted after it is gone"));
    if (siblings.size() > 1 && siblings.back() != m_focus && withoutReplacement)
        say(Words::tr("so are the candidates drawn after it"));
}

void Supposed::changeRule() {
    if (m_round.rule == Rule::Greedy && m_out.header.options.sampling.greedy()) return;
    if (*m_change.rule == m_round.rule) return;
    say(Words::tr("%1 instead of %2")
            .arg(QString::fromUtf8(ruleTitle(*m_change.rule).data()),
                 QString::fromUtf8(ruleTitle(m_round.rule).data()).toLower()));
    m_round.rule = *m_change.rule;
}

void Supposed::judgeAgain() {
    KeptInput kept(m_round);
    const auto coinAt = [&](int node) {
        if (m_round.rule != Rule::Match) return static_cast<std::size_t>(node);
        return static_cast<std::size_t>(siblingsOf(m_round, node).front());
    };
    if (m_change.coin && m_focus >= 0) {
        double& coin = kept.acceptCoins[coinAt(m_focus)];
        m_words.prepend(
            Words::tr("coin %1 instead of %2").arg(probabilityText(*m_change.coin), probabilityText(coin)));
        coin = *m_change.coin;
    }
    if (m_change.drawCoin) {
        m_words.prepend(Words::tr("draw coin %1 instead of %2")
                            .arg(probabilityText(*m_change.drawCoin), probabilityText(kept.extraCoin)));
        kept.extraCoin = *m_change.drawCoin;
    }
    m_out.header.options.rule = m_round.rule;
    JudgeInput<float> input = kept.input(m_round.rule, m_out.header.options.ensembleWeight);
    bool unknownFollows = false;
    if (m_endsAtFocus)
        input.endsHere = [&](int node) { return unknownFollows = unknownFollows || node == m_focus; };
    const Judged judged = judge(input);
    if (unknownFollows) say(Words::tr("what would follow it is not known"));
    Round& round = m_out.round;
    round = m_round;
    round.proposals.clear();
    round.emitted.clear();
    RecordOptions record;
    record.topEntries = std::max(1, m_out.header.options.topEntries);
    record.bytes = [this](TokenId id) { return m_pieces.of(id); };
    recordRound(input, judged, record, round);
    for (std::size_t i = 0; i < round.proposals.size(); ++i)
        round.proposals[i].draftCoin = m_round.proposals[i].draftCoin;
    m_out.ref = m_focus >= 0 ? TokenRef::proposal(0, m_focus)
                             : TokenRef::emitted(0, static_cast<int>(round.emitted.size()) - 1);
}

}  // namespace

QString whatIfProblem(const RunLog& log, TokenRef ref) {
    if (!log.contains(ref)) return Words::tr("Choose a token first.");
    const RunOptions& options = log.header().options;
    if (options.syntheticAcceptance)
        return Words::tr("The verdicts of this run are synthetic: they do not follow from its rows.");
    if (options.mutant != Mutant::None)
        return Words::tr("This run breaks its rule on purpose, so nothing is judged again.");
    if (!roundOf(log, ref).kept)
        return Words::tr(
            "A what-if is exact and needs the full rows of the round, which were not kept or are no longer "
            "kept.");
    return {};
}

std::vector<Rule> rulesFor(const RunLog& log, TokenRef ref) {
    if (!log.contains(ref)) return {};
    const Round& round = roundOf(log, ref);
    if (!comparable(round)) return {round.rule};
    std::vector<Rule> rules;
    for (const Rule rule : allRules()) {
        if (sharesDrawnChain(rule)) rules.push_back(rule);
    }
    return rules;
}

Hypothetical whatIf(const RunLog& log, TokenRef ref, const Change& change) {
    return Supposed(log, ref, change).make();
}

}  // namespace specula
