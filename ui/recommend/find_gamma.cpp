#include "ui/recommend/find_gamma.h"

#include <QListWidget>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/help/help_pages.h"
#include "ui/recommend/answer_page.h"
#include "ui/recommend/ask_page.h"

namespace specula {

FindGamma::FindGamma(QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Find my gamma"));
    setHelpPage(this, QLatin1String(kHelpFindGamma));
    m_ask = new AskPage;
    m_answer = new AnswerPage;
    m_pages = new QStackedWidget;
    m_pages->addWidget(m_ask);
    m_pages->addWidget(m_answer);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_pages);
    resize(FindGamma::sizeHint());  // by itself a window takes two thirds of the screen at most
    connect(m_ask, &AskPage::startAsked, this, &FindGamma::start);
    connect(m_answer, &AnswerPage::stopAsked, this, &FindGamma::stopAsked);
    connect(m_answer, &AnswerPage::againAsked, this, &FindGamma::againAsked);
    connect(m_answer, &AnswerPage::useAsked, this, [this] {
        emit useAsked(m_answer->report());
        hide();
    });
}

void FindGamma::ask(const RunRequest& present, const std::vector<PromptSuite>& suites) {
    if (!running()) {
        m_ask->begin(present, suites);
        m_pages->setCurrentWidget(m_ask);
        m_ask->drafts()->setFocus(Qt::OtherFocusReason);
    }
    show();
    raise();
    activateWindow();
}

void FindGamma::setCandidates(const std::vector<DraftCandidate>& candidates) {
    m_ask->setCandidates(candidates);
}

void FindGamma::setReady(bool ready) {
    m_ask->setReady(ready);
    if (ready && running()) m_answer->setRunning(false);
}

void FindGamma::setReport(const RecommendReport& report) {
    m_answer->setReport(report);
}

void FindGamma::setProgress(double fraction, const QString& what) {
    m_answer->setProgress(fraction, what);
}

bool FindGamma::running() const {
    return m_answer->running();
}

bool FindGamma::showsAnswer() const {
    return m_pages->currentWidget() == m_answer;
}

void FindGamma::start() {
    const RecommendRequest request = m_ask->request();
    m_pages->setCurrentWidget(m_answer);
    m_answer->begin();
    emit startAsked(request);
}

void FindGamma::reject() {
    if (running())
        emit stopAsked();
    else
        QDialog::reject();
}

}  // namespace specula
