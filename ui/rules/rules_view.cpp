#include "ui/rules/rules_view.h"

#include <QSplitter>
#include <QVBoxLayout>

namespace specula {

RulesView::RulesView(QWidget* parent) : QWidget(parent) {
    m_round = new RoundRules;
    m_runs = new RunRules;
    auto* parts = new QSplitter(Qt::Vertical);
    parts->setChildrenCollapsible(false);
    parts->setHandleWidth(12);
    parts->addWidget(m_round);
    parts->addWidget(m_runs);
    parts->setStretchFactor(0, 0);
    parts->setStretchFactor(1, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 12);
    column->addWidget(parts);
    connect(m_round, &RoundRules::helpAsked, this, &RulesView::helpAsked);
    connect(m_runs, &RunRules::helpAsked, this, &RulesView::helpAsked);
}

void RulesView::setReady(bool ready) {
    m_round->setReady(ready);
    m_runs->setReady(ready);
}

}  // namespace specula
