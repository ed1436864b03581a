#include <QEventLoop>
#include <QTimer>
#include <algorithm>
#include <cmath>

#include "app/cli.h"
#include "app/cli_common.h"
#include "app/hub/downloads.h"
#include "app/hub/hub_files.h"
#include "app/hub/hub_names.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

using nlohmann::json;

constexpr int kLookMs = 50;
constexpr std::size_t kNamesShown = 8;

/// Turns the event loop until `done` or Ctrl+C; false when it was Ctrl+C.
class Waiter {
public:
    explicit Waiter(const InterruptGuard& guard) : m_guard(guard) {
        QObject::connect(&m_look, &QTimer::timeout, &m_look, [this] {
            if (m_guard.interrupted()) m_loop.quit();
        });
        m_look.start(kLookMs);
    }

    void done() { m_done = true, m_loop.quit(); }

    bool wait() {
        if (!m_done && !m_guard.interrupted()) m_loop.exec();
        return std::exchange(m_done, false);
    }

private:
    const InterruptGuard& m_guard;
    QEventLoop m_loop;
    QTimer m_look;
    bool m_done = false;
};

json toJson(const HubListing& listing) {
    json files = json::array();
    for (const HubFile& file : listing.files) {
        files.push_back({{"name", file.name.toStdString()},
                         {"bytes", file.bytes},
                         {"present", file.present},
                         {"wanted", file.wanted}});
    }
    return {{"repository", listing.repository.toStdString()},
            {"revision", listing.revision.toStdString()},
            {"files", std::move(files)}};
}

void printListing(const CommandLine& line, const HubListing& listing) {
    if (line.json) return printLine(toJson(listing));
    for (const HubFile& file : listing.files) {
        const QString size = shownBytes(file.bytes).rightJustified(10);
        print((size + QLatin1String(file.wanted ? "  * " : "    ") + file.name +
               QLatin1String(file.present ? "  (here)" : "") + QLatin1Char('\n'))
                  .toStdString());
    }
    note("* is what a download without --file fetches");
}

/// The files to fetch, checked against what there is.
QStringList chosenFiles(const CommandLine& line, const HubListing& listing) {
    QStringList chosen;
    const auto has = [&](const std::string& name) {
        return std::any_of(listing.files.begin(), listing.files.end(),
                           [&](const HubFile& file) { return file.name.toStdString() == name; });
    };
    for (const std::string& name : line.files) {
        if (!has(name))
            throw Error("--file: expected a file of " + line.repository + ", found '" +
                        shownText(QString::fromStdString(name)).toStdString() +
                        "' (--list shows what there is)");
        chosen << QString::fromStdString(name);
    }
    if (!chosen.isEmpty()) return chosen;
    for (const HubFile& file : listing.files) {
        if (line.allFiles || file.wanted) chosen << file.name;
    }
    if (chosen.isEmpty() || (!line.allFiles && !wantsWeights(listing.files))) {
        std::string names;
        std::size_t count = 0;
        for (const HubFile& file : listing.files) {
            if (file.name.endsWith(QLatin1String(".gguf")) && ++count <= kNamesShown)
                names += (count > 1 ? ", " : "") + shownText(file.name).toStdString();
        }
        if (count > kNamesShown) names += ", ...";
        throw Error(count > 0
                        ? "--file: expected one of the files of " + line.repository + ", found none: " + names
                        : line.repository +
                              ": expected weights that can be read here (safetensors, pytorch_model.bin or "
                              "GGUF), found none; --list shows what there is");
    }
    return chosen;
}

std::string progressText(const DownloadRow& row) {
    if (row.file.isEmpty()) return row.repository.toStdString();
    QString text = row.file + QStringLiteral("  ") + shownBytes(row.done) + QStringLiteral(" of ") +
                   shownBytes(row.bytes);
    if (row.state == DownloadState::Checking) text += QStringLiteral("  checking");
    if (row.bytesPerSecond > 0.0)
        text += QStringLiteral("  ") + shownBytes(std::llround(row.bytesPerSecond)) + QStringLiteral("/s");
    if (row.secondsLeft >= 0.0) {
        const qint64 seconds = std::llround(row.secondsLeft);
        text += QStringLiteral("  %1:%2 left").arg(seconds / 60).arg(seconds % 60, 2, 10, QLatin1Char('0'));
    }
    return text.toStdString();
}

[[noreturn]] void refuse(const QString& sentence) {
    throw Error(sentence.toStdString(), ErrorKind::Failed);
}

}  // namespace

int runDownload(const CommandLine& line) {
    const QString repository = QString::fromStdString(line.repository);
    const QString revision = QString::fromStdString(line.revision);
    const InterruptGuard guard;
    Waiter waiter(guard);
    Downloads downloads;

    HubListing listing;
    QObject::connect(&downloads, &Downloads::listed, &downloads, [&](const HubListing& result) {
        listing = result;
        waiter.done();
    });
    downloads.list(repository, revision);
    if (!waiter.wait()) return kInterrupted;
    if (!listing.error.isEmpty()) refuse(listing.error);
    if (line.listOnly) {
        printListing(line, listing);
        return kDone;
    }

    TerminalProgress progress;
    QObject::connect(&downloads, &Downloads::rowChanged, &downloads, [&](const DownloadRow& row) {
        const double share =
            row.bytes > 0 ? static_cast<double>(row.done) / static_cast<double>(row.bytes) : 0.0;
        progress.show(share, progressText(row));
    });
    QObject::connect(&downloads, &Downloads::finished, &downloads, [&](int) { waiter.done(); });
    const QStringList files = chosenFiles(line, listing);
    const int id = downloads.add(repository, revision, files);
    const bool ended = waiter.wait();
    if (!ended) downloads.pause(id);
    progress.clear();
    const DownloadRow row = downloads.rows().back();
    if (!ended) {
        note("specula: interrupted; " + shownBytes(row.done).toStdString() + " of " +
             shownBytes(row.bytes).toStdString() + " are kept, and the same command goes on from there");
        return kInterrupted;
    }
    if (row.state != DownloadState::Done) refuse(row.error);
    if (!line.json) {
        print(row.path.toStdString() + "\n");
        return kDone;
    }
    json names = json::array();
    for (const QString& name : files) names.push_back(name.toStdString());
    printLine({{"repository", line.repository},
               {"revision", listing.revision.toStdString()},
               {"path", row.path.toStdString()},
               {"bytes", row.bytes},
               {"files", std::move(names)}});
    return kDone;
}

}  // namespace specula
