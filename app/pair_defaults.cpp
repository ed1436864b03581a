#include "app/pair_defaults.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

#include <nlohmann/json.hpp>

#include "app/catalogue.h"
#include "app/default_models.h"
#include "app/file_io.h"
#include "app/json_fields.h"
#include "app/trace_json.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

using nlohmann::json;

namespace {

constexpr int kVersion = 1;
constexpr std::int64_t kMaxBytes = std::int64_t{4} << 20;
constexpr std::int64_t kMaxTime = std::int64_t{1} << 40;
constexpr double kMaxSpeedup = 1e6;

QString toPath(const std::string& path) {
    return QFile::decodeName(path.c_str());
}

std::string defaultPath() {
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
    return QFile::encodeName(folder + QStringLiteral("/pair-defaults.json")).toStdString();
}

/// A model wherever it lies, as long as its files are the same.
std::string identityOf(const std::string& model) {
    if (model == "ngram") return "ngram:3";  // what it stands for, and what the window calls it
    if (model.empty() || isDraftRule(model)) return model;
    const QByteArray stamp = QByteArray::fromStdString(contentStamp(model));
    const QByteArray hash = QCryptographicHash::hash(stamp, QCryptographicHash::Sha256).toHex().left(16);
    return QFileInfo(QDir::cleanPath(toPath(model))).fileName().toStdString() + ":" + hash.toStdString();
}

std::string classOf(double temperature) {
    if (temperature == 0.0) return "greedy";
    if (temperature < 0.5) return "below 0.5";
    return temperature <= 1.0 ? "0.5 to 1" : "above 1";
}

json toJson(const PairKey& key, const PairDefault& value) {
    return {{"target", key.target},
            {"draft", key.draft},
            {"weights", key.weights},
            {"temperature", key.temperature},
            {"instruction_set", key.instructionSet},
            {"gamma", value.shape.gamma},
            {"tree", toJson(value.shape.tree)},
            {"predicted", value.predicted},
            {"speedup", value.speedup.n > 0 ? toJson(value.speedup) : json(nullptr)},
            {"suite", bytesToJson(value.suite)},
            {"taken_at", value.takenAt}};
}

PairDefault defaultFrom(const JsonObject& object) {
    PairDefault value;
    value.shape.gamma = static_cast<int>(object.integer("gamma", 0, kGammaMax));
    value.shape.tree = treeFrom(object);
    value.predicted = object.number("predicted", 0.0, kMaxSpeedup);
    if (object.has("speedup")) value.speedup = intervalFrom(object.object("speedup"));
    value.suite = object.bytes("suite");
    value.takenAt = object.integer("taken_at", 0, kMaxTime);
    return value;
}

/// The file as it is; an empty one where there is none. Throws Error where it is no such file.
json readDocument(const std::string& path) {
    if (!QFileInfo::exists(toPath(path))) return {{"version", kVersion}, {"pairs", json::object()}};
    json document = parseJson(readFile(path, kMaxBytes), path);
    const bool good = document.is_object() && document.contains("pairs") && document["pairs"].is_object() &&
                      document.value("version", json()) == json(kVersion);
    if (!good) throw Error(path + ": expected measured gammas of version " + std::to_string(kVersion));
    return document;
}

}  // namespace

std::string PairKey::text() const {
    return target + " | " + draft + " | " + weights + " | " + temperature + " | " + instructionSet;
}

PairKey pairKey(const EngineOptions& engine, const std::string& draft, WeightFormat weights,
                double temperature, const std::string& instructionSet) {
    return {identityOf(engine.target), identityOf(draft), std::string(name(weights)), classOf(temperature),
            instructionSet};
}

PairDefaults::PairDefaults(std::string path) : m_path(path.empty() ? defaultPath() : std::move(path)) {}

std::optional<PairDefault> PairDefaults::find(const PairKey& key) {
    m_problem.clear();
    try {
        const json document = readDocument(m_path);
        const json& pairs = document["pairs"];
        const auto found = pairs.find(key.text());
        if (found == pairs.end()) return std::nullopt;
        return defaultFrom(JsonObject(*found, m_path, "pairs"));
    } catch (const Error& problem) {
        m_problem = problem.what();
    }
    return std::nullopt;
}

void PairDefaults::put(const PairKey& key, const PairDefault& value) {
    QDir().mkpath(QFileInfo(toPath(m_path)).path());
    json document;
    try {
        document = readDocument(m_path);
    } catch (const Error&) {
        const QString aside = toPath(m_path) + QStringLiteral(".broken");
        QFile::remove(aside);
        QFile::rename(toPath(m_path), aside);
        document = readDocument(m_path);
    }
    document["pairs"][key.text()].update(toJson(key, value));
    writeFile(m_path, document.dump(1) + "\n");
}

}  // namespace specula
