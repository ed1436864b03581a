#pragma once

#include <QObject>
#include <QTimer>
#include <limits>
#include <optional>

#include "app/hub/hub_request.h"

namespace specula {

/// How long to wait before another try, and when to give up.
class Backoff {
public:
    /// `unreached`: most retries of a host that does not answer at all, at most settings.retries.
    explicit Backoff(const HubSettings& settings, int unreached = std::numeric_limits<int>::max())
        : m_settings(settings), m_unreached(unreached) {}

    /// Milliseconds to wait after this answer, or nothing when another try is not worth it: the failure will
    /// not pass, the tries are used up, or the server wants a longer pause than we give.
    std::optional<int> next(const HubAnswer& answer);

    /// After progress: the next failure is a first one again.
    void reset() { m_used = 0; }

private:
    const HubSettings& m_settings;
    int m_unreached;
    int m_used = 0;
};

/// A request whose whole answer fits in memory, repeated while the failure may pass. finished() comes once
/// per start(), never from within it.
class HubCall : public QObject {
    Q_OBJECT

public:
    /// Whether somebody waits for the answer, who should soon know that there is no network, or something
    /// that is under way should outlast a gap.
    enum class Patience { Short, Long };

    HubCall(HubConnection& connection, Patience patience, QObject* parent);

    /// A longer body than `maxBody` is a failure.
    void start(HubRequest::Verb verb, const QUrl& url, qsizetype maxBody = 0);
    void stop();

signals:
    void finished(const specula::HubAnswer& answer);

private:
    void collect(const QByteArray& bytes);
    void end(const HubAnswer& answer);

    HubConnection& m_connection;
    HubRequest m_request;
    Backoff m_backoff;
    QTimer m_pause;
    HubRequest::Verb m_verb = HubRequest::Verb::Get;
    QUrl m_url;
    qsizetype m_maxBody = 0;
    QByteArray m_body;
};

/// Why an answer is not what was asked for: one sentence that begins with the model's name and says what can
/// be done. `file` is "" for lists. Never contains an address with a query, a header or the token.
QString explained(const HubAnswer& answer, const HubSettings& settings, const QString& repository,
                  const QString& revision, const QString& file);

}  // namespace specula
