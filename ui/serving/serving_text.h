#pragma once

#include <QString>
#include <QStringList>

#include "engine/explain/serving.h"

namespace specula {

// Advice for a server in words, for the window and the command line alike. Pure functions of it. Speed-ups
// are always said to be predicted and unmeasured there.

/// What it comes to, in one or two sentences.
QString adviceSentence(const ServingAdvice& advice);

/// Why a server cannot take it, one sentence each.
QStringList refusalSentences(const ServingAdvice& advice);

/// Where its numbers come from and what was assumed, one sentence each.
QStringList adviceNotes(const ServingAdvice& advice);

/// What pasted counters hold or lack, in one sentence.
QString metricsSentence(const ServerMetrics& metrics);

/// The flags, a line each; "" where there are none.
QString flagsText(const ServingAdvice& advice);

/// Everything for a terminal; ends with a newline.
QString servingReport(const ServingAdvice& advice);

}  // namespace specula
