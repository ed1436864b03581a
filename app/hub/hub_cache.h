#pragma once

#include <QString>
#include <optional>
#include <vector>

namespace specula {

// Reads the Hugging Face cache: <cache>/models--org--name/{blobs,refs,snapshots/<commit>}, where snapshots
// hold relative links to blobs and refs/<revision> one commit. Reads the file system and nothing else;
// anything malformed is "not there", with a reason for whoever asked for it by name. Layout: huggingface_hub,
// "Manage the cache".

/// The Hugging Face folder: $HF_HOME, else $XDG_CACHE_HOME/huggingface, else ~/.cache/huggingface. As in
/// huggingface_hub, "~", $NAME and ${NAME} are expanded; "~user" is not. A variable that is set but empty
/// counts as not set.
QString hubHome();

/// The folder of the models: $HF_HUB_CACHE, else $HUGGINGFACE_HUB_CACHE, else hub in hubHome().
QString hubCache();

/// "~/x" and "$NAME/x" -> paths; unknown names stay as they are.
QString expandedPath(const QString& path);

/// A model in the cache.
struct CachedModel {
    QString name;       ///< "org/name"
    QString revision;   ///< commit
    QString reference;  ///< the branch or tag it was found by, "" for a commit alone
    QString path;       ///< the snapshot folder; modelPathOf() is what to open
};

/// Every model with a usable snapshot, by name. Of several snapshots that of refs/main, else that of the
/// first other reference, else the newest.
std::vector<CachedModel> cachedModels(const QString& cache = hubCache());

/// What was found for a name; `reason` is a clause that says why there is nothing ("its refs/main names
/// ...").
struct CacheLookup {
    std::optional<CachedModel> model;
    QString reason;
};

/// `revision`: "" (as in cachedModels), a reference or a commit.
CacheLookup findCached(const QString& repository, const QString& revision = {},
                       const QString& cache = hubCache());

/// True for "org/name" and "org/name@revision". Nothing is looked up.
bool looksLikeHubName(const QString& text);

/// findCached() for "org/name", "org/name@revision" and "name".
CacheLookup inHubCache(const QString& text, const QString& cache = hubCache());

/// What to open of a snapshot: its only GGUF file where it holds no other weights, else the folder itself.
QString modelPathOf(const QString& snapshot);

}  // namespace specula
