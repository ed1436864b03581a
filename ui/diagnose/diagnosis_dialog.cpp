#include "ui/diagnose/diagnosis_dialog.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/diagnose/diagnosis_card.h"
#include "ui/help/help_pages.h"

namespace specula {

namespace {

QPushButton* buttonFor(const QString& text, QHBoxLayout* row) {
    auto* button = new QPushButton(text);
    button->setAccessibleName(text);
    button->setAutoDefault(false);
    button->hide();
    row->addWidget(button);
    return button;
}

void tie(QPushButton* button, QAction* action) {
    QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
    const auto follow = [button, action] {
        button->setEnabled(action->isEnabled());
        button->setToolTip(action->toolTip());
    };
    QObject::connect(action, &QAction::changed, button, follow);
    follow();
}

}  // namespace

DiagnosisDialog::DiagnosisDialog(QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Why is it (not) faster?"));
    setHelpPage(this, QLatin1String(kHelpWhy));
    setModal(false);
    m_subject = new QLabel;
    m_subject->setWordWrap(true);
    m_subject->setAccessibleName(tr("What is explained"));
    m_card = new DiagnosisCard;
    m_card->setFrameShape(QFrame::NoFrame);
    m_card->serverButton()->setAutoDefault(false);
    auto* area = new QScrollArea;
    area->setWidget(m_card);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setFocusPolicy(Qt::NoFocus);
    auto* buttons = new QHBoxLayout;
    m_plain = buttonFor(tr("Measure plain"), buttons);
    m_costs = buttonFor(tr("Measure costs"), buttons);
    buttons->addStretch(1);
    auto* close = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(close, &QDialogButtonBox::rejected, this, &QDialog::reject);
    buttons->addWidget(close);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 12, 12, 12);
    column->setSpacing(8);
    column->addWidget(m_subject);
    column->addWidget(area, 1);
    column->addLayout(buttons);
    m_subject->hide();
    resize(560, 620);
}

void DiagnosisDialog::setActions(QAction* measurePlain, QAction* measureCosts) {
    tie(m_plain, measurePlain);
    tie(m_costs, measureCosts);
}

void DiagnosisDialog::setSubject(const QString& line) {
    m_subject->setText(line);
    m_subject->setVisible(!line.isEmpty());
}

void DiagnosisDialog::setDiagnosis(const Diagnosis& diagnosis) {
    m_card->setDiagnosis(diagnosis);
    const bool drafted = diagnosis.lack == Lack::None || diagnosis.lack == Lack::Costs;
    m_plain->setVisible(drafted && diagnosis.outcome == SpeedOutcome::NotMeasured);
    m_costs->setVisible(diagnosis.lack == Lack::Costs);
}

void DiagnosisDialog::clear(const QString& what) {
    m_card->clear(what);
    m_plain->hide();
    m_costs->hide();
}

void DiagnosisDialog::showEvent(QShowEvent* event) {
    QDialog::showEvent(event);
    emit shown();
}

}  // namespace specula
