// The window as a lesson's stage, and as a class sees it.

#include <QDockWidget>
#include <QFileDialog>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QStatusBar>
#include <QTabBar>

#include "ui/inspector/full_picture.h"
#include "ui/inspector/inspector.h"
#include "ui/learn/learn_view.h"
#include "ui/learn/lesson_panel.h"
#include "ui/learn/lesson_player.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/tokens/token_view.h"

namespace specula {

namespace {

constexpr double kPresentingScale = 1.5;  // type that the last row reads

/// The window, as lessons move it.
class WindowStage : public LessonStage {
public:
    explicit WindowStage(MainWindow& window) : m_window(window) {}

    const RunLog& log() const override { return m_window.runLog(); }
    void restoreRun() override { emit m_window.lessonRunRequested(); }
    void showRounds(int rounds) override {
        m_window.setPage(MainPage::Generate);
        m_window.timeline().player().showTo(rounds);
    }
    void showToken(TokenRef token) override {
        m_window.setPage(MainPage::Generate);
        m_window.inspector().reset();
        m_window.inspect(token);
    }
    void showStep(Step step) override { m_window.inspector().setStep(step); }
    void fill(bool filled) override {
        if (filled != (m_window.inspector().fullPicture() != nullptr)) m_window.inspector().fill();
    }

private:
    MainWindow& m_window;
};

}  // namespace

void MainWindow::makeLearn() {
    m_learn = new LearnView;
    m_stage = std::make_unique<WindowStage>(*this);
    m_lessonPlayer = new LessonPlayer(*m_stage, this);
    m_lessonPanel = new LessonPanel(*m_lessonPlayer);
}

void MainWindow::connectLearn() {
    const MainActions& a = *m_actions;
    connect(a.showLearn, &QAction::triggered, this,
            [this](bool learn) { setPage(learn ? MainPage::Learn : MainPage::Generate); });
    connect(a.present, &QAction::toggled, this, &MainWindow::setPresenting);
    connect(a.nextCard, &QAction::triggered, m_lessonPlayer, &LessonPlayer::next);
    connect(a.backCard, &QAction::triggered, m_lessonPlayer, &LessonPlayer::back);
    connect(m_learn, &LearnView::lessonRequested, this, &MainWindow::lessonRequested);
    connect(m_learn, &LearnView::openRequested, this, &MainWindow::askLesson);
    connect(m_learn, &LearnView::worksheetRequested, this, &MainWindow::askWorksheet);

    const auto follow = [this] {
        const bool active = m_lessonPlayer->isActive();
        m_actions->nextCard->setEnabled(active && m_lessonPlayer->canGoOn());
        m_actions->backCard->setEnabled(active && m_lessonPlayer->index() > 0);
    };
    connect(m_lessonPlayer, &LessonPlayer::changed, this, follow);
    connect(m_lessonPlayer, &LessonPlayer::ended, this, follow);
    connect(m_lessonPlayer, &LessonPlayer::ended, this, [this] { m_learn->setTaken(m_lessonPath); });
    follow();

    // Deeds.
    connect(m_inspector, &Inspector::supposed, m_lessonPlayer, [this](const Change& change, bool kept) {
        if (change.coin) m_lessonPlayer->coinSupposed(kept);
        if (change.token) m_lessonPlayer->tokenSupposed();
        if (change.temperature) m_lessonPlayer->temperatureSupposed();
    });
    connect(m_inspector, &Inspector::broken, m_lessonPlayer, &LessonPlayer::broken);
    connect(m_inspector, &Inspector::drawsDone, m_lessonPlayer, &LessonPlayer::drawsDone);
    connect(this, &MainWindow::runRequested, m_lessonPlayer, &LessonPlayer::runBegun);
    connect(m_log.get(), &RunLog::finished, m_lessonPlayer, [this](Finish why) {
        if (why != Finish::Cancelled) m_lessonPlayer->runEnded(m_lastRequest.options.gamma);
    });
}

void MainWindow::beginLesson(const Lesson& lesson, const QString& path) {
    m_lessonPath = path;
    setPage(MainPage::Generate);
    m_inspectorDock->show();
    m_lessonPlayer->start(lesson);
    m_lessonPanel->setFocus(Qt::OtherFocusReason);
}

void MainWindow::askLesson() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Open a lesson"), {}, tr("Lessons (*.json)"));
    if (!path.isEmpty()) emit lessonRequested(path);
}

void MainWindow::askWorksheet(const QString& path) {
    auto* dialog = new QFileDialog(this, tr("Worksheet"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    const QString pupils = tr("Worksheet, PDF (*.pdf)"), teachers = tr("With answers, PDF (*.pdf)");
    dialog->setNameFilters(
        {pupils, teachers, tr("Worksheet, HTML (*.html)"), tr("With answers, HTML (*.html)")});
    dialog->setDefaultSuffix(QStringLiteral("pdf"));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.contains(QLatin1String("*.html")) ? QStringLiteral("html")
                                                                          : QStringLiteral("pdf"));
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this, dialog, path](const QString& file) {
        const auto filters = dialog->nameFilters();
        emit worksheetRequested(path, file, filters.indexOf(dialog->selectedNameFilter()) % 2 == 1);
    });
    dialog->open();
}

void MainWindow::setPresenting(bool presenting) {
    if (presenting == m_presenting) return;
    m_presenting = presenting;
    m_actions->present->setChecked(presenting);
    QFont font = this->font();
    font.setPointSizeF(font.pointSizeF() * (presenting ? kPresentingScale : 1.0 / kPresentingScale));
    if (presenting) {
        m_quietState = saveState();
        m_quietTextSize = m_tokens->textSize();
        m_tokens->setTextSize(m_quietTextSize * kPresentingScale);
        for (QDockWidget* dock : {m_setupDock, m_chartsDock}) dock->hide();
    }
    setFont(font);
    for (QWidget* part : {static_cast<QWidget*>(menuBar()), static_cast<QWidget*>(m_pageBar),
                          static_cast<QWidget*>(m_toolBar)})
        part->setVisible(!presenting);
    if (!presenting) {
        m_tokens->setTextSize(m_quietTextSize);
        restoreState(m_quietState);
    }
    // What a presenter's remote sends.
    m_actions->nextCard->setShortcuts(presenting
                                          ? QList<QKeySequence>{Qt::ALT | Qt::Key_Right, Qt::Key_PageDown}
                                          : QList<QKeySequence>{Qt::ALT | Qt::Key_Right});
    m_actions->backCard->setShortcuts(presenting ? QList<QKeySequence>{Qt::ALT | Qt::Key_Left, Qt::Key_PageUp}
                                                 : QList<QKeySequence>{Qt::ALT | Qt::Key_Left});
}

}  // namespace specula
