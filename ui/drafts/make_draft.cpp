#include "ui/drafts/make_draft.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/drafts/draft_form.h"
#include "ui/drafts/draft_progress.h"
#include "ui/models/labels.h"
#include "ui/setup/help.h"

namespace specula {

MakeDraft::MakeDraft(QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Make a draft"));
    m_form = new DraftForm;
    m_progress = new DraftProgress;
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(m_form);
    m_pages = new QStackedWidget;
    m_pages->addWidget(scroll);
    m_pages->addWidget(m_progress);
    m_problem = new NoteBox;
    m_hint = makeTextLabel();
    m_start = new QPushButton(tr("&Start"));
    m_pause = new QPushButton(tr("&Pause"));
    m_use = new QPushButton(tr("&Use this draft"));
    m_another = new QPushButton(tr("Make &another…"));
    m_close = new QPushButton(tr("Close"));
    describe(m_start, tr("Start"), tr("Begins; it can be paused at any time."));
    describe(m_use, tr("Use this draft"), tr("Takes the draft and its target for the next run."));
    describe(m_another, tr("Make another"), tr("Goes back to the settings."));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(m_hint, 1);
    for (QPushButton* button : {m_another, m_start, m_pause, m_use, m_close}) buttons->addWidget(button);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addWidget(m_problem);
    column->addWidget(m_pages, 1);
    column->addLayout(buttons);
    connect(m_form, &DraftForm::changed, this, [this] {
        m_problem->show(Symbol::None, {});
        if (m_state == State::Asking) setState(State::Asking);
    });
    connect(m_start, &QPushButton::clicked, this, &MakeDraft::start);
    connect(m_pause, &QPushButton::clicked, this, &MakeDraft::pauseOrResume);
    connect(m_another, &QPushButton::clicked, this, &MakeDraft::askAgain);
    connect(m_close, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_use, &QPushButton::clicked, this, [this] {
        emit useRequested(QString::fromStdString(m_request.target), QString::fromStdString(m_request.out));
        accept();
    });
    resize(sizeHint());
    setState(State::Asking);
}

void MakeDraft::setModels(const std::vector<KnownModel>& models) {
    m_models = models;
    m_form->setModels(models);
}

void MakeDraft::setDraftsFolder(const QString& folder) {
    m_form->setDraftsFolder(folder);
}

void MakeDraft::setTarget(const QString& path) {
    if (m_state == State::Done || m_state == State::Failed) askAgain();
    if (m_state == State::Asking) m_form->setTarget(path);
}

QString MakeDraft::targetName() const {
    const QString path = QString::fromStdString(m_request.target);
    for (const KnownModel& model : m_models) {
        if (model.path == path) return model.name;
    }
    return QFileInfo(path).completeBaseName();
}

void MakeDraft::start() {
    if (const auto problem = m_form->problem()) {
        m_problem->show(Symbol::No, problem->text);
        problem->control->setFocus(Qt::OtherFocusReason);
        return;
    }
    emit startRequested(m_form->request());
}

void MakeDraft::pauseOrResume() {
    if (m_state == State::Running) {
        setState(State::Pausing);
        emit pauseRequested();
    } else if (m_state == State::Paused) {
        emit startRequested(TrainRequest(m_request));
    }
}

void MakeDraft::askAgain() {
    m_problem->show(Symbol::None, {});
    setState(State::Asking);
}

void MakeDraft::begin(const TrainRequest& request) {
    const bool goesOn = m_state == State::Paused && request.out == m_request.out;
    m_request = request;
    if (!goesOn) m_form->setRequest(request);
    if (!goesOn) m_progress->begin(targetName(), QString::fromStdString(request.out));
    setState(State::Running);
}

void MakeDraft::setProgress(const TrainProgress& progress) {
    m_progress->setProgress(progress);
}

void MakeDraft::setPaused() {
    setState(State::Paused);
}

void MakeDraft::setReport(const TrainReport& report) {
    setState(State::Done);
    m_progress->setReport(report);
}

void MakeDraft::setProblem(const QString& reason) {
    setState(State::Failed);
    m_progress->setProblem(reason);
}

void MakeDraft::setState(State state) {
    m_state = state;
    const bool asking = state == State::Asking;
    m_pages->setCurrentIndex(asking ? 0 : 1);
    m_start->setVisible(asking);
    m_start->setText(m_form->resumes() ? tr("Re&sume") : tr("&Start"));
    m_pause->setVisible(state == State::Running || state == State::Pausing || state == State::Paused);
    m_pause->setEnabled(state != State::Pausing);
    m_pause->setText(state == State::Paused ? tr("&Resume") : tr("&Pause"));
    describe(m_pause, state == State::Paused ? tr("Resume") : tr("Pause"),
             state == State::Paused ? tr("Goes on where it was.")
                                    : tr("Stops after the step under way; its state is kept."));
    m_use->setVisible(state == State::Done);
    m_another->setVisible(state == State::Paused || state == State::Done || state == State::Failed);
    m_another->setText(state == State::Failed ? tr("Change &settings") : tr("Make &another…"));
    QString headline;
    QString hint;
    if (state == State::Running) hint = tr("Close leaves it running; the status line shows how far it is.");
    if (state == State::Pausing) headline = tr("Pausing: the step under way is being finished");
    if (state == State::Paused) headline = tr("Paused; what was learned is kept");
    if (state == State::Failed) headline = tr("No draft was made");
    m_progress->setHeadline(headline);
    m_progress->setProblem({});
    m_hint->setText(hint);
    makeSecondary(m_hint, palette());
    QPushButton* main = asking ? m_start : state == State::Done ? m_use : m_close;
    main->setDefault(true);
}

}  // namespace specula
