#include "app/first_run.h"

#include <QFile>

#include "app/default_models.h"
#include "app/session_file.h"
#include "engine/trace/error.h"

namespace specula {

RunRecord firstRun() {
    QFile file(QStringLiteral(":/sessions/first-run.json"));
    if (!file.open(QIODevice::ReadOnly))
        throw Error("The recorded first run is missing from the program", ErrorKind::Failed);
    RunRecord record = sessionFromText(file.readAll().toStdString(), "first-run.json");
    record.engine.target = bundledModel("tiny-target").value_or(record.engine.target);
    record.engine.draft = bundledModel("tiny-draft").value_or(record.engine.draft);
    return record;
}

}  // namespace specula
