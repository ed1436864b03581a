#include "app/catalogue.h"

#include <QDir>
#include <QFile>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string_view>

#include "app/hub/hub_cache.h"
#include "app/hub/hub_names.h"
#include "engine/text/json_file.h"

namespace specula {

namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 3;
constexpr int kMaxNames = 20'000;
constexpr std::size_t kConfigBytes = 1u << 20;

std::string bytesOf(const QString& text) {
    return QFile::encodeName(text).toStdString();
}

QString textOf(const std::string& path) {
    return QFile::decodeName(path.c_str());
}

std::string lowerCase(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

/// The path without links, "" where there is nothing.
std::string canonical(const std::string& path) {
    std::error_code failure;
    const fs::path found = fs::canonical(path, failure);
    return failure ? std::string() : found.string();
}

bool isGguf(const std::string& name) {
    return lowerCase(name).ends_with(".gguf");
}

bool isWeights(const std::string& name) {
    return name.ends_with(".safetensors") || name.ends_with(".bin") ||
           name.ends_with(".safetensors.index.json") || name.ends_with(".bin.index.json");
}

/// What the loader would open by name.
bool isMainWeights(const std::string& name) {
    return name == "model.safetensors" || name == "model.safetensors.index.json" ||
           name == "pytorch_model.bin" || name == "pytorch_model.bin.index.json";
}

/// "model-00002-of-00003.gguf": every part but the first.
bool isLaterPart(const std::string& name) {
    const std::size_t of = name.rfind("-of-");
    const std::size_t digits = 5;
    if (of == std::string::npos || of < digits + 1 || name[of - digits - 1] != '-') return false;
    const std::string_view number = std::string_view(name).substr(of - digits, digits);
    return number != "00001" && number.find_first_not_of("0123456789") == number.npos;
}

/// A vision projector or a prediction head, which are parts of other models.
bool isSidecar(const std::string& name) {
    const std::string lower = lowerCase(name);
    return lower.starts_with("mmproj") || lower.starts_with("mtp-");
}

/// A config.json alone may be anybody's.
bool speaksOfAModel(const fs::path& config) {
    std::ifstream file(config, std::ios::binary);
    std::string text(kConfigBytes, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    return text.find("\"model_type\"") != text.npos || text.find("\"architectures\"") != text.npos;
}

class FolderSearch {
public:
    explicit FolderSearch(const std::stop_token& stop) : m_stop(stop) {}

    void search(const fs::path& folder, int depth);
    std::vector<std::string> take() { return std::move(m_found); }

private:
    struct Content {
        bool config = false;
        bool weights = false;
        bool mainWeights = false;
        bool severalModels = false;  // a pipeline: its folders hold parts
        std::vector<fs::path> ggufs;
        std::vector<fs::path> folders;
    };
    Content read(const fs::path& folder);
    void sortIn(const fs::directory_entry& entry, Content& content);

    const std::stop_token& m_stop;
    std::vector<std::string> m_found;
    std::set<std::string> m_seen;  // canonical paths of folders
    int m_left = kMaxNames;
};

void FolderSearch::sortIn(const fs::directory_entry& entry, Content& content) {
    std::error_code failure;
    const std::string name = entry.path().filename().string();
    if (entry.is_directory(failure)) {
        if (!name.starts_with('.')) content.folders.push_back(entry.path());
    } else if (entry.is_regular_file(failure)) {
        content.config = content.config || name == "config.json";
        content.severalModels = content.severalModels || name == "model_index.json";
        content.weights = content.weights || isWeights(name);
        content.mainWeights = content.mainWeights || isMainWeights(name);
        if (isGguf(name) && !isSidecar(name) && !isLaterPart(name)) content.ggufs.push_back(entry.path());
    }
}

FolderSearch::Content FolderSearch::read(const fs::path& folder) {
    Content content;
    std::error_code failure;
    fs::directory_iterator entry(folder, fs::directory_options::skip_permission_denied, failure);
    for (; !failure && entry != fs::directory_iterator() && m_left > 0; entry.increment(failure)) {
        --m_left;
        sortIn(*entry, content);
    }
    std::sort(content.ggufs.begin(), content.ggufs.end());
    std::sort(content.folders.begin(), content.folders.end());
    return content;
}

void FolderSearch::search(const fs::path& folder, int depth) {
    if (m_stop.stop_requested() || !m_seen.insert(canonical(folder.string())).second) return;
    const Content content = read(folder);
    const bool alone = content.config && !content.weights && content.ggufs.empty();
    const bool isModel = content.mainWeights || (content.config && content.weights) ||
                         (alone && speaksOfAModel(folder / "config.json"));
    if (isModel) m_found.push_back(folder.string());
    for (const fs::path& file : content.ggufs) m_found.push_back(file.string());
    if (depth == kMaxDepth || isModel || content.severalModels) return;
    for (const fs::path& inner : content.folders) search(inner, depth + 1);
}

/// "org/name" for a path inside the hub's cache, wherever that is; else the last part of the path.
std::string nameOf(const std::string& path) {
    const fs::path whole(path);
    const fs::path snapshots = whole.parent_path();
    if (snapshots.filename() == "snapshots") {
        const QString name = repositoryOfFolder(textOf(snapshots.parent_path().filename().string()));
        if (!name.isEmpty()) return name.toStdString();
    }
    return baseName(path);
}

/// Models in the order in which they are to be shown; one with a known canonical path is left out.
class Catalogue {
public:
    explicit Catalogue(const std::stop_token& stop) : m_stop(stop) {}

    void add(std::string name, const std::string& path, const char* source) {
        const std::string real = canonical(path);
        if (!m_seen.insert(real.empty() ? path : real).second) return;
        m_models.push_back({std::move(name), path, source});
    }
    void addBelow(const std::string& folder);
    void addSnapshot(const CachedModel& model, const std::string& name);
    void addHubCache();
    void addPath(const std::string& path);
    void sortByName(std::size_t from);
    std::size_t size() const { return m_models.size(); }
    std::vector<FoundModel> take() { return std::move(m_models); }

private:
    const std::stop_token& m_stop;
    std::vector<FoundModel> m_models;
    std::set<std::string> m_seen;
};

void Catalogue::addBelow(const std::string& folder) {
    for (const std::string& path : modelsBelow(folder, m_stop))
        add(nameOf(path), path, isGguf(path) ? kSourceFile : kSourceFolder);
}

/// A repository of GGUF files holds several models.
void Catalogue::addSnapshot(const CachedModel& model, const std::string& name) {
    const std::string folder = bytesOf(model.path);
    const std::vector<std::string> paths = modelsBelow(folder, m_stop);
    for (const std::string& path : paths)
        add(paths.size() == 1 ? name : name + "/" + baseName(path), path, kSourceHubCache);
}

void Catalogue::addHubCache() {
    const QString cache = hubCache();
    for (const CachedModel& model : cachedModels(cache)) {
        if (m_stop.stop_requested()) return;
        const std::string name = model.name.toStdString();
        addSnapshot(model, name);
        const QDir snapshots(cache + QLatin1Char('/') + repositoryFolder(model.name) +
                             QStringLiteral("/snapshots"));
        for (const QString& commit : snapshots.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name)) {
            if (commit == model.revision || !isCommit(commit)) continue;
            if (const CacheLookup other = findCached(model.name, commit, cache); other.model)
                addSnapshot(*other.model, name + "@" + commit.left(7).toStdString());
        }
    }
}

void Catalogue::addPath(const std::string& path) {
    std::error_code failure;
    if (fs::is_directory(path, failure)) {
        addBelow(path);
        return;
    }
    const fs::path folder = fs::path(path).parent_path();
    const std::string name = baseName(path);
    const bool partOfAFolder = name == "config.json" || isWeights(name);
    if (partOfAFolder && fs::exists(folder / "config.json", failure))
        add(nameOf(folder.string()), folder.empty() ? "." : folder.string(), kSourceFolder);
    else
        add(name, path, kSourceFile);
}

void Catalogue::sortByName(std::size_t from) {
    std::map<std::string, std::string> lower;
    for (const FoundModel& model : m_models) lower.emplace(model.name, lowerCase(model.name));
    std::sort(m_models.begin() + static_cast<std::ptrdiff_t>(from), m_models.end(),
              [&](const FoundModel& a, const FoundModel& b) {
                  const std::string &nameA = lower.at(a.name), &nameB = lower.at(b.name);
                  return nameA != nameB ? nameA < nameB : a.path < b.path;
              });
}

}  // namespace

std::vector<std::string> modelsBelow(const std::string& folder, const std::stop_token& stop) {
    FolderSearch search(stop);
    search.search(folder, 0);
    return search.take();
}

std::vector<FoundModel> findModels(const std::vector<std::string>& extraPaths, const std::stop_token& stop) {
    Catalogue catalogue(stop);
    for (const FoundModel& model : ownModels()) catalogue.add(model.name, model.path, model.source.c_str());
    std::size_t sorted = catalogue.size();
    catalogue.addHubCache();
    catalogue.sortByName(sorted);
    sorted = catalogue.size();
    for (const std::string& folder : modelFolders()) catalogue.addBelow(folder);
    catalogue.addBelow(draftsFolder());
    for (const std::string& path : extraPaths) {
        if (!stop.stop_requested()) catalogue.addPath(path);
    }
    catalogue.sortByName(sorted);
    return catalogue.take();
}

bool hasOwnName(const FoundModel& model) {
    return model.source != kSourceFolder && model.source != kSourceFile;
}

std::string contentStamp(const std::string& path) {
    std::string stamp;
    const auto add = [&stamp](const fs::path& file) {
        std::error_code failure;
        const auto size = fs::file_size(file, failure);
        const auto time = fs::last_write_time(file, failure).time_since_epoch().count();
        stamp += file.filename().string() + '\0' + std::to_string(size) + '\0' + std::to_string(time) + '\0';
    };
    std::error_code failure;
    if (!fs::is_directory(path, failure)) {
        add(path);
        return stamp;
    }
    std::vector<fs::path> files;
    fs::directory_iterator entry(path, failure);
    for (int left = kMaxNames; !failure && entry != fs::directory_iterator() && left > 0; --left) {
        if (entry->is_regular_file(failure)) files.push_back(entry->path());
        entry.increment(failure);
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) add(file);
    return stamp;
}

}  // namespace specula
