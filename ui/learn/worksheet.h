#pragma once

#include <QString>

#include "ui/learn/lesson.h"

namespace specula {

/// The lesson on paper, as HTML for QTextDocument: what is explained, the questions with boxes to tick and
/// lines to write on, the tasks; `withAnswers`: the right choices marked, and why. The log holds the lesson's
/// run.
QString worksheetHtml(const Lesson& lesson, const RunLog& log, bool withAnswers);

}  // namespace specula
