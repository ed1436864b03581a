#pragma once

#include <string>
#include <vector>

#include "app/run_record.h"
#include "ui/learn/lesson.h"

namespace specula {

/// Reads a lesson (resources/lessons/README.md). ":/" paths lie in the program itself. Everything is checked:
/// types, lengths, words, names in braces. Throws Error naming the file, the card and what was expected.
Lesson readLesson(const std::string& path);

/// The run that a lesson is told on: the session beside its file. Its pair is the bundled one where the
/// session says so.
RunRecord lessonRun(const Lesson& lesson, const std::string& path);

/// Paths of the lessons that come with the program, in their order.
std::vector<std::string> bundledLessons();

}  // namespace specula
