#include "app/hub/hub_cache.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <algorithm>

#include "app/hub/hub_names.h"

namespace specula {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMaxFiles = 20'000;
constexpr int kMaxReferences = 1000;

QString environment(const char* name) {
    return QFile::decodeName(qgetenv(name));
}

/// "~" alone or before a slash is the home folder; "~name" stays.
QString withHome(const QString& path) {
    return path == "~"_L1 || path.startsWith("~/"_L1) ? QDir::homePath() + path.mid(1) : path;
}

/// The commit that refs/<reference> holds, or why it holds none.
QString readReference(const QString& folder, const QString& reference, QString& reason) {
    QFile file(folder + "/refs/"_L1 + reference);
    const QString name = "refs/"_L1 + shownText(reference);
    if (!QFileInfo(file).isFile() || !file.open(QIODevice::ReadOnly)) {
        reason = "it has no "_L1 + name;
        return {};
    }
    const QString commit = QString::fromLatin1(file.read(200)).trimmed();
    if (isCommit(commit)) return commit;
    reason = "its "_L1 + name + " holds no commit"_L1;
    return {};
}

/// References other than main, in order of name.
QStringList otherReferences(const QString& folder) {
    QStringList names;
    QDirIterator walk(folder + "/refs"_L1, QDir::Files | QDir::NoSymLinks, QDirIterator::Subdirectories);
    const QDir root(folder + "/refs"_L1);
    for (int seen = 0; walk.hasNext() && seen < kMaxReferences; ++seen) {
        const QString name = root.relativeFilePath(walk.next());
        if (name != "main"_L1 && isRevisionName(name)) names << name;
    }
    names.sort();
    return names;
}

bool isInside(const QString& path, const QStringList& folders) {
    return std::any_of(folders.begin(), folders.end(), [&](const QString& folder) {
        return !folder.isEmpty() && (path == folder || path.startsWith(folder + u'/'));
    });
}

/// "" when the snapshot can be used, else why not. A link may lead to the blobs of its own repository, or to
/// those that the whole cache shares; wherever those folders themselves are linked to.
QString snapshotProblem(const QString& cache, const QString& folder, const QString& commit) {
    const QString snapshot = folder + "/snapshots/"_L1 + commit;
    const QString name = "its snapshot "_L1 + commit;
    if (!QFileInfo(snapshot).isDir()) return name + " is missing"_L1;
    const QString home = QFileInfo(folder).canonicalFilePath();
    QStringList allowed{home, QFileInfo(cache).canonicalFilePath()};
    for (const QString& blobs : {folder + "/blobs"_L1, cache + "/blobs"_L1})
        allowed << QFileInfo(blobs).canonicalFilePath();
    if (!isInside(QFileInfo(snapshot).canonicalFilePath(), {home}))
        return name + " leads out of the cache"_L1;
    int whole = 0;
    QDirIterator walk(snapshot, QDir::Files | QDir::System | QDir::Hidden, QDirIterator::Subdirectories);
    for (int seen = 0; walk.hasNext(); ++seen) {
        if (seen == kMaxFiles) return name + " holds more than 20000 files"_L1;
        const QFileInfo file(walk.next());
        if (!file.exists()) continue;  // a link whose blob is gone, or was never fetched
        if (!isInside(file.canonicalFilePath(), allowed))
            return name + " holds a link that leads out of the cache: "_L1 + shownText(file.fileName());
        whole += file.isFile() ? 1 : 0;
    }
    return whole > 0 ? QString() : name + " holds no file"_L1;
}

/// Commits of snapshots, newest first.
QStringList snapshotsOf(const QString& folder) {
    const QDir root(folder + "/snapshots"_L1);
    QStringList commits = root.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Time);
    commits.removeIf([](const QString& name) { return !isCommit(name); });
    return commits;
}

CacheLookup foundAt(const QString& cache, const QString& repository, const QString& commit,
                    const QString& reference) {
    const QString folder = cache + u'/' + repositoryFolder(repository);
    CacheLookup lookup;
    lookup.reason = snapshotProblem(cache, folder, commit);
    if (lookup.reason.isEmpty())
        lookup.model = CachedModel{repository, commit, reference, folder + "/snapshots/"_L1 + commit};
    return lookup;
}

CacheLookup findByReference(const QString& cache, const QString& repository, const QString& reference) {
    QString reason;
    const QString commit = readReference(cache + u'/' + repositoryFolder(repository), reference, reason);
    if (commit.isEmpty()) return {std::nullopt, reason};
    return foundAt(cache, repository, commit, reference);
}

}  // namespace

QString expandedPath(const QString& path) {
    static const QRegularExpression kVariable(u"\\$(?:(\\w+)|\\{([^}]*)\\})"_s);
    const QString text = withHome(path);
    QString expanded;
    qsizetype done = 0;
    for (auto it = kVariable.globalMatch(text); it.hasNext();) {
        const auto match = it.next();
        const QByteArray name = (match.captured(1) + match.captured(2)).toLocal8Bit();
        expanded += QStringView(text).mid(done, match.capturedStart() - done);
        expanded +=
            qEnvironmentVariableIsSet(name.constData()) ? environment(name.constData()) : match.captured(0);
        done = match.capturedEnd();
    }
    return QDir::cleanPath(expanded + text.mid(done));
}

QString hubHome() {
    if (const QString home = environment("HF_HOME"); !home.isEmpty()) return expandedPath(home);
    const QString cache = environment("XDG_CACHE_HOME");
    return expandedPath((cache.isEmpty() ? u"~/.cache"_s : cache) + "/huggingface"_L1);
}

QString hubCache() {
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
        if (const QString cache = environment(name); !cache.isEmpty()) return expandedPath(cache);
    }
    return hubHome() + "/hub"_L1;
}

std::vector<CachedModel> cachedModels(const QString& cache) {
    std::vector<CachedModel> models;
    const QStringList folders =
        QDir(cache).entryList({u"models--*"_s}, QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name);
    for (const QString& folder : folders) {
        const QString repository = repositoryOfFolder(folder);
        if (repository.isEmpty()) continue;
        if (const CacheLookup lookup = findCached(repository, {}, cache); lookup.model)
            models.push_back(*lookup.model);
    }
    return models;
}

CacheLookup findCached(const QString& repository, const QString& revision, const QString& cache) {
    if (!isRepositoryName(repository)) return {std::nullopt, u"it is not a name of the form org/name"_s};
    const QString folder = cache + u'/' + repositoryFolder(repository);
    if (!QFileInfo(folder).isDir()) return {std::nullopt, u"the cache has no such model"_s};
    if (isCommit(revision)) return foundAt(cache, repository, revision, {});
    if (!revision.isEmpty()) {
        if (!isRevisionName(revision)) return {std::nullopt, u"its revision is not a name or a commit"_s};
        return findByReference(cache, repository, revision);
    }
    const CacheLookup main = findByReference(cache, repository, u"main"_s);
    if (main.model) return main;
    for (const QString& reference : otherReferences(folder)) {
        if (CacheLookup other = findByReference(cache, repository, reference); other.model) return other;
    }
    for (const QString& commit : snapshotsOf(folder)) {
        if (CacheLookup other = foundAt(cache, repository, commit, {}); other.model) return other;
    }
    return main;
}

bool looksLikeHubName(const QString& text) {
    const RepositoryRequest request = repositoryRequest(text);
    return request.valid && request.repository.contains(u'/');
}

CacheLookup inHubCache(const QString& text, const QString& cache) {
    const RepositoryRequest request = repositoryRequest(text);
    if (!request.valid)
        return {std::nullopt, u"it is not a name of the form org/name or org/name@revision"_s};
    return findCached(request.repository, request.revision, cache);
}

QString modelPathOf(const QString& snapshot) {
    const QDir folder(snapshot);
    const QStringList weights = folder.entryList({u"*.safetensors"_s, u"*.bin"_s}, QDir::Files);
    const QStringList ggufs = folder.entryList({u"*.gguf"_s}, QDir::Files);
    return weights.isEmpty() && ggufs.size() == 1 ? snapshot + u'/' + ggufs.front() : snapshot;
}

}  // namespace specula
