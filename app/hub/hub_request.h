#pragma once

#include <QByteArray>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QObject>
#include <QTimer>
#include <QUrl>

#include "app/hub/hub_settings.h"

namespace specula {

/// What all requests share.
struct HubConnection {
    explicit HubConnection(HubSettings hubSettings);

    HubSettings settings;
    QNetworkAccessManager manager;
};

/// How one request ended.
struct HubAnswer {
    bool whole = false;        ///< an answer came, to its end as far as that can be seen
    bool retryable = false;    ///< the same request may work later
    int status = 0;            ///< HTTP status, 0 when none came
    QString host;              ///< that answered, or did not
    bool fromEndpoint = true;  ///< false: another host that the endpoint had sent us to
    QString problem;           ///< not whole: a clause ("huggingface.co cannot be reached: host not found")
    QByteArray body;           ///< of HubCall only
    QList<QNetworkReply::RawHeaderPair> headers;
    /// X-Repo-Commit, X-Linked-Etag and X-Linked-Size of the endpoint's own answers, redirects included.
    QByteArray commit, linkedEtag, linkedSize;

    QByteArray header(const char* name) const;  ///< "" when absent; names in any case
    bool good() const { return whole && status >= 200 && status < 300; }
    int retryAfterSeconds() const;  ///< Retry-After in seconds, -1 when absent or a date
};

/// One HTTP request, once: redirects followed by hand (at most 10, never from https to http), the token sent
/// to the endpoint's own scheme, host and port only, certificates always verified, no cookies, no stored
/// credentials. Lives in one thread with an event loop; finished() comes exactly once unless stop() or the
/// destructor comes first. Never emits from within start().
class HubRequest : public QObject {
    Q_OBJECT

public:
    enum class Verb { Head, Get };

    HubRequest(HubConnection& connection, QObject* parent);
    ~HubRequest() override;

    /// `from` > 0 asks for the bytes from there on. A HEAD ends at the first answer that tells the linked
    /// file.
    void start(Verb verb, const QUrl& url, qint64 from = 0);

    /// Ends it without a signal.
    void stop();

signals:
    /// The final answer's head, before any of its bytes.
    void answered(const specula::HubAnswer& head);
    void received(const QByteArray& bytes);
    void finished(const specula::HubAnswer& answer);

private:
    void send(const QUrl& url);
    void readHead();
    void read();
    void end();
    void redirect();
    void fail(const QString& problem, bool retryable);
    QString transportProblem(QNetworkReply::NetworkError error) const;
    bool isRedirect() const;

    HubConnection& m_connection;
    QNetworkReply* m_reply = nullptr;
    QTimer m_patience;
    Verb m_verb = Verb::Get;
    QUrl m_url;
    qint64 m_from = 0;
    int m_hops = 0;
    int m_run = 0;           // changes whenever what was under way ends
    qint64 m_discarded = 0;  // bytes of a redirect's own page
    bool m_headRead = false;
    bool m_stalled = false;
    QString m_certificateProblem;
    HubAnswer m_answer;
};

}  // namespace specula
