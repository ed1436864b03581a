#include "app/hub/hub_settings.h"

#include <QFile>
#include <QFileInfo>
#include <QStorageInfo>
#include <algorithm>

#include "app/hub/hub_cache.h"
#include "app/hub/hub_names.h"

namespace specula {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kMaxToken = 4096;

bool isOn(const char* name) {
    const QByteArray value = qgetenv(name).toUpper();
    return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
}

int secondsFrom(const char* name, int otherwise) {
    constexpr int kMost = 3600;
    bool read = false;
    const int seconds = qEnvironmentVariableIntValue(name, &read);
    return read && seconds > 0 ? std::min(seconds, kMost) * 1000 : otherwise;
}

QByteArray cleaned(QByteArray token) {
    token = token.trimmed();
    const bool fits = token.size() <= kMaxToken &&
                      std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    return fits ? token : QByteArray();
}

void readEndpoint(HubSettings& settings) {
    QString text = QString::fromLocal8Bit(qgetenv("HF_ENDPOINT")).trimmed();
    while (text.endsWith(u'/')) text.chop(1);
    if (text.isEmpty()) return;
    const QUrl url(text, QUrl::StrictMode);
    const bool web = url.scheme() == "https"_L1 || url.scheme() == "http"_L1;
    // What was found is not repeated: an address may carry a password.
    if (!url.isValid() || !web || url.host().isEmpty() || url.hasQuery() || url.hasFragment() ||
        !url.userInfo().isEmpty()) {
        settings.problem =
            u"HF_ENDPOINT: expected an address such as https://huggingface.co, found something else"_s;
        return;
    }
    settings.endpoint = url;
}

}  // namespace

HubSettings HubSettings::fromEnvironment() {
    HubSettings settings;
    settings.cache = hubCache();
    settings.offline =
        qEnvironmentVariableIsEmpty("HF_HUB_OFFLINE") ? isOn("TRANSFORMERS_OFFLINE") : isOn("HF_HUB_OFFLINE");
    settings.links = !isOn("HF_HUB_DISABLE_SYMLINKS");
    settings.answerMs = secondsFrom("HF_HUB_ETAG_TIMEOUT", settings.answerMs);
    settings.stallMs = secondsFrom("HF_HUB_DOWNLOAD_TIMEOUT", settings.stallMs);
    if (!isOn("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
        settings.token = cleaned(qgetenv("HF_TOKEN"));
        if (settings.token.isEmpty()) settings.token = cleaned(qgetenv("HUGGING_FACE_HUB_TOKEN"));
        const QByteArray file = qgetenv("HF_TOKEN_PATH");
        settings.tokenFile = file.isEmpty() ? hubHome() + "/token"_L1 : expandedPath(QFile::decodeName(file));
    }
    readEndpoint(settings);
    return settings;
}

QByteArray HubSettings::currentToken() const {
    if (!token.isEmpty()) return cleaned(token);
    if (tokenFile.isEmpty() || !QFileInfo(tokenFile).isFile()) return {};
    QFile file(tokenFile);
    return file.open(QIODevice::ReadOnly) ? cleaned(file.read(kMaxToken + 16)) : QByteArray();
}

bool HubSettings::sameOrigin(const QUrl& a, const QUrl& b) {
    const auto port = [](const QUrl& url) { return url.port(url.scheme() == "https"_L1 ? 443 : 80); };
    return a.scheme() == b.scheme() && a.host() == b.host() && port(a) == port(b);
}

QUrl HubSettings::address(const QByteArray& path) const {
    return QUrl::fromEncoded(endpoint.toEncoded(QUrl::StripTrailingSlash) + path, QUrl::StrictMode);
}

qint64 HubSettings::freeAt(const QString& folder) const {
    if (freeBytes) return freeBytes(folder);
    const QStorageInfo disk(folder);
    return disk.isValid() && disk.isReady() ? disk.bytesAvailable() : -1;
}

}  // namespace specula
