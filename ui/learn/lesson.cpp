#include "ui/learn/lesson.h"

#include <QCoreApplication>
#include <QHash>
#include <QRegularExpression>

#include <algorithm>
#include <functional>

#include "ui/common/number_text.h"
#include "ui/common/token_text.h"

namespace specula {

namespace {

const Round& roundOf(const RunLog& log, TokenRef ref) {
    return log.rounds()[static_cast<std::size_t>(ref.round)];
}

bool isKind(const RunLog& log, TokenRef ref, LessonToken::Kind kind) {
    using Kind = LessonToken::Kind;
    if (const Proposal* proposal = log.proposalAt(ref)) {
        return (kind == Kind::Accepted && proposal->verdict == Verdict::Accepted) ||
               (kind == Kind::Rejected && proposal->verdict == Verdict::Rejected) ||
               (kind == Kind::Discarded && proposal->verdict == Verdict::Discarded);
    }
    const Emitted* token = log.emittedAt(ref);
    return token && ((kind == Kind::Resampled && token->kind == EmitKind::Resampled) ||
                     (kind == Kind::Bonus && token->kind == EmitKind::Bonus) ||
                     (kind == Kind::Plain && token->kind == EmitKind::Plain));
}

/// The tokens of a round that a lesson can name: its proposals, then what was emitted without one.
std::vector<TokenRef> tokensOf(const RunLog& log, int number) {
    const Round& round = log.rounds()[static_cast<std::size_t>(number)];
    std::vector<TokenRef> tokens;
    for (std::size_t i = 0; i < round.proposals.size(); ++i)
        tokens.push_back(TokenRef::proposal(number, static_cast<int>(i)));
    for (std::size_t i = 0; i < round.emitted.size(); ++i)
        tokens.push_back(TokenRef::emitted(number, static_cast<int>(i)));
    return tokens;
}

/// The decision behind a token: its proposal where it has one.
const Proposal* proposalBehind(const RunLog& log, TokenRef ref) {
    if (const Proposal* proposal = log.proposalAt(ref)) return proposal;
    const Emitted* token = log.emittedAt(ref);
    if (!token || token->proposal < 0) return nullptr;
    return &roundOf(log, ref).proposals[static_cast<std::size_t>(token->proposal)];
}

/// What stands in the text after the decision.
const Emitted* emittedBy(const RunLog& log, TokenRef ref) {
    if (const Emitted* token = log.emittedAt(ref)) return token;
    if (!log.contains(ref)) return nullptr;
    for (const Emitted& token : roundOf(log, ref).emitted) {
        if (token.proposal == ref.index) return &token;
    }
    return nullptr;
}

using Words = std::optional<QString>;

constexpr QLatin1Char kUnknown('?');

Words said(const std::optional<double>& value, QString (*say)(double)) {
    return value ? Words(say(*value)) : std::nullopt;
}

QString twoPlaces(double value) {
    return fixedText(value, 2);
}

const RowPair* rowsOf(const RunLog& log, TokenRef ref) {
    if (const Proposal* proposal = proposalBehind(log, ref))
        return proposal->rows ? &*proposal->rows : nullptr;
    const Emitted* token = log.emittedAt(ref);
    return token && token->rows ? &*token->rows : nullptr;
}

/// The token's values by name; absent where it has none.
const QHash<QString, std::function<Words(const RunLog&, TokenRef)>>& tokenValues() {
    const auto ofProposal = [](auto say) {
        return [say](const RunLog& log, TokenRef ref) -> Words {
            const Proposal* proposal = proposalBehind(log, ref);
            return proposal ? Words(say(*proposal)) : std::nullopt;
        };
    };
    const auto ofRows = [](auto say) {
        return [say](const RunLog& log, TokenRef ref) -> Words {
            const RowPair* rows = rowsOf(log, ref);
            return rows && rows->hasDraft ? Words(twoPlaces(say(rows->sums))) : std::nullopt;
        };
    };
    static const QHash<QString, std::function<Words(const RunLog&, TokenRef)>> values{
        {QStringLiteral("token"),
         [](const RunLog& log, TokenRef ref) -> Words { return quotedPiece(log.bytesOf(ref)); }},
        {QStringLiteral("emitted"),
         [](const RunLog& log, TokenRef ref) -> Words {
             const Emitted* token = emittedBy(log, ref);
             return token ? Words(quotedPiece(token->bytes)) : std::nullopt;
         }},
        {QStringLiteral("target"),
         [](const RunLog& log, TokenRef ref) -> Words {
             if (const Emitted* token = log.emittedAt(ref)) return probabilityText(token->pTarget);
             return probabilityText(log.proposalAt(ref)->pTarget);
         }},
        {QStringLiteral("draft"), ofProposal([](const Proposal& p) { return probabilityText(p.pDraft); })},
        {QStringLiteral("kept"), ofProposal([](const Proposal& p) {
             return fixedText(100.0 * (p.pDraft > 0.0 ? std::min(1.0, p.pTarget / p.pDraft) : 1.0), 0);
         })},
        {QStringLiteral("coin"),
         [](const RunLog& log, TokenRef ref) -> Words {
             const Proposal* proposal = proposalBehind(log, ref);
             return proposal ? said(proposal->coin, probabilityText) : std::nullopt;
         }},
        {QStringLiteral("overlap"), ofRows([](const RowSums& sums) { return sums.overlap; })},
        {QStringLiteral("residual"), ofRows([](const RowSums& sums) { return 1.0 - sums.overlap; })},
        {QStringLiteral("round"),
         [](const RunLog&, TokenRef ref) -> Words { return QString::number(ref.round + 1); }},
        {QStringLiteral("place"),
         [](const RunLog&, TokenRef ref) -> Words { return QString::number(ref.index + 1); }},
    };
    return values;
}

/// The run's values by name.
const QHash<QString, std::function<Words(const RunLog&)>>& runValues() {
    const auto count = [](auto of) {
        return [of](const RunLog& log) -> Words { return QString::number(of(log.totals())); };
    };
    static const QHash<QString, std::function<Words(const RunLog&)>> values{
        {QStringLiteral("gamma"),
         [](const RunLog& log) -> Words {
             if (log.rounds().empty()) return std::nullopt;
             return QString::number(log.rounds().front().gamma);
         }},
        {QStringLiteral("alpha"),
         [](const RunLog& log) { return said(log.totals().acceptanceRate(), twoPlaces); }},
        {QStringLiteral("tokensPerRound"),
         [](const RunLog& log) { return said(log.totals().tokensPerRound(), twoPlaces); }},
        {QStringLiteral("rounds"), count([](const Totals& totals) { return totals.rounds; })},
        {QStringLiteral("tokens"), count([](const Totals& totals) { return totals.emitted(); })},
        {QStringLiteral("drafted"), count([](const Totals& totals) { return totals.drafted; })},
        {QStringLiteral("accepted"), count([](const Totals& totals) { return totals.accepted; })},
        {QStringLiteral("discarded"), count([](const Totals& totals) { return totals.discarded; })},
        {QStringLiteral("temperature"),
         [](const RunLog& log) -> Words {
             return QString::number(log.header().options.sampling.temperature);
         }},
    };
    return values;
}

Words valueOf(const QString& name, const RunLog& log, TokenRef token) {
    if (const auto run = runValues().find(name); run != runValues().end()) return (*run)(log);
    const auto value = tokenValues().find(name);
    return value != tokenValues().end() && log.contains(token) ? (*value)(log, token) : std::nullopt;
}

QString wordsOf(const LessonCard& card) {
    return card.text + card.because + card.hint + card.choices.join(QLatin1Char(' '));
}

const QRegularExpression& braces() {
    static const QRegularExpression pattern(QStringLiteral("\\{([A-Za-z]+)\\}"));
    return pattern;
}

}  // namespace

std::optional<LessonToken> lessonToken(const QString& words) {
    static const QRegularExpression place(QStringLiteral("^round ([0-9]{1,6}) place ([0-9]{1,2})$"));
    if (const auto match = place.match(words); match.hasMatch())
        return LessonToken{LessonToken::Kind::Place, match.captured(1).toInt(), match.captured(2).toInt()};
    static const QStringList ordinals{QStringLiteral("first"), QStringLiteral("second"),
                                      QStringLiteral("third"), QStringLiteral("fourth"),
                                      QStringLiteral("fifth")};
    static const QStringList kinds{QStringLiteral("accepted"),  QStringLiteral("rejected"),
                                   QStringLiteral("discarded"), QStringLiteral("resampled"),
                                   QStringLiteral("bonus"),     QStringLiteral("plain")};
    const QStringList parts = words.split(QLatin1Char(' '));
    if (parts.size() != 2) return std::nullopt;
    const qsizetype kind = kinds.indexOf(parts[1]);
    const qsizetype ordinal = ordinals.indexOf(parts[0]);
    if (kind < 0 || (ordinal < 0 && parts[0] != QLatin1String("last"))) return std::nullopt;
    return LessonToken{static_cast<LessonToken::Kind>(kind),
                       ordinal < 0 ? -1 : static_cast<int>(ordinal) + 1};
}

TokenRef findToken(const RunLog& log, const LessonToken& token) {
    if (token.kind == LessonToken::Kind::Place) {
        const TokenRef ref = TokenRef::proposal(token.ordinal - 1, token.place - 1);
        return log.contains(ref) ? ref : TokenRef{};
    }
    TokenRef last;
    int seen = 0;
    for (int number = 0; number < static_cast<int>(log.rounds().size()); ++number) {
        for (const TokenRef ref : tokensOf(log, number)) {
            if (!isKind(log, ref, token.kind)) continue;
            last = ref;
            if (++seen == token.ordinal) return ref;
        }
    }
    return token.ordinal < 0 ? last : TokenRef{};
}

QString filledIn(const QString& text, const RunLog& log, TokenRef token) {
    QString out;
    qsizetype from = 0;
    for (auto found = braces().globalMatch(text); found.hasNext();) {
        const auto match = found.next();
        out += QStringView(text).mid(from, match.capturedStart() - from);
        out += valueOf(match.captured(1), log, token).value_or(QString(kUnknown));
        from = match.capturedEnd();
    }
    return out.append(QStringView(text).mid(from));
}

QStringList unknownNames(const QString& text) {
    QStringList names;
    for (auto found = braces().globalMatch(text); found.hasNext();) {
        const QString name = found.next().captured(1);
        if (!runValues().contains(name) && !tokenValues().contains(name)) names << name;
    }
    return names;
}

TokenRef tokenOfCard(const Lesson& lesson, std::size_t card, const RunLog& log) {
    for (std::size_t i = card + 1; i-- > 0;) {
        if (lesson.cards[i].show.token) return findToken(log, *lesson.cards[i].show.token);
    }
    return {};
}

QString lessonProblem(const Lesson& lesson, const RunLog& log) {
    for (std::size_t i = 0; i < lesson.cards.size(); ++i) {
        const LessonCard& card = lesson.cards[i];
        const int number = static_cast<int>(i) + 1;
        const TokenRef token = tokenOfCard(lesson, i, log);
        if (card.show.token && !token.isValid())
            return QCoreApplication::translate("Lesson", "Card %1 shows a token that its run does not have.")
                .arg(number);
        for (auto found = braces().globalMatch(wordsOf(card)); found.hasNext();) {
            if (valueOf(found.next().captured(1), log, token)) continue;
            return QCoreApplication::translate("Lesson",
                                               "Card %1 speaks of a number that its run does not have.")
                .arg(number);
        }
    }
    return {};
}

}  // namespace specula
