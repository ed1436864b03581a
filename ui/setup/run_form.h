#pragma once

#include <optional>

#include <QWidget>

#include "engine/trace/options.h"

class QComboBox;
class QDoubleSpinBox;
class QGridLayout;
class QLineEdit;
class QSpinBox;
class QToolButton;

namespace specula {

/// The numbers of a run: gamma, sampling, seed, length, and how weights are multiplied.
class RunForm : public QWidget {
    Q_OBJECT

public:
    explicit RunForm(QWidget* parent = nullptr);

    /// Writes what the form shows over `options`; what the form does not show stays. The seed must be valid.
    void write(RunOptions& options) const;
    /// Values outside a control's range are brought to its nearest end.
    void read(const RunOptions& options);

    WeightFormat weights() const;
    void setWeights(WeightFormat format);

    /// Absent when the field does not hold a whole number of 64 bits.
    std::optional<std::uint64_t> seed() const;
    void reseed();

    QSpinBox* gamma() { return m_gamma; }
    QDoubleSpinBox* temperature() { return m_temperature; }
    QSpinBox* topK() { return m_topK; }
    QDoubleSpinBox* topP() { return m_topP; }
    QDoubleSpinBox* minP() { return m_minP; }
    QDoubleSpinBox* repetitionPenalty() { return m_penalty; }
    QSpinBox* maxTokens() { return m_maxTokens; }
    QLineEdit* seedField() { return m_seed; }
    QToolButton* reseedButton() { return m_reseed; }
    QComboBox* weightsList() { return m_weights; }

signals:
    void weightsChosen();

private:
    void place(QGridLayout* grid, int row, int column, const QString& label, QWidget* control, int span = 1);

    QSpinBox* m_gamma = nullptr;
    QDoubleSpinBox* m_temperature = nullptr;
    QSpinBox* m_topK = nullptr;
    QDoubleSpinBox* m_topP = nullptr;
    QDoubleSpinBox* m_minP = nullptr;
    QDoubleSpinBox* m_penalty = nullptr;
    QSpinBox* m_maxTokens = nullptr;
    QLineEdit* m_seed = nullptr;
    QToolButton* m_reseed = nullptr;
    QComboBox* m_weights = nullptr;
};

}  // namespace specula
