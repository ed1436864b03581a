#pragma once

#include <QTabBar>
#include <QTimer>
#include <QWidget>

#include <vector>

#include "engine/trace/models.h"
#include "ui/models/download_types.h"

class QLabel;
class QPushButton;
class QSplitter;
class QStackedWidget;

namespace specula {

class GetModels;
class ModelDetailsPane;
class ModelList;
class PairPage;

/// The Models view: what is on this computer and what it holds, which models work together and why the others
/// do not, and getting more from the hub.
///
/// Shows values only. Whoever owns it answers the signals: detailsRequested with showDetails(),
/// pairsRequested with setPairs(), rescanRequested with setBusy() and setModels(), listRequested with
/// setListing(); downloads are reported with setDownloads() as often as they change.
class ModelsView : public QWidget {
    Q_OBJECT

public:
    enum class Page { Table, Pairs, Get };

    explicit ModelsView(QWidget* parent = nullptr);

    /// Everything that was found, unusable models too. The chosen model stays chosen where its path is still
    /// there. Pairs are kept only when the paths and their order are the same.
    void setModels(std::vector<ModelEntry> models);
    /// Memory that could be taken now; below 0: not known.
    void setMemoryFree(qint64 bytes);
    /// While the disk is searched; `text` says how far it is.
    void setBusy(bool busy, const QString& text = {});
    /// Details of a model that is no longer the chosen one are left aside.
    void showDetails(const ModelDetails& details);
    /// The answer to pairsRequested; indices are into the list last given to setModels.
    void setPairs(std::vector<PairCell> cells);
    void setListing(const HubListing& listing);
    void setDownloads(std::vector<DownloadRow> rows);

    Page page() const;
    void setPage(Page page);
    /// "" for none.
    QString selectedPath() const;
    /// A path that is not in the list yet is chosen once it comes.
    void setSelectedPath(const QString& path);
    /// The pair chosen on the page of pairs.
    void setSelectedPair(const QString& target, const QString& draft);

    ModelList& list() { return *m_list; }
    ModelDetailsPane& details() { return *m_details; }
    PairPage& pairs() { return *m_pairs; }
    GetModels& get() { return *m_get; }
    QTabBar& pageBar() { return *m_pageBar; }
    QPushButton* rescanButton() { return m_rescan; }
    QLabel& stateLine() { return *m_state; }

signals:
    /// A model was chosen, or its details asked for, that are not shown yet.
    void detailsRequested(const QString& path);
    /// The page of pairs shows and the models have not been compared.
    void pairsRequested();
    void rescanRequested();
    void useAsTarget(const QString& path);
    void useAsDraft(const QString& path);
    /// A draft is to be made for this target.
    void makeDraftRequested(const QString& target);
    void usePair(const QString& target, const QString& draft);
    /// A folder or .gguf file was dropped; once for each of several.
    void pathDropped(const QString& path);
    /// `revision` is a branch, tag or commit, "main" where none was named.
    void listRequested(const QString& repository, const QString& revision);
    /// `revision` is the one that was listed, as it was asked for: other programs look for the files by it.
    void downloadRequested(const QString& repository, const QString& revision, const QStringList& files);
    void pauseRequested(int id);
    void resumeRequested(int id);
    void removeRequested(int id);

protected:
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeBar();
    void connectParts();
    void onPageChanged();
    void onSelected(const QString& path);
    void openDetails();
    void requestDetails();
    void askForPairs();
    void showState();
    void placeDetails();
    void applyTheme();

    qint64 m_free = -1;
    bool m_busy = false;
    bool m_pairsKnown = false;
    bool m_pairsAsked = false;
    QString m_busyText;
    QTimer m_settle;  ///< arrow keys held down ask for the details of the row where they stop

    QTabBar* m_pageBar = nullptr;
    QLabel* m_state = nullptr;
    QPushButton* m_rescan = nullptr;
    QStackedWidget* m_pages = nullptr;
    QSplitter* m_splitter = nullptr;
    ModelList* m_list = nullptr;
    ModelDetailsPane* m_details = nullptr;
    PairPage* m_pairs = nullptr;
    GetModels* m_get = nullptr;
    QWidget* m_dropFrame = nullptr;
};

}  // namespace specula
