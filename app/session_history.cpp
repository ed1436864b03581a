#include "app/session_history.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <algorithm>

#include <nlohmann/json.hpp>

#include "app/file_io.h"
#include "app/json_fields.h"
#include "app/run_output.h"
#include "app/session_file.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"
#include "ui/common/token_text.h"

namespace specula {

using nlohmann::json;

namespace {

constexpr int kPromptLetters = 80;
constexpr std::int64_t kMaxAbout = std::int64_t{1} << 16;
constexpr double kMaxNumber = 1e12;

const QString& sessionEnding() {
    static const QString ending = QStringLiteral(".specula.json.gz");
    return ending;
}

std::string toStd(const QString& path) {
    return QFile::encodeName(path).toStdString();
}

json aboutToJson(const StoredRun& run) {
    return {{"when", run.when.toSecsSinceEpoch()},
            {"target", run.target.toStdString()},
            {"draft", run.draft.toStdString()},
            {"prompt", run.prompt.toStdString()},
            {"settings", run.settings.toStdString()},
            {"tokens", run.tokens},
            {"tokens_per_s", orNull(run.tokensPerSecond)},
            {"alpha", orNull(run.alpha)},
            {"kept", run.kept},
            {"recovered", run.recovered}};
}

StoredRun aboutFrom(const JsonObject& json) {
    const auto text = [&json](const char* key) { return QString::fromStdString(json.bytes(key)); };
    StoredRun run;
    run.when = QDateTime::fromSecsSinceEpoch(json.integer("when", 0, std::int64_t{1} << 40));
    run.target = text("target");
    run.draft = text("draft");
    run.prompt = text("prompt");
    run.settings = text("settings");
    run.tokens = static_cast<long>(json.integer("tokens", 0, std::int64_t{1} << 40));
    run.tokensPerSecond = json.optionalNumber("tokens_per_s", 0.0, kMaxNumber);
    run.alpha = json.optionalNumber("alpha", 0.0, 1.0);
    run.kept = json.boolean("kept");
    run.recovered = json.boolean("recovered");
    return run;
}

}  // namespace

StoredRun storedRunOf(const RunRecord& record, const Totals& totals) {
    StoredRun run;
    run.when = QDateTime::fromSecsSinceEpoch(record.startedAt);
    run.target = QString::fromStdString(record.target.name);
    run.draft = QString::fromStdString(record.draft.name);
    run.prompt = plainText(record.prompt.text).simplified().left(kPromptLetters);
    run.settings = QString::fromStdString(settingsLine(record));
    run.tokens = totals.emitted();
    if (totals.emitted() > 0) run.tokensPerSecond = totals.tokensPerSecond();
    run.alpha = totals.acceptanceRate();
    return run;
}

SessionHistory::SessionHistory(QString folder) : SessionHistory(std::move(folder), Bounds()) {}

SessionHistory::SessionHistory(QString folder, Bounds bounds)
    : m_folder(std::move(folder)), m_bounds(bounds) {}

QString SessionHistory::pathOf(const QString& id) const {
    return m_folder + QLatin1Char('/') + id + sessionEnding();
}

void SessionHistory::writeAbout(const StoredRun& run) const {
    writeFile(toStd(m_folder + QLatin1Char('/') + run.id + QStringLiteral(".about")),
              aboutToJson(run).dump(-1, ' ', false, json::error_handler_t::replace));
}

StoredRun SessionHistory::read(const QString& id) const {
    StoredRun run;
    const std::string about = toStd(m_folder + QLatin1Char('/') + id + QStringLiteral(".about"));
    try {
        const json document = parseJson(readFile(about, kMaxAbout), about);
        run = aboutFrom(JsonObject(document, about));
    } catch (const Error&) {
        try {
            const RunRecord record = readSession(toStd(pathOf(id)));
            run = storedRunOf(record, totalsOf(record.rounds));
            run.id = id;
            writeAbout(run);
        } catch (const Error&) {
            run.prompt = QStringLiteral("(cannot be read)");
            run.when = QFileInfo(pathOf(id)).lastModified();
        }
    }
    run.id = id;
    run.bytes = QFileInfo(pathOf(id)).size();
    return run;
}

std::vector<StoredRun> SessionHistory::list() const {
    std::vector<StoredRun> runs;
    const QString pattern = QLatin1Char('*') + sessionEnding();
    for (const QString& name : QDir(m_folder).entryList({pattern}, QDir::Files))
        runs.push_back(read(name.chopped(sessionEnding().size())));
    std::sort(runs.begin(), runs.end(), [](const StoredRun& a, const StoredRun& b) {
        return a.when != b.when ? a.when > b.when : a.id > b.id;
    });
    return runs;
}

void SessionHistory::add(const StoredRun& run) {
    StoredRun added = run;
    if (QFile::exists(m_folder + QLatin1Char('/') + run.id + QStringLiteral(".about")))
        added.kept = read(run.id).kept;
    writeAbout(added);
    makeRoom(run.id);
}

void SessionHistory::makeRoom(const QString& newest) {
    std::vector<StoredRun> runs = list();
    std::stable_partition(runs.begin(), runs.end(),
                          [&](const StoredRun& run) { return run.kept || run.id == newest; });
    qint64 bytes = 0;
    int count = 0;
    for (const StoredRun& run : runs) {
        ++count;
        bytes += run.bytes;
        if (run.id == newest || (count <= m_bounds.runs && bytes <= m_bounds.bytes)) continue;
        QFile::remove(pathOf(run.id));
        QFile::remove(m_folder + QLatin1Char('/') + run.id + QStringLiteral(".about"));
        bytes -= run.bytes;
        --count;
    }
}

void SessionHistory::setKept(const QString& id, bool kept) {
    StoredRun run = read(id);
    run.kept = kept;
    try {
        writeAbout(run);
    } catch (const Error&) {
        // It is then not kept, as the list says.
    }
}

void SessionHistory::remove(const QString& id) {
    QFile::rename(pathOf(id), pathOf(id) + QStringLiteral(".removed"));
}

void SessionHistory::restore(const QString& id) {
    QFile::rename(pathOf(id) + QStringLiteral(".removed"), pathOf(id));
}

void SessionHistory::purge() {
    const QString ending = sessionEnding() + QStringLiteral(".removed");
    QDir folder(m_folder);
    for (const QString& name : folder.entryList({QLatin1Char('*') + ending}, QDir::Files)) {
        folder.remove(name);
        folder.remove(name.chopped(ending.size()) + QStringLiteral(".about"));
    }
}

}  // namespace specula
