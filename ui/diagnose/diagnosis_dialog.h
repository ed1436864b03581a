#pragma once

#include <QDialog>

#include "engine/explain/diagnosis.h"

class QAction;
class QLabel;
class QPushButton;

namespace specula {

class DiagnosisCard;

/// The card for the run on screen, in a window of its own that stays beside it. Not modal: whoever owns it
/// sets the diagnosis anew as the run goes on.
class DiagnosisDialog : public QDialog {
    Q_OBJECT

public:
    explicit DiagnosisDialog(QWidget* parent = nullptr);

    /// Buttons that trigger and follow these, shown where their measurement is missing.
    void setActions(QAction* measurePlain, QAction* measureCosts);
    /// What is explained, "the run on screen up to round 12".
    void setSubject(const QString& line);
    void setDiagnosis(const Diagnosis& diagnosis);
    void clear(const QString& what);

    DiagnosisCard& card() { return *m_card; }
    QPushButton* plainButton() { return m_plain; }
    QPushButton* costsButton() { return m_costs; }

signals:
    void shown();

protected:
    void showEvent(QShowEvent* event) override;

private:
    QLabel* m_subject = nullptr;
    DiagnosisCard* m_card = nullptr;
    QPushButton* m_plain = nullptr;
    QPushButton* m_costs = nullptr;
};

}  // namespace specula
