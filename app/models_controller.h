#pragma once

#include <QObject>
#include <QTimer>

#include <string>
#include <vector>

#include "app/catalogue_worker.h"
#include "app/hub/downloads.h"
#include "ui/main_window/main_window.h"

namespace specula {

/// Stands between the Models view and what it shows: the catalogue worker, which reads the disk, and the
/// download queue. GUI thread only; nothing here waits. The disk is searched when the page is first shown,
/// when asked to, and after a download.
class ModelsController : public QObject {
    Q_OBJECT

public:
    /// Connects to the window, which must outlive this.
    ModelsController(MainWindow& window, CatalogueReader reader, HubSettings hub, QObject* parent = nullptr);

    /// Searches now, whatever page shows.
    void scan();
    /// A model that has come to this computer, wherever it lies; searches again.
    void addPath(const QString& path);

signals:
    /// The last thing that was asked of the catalogue has been answered and shown.
    void settled();

private:
    void connectView();
    void onEntries(const std::vector<ModelEntry>& entries);
    void onDropped(const QString& path);
    void onFinished(int id);
    void showRows();

    MainWindow& m_window;
    CatalogueWorker m_worker;
    Downloads m_downloads;
    QTimer m_rowsChanged;  ///< many changes of a download's numbers are shown as one
    std::vector<std::string> m_extraPaths;
    bool m_scanned = false;
};

}  // namespace specula
