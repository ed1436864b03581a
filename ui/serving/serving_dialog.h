#pragma once

#include <QDialog>

#include "engine/explain/serving.h"

class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace specula {

/// Takes what was counted on the shown run to a server: asks for that machine's milliseconds and batch, or
/// its own counters pasted, and says which gamma the model chooses and how the server is told. The answer
/// follows every key. Not modal.
class ServingDialog : public QDialog {
    Q_OBJECT

public:
    explicit ServingDialog(QWidget* parent = nullptr);

    /// The run, its pair and this machine's costs; what the fields say stays.
    void setSource(const ServingRequest& source);
    /// There is no run to take along.
    void clearSource();
    /// What is asked with the fields as they are.
    ServingRequest request() const;

    QString resultText() const;
    QString refusalText() const;  ///< "" where nothing is refused
    QString notesText() const;
    QString flagsText() const;
    QString metricsText() const;  ///< what was found in the pasted text

    QComboBox* server() { return m_server; }
    QDoubleSpinBox* draftMs() { return m_draftMs; }
    QDoubleSpinBox* verifyMs() { return m_verifyMs; }
    QSpinBox* rows() { return m_rows; }
    QDoubleSpinBox* rowsMs() { return m_rowsMs; }
    QSpinBox* batch() { return m_batch; }
    QSpinBox* drafted() { return m_drafted; }
    QPlainTextEdit* metrics() { return m_metrics; }
    QPushButton* copyButton() { return m_copy; }

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeFields();
    void makeCounters();
    QWidget* makeResult();
    void refresh();
    void applyTheme();

    std::optional<ServingRequest> m_source;
    QComboBox* m_server = nullptr;
    QDoubleSpinBox* m_draftMs = nullptr;
    QDoubleSpinBox* m_verifyMs = nullptr;
    QSpinBox* m_rows = nullptr;
    QDoubleSpinBox* m_rowsMs = nullptr;
    QSpinBox* m_batch = nullptr;
    QPlainTextEdit* m_metrics = nullptr;
    QLabel* m_found = nullptr;
    QSpinBox* m_drafted = nullptr;
    QLabel* m_result = nullptr;
    QLabel* m_refusals = nullptr;
    QPlainTextEdit* m_flags = nullptr;
    QPushButton* m_copy = nullptr;
    QLabel* m_notes = nullptr;
};

}  // namespace specula
