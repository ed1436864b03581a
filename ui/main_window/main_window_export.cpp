// How pictures and data leave the window.

#include <QApplication>
#include <QContextMenuEvent>

#include "ui/charts/cost_chart.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/export/export_dialog.h"
#include "ui/export/export_menu.h"
#include "ui/export/exportable.h"
#include "ui/export/picture_file.h"
#include "ui/export/run_notes.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window.h"
#include "ui/race/race_view.h"

namespace specula {

namespace {

bool isIn(const QWidget& widget, const QWidget* part) {
    return &widget == part || part->isAncestorOf(&widget);
}

QString raceNotes(const RaceReport& race) {
    RunHeader run;
    run.options = race.speculative.options;
    run.targetName = race.target.name;
    run.draftName = race.draft.name;
    run.draftKind = race.draft.kind;
    run.prompt = race.prompt.text;
    return runNotes(run);
}

}  // namespace

void MainWindow::connectExport() {
    connect(m_actions->exportAny, &QAction::triggered, this, &MainWindow::askExport);
    connect(m_actions->savePicture, &QAction::triggered, this, [this] { askSavePicture(*this); });
    connect(m_actions->copyPicture, &QAction::triggered, this, [this] { copyPicture(*this); });
    connect(m_actions->contextMenu, &QAction::triggered, this, &MainWindow::openContextMenu);
}

void MainWindow::askExport() {
    std::vector<QWidget*> items{this};
    for (QWidget* widget : exportablesIn(*this)) items.push_back(widget);
    auto* dialog = new ExportDialog(items, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

/// What the menu key does, also where a keyboard has none.
void MainWindow::openContextMenu() {
    QWidget* widget = QApplication::focusWidget();
    if (!widget) return;
    const QPoint at = widget->inputMethodQuery(Qt::ImCursorRectangle).toRect().isValid()
                          ? widget->inputMethodQuery(Qt::ImCursorRectangle).toRect().center()
                          : widget->rect().center();
    QContextMenuEvent event(QContextMenuEvent::Keyboard, at, widget->mapToGlobal(at));
    QApplication::sendEvent(widget, &event);
}

bool MainWindow::savePicture(const QString& path, double scale) {
    return specula::savePicture(*this, path, scale, exportNotesOf(*this)).isEmpty();
}

void MainWindow::tellExport(const QString& sentence, bool failed) {
    failed ? showError(sentence) : showInfo(sentence);
}

ExportNotes MainWindow::notesFor(const QWidget& exported) const {
    ExportNotes notes{
        exportTitleOf(exported), {}, tr("Specula %1").arg(QCoreApplication::applicationVersion()).trimmed()};
    if (isIn(exported, &m_charts->sweep()))
        notes.description = m_sweepNotes;
    else if (isIn(exported, &m_charts->costs()))
        notes.description = windowTitle();
    else if (m_page == MainPage::Race && m_race->report())
        notes.description = raceNotes(*m_race->report());
    else if (m_page == MainPage::Generate && m_log->hasRun())
        notes.description = runNotes(m_log->header());
    return notes;
}

}  // namespace specula
