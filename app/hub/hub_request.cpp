#include "app/hub/hub_request.h"

#include <QHostAddress>
#include <QNetworkProxyFactory>
#include <QNetworkRequest>
#include <QSslError>

#include "app/hub/hub_names.h"

namespace specula {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMaxRedirects = 10;
constexpr qint64 kReadBuffer = qint64{1} << 20;
constexpr qint64 kMaxRedirectPage = qint64{1} << 20;
constexpr qsizetype kMaxAddress = 16'384;

/// The system's proxies, but none for this machine itself.
class ProxyFactory : public QNetworkProxyFactory {
public:
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery& query) override {
        const QString host = query.peerHostName();
        if (host == "localhost"_L1 || QHostAddress(host).isLoopback())
            return {QNetworkProxy(QNetworkProxy::NoProxy)};
        return systemProxyForQuery(query);
    }
};

}  // namespace

HubConnection::HubConnection(HubSettings hubSettings) : settings(std::move(hubSettings)) {
    manager.setProxyFactory(new ProxyFactory);
    manager.setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
}

QByteArray HubAnswer::header(const char* name) const {
    for (const auto& [key, value] : headers) {
        if (key.compare(name, Qt::CaseInsensitive) == 0) return value.trimmed();
    }
    return {};
}

int HubAnswer::retryAfterSeconds() const {
    bool number = false;
    const int seconds = header("Retry-After").toInt(&number);
    return number && seconds >= 0 ? seconds : -1;
}

HubRequest::HubRequest(HubConnection& connection, QObject* parent)
    : QObject(parent), m_connection(connection) {
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        m_stalled = true;
        if (m_reply) m_reply->abort();
    });
}

HubRequest::~HubRequest() {
    stop();
}

void HubRequest::start(Verb verb, const QUrl& url, qint64 from) {
    stop();
    m_verb = verb;
    m_from = from;
    m_hops = 0;
    m_answer = HubAnswer();
    const HubSettings& settings = m_connection.settings;
    m_answer.host = url.host();
    if (settings.offline)
        return fail(u"HF_HUB_OFFLINE is set, so nothing is fetched; unset it to use the network"_s, false);
    if (!settings.problem.isEmpty()) return fail(settings.problem, false);
    send(url);
}

void HubRequest::stop() {
    ++m_run;
    m_patience.stop();
    if (!m_reply) return;
    QNetworkReply* reply = m_reply;
    m_reply = nullptr;
    reply->disconnect(this);
    // A reply may not be aborted from within its own signals.
    QMetaObject::invokeMethod(reply, &QNetworkReply::abort, Qt::QueuedConnection);
    reply->deleteLater();
}

void HubRequest::send(const QUrl& url) {
    const HubSettings& settings = m_connection.settings;
    m_url = url;
    m_headRead = false;
    m_stalled = false;
    m_discarded = 0;
    m_certificateProblem.clear();
    m_answer.host = url.host();
    m_answer.fromEndpoint = HubSettings::sameOrigin(url, settings.endpoint);

    QNetworkRequest request(url);
    request.setRawHeader("User-Agent", "specula");
    request.setRawHeader("Accept", "*/*");
    // Sizes, ranges and hashes are those of the file, not of a compressed form of it.
    request.setRawHeader("Accept-Encoding", "identity");
    if (m_from > 0) request.setRawHeader("Range", "bytes=" + QByteArray::number(m_from) + "-");
    if (const QByteArray token = settings.currentToken(); m_answer.fromEndpoint && !token.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + token);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    for (const auto credentials :
         {QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::CookieSaveControlAttribute,
          QNetworkRequest::AuthenticationReuseAttribute})
        request.setAttribute(credentials, QNetworkRequest::Manual);

    m_reply = m_verb == Verb::Head ? m_connection.manager.head(request) : m_connection.manager.get(request);
    m_reply->setReadBufferSize(kReadBuffer);
    connect(m_reply, &QNetworkReply::metaDataChanged, this, &HubRequest::readHead);
    connect(m_reply, &QNetworkReply::readyRead, this, &HubRequest::read);
    connect(m_reply, &QNetworkReply::finished, this, &HubRequest::end);
    connect(m_reply, &QNetworkReply::sslErrors, this, [this](const QList<QSslError>& errors) {
        if (!errors.isEmpty()) m_certificateProblem = errors.front().errorString();
    });
    m_patience.start(settings.answerMs);
}

bool HubRequest::isRedirect() const {
    const int status = m_answer.status;
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void HubRequest::readHead() {
    if (m_headRead || !m_reply) return;
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (status < 200) return;
    m_headRead = true;
    m_answer.status = status;
    m_answer.headers = m_reply->rawHeaderPairs();
    m_answer.retryable = status == 408 || status == 429 || status >= 500;
    m_patience.start(m_connection.settings.stallMs);
    if (m_answer.fromEndpoint) {
        const auto take = [this](QByteArray& place, const char* name) {
            if (const QByteArray value = m_answer.header(name); !value.isEmpty()) place = value;
        };
        take(m_answer.commit, "X-Repo-Commit");
        take(m_answer.linkedEtag, "X-Linked-Etag");
        take(m_answer.linkedSize, "X-Linked-Size");
    }
    if (!isRedirect()) emit answered(m_answer);
}

void HubRequest::read() {
    readHead();
    if (!m_reply) return;  // a receiver of answered() has stopped this
    m_patience.start(m_connection.settings.stallMs);
    const QByteArray bytes = m_reply->readAll();
    if (isRedirect()) {
        m_discarded += bytes.size();
        if (m_discarded > kMaxRedirectPage) redirect();
    } else if (!bytes.isEmpty()) {
        emit received(bytes);
    }
}

void HubRequest::end() {
    if (!m_reply) return;
    const QNetworkReply::NetworkError error = m_reply->error();
    readHead();
    if (!m_reply) return;
    // Errors from 201 on repeat what the status says; below are those of the connection and of proxies.
    const bool broken = m_stalled || !m_headRead ||
                        (error != QNetworkReply::NoError &&
                         (m_answer.status < 300 || error < QNetworkReply::ContentAccessDenied));
    if (!broken && isRedirect()) return redirect();
    if (m_reply->isOpen() && m_reply->bytesAvailable() > 0) {
        if (const QByteArray rest = m_reply->readAll(); !isRedirect()) emit received(rest);
        if (!m_reply) return;
    }
    if (broken) {
        const bool certificate = error == QNetworkReply::SslHandshakeFailedError;
        return fail(transportProblem(error), !certificate);
    }
    m_answer.whole = true;
    stop();
    emit finished(m_answer);
}

void HubRequest::redirect() {
    const QUrl target = m_url.resolved(QUrl::fromEncoded(m_answer.header("Location"), QUrl::StrictMode));
    const bool toWeb = target.scheme() == "https"_L1 || target.scheme() == "http"_L1;
    stop();
    // The endpoint has told what the file is: where it lies does not matter yet.
    if (m_verb == Verb::Head && !m_answer.linkedEtag.isEmpty() && !m_answer.linkedSize.isEmpty()) {
        m_answer.whole = true;
        m_answer.status = 200;
        emit finished(m_answer);
        return;
    }
    if (!target.isValid() || !toWeb || target.host().isEmpty() || target.toEncoded().size() > kMaxAddress)
        return fail(m_answer.host + " redirects to something that is not a web address"_L1, false);
    if (m_url.scheme() == "https"_L1 && target.scheme() == "http"_L1)
        return fail(m_answer.host + " redirects to "_L1 + shownText(target.host()) +
                        " without encryption, which is refused"_L1,
                    false);
    if (++m_hops > kMaxRedirects) return fail(m_answer.host + " redirects more than 10 times"_L1, false);
    QUrl clean = target;
    clean.setUserInfo({});
    clean.setFragment({});
    send(clean);
}

QString HubRequest::transportProblem(QNetworkReply::NetworkError error) const {
    const QString host = shownText(m_answer.host);
    if (m_stalled) return host + (m_headRead ? " stopped sending"_L1 : " does not answer"_L1);
    switch (error) {
        case QNetworkReply::SslHandshakeFailedError:
            return "the identity of "_L1 + host + " could not be verified"_L1 +
                   (m_certificateProblem.isEmpty() ? QString() : " ("_L1 + m_certificateProblem + u')');
        case QNetworkReply::HostNotFoundError:
            return host + " cannot be reached: host not found"_L1;
        case QNetworkReply::ConnectionRefusedError:
            return host + " cannot be reached: connection refused"_L1;
        case QNetworkReply::RemoteHostClosedError:
            return "the connection to "_L1 + host + " was lost"_L1;
        default:
            break;
    }
    if (error >= QNetworkReply::ProxyConnectionRefusedError && error <= QNetworkReply::UnknownProxyError)
        return host + " cannot be reached: the proxy refuses or does not answer"_L1;
    return (m_headRead ? "the connection to "_L1 + host + " was lost"_L1 : host + " cannot be reached"_L1);
}

void HubRequest::fail(const QString& problem, bool retryable) {
    stop();
    m_answer.whole = false;
    m_answer.retryable = retryable;
    m_answer.problem = problem;
    // Not from within start(); and not after a stop() that comes first.
    const auto report = [this, run = m_run] {
        if (run == m_run) emit finished(m_answer);
    };
    QMetaObject::invokeMethod(this, report, Qt::QueuedConnection);
}

}  // namespace specula
