#pragma once

#include <QString>

namespace specula {

// Names on the hub, and which of them may become part of a path or an address. Everything that comes from a
// server or from a file of the cache passes through here before it is used.

/// True for "org/name" and for the old short form "name": letters, digits, '-', '_' and '.', each part at
/// most 96 characters, no "--" or "..", no '-' or '.' at either end.
bool isRepositoryName(const QString& text);

/// True for what may be a branch, a tag, a commit or "refs/pr/1": at most 200 characters that can be a path
/// below refs/.
bool isRevisionName(const QString& text);

/// True for 40 lower-case hexadecimal digits.
bool isCommit(const QString& text);

/// True when a hub's etag may be the name of a blob: 1 to 128 of letters, digits, '-', '_' and '.'; not
/// beginning with '.'.
bool isBlobName(const QString& etag);

/// Why a path inside a repository cannot be a file below a folder ("leads out of its folder"), "" when it
/// can: relative, no "." or "..", no backslash or control character, parts of at most 255 bytes, at most 1024
/// in all.
QString fileNameProblem(const QString& name);

/// "models--org--name".
QString repositoryFolder(const QString& repository);

/// The name of a folder made by repositoryFolder(), "" for other folders.
QString repositoryOfFolder(const QString& folder);

/// Text of a server or a file as it may stand in a message: one line, at most 120 characters.
QString shownText(const QString& text);

/// "1.2 GB", as people count sizes of downloads.
QString shownBytes(qint64 bytes);

/// A request as a person writes it: "org/name" or "org/name@revision".
struct RepositoryRequest {
    QString repository;
    QString revision;  ///< "" when none is named
    bool valid = false;
};

RepositoryRequest repositoryRequest(const QString& text);

}  // namespace specula
