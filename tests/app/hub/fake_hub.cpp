#include "tests/app/hub/fake_hub.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QTcpSocket>
#include <QTimer>
#include <QUrlQuery>

namespace specula {

using namespace Qt::StringLiterals;

namespace {

// Made for these tests, for localhost only; it protects nothing.
constexpr const char* kKey = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg08prx8P5hBLyt/qC
/JfqE5GeBP2K5Rcrji94SpW6fEuhRANCAAQUSA9lo1DSKWMMLNSdfoiBLDiMzvsE
OKAaYqGMjWaj5qcS6i/XezO8fQfSITKIkJ/tNX0WaL8mRhngrZcRpuBz
-----END PRIVATE KEY-----
)";
constexpr const char* kCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBaDCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBRID2WjUNIpYwws
1J1+iIEsOIzO+wQ4oBpioYyNZqPmpxLqL9d7M7x9B9IhMoiQn+01fRZovyZGGeCt
lxGm4HOjTjBMMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0
hwR/AAABMB0GA1UdDgQWBBRAcULDzWeR0CcQtMN1kiTa1ckGDjAKBggqhkjOPQQD
AgNJADBGAiEA0ny4U3sjIiPce9w0baHCyaEpaxVQkvJkvHssDBcWP7wCIQDqMIIt
9GC3pJ8WMG3dHm3K0/LiBUt0WsEuNVbxeAFRmw==
-----END CERTIFICATE-----
)";

QByteArray framed(const WireReply& reply) {
    QByteArray head = "HTTP/1.1 " + QByteArray::number(reply.status) + " Said\r\nConnection: close\r\n";
    bool length = reply.lengthless || reply.chunked;
    for (const QByteArray& header : reply.headers) {
        head += header + "\r\n";
        length = length || header.toLower().startsWith("content-length:");
    }
    if (reply.chunked) head += "Transfer-Encoding: chunked\r\n";
    if (!length) head += "Content-Length: " + QByteArray::number(reply.body.size()) + "\r\n";
    return head + "\r\n";
}

QByteArray bodyOf(const WireReply& reply) {
    if (reply.cutAfter >= 0) return reply.body.left(reply.cutAfter);
    if (reply.stallAfter >= 0) return reply.body.left(reply.stallAfter);
    if (!reply.chunked) return reply.body;
    QByteArray chunks;
    constexpr qsizetype kChunk = 1000;
    for (qsizetype at = 0; at < reply.body.size(); at += kChunk) {
        const QByteArray chunk = reply.body.mid(at, kChunk);
        chunks += QByteArray::number(chunk.size(), 16) + "\r\n" + chunk + "\r\n";
    }
    return chunks + "0\r\n\r\n";
}

WireRequest parsed(const QByteArray& head) {
    WireRequest request;
    const auto lines = head.split('\n');
    const auto words = lines.value(0).trimmed().split(' ');
    request.verb = words.value(0);
    request.path = words.value(1);
    for (const QByteArray& line : lines.mid(1)) {
        const auto colon = line.indexOf(':');
        if (colon > 0) request.headers[line.left(colon).toLower()] = line.mid(colon + 1).trimmed();
    }
    return request;
}

}  // namespace

qint64 WireRequest::rangeStart() const {
    const QByteArray range = headers.value("range");
    return range.startsWith("bytes=") ? range.mid(6, range.indexOf('-') - 6).toLongLong() : 0;
}

WireServer::WireServer(Handler handler, bool certificate)
    : m_handler(std::move(handler)), m_tls(certificate) {
    if (certificate) {
        auto server = std::make_unique<QSslServer>();
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        configuration.setPrivateKey(QSslKey(QByteArray(kKey), QSsl::Ec));
        configuration.setLocalCertificate(QSslCertificate(certificatePem()));
        server->setSslConfiguration(configuration);
        m_server = std::move(server);
    } else {
        m_server = std::make_unique<QTcpServer>();
    }
    m_server->listen(QHostAddress::LocalHost);
    QObject::connect(m_server.get(), &QTcpServer::pendingConnectionAvailable, m_server.get(), [this] {
        while (QTcpSocket* socket = m_server->nextPendingConnection()) {
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { serve(socket); });
            QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            if (socket->bytesAvailable() > 0) serve(socket);
        }
    });
}

WireServer::~WireServer() = default;

QByteArray WireServer::certificatePem() {
    return kCertificate;
}

QUrl WireServer::address() const {
    QUrl url;
    url.setScheme(m_tls ? u"https"_s : u"http"_s);
    url.setHost(m_tls ? u"localhost"_s : u"127.0.0.1"_s);
    url.setPort(m_server->serverPort());
    return url;
}

int WireServer::count(const QByteArray& verb, const QByteArray& pathPart) const {
    return static_cast<int>(std::count_if(m_log.begin(), m_log.end(), [&](const WireRequest& request) {
        return request.verb == verb && request.path.contains(pathPart);
    }));
}

QList<qint64> WireServer::offsets() const {
    QList<qint64> starts;
    for (const WireRequest& request : m_log) {
        if (starts.isEmpty() || starts.back() != request.rangeStart()) starts << request.rangeStart();
    }
    return starts;
}

void WireServer::serve(QTcpSocket* socket) {
    const QByteArray seen = socket->peek(1 << 16);
    const auto end = seen.indexOf("\r\n\r\n");
    if (end < 0) return;
    socket->read(end + 4);
    const WireRequest request = parsed(seen.left(end));
    m_log << request;
    const WireReply reply = m_handler(request);
    if (reply.silent) return;
    socket->write(framed(reply));
    if (request.verb != "HEAD") socket->write(bodyOf(reply));
    if (reply.stallAfter >= 0) return;
    if (reply.cutAfter < 0) return socket->disconnectFromHost();
    // The client has to see an answer that ends, not one that never began.
    socket->flush();
    constexpr int kReadMs = 10;
    QTimer::singleShot(kReadMs, socket, [socket] { socket->disconnectFromHost(); });
}

FakeHub::FakeHub(const QString& repository)
    : m_repository(repository),
      m_storage([this](const WireRequest& request) { return answerStorage(request); }),
      m_hub([this](const WireRequest& request) { return answer(request); }) {}

void FakeHub::add(const QString& name, const QByteArray& content, bool large) {
    m_files[name] = {content, large};
}

QString FakeHub::etag(const QString& name) const {
    const File& file = *m_files.find(name);
    if (file.large)
        return QString::fromLatin1(
            QCryptographicHash::hash(file.content, QCryptographicHash::Sha256).toHex());
    QByteArray blob = "blob " + QByteArray::number(file.content.size());
    blob.append('\0');
    blob += file.content;
    return QString::fromLatin1(QCryptographicHash::hash(blob, QCryptographicHash::Sha1).toHex());
}

WireReply FakeHub::slice(const WireRequest& request, const QByteArray& content) {
    WireReply reply;
    const qint64 from = request.rangeStart();
    if (!request.headers.contains("range")) {
        reply.body = content;
        return reply;
    }
    const QByteArray size = QByteArray::number(content.size());
    if (from >= content.size()) {
        reply.status = 416;
        reply.headers << "Content-Range: bytes */" + size;
        return reply;
    }
    reply.status = 206;
    reply.body = content.mid(from);
    reply.headers << "Content-Range: bytes " + QByteArray::number(from) + '-' +
                         QByteArray::number(content.size() - 1) + '/' + size;
    return reply;
}

WireReply FakeHub::answerStorage(const WireRequest& request) {
    WireReply reply;
    if (misbehave && misbehave(request, reply)) return reply;
    for (auto file = m_files.cbegin(); file != m_files.cend(); ++file) {
        if (request.path == "/" + etag(file.key()).toLatin1() + "?signature=secret")
            return slice(request, file->content);
    }
    reply.status = 403;
    return reply;
}

WireReply FakeHub::answer(const WireRequest& request) {
    WireReply reply;
    if (misbehave && misbehave(request, reply)) return reply;
    const QByteArray name = m_repository.toUtf8();
    const QByteArray tree = "/api/models/" + name + "/tree/" + kCommit + "?";
    const QByteArray files = "/" + name + "/resolve/" + kCommit + "/";
    if (request.path == "/api/models/" + name + "/revision/main" ||
        request.path == "/api/models/" + name + "/revision/refs%2Fpr%2F1") {
        reply.body = QByteArray(R"({"id":"x","sha":")") + kCommit + "\"}";
        return reply;
    }
    if (request.path.startsWith(tree)) return list(request.path.mid(tree.size()));
    if (request.path.startsWith(files)) {
        const QString file = QUrl::fromPercentEncoding(request.path.mid(files.size()));
        if (m_files.contains(file)) return resolve(request, file);
    }
    reply.status = 404;
    reply.headers << "X-Error-Code: RepoNotFound";
    return reply;
}

WireReply FakeHub::list(const QByteArray& query) const {
    QJsonArray entries;
    for (auto file = m_files.cbegin(); file != m_files.cend(); ++file) {
        QJsonObject entry{{u"type"_s, u"file"_s}, {u"path"_s, file.key()}};
        if (file->large) {
            entry[u"size"_s] = file->content.size();
            entry[u"oid"_s] = u"00000000000000000000000000000000000000ff"_s;
            entry[u"lfs"_s] = QJsonObject{{u"oid"_s, etag(file.key())}, {u"size"_s, file->content.size()}};
        } else {
            entry[u"size"_s] = file->content.size();
            entry[u"oid"_s] = etag(file.key());
        }
        entries << entry;
    }
    entries << QJsonObject{{u"type"_s, u"directory"_s}, {u"path"_s, u"onnx"_s}, {u"size"_s, 0}};
    WireReply reply;
    const int from = QUrlQuery(QString::fromLatin1(query)).queryItemValue(u"cursor"_s).toInt();
    const int to = pageSize > 0 ? from + pageSize : static_cast<int>(entries.size());
    QJsonArray page;
    for (int i = from; i < to && i < entries.size(); ++i) page << entries[i];
    reply.body = QJsonDocument(page).toJson();
    if (to < entries.size())
        reply.headers << "Link: <" +
                             m_hub.urlOf("/api/models/" + m_repository.toUtf8() + "/tree/" + kCommit) +
                             "?recursive=1&cursor=" + QByteArray::number(to) + ">; rel=\"next\"";
    return reply;
}

WireReply FakeHub::resolve(const WireRequest& request, const QString& name) const {
    const File& file = *m_files.find(name);
    WireReply reply;
    if (file.large) {
        reply.status = 302;
        reply.headers << "X-Linked-Size: " + QByteArray::number(file.content.size())
                      << "X-Linked-Etag: \"" + etag(name).toLatin1() + '"'
                      << "Location: " + m_storage.urlOf('/' + etag(name).toLatin1() + "?signature=secret");
    } else {
        reply = slice(request, file.content);
        reply.headers << "ETag: W/\"" + etag(name).toLatin1() + '"';
    }
    reply.headers << QByteArray("X-Repo-Commit: ") + kCommit;
    return reply;
}

QByteArray noise(qsizetype bytes, quint32 seed) {
    QByteArray content(bytes, Qt::Uninitialized);
    quint32 state = seed;
    for (char& byte : content) {
        state = state * 1664525u + 1013904223u;
        byte = static_cast<char>(state >> 24);
    }
    return content;
}

}  // namespace specula
