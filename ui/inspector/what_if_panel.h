#pragma once

#include <QWidget>

#include "ui/inspector/what_if.h"

class QComboBox;
class QLabel;
class QSlider;

namespace specula {

/// What can be supposed besides coin and token: another temperature, another rule. Says why where nothing
/// can.
class WhatIfPanel : public QWidget {
    Q_OBJECT

public:
    explicit WhatIfPanel(QWidget* parent = nullptr);

    struct State {
        QString problem;  ///< why nothing can be supposed, "" where it can
        double temperature = 1.0;
        Rule rule = Rule::Token;
        std::vector<Rule> rules;  ///< to choose from; one = nothing to choose
    };
    void setState(const State& state);

signals:
    void temperatureChosen(double temperature);
    void ruleChosen(specula::Rule rule);

protected:
    void changeEvent(QEvent* event) override;

private:
    void showTemperature(double temperature);
    void applyTheme();

    QLabel* m_problem = nullptr;
    QWidget* m_controls = nullptr;
    QSlider* m_temperature = nullptr;
    QLabel* m_value = nullptr;
    QComboBox* m_rule = nullptr;
};

}  // namespace specula
