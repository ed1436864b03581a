#include "ui/tokens/token_cells.h"

#include <QCoreApplication>

#include "engine/trace/names.h"
#include "ui/common/token_text.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Tokens {
    Q_DECLARE_TR_FUNCTIONS(specula::Tokens)
};

QString word(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QVariant number(const std::optional<double>& value) {
    return value ? QVariant(*value) : QVariant();
}

/// Adds the rows of one run.
class Rows {
public:
    Rows(const RunLog& log, CellTable& table)
        : m_log(log), m_table(table), m_recorded(log.header().options.detail != Detail::Counts) {}

    void draft(TokenRef ref) {
        const Proposal& p = *m_log.proposalAt(ref);
        const bool judged = p.verdict != Verdict::Discarded;
        add(ref, {}, word(name(p.verdict)), judged ? std::optional(p.pTarget) : std::nullopt, p.pDraft, {},
            p.coin);
    }

    void emitted(TokenRef ref, std::size_t place) {
        const Emitted& token = *m_log.emittedAt(ref);
        const Proposal* kept = token.kind == EmitKind::Accepted && token.proposal >= 0
                                   ? &m_log.rounds()[static_cast<std::size_t>(ref.round)]
                                          .proposals[static_cast<std::size_t>(token.proposal)]
                                   : nullptr;
        add(ref, static_cast<int>(place + 1), word(name(token.kind)), token.pTarget,
            kept ? std::optional(kept->pDraft) : std::nullopt,
            kept ? std::nullopt : std::optional(token.pDrawn), kept ? kept->coin : token.coin);
    }

private:
    void add(TokenRef ref, const QVariant& place, const QString& what, const std::optional<double>& target,
             const std::optional<double>& draft, const std::optional<double>& drawn,
             const std::optional<double>& coin) {
        const auto known = [this](const std::optional<double>& value) {
            return m_recorded ? number(value) : QVariant();
        };
        m_table.rows.push_back({ref.round + 1, place, what, m_log.idOf(ref), plainText(m_log.bytesOf(ref)),
                                known(target), known(draft), known(drawn), known(coin)});
    }

    const RunLog& m_log;
    CellTable& m_table;
    bool m_recorded;
};

}  // namespace

CellTable tokenCells(const RunLog& log) {
    CellTable table{
        {Tokens::tr("round"), Tokens::tr("place"), Tokens::tr("what"), Tokens::tr("id"), Tokens::tr("text"),
         Tokens::tr("target"), Tokens::tr("draft"), Tokens::tr("drawn with chance"), Tokens::tr("coin")},
        {}};
    Rows rows(log, table);
    for (int round = 0; round < log.playhead(); ++round) {
        const Round& r = log.rounds()[static_cast<std::size_t>(round)];
        const std::size_t first = log.firstOutputOf(round);
        for (int i = 0; i <= static_cast<int>(r.emitted.size()); ++i) {
            for (const TokenRef& ghost : log.ghostsBefore(round, i)) rows.draft(ghost);
            if (i < static_cast<int>(r.emitted.size()))
                rows.emitted(TokenRef::emitted(round, i), first + static_cast<std::size_t>(i));
        }
    }
    return table;
}

}  // namespace specula
