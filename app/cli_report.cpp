// report: a stored run as a Markdown document with pictures.

#include "app/cli.h"
#include "app/cli_common.h"
#include "app/file_io.h"
#include "app/report_files.h"
#include "app/report_pictures.h"
#include "app/session_file.h"

namespace specula {

int runReportCommand(const CommandLine& line) {
    checkDestination(line.outPath);
    const RunRecord record = readSession(*line.sessionPath);
    const ReportExtras extras;
    const auto pictures = runPictures(record, extras);
    writeReport(line.outPath, pictures,
                [&](const std::string& folder) { return runReport(record, extras, pictures, folder); });
    if (line.json) {
        nlohmann::json files = nlohmann::json::array();
        for (const ReportPicture& picture : pictures)
            files.push_back(pictureFolderOf(line.outPath) + "/" + picture.file);
        printLine({{"path", line.outPath}, {"pictures", std::move(files)}});
    } else {
        print(line.outPath + "\n");
    }
    return kDone;
}

}  // namespace specula
