#pragma once

#include <optional>

#include <QWidget>

#include "engine/trace/options.h"
#include "ui/setup/measured_shape.h"

class QComboBox;
class QDoubleSpinBox;
class QGridLayout;
class QLineEdit;
class QSpinBox;
class QToolButton;

namespace specula {

class RuleForm;

/// The numbers of a run: gamma, sampling, seed, length, how weights are multiplied, how drafts are judged.
class RunForm : public QWidget {
    Q_OBJECT

public:
    explicit RunForm(QWidget* parent = nullptr);

    /// Writes what the form shows over `options`; what the form does not show stays. The seed must be valid.
    /// Where a tree is offered and not off, gamma is left to it.
    void write(RunOptions& options) const;
    /// Values outside a control's range are brought to its nearest end. The tree is read only while it is
    /// offered.
    void read(const RunOptions& options);

    /// Only a feature head drafts trees: for other drafts the control is hidden and a run has none. The
    /// person's choice is kept for the next head; it is auto until they choose.
    void offerTree(bool offered);
    bool treeOffered() const { return m_treeOffered; }
    /// Whether there is a draft at all: without one nothing is judged.
    void setDrafting(bool drafting);
    /// The choice as it stands, offered or not; absent when the text says no shape.
    std::optional<TreeShape> tree() const;
    void setTree(const TreeShape& tree);
    /// A shape that was measured fastest for the loaded head, put into the list; off: none is known.
    void setBestTree(const TreeShape& tree);

    /// What was measured best for the loaded pair is offered below gamma, and said in its help; absent:
    /// nothing was.
    void setMeasured(const std::optional<MeasuredShape>& measured);
    /// Sets gamma or tree; of a draft that is offered no tree the chain.
    void useShape(const DraftShape& shape);
    MeasuredShapeButton* measuredButton() { return m_measuredButton; }

    WeightFormat weights() const;
    void setWeights(WeightFormat format);

    /// Absent when the field does not hold a whole number of 64 bits.
    std::optional<std::uint64_t> seed() const;
    void reseed();

    RuleForm& rules() { return *m_rules; }
    const RuleForm& rules() const { return *m_rules; }
    QSpinBox* gamma() { return m_gamma; }
    QComboBox* treeField() { return m_tree; }
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
    void makeLengths();
    void makeSampling();
    void makeWeightsAndSeed();
    QWidget* makeTreeRow();
    QWidget* makeShapeRows();
    bool isSet(const DraftShape& shape) const;
    QWidget* makeSeedRow();
    void layOut();
    void settle();
    void place(QGridLayout* grid, int row, int column, const QString& label, QWidget* control, int span = 1);

    QSpinBox* m_gamma = nullptr;
    std::optional<MeasuredShape> m_measured;
    MeasuredShapeButton* m_measuredButton = nullptr;
    QWidget* m_treeRow = nullptr;
    QComboBox* m_tree = nullptr;
    bool m_treeOffered = false;
    bool m_drafting = true;
    RuleForm* m_rules = nullptr;
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
