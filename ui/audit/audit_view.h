#pragma once

#include <QWidget>

#include "engine/trace/reports.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace specula {

class AuditTable;
class DataTable;
class ElidedLabel;
class NoteBox;

/// The Audit page: asks whether speculative decoding of the chosen pair gives what plain decoding gives, and
/// shows each check as it is decided. A rule can be broken on purpose, to see that the audit notices.
///
/// Shows values only. Whoever owns it answers auditRequested by setRunning(true), addCheck() and
/// showReport(), and stopRequested by ending early.
class AuditView : public QWidget {
    Q_OBJECT

public:
    explicit AuditView(QWidget* parent = nullptr);

    /// What will be audited, one line; "" while nothing is loaded.
    void setPair(const QString& line);
    /// Broken rules that cannot show with this kind of draft (DraftInfo::kind) are not offered.
    void setDraftKind(const QString& kind);

    Mutant mutant() const;
    void setMutant(Mutant mutant);

    /// Whether an audit may be started (nothing else runs).
    void setReady(bool ready);
    bool running() const { return m_running; }

    QPushButton* runButton() { return m_run; }
    QPushButton* stopButton() { return m_stop; }
    QComboBox* breaks() { return m_breaks; }
    DataTable* table() { return m_checks; }
    NoteBox& banner() { return *m_banner; }
    NoteBox& verdict() { return *m_verdict; }
    QString progressText() const;

public slots:
    /// A new audit begins: the old results go. False: it ended, with or without a report.
    void setRunning(bool running);
    void setProgress(double fraction, const QString& what);
    void addCheck(const specula::AuditCheck& check);
    /// Replaces what is shown by a finished audit.
    void showReport(const specula::AuditReport& report);

signals:
    void auditRequested(specula::Mutant mutant);
    void stopRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeControls();
    void showBanner();
    void enable();
    void applyTheme();

    AuditTable* m_table = nullptr;
    DataTable* m_checks = nullptr;
    QPushButton* m_run = nullptr;
    QPushButton* m_stop = nullptr;
    QComboBox* m_breaks = nullptr;
    QLabel* m_pair = nullptr;
    ElidedLabel* m_progress = nullptr;
    QLabel* m_explanation = nullptr;
    NoteBox* m_banner = nullptr;
    NoteBox* m_verdict = nullptr;
    bool m_running = false;
    bool m_ready = true;
};

}  // namespace specula
