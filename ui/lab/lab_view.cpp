#include "ui/lab/lab_view.h"

#include <QCheckBox>
#include <QEvent>
#include <QFileDialog>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QResizeEvent>
#include <QScrollArea>
#include <QScrollBar>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "ui/charts/sweep_chart.h"
#include "ui/lab/heat_chart.h"
#include "ui/lab/lab_form.h"
#include "ui/lab/lab_grid.h"
#include "ui/lab/suites_chart.h"
#include "ui/lab/time_chart.h"
#include "ui/models/labels.h"

namespace specula {

namespace {

constexpr const char* kKeyName = "labKey";  ///< what the colours mean
constexpr int kTwoColumnsFrom = 560;        ///< points of width that two columns of charts take
constexpr double kGridShare = 0.38;         ///< of the width
constexpr int kSideBySideFrom = 900;        ///< and the grid beside them

QString fromBytes(const std::string& text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace

// What is built is in lab_view_layout.cpp, the charts are filled in lab_view_charts.cpp.

void LabView::addSuite(const PromptSuite& suite) {
    m_form->addSuite(suite);
}

void LabView::begin(const LabRequest& request) {
    m_data.begin(request);
    m_step.reset();
    m_left.clear();
    m_chosen = false;
    m_row = 0;
    m_column = -1;
    m_paused = false;
    m_running = true;
    showRows();
    enable();
}

void LabView::setStep(const LabStep& step) {
    m_step = step;
    m_model->setStep(m_running ? m_step : std::nullopt);
    describeWork();
}

void LabView::setPoint(const LabPoint& point) {
    m_data.set(point);
    m_model->touch(point);
    if (!m_later.isActive()) m_later.start();
    m_table->setEnabled(true);
}

void LabView::showReport(const LabReport& report) {
    m_data.begin(report.request);
    for (const LabPoint& point : report.points) m_data.set(point);
    m_step.reset();
    m_chosen = false;
    m_row = 0;
    m_column = -1;
    setRunning(false);
    showRows();
    enable();
}

void LabView::setPace(const std::optional<LabPace>& pace) {
    m_pace = pace;
    describeWork();
}

void LabView::setReady(bool ready) {
    m_ready = ready;
    enable();
}

void LabView::setRunning(bool running) {
    if (m_running == running) return;
    m_running = running;
    m_paused = false;
    m_step.reset();
    m_left.clear();
    m_model->setStep(std::nullopt);
    refresh();
    enable();
}

void LabView::setPaused(bool paused) {
    m_paused = paused && m_running;
    enable();
}

void LabView::setProgress(double fraction, const QString& what) {
    if (!m_running) return;
    m_left = what;
    if (fraction >= 0.0) m_bar->setValue(static_cast<int>(std::lround(1000.0 * std::min(fraction, 1.0))));
    describeWork();
}

QString LabView::finding() const {
    return m_finding->text();
}

QString LabView::progressText() const {
    return m_line->text();
}

/// The line beside the buttons: what would be done, or what is being done.
void LabView::describeWork() {
    if (!m_running) {
        const QString problem = m_form->problem();
        m_line->setText(problem.isEmpty() ? m_form->workText(m_pace) : problem);
        return;
    }
    QStringList said;
    if (m_paused) said << tr("Paused");
    if (m_step) {
        said << tr("Run %1 of %2").arg(m_step->run + 1).arg(m_step->runs);
        const auto column = m_data.columnOf(m_step->setup);
        QString what = fromBytes(m_step->suite);
        if (column) what = tr("%1, %2").arg(what, columnWords(m_data.columns()[*column]));
        said << what;
    }
    if (!m_left.isEmpty() && !m_paused) said << m_left;
    m_line->setText(said.isEmpty() ? tr("Loading") : said.join(tr(" · ")));
}

void LabView::enable() {
    const bool hadFocus = m_start->hasFocus() || m_pause->hasFocus() || m_stop->hasFocus();
    const bool startable = !m_running && m_ready && m_form->problem().isEmpty();
    m_start->setEnabled(startable);
    m_emptyStart->setEnabled(startable);
    m_start->setVisible(!m_running);
    m_pause->setVisible(m_running);
    m_stop->setVisible(m_running);
    m_pause->setText(m_paused ? tr("Res&ume") : tr("&Pause"));
    m_form->setEnabled(!m_running);
    m_bar->setVisible(m_running);
    if (!m_running) m_bar->setValue(0);
    m_table->setEnabled(!m_data.empty());
    // Buttons that go would hand the keys to whatever comes next.
    if (hadFocus) (m_running ? m_pause : m_start)->setFocus(Qt::OtherFocusReason);
    const bool anything = m_running || !m_data.empty();
    m_content->setVisible(anything);
    m_empty->setVisible(!anything);
    describeWork();
}

void LabView::showRows() {
    m_model->reset();
    m_grid->fitCells();
    refresh();
}

void LabView::showCell(const QModelIndex& index) {
    m_chosen = true;
    m_row = index.row();
    m_column = index.column();
    drawRow();
}

void LabView::select(int row, int column) {
    m_grid->setCurrentIndex(m_model->index(row, column));
}

void LabView::load(int row, int column) {
    if (m_running) return;
    const auto run = m_data.runOf(static_cast<std::size_t>(row), static_cast<std::size_t>(column));
    if (run) emit runRequested(*run);
}

void LabView::askFile() {
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Prompts of a file"), {},
        tr("Prompts: a line each, or a suite as JSON (*.txt *.json);;All files (*)"));
    if (!path.isEmpty()) emit promptFileChosen(path);
}

void LabView::askTable() {
    const QString path = QFileDialog::getSaveFileName(this, tr("Save table"), tr("gamma-lab.csv"),
                                                      tr("Tables (*.csv);;All files (*)"));
    if (!path.isEmpty()) emit tableRequested(path);
}

void LabView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const bool beside = width() >= kSideBySideFrom;
    const int extent = beside ? width() : height();
    m_splitter->setOrientation(beside ? Qt::Horizontal : Qt::Vertical);
    // A wide grid needs a good part of the width, and charts the greater part of the height.
    const int part = static_cast<int>(extent * (beside ? kGridShare : 0.4));
    m_splitter->setSizes({part, extent - part});
    findChild<QLabel*>(QLatin1String(kKeyName))->setVisible(beside);
    const int room = beside ? extent - part : width();
    m_columns->setDirection(room >= kTwoColumnsFrom ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

void LabView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_line) applyTheme();
}

void LabView::applyTheme() {
    makeSecondary(m_line, palette());
    makeSecondary(m_shown, palette());
    makeSecondary(findChild<QLabel*>(QLatin1String(kKeyName)), palette());
    makeSecondary(m_emptyText, palette());
}

}  // namespace specula
