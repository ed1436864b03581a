#include "app/default_models.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

#include <algorithm>
#include <array>

#include "app/catalogue.h"
#include "app/hub/hub_cache.h"
#include "engine/checkpoint/feature_head_file.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr const char* kDefaultFile = "SmolLM2-135M-Instruct.Q4_1.gguf";
constexpr const char* kTinyTarget = "tiny-target";
constexpr const char* kTinyDraft = "tiny-draft";
constexpr const char* kDefaultDraft = "smollm2-135m-head";  // trained by this program for kDefaultFile

QString toPath(const std::string& path) {
    return QFile::decodeName(path.c_str());
}
std::string fromPath(const QString& path) {
    return QFile::encodeName(QDir::cleanPath(path)).toStdString();
}

std::optional<std::string> firstExisting(const QStringList& candidates) {
    for (const QString& candidate : candidates) {
        if (QFileInfo::exists(candidate)) return fromPath(candidate);
    }
    return std::nullopt;
}

QString environment(const char* name) {
    return QFile::decodeName(qgetenv(name));
}

}  // namespace

std::optional<std::string> bundledModel(const std::string& folder) {
    const QString name = QStringLiteral("/models/") + QString::fromStdString(folder);
    const QString here = QCoreApplication::applicationDirPath();
    QStringList candidates{here + QStringLiteral("/../../resources") + name,
                           here + QStringLiteral("/../share/specula") + name};
    // Test programs lie deeper in the build folder than the program itself.
    for (QDir up(here); up.cdUp();) candidates << up.absolutePath() + QStringLiteral("/resources") + name;
    return firstExisting(candidates);
}

std::vector<std::string> modelFolders() {
    std::vector<std::string> folders;
    if (const QString chosen = environment("SPECULA_MODELS"); !chosen.isEmpty())
        folders.push_back(fromPath(chosen));
    folders.push_back(
        fromPath(QCoreApplication::applicationDirPath() + QStringLiteral("/../../deps/models")));
    for (const QString& place : QStandardPaths::standardLocations(QStandardPaths::GenericDataLocation))
        folders.push_back(fromPath(place + QStringLiteral("/specula/models")));
    return folders;
}

std::string draftsFolder() {
    return fromPath(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
                    QStringLiteral("/drafts"));
}

std::optional<std::string> defaultTarget() {
    QStringList candidates;
    for (const std::string& folder : modelFolders())
        candidates << toPath(folder) + QLatin1Char('/') + QString::fromLatin1(kDefaultFile);
    return firstExisting(candidates);
}

std::vector<FoundModel> ownModels() {
    std::vector<FoundModel> models;
    if (const auto path = defaultTarget()) models.push_back({"SmolLM2-135M-Instruct", *path, kSourceDefault});
    if (const auto path = bundledModel(kTinyTarget))
        models.push_back({"Tiny stories (target)", *path, kSourceBundled});
    if (const auto path = bundledModel(kTinyDraft))
        models.push_back({"Tiny stories (draft)", *path, kSourceBundled});
    if (const auto path = bundledModel(kDefaultDraft))
        models.push_back({"SmolLM2-135M-Instruct (feature head)", *path, kSourceBundled});
    return models;
}

std::string resolveModelPath(const std::string& option, const std::string& text) {
    if (text.empty()) throw Error(option + ": expected a model file or folder, found an empty name");
    if (QFileInfo::exists(toPath(text))) return text;
    const QString name = QString::fromStdString(text);
    if (!looksLikeHubName(name))
        throw Error(option + ": expected a model file or folder, found no '" + text + "'");
    const CacheLookup found = inHubCache(name);
    if (found.model) return fromPath(modelPathOf(found.model->path));
    throw Error(option + ": expected a file, a folder or a model in the Hugging Face cache (" +
                fromPath(hubCache()) + "), found no '" + text + "': " + found.reason.toStdString() +
                " (specula download " + text + " fetches one from the hub)");
}

bool isDraftRule(const std::string& draft) {
    static constexpr std::array kKinds{"ngram:", "early-exit:", "skip:", "oracle:"};
    return draft == "none" || draft == "ngram" ||
           std::any_of(kKinds.begin(), kKinds.end(),
                       [&draft](const char* kind) { return draft.starts_with(kind); });
}

bool isFeatureHead(const std::string& path) {
    try {
        return !path.empty() && FeatureHeadFile::isOne(path);
    } catch (const Error&) {
        return false;
    }
}

std::string defaultDraftFor(const std::string& targetPath) {
    const auto tiny = bundledModel(kTinyTarget);
    const auto draft = bundledModel(kTinyDraft);
    const bool isTiny = tiny && QFileInfo(toPath(*tiny)).canonicalFilePath() ==
                                    QFileInfo(toPath(targetPath)).canonicalFilePath();
    if (isTiny && draft) return *draft;
    const auto head = bundledModel(kDefaultDraft);
    return head && QFileInfo(toPath(targetPath)).fileName() == QLatin1String(kDefaultFile) ? *head : "ngram";
}

void resolveModels(RunArguments& run) {
    if (run.target) {
        run.engine.target = resolveModelPath("--target", *run.target);
    } else {
        auto found = defaultTarget();
        if (!found) found = bundledModel(kTinyTarget);
        if (!found)
            throw Error(
                "--target: expected a model, found neither the default pair nor the bundled one beside the "
                "program (packaging/setup.sh fetches the default pair)");
        run.engine.target = *found;
    }
    const std::string draft = run.draft.value_or("");
    if (draft.empty())
        run.engine.draft = defaultDraftFor(run.engine.target);
    else if (isDraftRule(draft))
        run.engine.draft = draft;
    else
        run.engine.draft = resolveModelPath("--draft", draft);
    if (run.engine.draft == "none" && run.options.gamma == kGammaAuto) run.options.gamma = 0;
    // A feature head's siblings cost it nothing: unless told otherwise it drafts trees.
    if (!run.gammaGiven && !run.treeGiven && isFeatureHead(run.engine.draft))
        run.options.tree.automatic = true;
}

std::vector<FoundModel> knownModels() {
    return findModels();
}

}  // namespace specula
