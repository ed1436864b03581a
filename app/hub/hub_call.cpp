#include "app/hub/hub_call.h"

#include <algorithm>

#include "app/hub/hub_names.h"

namespace specula {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMaxBackoffMs = 30'000;
constexpr int kMostDoublings = 10;
constexpr int kUnreachedRetries = 2;

QString gatedSentence(const HubSettings& settings, const QString& repository) {
    QUrl page = settings.endpoint;
    page.setPath(page.path() + u'/' + repository);
    const QString accept =
        repository + " is gated: accept its terms on its page ("_L1 + page.toString() + ") and "_L1;
    return accept + (settings.currentToken().isEmpty()
                         ? "set HF_TOKEN to a token of that account"_L1
                         : "make sure that the token in use belongs to the account that did"_L1);
}

QString refusedSentence(const HubAnswer& answer, const HubSettings& settings, const QString& repository) {
    const QByteArray code = answer.header("X-Error-Code");
    if (code == "GatedRepo") return gatedSentence(settings, repository);
    const bool token = !settings.currentToken().isEmpty();
    if (answer.status == 403 && answer.fromEndpoint && code.isEmpty() && !token)
        return gatedSentence(settings, repository);
    if (!token)
        return repository +
               ": there is no such model, or it is private; check the name, or set HF_TOKEN to a token that "
               "may read it"_L1;
    return repository +
           ": access is refused; check the name, and whether the token in use is still valid and may read "
           "it"_L1;
}

QString missingSentence(const HubAnswer& answer, const QString& repository, const QString& revision,
                        const QString& file) {
    const QByteArray code = answer.header("X-Error-Code");
    if (code == "RevisionNotFound")
        return repository + ": there is no revision '"_L1 + shownText(revision) + "'"_L1;
    if (!file.isEmpty() && code != "RepoNotFound")
        return repository + ": there is no file '"_L1 + shownText(file) + "'"_L1;
    return repository + ": "_L1 + shownText(answer.host) + " has no such model or revision"_L1;
}

}  // namespace

std::optional<int> Backoff::next(const HubAnswer& answer) {
    const int most = answer.status == 0 ? std::min(m_unreached, m_settings.retries) : m_settings.retries;
    if (!answer.retryable || m_used >= most) return std::nullopt;
    const int doubled = m_settings.retryMs * (1 << std::min(m_used, kMostDoublings));
    int wait = std::min(doubled, kMaxBackoffMs);
    if (const int asked = answer.retryAfterSeconds(); asked > 0) {
        if (asked > m_settings.maxWaitMs / 1000) return std::nullopt;
        wait = std::max(wait, asked * 1000);
    }
    ++m_used;
    return wait;
}

HubCall::HubCall(HubConnection& connection, Patience patience, QObject* parent)
    : QObject(parent),
      m_connection(connection),
      m_request(connection, this),
      m_backoff(connection.settings,
                patience == Patience::Short ? kUnreachedRetries : connection.settings.retries) {
    m_pause.setSingleShot(true);
    connect(&m_request, &HubRequest::received, this, &HubCall::collect);
    connect(&m_request, &HubRequest::finished, this, &HubCall::end);
    connect(&m_pause, &QTimer::timeout, this, [this] {
        m_body.clear();
        m_request.start(m_verb, m_url);
    });
}

void HubCall::start(HubRequest::Verb verb, const QUrl& url, qsizetype maxBody) {
    stop();
    m_verb = verb;
    m_url = url;
    m_maxBody = maxBody;
    m_body.clear();
    m_backoff.reset();
    m_request.start(verb, url);
}

void HubCall::stop() {
    m_pause.stop();
    m_request.stop();
}

void HubCall::collect(const QByteArray& bytes) {
    m_body += bytes;
    if (m_body.size() <= m_maxBody) return;
    m_request.stop();
    HubAnswer answer;
    answer.host = m_url.host();
    answer.problem = shownText(m_url.host()) + " sends more than the "_L1 + shownBytes(m_maxBody) +
                     " that a list may have"_L1;
    emit finished(answer);
}

void HubCall::end(const HubAnswer& answer) {
    if (const auto wait = m_backoff.next(answer)) {
        m_pause.start(*wait);
        return;
    }
    HubAnswer complete = answer;
    complete.body = m_body;
    emit finished(complete);
}

QString explained(const HubAnswer& answer, const HubSettings& settings, const QString& repository,
                  const QString& revision, const QString& file) {
    const QString name = repository + ": "_L1 + (file.isEmpty() ? QString() : shownText(file) + ": "_L1);
    if (!answer.whole) return name + answer.problem;
    const QString host = shownText(answer.host);
    switch (answer.status) {
        case 401:
        case 403:
            if (answer.fromEndpoint) return refusedSentence(answer, settings, repository);
            break;
        case 404:
            return missingSentence(answer, repository, revision, file);
        case 429: {
            const int asked = answer.retryAfterSeconds();
            return name + host + " limits how much may be asked of it; try again "_L1 +
                   (asked > 0 ? "in "_L1 + QString::number(asked) + " seconds"_L1 : "later"_L1);
        }
        default:
            break;
    }
    if (answer.status >= 500)
        return name + host + " has a problem (HTTP status "_L1 + QString::number(answer.status) +
               "); try again later"_L1;
    return name + host + " refuses the request (HTTP status "_L1 + QString::number(answer.status) + u')';
}

}  // namespace specula
