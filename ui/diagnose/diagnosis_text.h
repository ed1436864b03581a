#pragma once

#include <QString>
#include <QStringList>

#include "engine/explain/diagnosis.h"

namespace specula {

// A diagnosis in words, for the window and the command line alike. Pure functions of it; every number of the
// cost model is said to be predicted.

/// Two sentences: how fast it is against plain decoding, and the term that costs most, with its numbers.
/// Where something lacks: what does, and what to do.
QStringList diagnosisSentences(const Diagnosis& diagnosis);

/// The first of them, for a title.
QString diagnosisTitle(const Diagnosis& diagnosis);

/// "rejected drafts", "the draft's steps".
QString termName(CostTerm term);

/// One line on a term: what it is made of, and the speed-up predicted without it.
QString termLine(const Diagnosis& diagnosis, const TermCost& term);

/// "Gamma 2 in place of 4".
QString changeName(const Diagnosis& diagnosis, const Remedy& change);

/// "acceptance 0.41, breakeven 0.27, 1.5x from 0.63".
QString breakevenLine(const Diagnosis& diagnosis);

QString questionText(Question question);
/// Asked of a diagnosis that answers it.
QString answerText(const Diagnosis& diagnosis, Question question);

/// Everything, a line each, for a terminal; ends with a newline.
QString diagnosisReport(const Diagnosis& diagnosis);

}  // namespace specula
