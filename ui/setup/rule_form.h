#pragma once

#include <QWidget>

#include "engine/trace/options.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;

namespace specula {

class HelpButton;

/// What decides which rules can be used.
struct RuleSituation {
    bool greedy = false;       ///< temperature 0
    bool tree = false;         ///< a tree is drafted
    bool treeOffered = false;  ///< the draft can draft one
    bool plain = false;        ///< nothing is drafted
    bool operator==(const RuleSituation&) const = default;
};

/// How proposals are judged, and when a draft ends early.
///
/// The list shows the rule that a run would really use: Greedy at temperature 0, Sequoia in place of Token
/// for a tree. What the person chose comes back as soon as it can be used. How a rule judges is its tool tip;
/// a line below says what is out of the ordinary.
class RuleForm : public QWidget {
    Q_OBJECT

public:
    explicit RuleForm(QWidget* parent = nullptr);

    void setSituation(const RuleSituation& situation);

    void write(RunOptions& options) const;
    /// Rules that a run resolves to by itself (Greedy, Sequoia) read as Token.
    void read(const RunOptions& options);

    /// Why the chosen rule cannot be used as things stand, "" if it can.
    QString problem() const;
    /// The same of any rule.
    QString problemOf(Rule rule) const;

    QComboBox* rules() { return m_rules; }
    QDoubleSpinBox* weight() { return m_weight; }
    QComboBox* stops() { return m_stops; }
    QDoubleSpinBox* threshold() { return m_threshold; }
    QLabel* ruleLine() { return m_ruleLine; }
    QLabel* stopLine() { return m_stopLine; }
    HelpButton* ruleHelp() { return m_ruleHelp; }
    HelpButton* stopHelp() { return m_stopHelp; }

signals:
    /// What a run would be judged by is another.
    void changed();
    void helpAsked(const QString& page);

protected:
    void changeEvent(QEvent* event) override;

private:
    void makeRules();
    void makeStops();
    void layOut();
    void chooseRule();
    void showRule();
    void showStop();
    QString lineOf(Rule used) const;

    RuleSituation m_situation;
    Rule m_wanted = Rule::Token;
    QComboBox* m_rules = nullptr;
    QDoubleSpinBox* m_weight = nullptr;
    QLabel* m_ruleLine = nullptr;
    HelpButton* m_ruleHelp = nullptr;
    QComboBox* m_stops = nullptr;
    QDoubleSpinBox* m_threshold = nullptr;
    QLabel* m_stopLine = nullptr;
    HelpButton* m_stopHelp = nullptr;
    double m_leastMax = 0.4;  ///< the last thresholds of either kind
    double m_mostEntropy = 2.0;
};

}  // namespace specula
