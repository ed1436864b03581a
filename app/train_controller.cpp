#include "app/train_controller.h"

#include <QFileInfo>
#include <QPushButton>
#include <QSettings>
#include <QStatusBar>

#include <cmath>

#include "app/default_models.h"
#include "ui/models/models_view.h"
#include "ui/setup/help.h"
#include "ui/setup/model_chooser.h"
#include "ui/setup/setup_panel.h"

namespace specula {

namespace {

constexpr int kPullMs = 100;
const QLatin1String kTarget("training/target");
const QLatin1String kOut("training/out");
const QLatin1String kMinutes("training/minutes");
const QLatin1String kSmall("training/small");

}  // namespace

TrainController::TrainController(MainWindow& window, Trainer trainer, QObject* parent)
    : QObject(parent),
      m_window(window),
      m_dialog(new MakeDraft(&window)),
      m_button(new QPushButton),
      m_worker(std::move(trainer)) {
    m_dialog->setDraftsFolder(QString::fromStdString(draftsFolder()));
    m_button->setFlat(true);
    m_button->hide();
    describe(m_button, tr("Training"), tr("Shows the draft that is being made."));
    m_window.statusBar()->addPermanentWidget(m_button);
    m_timer.setInterval(kPullMs);
    connect(&m_timer, &QTimer::timeout, this, &TrainController::tick);
    connect(m_button, &QPushButton::clicked, this, [this] { open({}); });
    connect(&m_window.setup(), &SetupPanel::makeDraftRequested, this,
            [this] { open(m_window.setup().target().path()); });
    connect(&m_window.models(), &ModelsView::makeDraftRequested, this, &TrainController::open);
    connect(&m_window, &MainWindow::modelsChanged, m_dialog, &MakeDraft::setModels);
    connect(m_dialog, &MakeDraft::startRequested, this, &TrainController::start);
    connect(m_dialog, &MakeDraft::pauseRequested, this, &TrainController::pause);
    connect(m_dialog, &MakeDraft::useRequested, this, &TrainController::use);
    offerUnfinished();
}

TrainController::~TrainController() {
    // The window takes its status line apart by itself.
    m_window.setMeasuringRefused({});
}

void TrainController::open(const QString& target) {
    if (!target.isEmpty()) m_dialog->setTarget(target);
    m_dialog->show();
    m_dialog->raise();
    m_dialog->activateWindow();
}

void TrainController::start(const TrainRequest& request) {
    if (m_training) return;
    m_training = true;
    m_dialog->begin(request);
    m_window.setMeasuringRefused(
        tr("A draft is learning, so speeds measured now would be too low; pause the training or wait for its "
           "end."));
    showButton(tr("Making a draft"));
    remember();
    m_worker.start(request);
    m_timer.start();
}

void TrainController::pause() {
    m_worker.pause();
    showButton(tr("Pausing the training"));
}

void TrainController::use(const QString& target, const QString& draft) {
    m_window.setup().choosePair(target, draft);
    m_window.setPage(MainPage::Generate);
}

void TrainController::tick() {
    for (const TrainEvent& event : m_worker.mailbox().drain())
        std::visit([this](const auto& value) { on(value); }, event);
}

void TrainController::on(const TrainProgress& progress) {
    m_dialog->setProgress(progress);
    if (m_dialog->state() != MakeDraft::State::Running) return;
    showButton(
        tr("Making a draft: %1 % – speeds are low meanwhile").arg(std::lround(progress.fraction * 100.0)));
}

void TrainController::on(const TrainReport& report) {
    ended();
    forget();
    m_dialog->setReport(report);
    const QString folder = QString::fromStdString(report.path);
    if (!m_dialog->isVisible()) {
        m_window.showInfo(report.pays ? tr("The draft is ready: %1").arg(folder)
                                      : tr("The draft is ready, but will not pay: %1").arg(folder));
        showButton(tr("The draft is ready"));
    }
    emit made(folder);
}

void TrainController::on(const TrainPaused&) {
    ended();
    m_dialog->setPaused();
    showButton(tr("A draft is half made"));
}

void TrainController::on(const TrainFailed& failed) {
    ended();
    forget();
    m_dialog->setProblem(QString::fromStdString(failed.message));
    if (!m_dialog->isVisible()) m_window.showError(QString::fromStdString(failed.message));
}

void TrainController::ended() {
    m_training = false;
    m_timer.stop();
    m_button->hide();
    m_window.setMeasuringRefused({});
}

void TrainController::showButton(const QString& text) {
    m_button->setText(text);
    m_button->show();
}

void TrainController::remember() const {
    const TrainRequest& request = m_dialog->request();
    QSettings settings;
    settings.setValue(kTarget, QString::fromStdString(request.target));
    settings.setValue(kOut, QString::fromStdString(request.out));
    settings.setValue(kMinutes, request.minutes);
    settings.setValue(kSmall, request.architecture == DraftArchitecture::Small);
}

void TrainController::forget() const {
    QSettings settings;
    settings.remove(QStringLiteral("training"));
}

void TrainController::offerUnfinished() {
    const QSettings settings;
    TrainRequest request;
    request.target = settings.value(kTarget).toString().toStdString();
    request.out = settings.value(kOut).toString().toStdString();
    const double minutes = settings.value(kMinutes).toDouble();
    if (request.target.empty() || request.out.empty() || !(minutes > 0.0)) return;
    if (!QFileInfo::exists(QString::fromStdString(request.out) + QStringLiteral("/work"))) return;
    request.minutes = minutes;
    if (settings.value(kSmall).toBool()) request.architecture = DraftArchitecture::Small;
    m_dialog->begin(request);
    m_dialog->setPaused();
    showButton(tr("A draft is half made"));
}

}  // namespace specula
