#include "app/weight_files.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>
#include <optional>

#include <nlohmann/json.hpp>

#include "app/file_io.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {

using nlohmann::json;

namespace {

constexpr int kMaxFiles = 1000;
constexpr std::int64_t kMaxCacheBytes = std::int64_t{4} << 20;
constexpr std::size_t kMaxEntries = 5000;

QString toPath(const std::string& path) {
    return QFile::decodeName(path.c_str());
}

std::string cachePath() {
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::CacheLocation);
    return QFile::encodeName(folder + QStringLiteral("/weight-hashes.json")).toStdString();
}

/// What a file is known by: a file with the same path, size and time of change is taken for the same file.
std::string keyOf(const WeightFile& file) {
    const QFileInfo info(toPath(file.path));
    return std::to_string(info.size()) + ":" + std::to_string(info.lastModified().toMSecsSinceEpoch()) + ":" +
           info.canonicalFilePath().toStdString();
}

/// A cache that is damaged or not there is an empty one.
json readCache(const std::string& path) {
    try {
        json cache = parseJson(readFile(path, kMaxCacheBytes), path);
        if (cache.is_object() && cache.size() <= kMaxEntries) return cache;
    } catch (const Error&) {
    }
    return json::object();
}

std::optional<std::string> hashOf(const std::string& path, const std::stop_token& stop) {
    QFile file(toPath(path));
    if (!file.open(QIODevice::ReadOnly)) return std::nullopt;
    QCryptographicHash hash(QCryptographicHash::Sha256);
    while (!file.atEnd()) {
        if (stop.stop_requested()) return std::nullopt;
        const QByteArray piece = file.read(1 << 20);
        if (piece.isEmpty()) return std::nullopt;
        hash.addData(piece);
    }
    return hash.result().toHex().toStdString();
}

}  // namespace

std::vector<WeightFile> weightFilesOf(const std::string& model) {
    const QFileInfo info(toPath(model));
    QFileInfoList found;
    if (info.isFile()) {
        found = {info};
    } else if (info.isDir() && !model.empty()) {
        const QDir folder(info.filePath());
        found = folder.entryInfoList({QStringLiteral("*.safetensors")}, QDir::Files, QDir::Name);
        if (found.isEmpty()) found = folder.entryInfoList({QStringLiteral("*.bin")}, QDir::Files, QDir::Name);
    }
    std::vector<WeightFile> files;
    for (const QFileInfo& file : found.mid(0, kMaxFiles))
        files.push_back({QFile::encodeName(file.filePath()).toStdString(), file.size(), {}});
    return files;
}

HashCache::HashCache(std::string path) : m_path(path.empty() ? cachePath() : std::move(path)) {}

void HashCache::fillKnown(std::vector<WeightFile>& files) {
    const std::lock_guard lock(m_mutex);
    const json cache = readCache(m_path);
    for (WeightFile& file : files) {
        const auto known = cache.find(keyOf(file));
        if (known != cache.end() && known->is_string() && known->get_ref<const std::string&>().size() == 64)
            file.sha256 = known->get<std::string>();
    }
}

bool HashCache::compute(std::vector<WeightFile>& files, std::stop_token stop) {
    fillKnown(files);
    bool all = true;
    json found = json::object();
    for (WeightFile& file : files) {
        if (!file.sha256.empty()) continue;
        const std::string key = keyOf(file);
        const auto hash = hashOf(file.path, stop);
        // A file that changed while it was read has no hash.
        if (hash && keyOf(file) == key) found[key] = file.sha256 = *hash;
        all = all && !file.sha256.empty();
    }
    if (found.empty()) return all;
    const std::lock_guard lock(m_mutex);
    json cache = readCache(m_path);
    if (cache.size() + found.size() > kMaxEntries) cache = json::object();
    cache.update(found);
    try {
        QDir().mkpath(QFileInfo(toPath(m_path)).path());
        writeFile(m_path, cache.dump());
    } catch (const Error&) {
        // Without a cache the hash is computed again next time.
    }
    return all;
}

void addKnownWeightFiles(RunRecord& record) {
    record.targetFiles = weightFilesOf(record.engine.target);
    record.draftFiles = weightFilesOf(record.engine.draft);
    HashCache cache;
    cache.fillKnown(record.targetFiles);
    cache.fillKnown(record.draftFiles);
}

}  // namespace specula
