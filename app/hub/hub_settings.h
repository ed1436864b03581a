#pragma once

#include <QByteArray>
#include <QString>
#include <QUrl>
#include <functional>

namespace specula {

/// How the hub is reached and where its files go. A value; the token in it is never shown, logged or stored.
struct HubSettings {
    QUrl endpoint{QStringLiteral("https://huggingface.co")};
    QString cache;         ///< folder of the models (hub_cache.h)
    QByteArray token;      ///< "": none, or what tokenFile holds
    QString tokenFile;     ///< read for each request, so that a log-in meanwhile counts; "": none
    bool offline = false;  ///< no request may be made
    bool links = true;     ///< false: files lie in the snapshot itself, as on systems without links
    QString problem;       ///< not "": why no request can be made, one sentence

    int answerMs = 10'000;   ///< longest wait for the head of an answer
    int stallMs = 10'000;    ///< longest wait for more of it
    int retries = 5;         ///< of a request that failed, without progress in between
    int retryMs = 1'000;     ///< before the first retry; doubles each time, at most 30 s
    int maxWaitMs = 90'000;  ///< a server that asks for a longer pause is not waited for
    int lockMs = 30'000;     ///< longest wait for another program that fetches the same file
    /// Bytes free on the disk of a folder, negative when unknown; a test may replace it.
    std::function<qint64(const QString&)> freeBytes;

    /// HF_ENDPOINT, HF_TOKEN (else the file of HF_TOKEN_PATH or token in HF_HOME),
    /// HF_HUB_DISABLE_IMPLICIT_TOKEN, HF_HUB_OFFLINE, HF_HUB_ETAG_TIMEOUT, HF_HUB_DOWNLOAD_TIMEOUT,
    /// HF_HUB_DISABLE_SYMLINKS and the cache's variables, as huggingface_hub reads them.
    static HubSettings fromEnvironment();

    /// The token to use now, "" for none. One that could not stand in a header counts as none.
    QByteArray currentToken() const;

    /// True when both addresses have the same scheme, host and port.
    static bool sameOrigin(const QUrl& a, const QUrl& b);

    /// endpoint + path; `path` is percent-encoded already and begins with '/'.
    QUrl address(const QByteArray& path) const;

    qint64 freeAt(const QString& folder) const;
};

}  // namespace specula
