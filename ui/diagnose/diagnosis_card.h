#pragma once

#include <optional>
#include <vector>

#include <QFrame>

#include "engine/explain/diagnosis.h"

class QGridLayout;
class QLabel;
class QPushButton;
class QToolButton;
class QVBoxLayout;

namespace specula {

class TermBar;

/// Why a run, or a sweep's best point, is or is not faster: a sentence as title, the largest term, the bar of
/// what a token's time goes into, acceptance beside the breakeven, what would change it by rank, and
/// questions that open to their answers. Shows values only; as high as its content, so put it where it can
/// scroll. Questions that are open stay open while their answers change.
class DiagnosisCard : public QFrame {
    Q_OBJECT

public:
    explicit DiagnosisCard(QWidget* parent = nullptr);

    void setDiagnosis(const Diagnosis& diagnosis);
    /// False where what is explained cannot be taken to a server.
    void setServerOffered(bool offered) { m_serverOffered = offered; }
    /// Nothing to explain: the card says `what` fills it.
    void clear(const QString& what);
    const std::optional<Diagnosis>& diagnosis() const { return m_diagnosis; }

    QString titleText() const;
    QString termText() const;       ///< "" where there is none
    QString breakevenText() const;  ///< likewise
    QStringList changeTexts() const;
    TermBar& bar() { return *m_bar; }
    QPushButton* serverButton() { return m_server; }
    /// The button that opens a question; null where it is not answered.
    QToolButton* questionButton(Question question) const;
    /// The answer that stands open, "" where it is closed.
    QString openAnswer(Question question) const;

signals:
    /// Take it to a server.
    void serverRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Item {
        Question question;
        QToolButton* button = nullptr;
        QLabel* answer = nullptr;
    };
    QLabel* addLabel(QVBoxLayout* column, const QString& name);
    void showChanges();
    void showAnswers();
    void applyTheme();

    std::optional<Diagnosis> m_diagnosis;
    QLabel* m_title = nullptr;
    QLabel* m_term = nullptr;
    TermBar* m_bar = nullptr;
    QLabel* m_breakeven = nullptr;
    QLabel* m_changeHeading = nullptr;
    QGridLayout* m_changes = nullptr;
    std::vector<QLabel*> m_changeLabels;  ///< speed-up and name of each
    QLabel* m_questionHeading = nullptr;
    QVBoxLayout* m_questions = nullptr;
    std::vector<Item> m_items;
    QPushButton* m_server = nullptr;
    bool m_serverOffered = true;
};

}  // namespace specula
