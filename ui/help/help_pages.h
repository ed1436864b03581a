#pragma once

#include <vector>

#include <QString>

#include "engine/trace/options.h"

class QWidget;

namespace specula {

// The pages of help by name; resources/help/NAME.md holds the text.

inline constexpr char kHelpIndex[] = "index";
inline constexpr char kHelpDraftStop[] = "draft-stop";

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
