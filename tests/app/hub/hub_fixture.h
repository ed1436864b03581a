#pragma once

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <memory>

#include "app/hub/downloads.h"
#include "app/hub/hub_names.h"
#include "tests/app/hub/fake_hub.h"

namespace specula {

constexpr const char* kToken = "hf_SecretTokenThatNobodyMaySee";

/// A hub, an empty cache beside it, and settings with short patience.
struct HubFixture {
    FakeHub hub;
    QTemporaryDir folder;
    HubSettings settings;

    explicit HubFixture(const QString& repository = QStringLiteral("org/name")) : hub(repository) {
        settings.endpoint = hub.hub().address();
        settings.cache = folder.filePath(QStringLiteral("hub"));
        settings.token = kToken;
        settings.retries = 3;
        settings.retryMs = 5;
        settings.lockMs = 400;
    }

    /// config.json, a tokenizer and weights of `bytes`.
    void addModel(qsizetype bytes = 300'000) {
        hub.add(QStringLiteral("config.json"), R"({"model_type": "llama"})");
        hub.add(QStringLiteral("tokenizer.json"), noise(5'000, 7));
        hub.add(QStringLiteral("model.safetensors"), noise(bytes), true);
    }

    QString at(const QString& path) const {
        return settings.cache + QStringLiteral("/models--org--name/") + path;
    }
    QString blob(const QString& name) const { return at(QStringLiteral("blobs/") + hub.etag(name)); }
    QString part(const QString& name) const { return blob(name) + QStringLiteral(".incomplete"); }
    QString entry(const QString& name) const {
        return at(QStringLiteral("snapshots/") + QString::fromLatin1(FakeHub::kCommit) + QLatin1Char('/') +
                  name);
    }

    /// Downloads once, from a new queue, and waits for the end.
    DownloadRow fetch(const QStringList& files = {}, const QString& revision = {}) const {
        Downloads downloads(settings);
        downloads.add(QStringLiteral("org/name"), revision, files);
        return endOf(downloads);
    }

    static DownloadRow endOf(Downloads& downloads) {
        QSignalSpy ended(&downloads, &Downloads::finished);
        if (ended.isEmpty() && !ended.wait(10'000)) return {};
        return downloads.rows().back();
    }

    HubListing list(const QString& revision = {}) const {
        Downloads downloads(settings);
        HubListing listing;
        QSignalSpy ended(&downloads, &Downloads::listed);
        QObject::connect(&downloads, &Downloads::listed, &downloads,
                         [&](const HubListing& result) { listing = result; });
        downloads.list(QStringLiteral("org/name"), revision);
        if (!ended.wait(10'000)) listing.error = QStringLiteral("no answer");
        return listing;
    }
};

inline QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// What a link says, not where it leads.
inline QString linkText(const QString& path) {
    return QString::fromStdString(std::filesystem::read_symlink(path.toStdString()).string());
}

inline void writeFileAt(const QString& path, const QByteArray& content) {
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
}

}  // namespace specula

// Why a download ended as it did is part of the failure.
#define QVERIFY_DONE(result)                                                       \
    do {                                                                           \
        const DownloadRow rowSeen = (result);                                      \
        QVERIFY2(rowSeen.state == DownloadState::Done, qPrintable(rowSeen.error)); \
    } while (false)

#define QVERIFY_SENTENCE(result, words)                                                         \
    do {                                                                                        \
        const QString sentence = (result);                                                      \
        QVERIFY2(sentence.contains(QStringLiteral(words)), qPrintable(sentence));               \
        QVERIFY2(!sentence.contains(QString::fromLatin1(kToken)), "the token is shown");        \
        QVERIFY2(!sentence.contains(QStringLiteral("signature")), "a signed address is shown"); \
        QVERIFY2(!sentence.contains(QLatin1Char('\n')), "more than one line");                  \
    } while (false)

#define QVERIFY_FAILED(result, words)                   \
    do {                                                \
        const DownloadRow rowSeen = (result);           \
        QCOMPARE(rowSeen.state, DownloadState::Failed); \
        QVERIFY_SENTENCE(rowSeen.error, words);         \
    } while (false)
