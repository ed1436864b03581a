#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/report.h"

namespace specula {

/// The folder that lies beside a report and holds its pictures, without its path: "report_files" for
/// "report.md".
std::string pictureFolderOf(const std::string& path);

/// Writes the text that `text` makes for that folder, and the pictures into it: all of them or none. Nothing
/// else in the folder is touched. A destination that is no regular file (a pipe) gets the text alone,
/// without links. Throws Error as writeFile does.
void writeReport(const std::string& path, const std::vector<ReportPicture>& pictures,
                 const std::function<std::string(const std::string& folder)>& text);

}  // namespace specula
