#pragma once

#include <QByteArray>
#include <QList>
#include <QMap>
#include <QString>
#include <QTcpServer>
#include <QUrl>
#include <functional>
#include <memory>

namespace specula {

/// A request as it came over the wire.
struct WireRequest {
    QByteArray verb;
    QByteArray path;                       ///< with its query
    QMap<QByteArray, QByteArray> headers;  ///< names in lower case

    bool carriesToken() const { return headers.contains("authorization"); }
    qint64 rangeStart() const;  ///< 0 without a Range
};

/// What goes back, and how badly.
struct WireReply {
    int status = 200;
    QList<QByteArray> headers;  ///< "Name: value"
    QByteArray body;
    qint64 cutAfter = -1;    ///< >= 0: the connection ends after so many bytes of the body
    qint64 stallAfter = -1;  ///< >= 0: nothing more comes after so many, the connection stays
    bool chunked = false;
    bool lengthless = false;  ///< neither a length nor chunks: the end of the connection is the end
    bool silent = false;      ///< not even a status line
};

/// An HTTP/1.1 server on 127.0.0.1, one reply a connection, in the thread that makes it.
class WireServer {
public:
    using Handler = std::function<WireReply(const WireRequest&)>;

    /// `certificate`: TLS with the test certificate of this folder.
    explicit WireServer(Handler handler, bool certificate = false);
    ~WireServer();

    QUrl address() const;  ///< "http://127.0.0.1:port" or "https://localhost:port"
    QByteArray urlOf(const QByteArray& path) const { return address().toEncoded() + path; }
    const QList<WireRequest>& log() const { return m_log; }
    void forget() { m_log.clear(); }
    int count(const QByteArray& verb, const QByteArray& pathPart) const;

    /// Where the requests began, repetitions left out: Qt by itself sends a request again when its connection
    /// goes away, besides telling us.
    QList<qint64> offsets() const;

    /// The certificate of `certificate` servers as PEM: nobody trusts it but who is told to.
    static QByteArray certificatePem();

private:
    void serve(QTcpSocket* socket);

    std::unique_ptr<QTcpServer> m_server;
    Handler m_handler;
    QList<WireRequest> m_log;
    bool m_tls = false;
};

/// A hub with one repository, as the real one answers: small files from the hub itself, large ones from a
/// storage server at another port that the hub redirects to.
class FakeHub {
public:
    static constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";

    explicit FakeHub(const QString& repository = QStringLiteral("org/name"));

    void add(const QString& name, const QByteArray& content, bool large = false);

    /// Asked first, for both servers; returns true when it has filled in the reply.
    std::function<bool(const WireRequest&, WireReply&)> misbehave;
    /// 0 = the whole list in one page.
    int pageSize = 0;

    WireServer& hub() { return m_hub; }
    WireServer& storage() { return m_storage; }
    const QByteArray& content(const QString& name) const { return m_files.find(name)->content; }
    QString etag(const QString& name) const;

private:
    struct File {
        QByteArray content;
        bool large = false;
    };

    WireReply answer(const WireRequest& request);
    WireReply answerStorage(const WireRequest& request);
    WireReply list(const QByteArray& query) const;
    WireReply resolve(const WireRequest& request, const QString& name) const;
    static WireReply slice(const WireRequest& request, const QByteArray& content);

    QString m_repository;
    QMap<QString, File> m_files;
    WireServer m_storage;
    WireServer m_hub;
};

/// `bytes` of content that repeats nowhere nearby.
QByteArray noise(qsizetype bytes, quint32 seed = 1);

}  // namespace specula
