#include "ui/rules/rule_texts.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>

#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "ui/charts/chart_math.h"
#include "ui/charts/findings.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Rules {
    Q_DECLARE_TR_FUNCTIONS(specula::Rules)
};

QString fromView(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString weightText(const RuleSetup& setup) {
    return QLocale().toString(setup.ensembleWeight, 'g', 2);
}

/// Inside a sentence; names that begin with a person's or a system's name stay as they are.
QString inSentence(const RulePoint& point) {
    const QString title = fullRule(point.setup);
    return title.left(1).toLower() + title.mid(1);
}

const RulePoint* highest(const std::vector<const RulePoint*>& points, Interval RulePoint::*of,
                         const RulePoint* except = nullptr) {
    const RulePoint* best = nullptr;
    for (const RulePoint* point : points) {
        if (point == except || (point->*of).n == 0) continue;
        if (!best || (point->*of).median > (best->*of).median) best = point;
    }
    return best;
}

/// What the others are held against: the token rule, else the first.
const RulePoint* yardstick(const std::vector<const RulePoint*>& points) {
    const auto found = std::find_if(points.begin(), points.end(),
                                    [](const RulePoint* point) { return point->setup.rule == Rule::Token; });
    return found != points.end() ? *found : points.front();
}

/// What is said of the tokens a round; "" where nothing can be.
QString tokensClause(const RulePoint& base, const RulePoint& other) {
    const Interval& its = other.tokensPerRound;
    const Interval& those = base.tokensPerRound;
    if (its.low > those.high) {
        const double more = 100.0 * (its.median / those.median - 1.0);
        return Rules::tr("%1 emits %2 % more tokens a round than %3")
            .arg(fullRule(other.setup), QLocale().toString(more, 'f', more < 9.95 ? 1 : 0), inSentence(base));
    }
    if (its.high < those.low) return Rules::tr("%1 emits the most tokens a round").arg(fullRule(base.setup));
    return {};
}

/// The rule whose speed-up is above all others; null where that cannot be said.
const RulePoint* fastestOf(const std::vector<const RulePoint*>& points) {
    const RulePoint* first = highest(points, &RulePoint::speedup);
    const RulePoint* second = highest(points, &RulePoint::speedup, first);
    return first && second && first->speedup.low > second->speedup.high ? first : nullptr;
}

QString comparison(const std::vector<const RulePoint*>& points, const RulePoint& base,
                   const RulePoint& other) {
    const QString tokens = tokensClause(base, other);
    const QString start =
        tokens.isEmpty() ? Rules::tr("No significant difference in tokens a round") : tokens;
    const RulePoint* first = highest(points, &RulePoint::speedup);
    if (!first) return start;
    if (judge(first->speedup) == Gain::Slower)
        return Rules::tr("%1; plain decoding is faster than all of them").arg(start);
    const RulePoint* fastest = fastestOf(points);
    if (!fastest)
        return tokens.isEmpty() ? Rules::tr("%1 or in speed").arg(start)
                                : Rules::tr("%1; no significant difference in speed").arg(start);
    const QString times = timesText(fastest->speedup.median);
    const bool subject = !tokens.isEmpty() && fastest == highest(points, &RulePoint::tokensPerRound);
    return subject ? Rules::tr("%1 and is fastest: %2").arg(start, times)
                   : Rules::tr("%1; %2 is fastest: %3").arg(start, inSentence(*fastest), times);
}

QString groupFinding(const RuleGroup& group) {
    std::vector<const RulePoint*> exact;
    for (const RulePoint* point : group.points) {
        if (lossless(point->setup.rule) && point->tokensPerRound.n > 0) exact.push_back(point);
    }
    if (exact.empty()) return {};
    const RulePoint* base = yardstick(exact);
    const RulePoint* other = highest(exact, &RulePoint::tokensPerRound, base);
    if (other) return comparison(exact, *base, *other);
    return Rules::tr("%1: %2 tokens a round, speed-up %3")
        .arg(fullRule(base->setup), intervalText(base->tokensPerRound), intervalText(base->speedup));
}

}  // namespace

bool isPlain(const RuleSetup& setup) {
    return setup.gamma == 0 && setup.tree.off();
}

QString shortRule(const RuleSetup& setup) {
    if (isPlain(setup)) return Rules::tr("Plain");
    switch (setup.rule) {
        case Rule::Token:
            return Rules::tr("Token");
        case Rule::Block:
            return Rules::tr("Block");
        case Rule::Greedy:
            return Rules::tr("Greedy");
        case Rule::OneHot:
            return Rules::tr("One-hot");
        case Rule::Match:
            return Rules::tr("Exact match");
        case Rule::SpecInfer:
            return QStringLiteral("SpecInfer");
        case Rule::Sequoia:
            return QStringLiteral("Sequoia");
        case Rule::Typical:
            return Rules::tr("Typical");
        case Rule::Ensemble:
            return Rules::tr("Ensemble %1").arg(weightText(setup));
    }
    return {};
}

QString fullRule(const RuleSetup& setup) {
    if (isPlain(setup)) return Rules::tr("Plain decoding");
    const QString title = fromView(ruleTitle(setup.rule));
    return setup.rule == Rule::Ensemble ? Rules::tr("%1, %2 of the draft").arg(title, weightText(setup))
                                        : title;
}

QString draftedText(const RuleSetup& setup) {
    if (isPlain(setup)) return Rules::tr("nothing");
    if (!setup.tree.off()) return Rules::tr("tree %1").arg(fromView(treeText(setup.tree)));
    return setup.gamma == kGammaAuto ? Rules::tr("gamma auto") : Rules::tr("gamma %1").arg(setup.gamma);
}

QString lossyWord(const RuleSetup& setup) {
    return lossless(setup.rule) ? QString() : QStringLiteral("LOSSY");
}

QString ruleHelp(const RuleSetup& setup) {
    if (isPlain(setup))
        return Rules::tr("The target alone, one token a round: what speed-ups are held against.");
    const QString word = lossyWord(setup);
    const QString start = word.isEmpty() ? QString() : word + Rules::tr(": ");
    return start +
           Rules::tr("%1 (%2)").arg(fromView(ruleWords(setup.rule)), fromView(ruleSource(setup.rule)));
}

QString intervalText(const Interval& interval) {
    if (interval.n == 0) return QStringLiteral("–");
    return Rules::tr("%1 (%2)").arg(decimalText(interval.median), rangeText(interval.low, interval.high));
}

std::vector<RuleGroup> ruleGroups(const std::vector<RulePoint>& points) {
    std::vector<RuleGroup> groups;
    for (const RulePoint& point : points) {
        if (isPlain(point.setup)) continue;
        const QString draft = QString::fromStdString(point.draft);
        const QString suite = QString::fromStdString(point.suite);
        auto found = std::find_if(groups.begin(), groups.end(), [&](const RuleGroup& group) {
            return group.draft == draft && group.suite == suite;
        });
        if (found == groups.end()) found = groups.insert(groups.end(), {draft, suite, {}});
        found->points.push_back(&point);
    }
    return groups;
}

QString rulesFinding(const std::vector<RulePoint>& points, bool running) {
    const std::vector<RuleGroup> groups = ruleGroups(points);
    for (const RuleGroup& group : groups) {
        QString finding = groupFinding(group);
        if (finding.isEmpty()) continue;
        if (running) finding = Rules::tr("So far: %1").arg(finding.left(1).toLower() + finding.mid(1));
        if (groups.size() > 1) finding = Rules::tr("%1 (%2, %3)").arg(finding, group.draft, group.suite);
        return finding;
    }
    return points.empty() ? QString() : Rules::tr("Lossy rules only: nothing lossless to compare");
}

}  // namespace specula
