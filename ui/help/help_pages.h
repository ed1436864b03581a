#pragma once

#include <vector>

#include <QString>

#include "engine/trace/options.h"

class QWidget;

namespace specula {

// The pages of help by name; resources/help/NAME.md holds the text.

inline constexpr char kHelpIndex[] = "index";
inline constexpr char kHelpGlossary[] = "glossary";
inline constexpr char kHelpLecture[] = "lecture";
inline constexpr char kHelpDraftStop[] = "draft-stop";

// What the parts of the window show.
inline constexpr char kHelpGenerate[] = "view-generate";
inline constexpr char kHelpInspector[] = "view-inspector";
inline constexpr char kHelpTimeline[] = "view-timeline";
inline constexpr char kHelpCharts[] = "view-charts";
inline constexpr char kHelpRace[] = "view-race";
inline constexpr char kHelpLab[] = "view-lab";
inline constexpr char kHelpAudit[] = "view-audit";
inline constexpr char kHelpRules[] = "view-rules";
inline constexpr char kHelpModels[] = "view-models";
inline constexpr char kHelpLearn[] = "view-learn";
inline constexpr char kHelpSessions[] = "view-sessions";
inline constexpr char kHelpFindGamma[] = "view-find-gamma";
inline constexpr char kHelpWhy[] = "view-why";
inline constexpr char kHelpServing[] = "view-serving";

/// "rule-token", "rule-one-hot", ...
QString helpPageOf(Rule rule);

/// Of a draft as EngineOptions::draft has it: "draft-ngram", "draft-skip", ... A path is a model's unless it
/// is a feature `head`.
QString helpPageOf(const QString& draft, bool head);

/// Every page there must be.
std::vector<QString> allHelpPages();

/// The page that explains a control and what lies in it.
void setHelpPage(QWidget* control, const QString& page);

/// The page of a control or of the nearest thing around it that has one; the index for the others and for
/// null.
QString helpPageFor(const QWidget* control);

}  // namespace specula
