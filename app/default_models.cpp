#include "app/default_models.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr const char* kDefaultFile = "SmolLM2-135M-Instruct.Q4_1.gguf";
constexpr const char* kTinyTarget = "tiny-target";
constexpr const char* kTinyDraft = "tiny-draft";

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

QString hubCache() {
    const QString direct = environment("HF_HUB_CACHE");
    if (!direct.isEmpty()) return direct;
    const QString home = environment("HF_HOME");
    if (!home.isEmpty()) return home + QStringLiteral("/hub");
    return QDir::homePath() + QStringLiteral("/.cache/huggingface/hub");
}

bool looksLikeHubName(const std::string& text) {
    const auto slash = text.find('/');
    return slash != text.npos && slash > 0 && slash + 1 < text.size() &&
           text.find('/', slash + 1) == text.npos && text.front() != '.' &&
           text.find_first_of(" :\\") == text.npos;
}

// models--org--name/refs/main holds the revision whose files lie in snapshots/<revision>.
std::optional<std::string> inHubCache(const std::string& name) {
    QString folder = QString::fromStdString(name);
    folder.replace(QLatin1Char('/'), QStringLiteral("--"));
    const QString model = hubCache() + QStringLiteral("/models--") + folder;
    QFile reference(model + QStringLiteral("/refs/main"));
    if (!reference.open(QIODevice::ReadOnly)) return std::nullopt;
    const QString revision = QString::fromUtf8(reference.read(200)).trimmed();
    if (revision.isEmpty() || revision.contains(QLatin1Char('/')) || revision.startsWith(QLatin1Char('.')))
        return std::nullopt;
    return firstExisting({model + QStringLiteral("/snapshots/") + revision});
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

std::optional<std::string> defaultTarget() {
    const QString file = QLatin1Char('/') + QString::fromLatin1(kDefaultFile);
    QStringList candidates;
    if (const QString chosen = environment("SPECULA_MODELS"); !chosen.isEmpty()) candidates << chosen + file;
    candidates << QCoreApplication::applicationDirPath() + QStringLiteral("/../../deps/models") + file;
    for (const QString& place : QStandardPaths::standardLocations(QStandardPaths::GenericDataLocation))
        candidates << place + QStringLiteral("/specula/models") + file;
    return firstExisting(candidates);
}

std::string resolveModelPath(const std::string& option, const std::string& text) {
    if (text.empty()) throw Error(option + ": expected a model file or folder, found an empty name");
    if (QFileInfo::exists(toPath(text))) return text;
    if (looksLikeHubName(text)) {
        if (const auto found = inHubCache(text)) return *found;
        throw Error(option + ": expected a file, a folder or a model in the Hugging Face cache (" +
                    fromPath(hubCache()) + "), found no '" + text + "'");
    }
    throw Error(option + ": expected a model file or folder, found no '" + text + "'");
}

bool isDraftRule(const std::string& draft) {
    return draft == "none" || draft == "ngram" || draft.starts_with("ngram:") ||
           draft.starts_with("early-exit:");
}

std::string defaultDraftFor(const std::string& targetPath) {
    const auto tiny = bundledModel(kTinyTarget);
    const auto draft = bundledModel(kTinyDraft);
    const bool isTiny = tiny && QFileInfo(toPath(*tiny)).canonicalFilePath() ==
                                    QFileInfo(toPath(targetPath)).canonicalFilePath();
    return isTiny && draft ? *draft : "ngram";
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
}

std::vector<FoundModel> knownModels() {
    std::vector<FoundModel> models;
    if (const auto path = defaultTarget()) models.push_back({"SmolLM2-135M-Instruct", *path});
    if (const auto path = bundledModel(kTinyTarget)) models.push_back({"Tiny stories (target)", *path});
    if (const auto path = bundledModel(kTinyDraft)) models.push_back({"Tiny stories (draft)", *path});
    return models;
}

}  // namespace specula
