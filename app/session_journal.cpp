#include "app/session_journal.h"

#include <QDir>
#include <optional>

#include "app/session_file.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr char kHead = 'H';
constexpr char kRound = 'R';
constexpr char kEnd = 'E';

QString lockPath(const QString& journal) {
    return journal + QStringLiteral(".lock");
}

/// Somebody's who is not alive is free; age says nothing.
std::unique_ptr<QLockFile> lockOf(const QString& journal) {
    auto lock = std::make_unique<QLockFile>(lockPath(journal));
    lock->setStaleLockTime(0);
    return lock;
}

/// The next line that was written whole, without its end.
std::optional<QByteArray> nextLine(QFile& file) {
    QByteArray line = file.readLine();
    if (!line.endsWith('\n')) return std::nullopt;
    line.chop(1);
    return line;
}

struct JournalFacts {
    QByteArray head;  // the last one
    bool ended = false;
};

JournalFacts factsOf(const QString& path) {
    JournalFacts facts;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return facts;
    while (const auto line = nextLine(file)) {
        if (line->startsWith(kHead)) facts.head = line->mid(1);
        facts.ended = line->startsWith(kEnd);
    }
    return facts;
}

}  // namespace

SessionJournal::SessionJournal(const QString& path) : m_file(path), m_lock(lockOf(path)) {
    QDir().mkpath(QFileInfo(path).path());
    if (!m_lock->tryLock(0) || !m_file.open(QIODevice::WriteOnly | QIODevice::Truncate))
        throw Error(path.toStdString() + ": cannot be written: " + m_file.errorString().toStdString(),
                    ErrorKind::Failed);
}

void SessionJournal::line(char kind, const std::string& text) {
    const std::string whole = kind + text + '\n';
    const auto size = static_cast<qint64>(whole.size());
    if (m_file.write(whole.data(), size) == size && m_file.flush()) return;
    throw Error(
        m_file.fileName().toStdString() + ": could not be written: " + m_file.errorString().toStdString(),
        ErrorKind::Failed);
}

void SessionJournal::head(const std::string& text) {
    line(kHead, text);
}

bool SessionJournal::round(const std::string& text) {
    if (m_file.size() + static_cast<qint64>(text.size()) > kMaxBytes) return false;
    line(kRound, text);
    return true;
}

void SessionJournal::end() {
    line(kEnd, {});
}

void SessionJournal::remove() {
    m_file.remove();
    m_lock->unlock();
}

void sessionFromJournal(const QString& journal, const std::string& head, const QString& session) {
    std::string wanted = head;
    if (wanted.empty()) wanted = factsOf(journal).head.toStdString();
    if (wanted.empty())
        throw Error(journal.toStdString() + ": expected an autosaved run, found none", ErrorKind::Failed);
    QFile file(journal);
    if (!file.open(QIODevice::ReadOnly))
        throw Error(journal.toStdString() + ": cannot be read: " + file.errorString().toStdString());
    writeSessionFile(QFile::encodeName(session).toStdString(), [&](const SessionComposer::Sink& write) {
        SessionComposer composer(wanted, write);
        while (const auto line = nextLine(file)) {
            if (line->startsWith(kRound))
                composer.round({line->constData() + 1, static_cast<std::size_t>(line->size() - 1)});
        }
        composer.finish();
    });
}

std::vector<QString> leftJournals(const QString& folder) {
    std::vector<QString> left;
    const QDir dir(folder);
    for (const QString& name : dir.entryList({QStringLiteral("*.journal")}, QDir::Files, QDir::Name)) {
        const QString path = dir.filePath(name);
        const auto lock = lockOf(path);
        if (!lock->tryLock(0)) continue;
        const JournalFacts facts = factsOf(path);
        if (facts.ended || facts.head.isEmpty())
            QFile::remove(path);
        else
            left.push_back(path);
    }
    return left;
}

void removeJournal(const QString& path) {
    QFile::remove(path);
    QFile::remove(lockPath(path));
}

}  // namespace specula
