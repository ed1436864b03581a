#pragma once

#include <QFile>
#include <QLockFile>
#include <QString>
#include <memory>
#include <string>
#include <vector>

namespace specula {

/// The autosave of a run under way: lines that are appended as rounds arrive, so that each costs what is new
/// and whatever kills the program takes at most the last line. "H" and a session's head (the last one
/// counts), "R" and a Round in its order (session_file.h), "E" where the run has ended. A lock beside it
/// tells whether the program that writes it still lives.
///
/// One thread at a time. Throws Error (Failed) when the disk is full.
class SessionJournal {
public:
    static constexpr qint64 kMaxBytes = qint64{256} << 20;

    /// Begins a new journal.
    explicit SessionJournal(const QString& path);

    void head(const std::string& text);
    /// False when the journal is as large as it may become and nothing was written.
    bool round(const std::string& text);
    void end();
    void remove();  ///< deletes it; nothing may be called after this

private:
    void line(char kind, const std::string& text);

    QFile m_file;
    std::unique_ptr<QLockFile> m_lock;
};

/// Makes a session file of a journal's whole lines, under `head` or, where that is empty, its own. Throws
/// Error when there is no head in it.
void sessionFromJournal(const QString& journal, const std::string& head, const QString& session);

/// Journals in a folder that a program left behind, oldest first; those of programs that live, and of runs
/// that had ended, are not among them (the latter are deleted).
std::vector<QString> leftJournals(const QString& folder);

/// Deletes a journal and its lock.
void removeJournal(const QString& path);

}  // namespace specula
