#pragma once

#include <QString>
#include <vector>

namespace specula {

/// One file of a repository on the hub.
struct HubFile {
    QString name;          ///< path inside the repository
    qint64 bytes = 0;      ///< as the hub says
    bool present = false;  ///< already in the local cache, whole
    bool wanted = false;   ///< chosen by the program (weights, config, tokenizer); the person may change it
};

/// What a repository on the hub holds, or why it cannot be had.
struct HubListing {
    QString repository;  ///< "org/name"
    QString revision;    ///< commit
    std::vector<HubFile> files;
    QString error;  ///< one sentence, "" when it worked; says what to do about gated repositories
};

/// Where a download stands.
enum class DownloadState { Queued, Running, Paused, Checking, Done, Failed };

/// One repository in the download queue.
struct DownloadRow {
    int id = 0;
    QString repository;
    DownloadState state = DownloadState::Queued;
    QString file;  ///< under way now
    int fileIndex = 0, fileCount = 0;
    qint64 fileDone = 0, fileBytes = 0;
    qint64 done = 0, bytes = 0;   ///< of all its files
    double bytesPerSecond = 0.0;  ///< over the last seconds
    double secondsLeft = -1.0;    ///< negative: unknown
    QString error;                ///< of Failed, one sentence
    QString path;                 ///< of Done: the snapshot folder, as a model path
};

}  // namespace specula
