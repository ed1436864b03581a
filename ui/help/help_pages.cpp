#include "ui/help/help_pages.h"

#include <QVariant>
#include <QWidget>

#include "engine/trace/names.h"

namespace specula {

namespace {

constexpr char kProperty[] = "helpPage";

}  // namespace

QString helpPageOf(Rule rule) {
    return QStringLiteral("rule-") + QString::fromStdString(std::string(name(rule)));
}

QString helpPageOf(const QString& draft, bool head) {
    for (const char* kind : {"ngram", "early-exit", "skip", "oracle", "none"}) {
        if (draft == QLatin1String(kind) || draft.startsWith(QLatin1String(kind) + QLatin1Char(':')))
            return QStringLiteral("draft-") + QLatin1String(kind);
    }
    return head ? QStringLiteral("draft-feature-head") : QStringLiteral("draft-model");
}

std::vector<QString> allHelpPages() {
    std::vector<QString> pages;
    for (const char* page : {kHelpIndex, kHelpGlossary, kHelpGenerate, kHelpInspector, kHelpTimeline,
                             kHelpCharts, kHelpRace, kHelpLab, kHelpAudit, kHelpRules, kHelpModels,
                             kHelpLearn, kHelpSessions, kHelpFindGamma, kHelpWhy, kHelpServing, kHelpLecture})
        pages.push_back(QLatin1String(page));
    for (const Rule rule : allRules()) pages.push_back(helpPageOf(rule));
    pages.push_back(QLatin1String(kHelpDraftStop));
    for (const char* kind :
         {"model", "other-tokenizer", "feature-head", "ngram", "early-exit", "skip", "oracle", "none"})
        pages.push_back(QStringLiteral("draft-") + QLatin1String(kind));
    return pages;
}

void setHelpPage(QWidget* control, const QString& page) {
    control->setProperty(kProperty, page);
}

QString helpPageFor(const QWidget* control) {
    for (; control; control = control->parentWidget()) {
        const QString page = control->property(kProperty).toString();
        if (!page.isEmpty()) return page;
    }
    return QLatin1String(kHelpIndex);
}

}  // namespace specula
