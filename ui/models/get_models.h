#pragma once

#include <QWidget>

#include <vector>

#include "ui/models/download_types.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace specula {

class DataTable;
class DownloadTable;
class HubFileTable;
class NoteBox;

/// Gets models from the hub: a repository's files to choose from, and the queue of downloads.
class GetModels : public QWidget {
    Q_OBJECT

public:
    explicit GetModels(QWidget* parent = nullptr);

    void setListing(const HubListing& listing);
    void setDownloads(std::vector<DownloadRow> rows);

    QLineEdit& repository() { return *m_repository; }
    QLineEdit& revision() { return *m_revision; }
    QPushButton* listButton() { return m_list; }
    QLabel& contextLine() { return *m_context; }
    NoteBox& note() { return *m_note; }
    DataTable& files() { return *m_fileView; }
    HubFileTable& fileModel() { return *m_files; }
    QLabel& totalLine() { return *m_total; }
    QPushButton* suggestedButton() { return m_suggested; }
    QPushButton* allButton() { return m_all; }
    QPushButton* noneButton() { return m_none; }
    QPushButton* downloadButton() { return m_download; }
    DataTable& queue() { return *m_queueView; }
    DownloadTable& queueModel() { return *m_queue; }
    QLabel& queueLine() { return *m_queueLine; }
    QPushButton* pauseButton() { return m_pause; }
    QPushButton* removeButton() { return m_remove; }
    QPushButton* showButton() { return m_show; }

signals:
    void listRequested(const QString& repository, const QString& revision);
    void downloadRequested(const QString& repository, const QString& revision, const QStringList& files);
    void pauseRequested(int id);
    void resumeRequested(int id);
    void removeRequested(int id);
    /// The model that a finished download left there.
    void showRequested(const QString& path);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    QWidget* makeFiles();
    QWidget* makeQueue();
    QWidget* makeRequest();
    void connectParts();
    void list();
    void download();
    void toggle();
    void remove();
    void refreshFiles();
    void showContext();
    void refreshQueue();
    const DownloadRow* current() const;
    void applyTheme();

    HubFileTable* m_files;
    DownloadTable* m_queue;
    QString m_asked;          ///< the repository that an answer is awaited for
    QString m_askedRevision;  ///< of the last question
    HubListing m_listing;
    int m_currentId = -1;
    bool m_rebuilding = false;

    QLineEdit* m_repository = nullptr;
    QLineEdit* m_revision = nullptr;
    QPushButton* m_list = nullptr;
    QLabel* m_context = nullptr;  ///< what is listed, or examples of what could be
    NoteBox* m_note = nullptr;
    DataTable* m_fileView = nullptr;
    QLabel* m_total = nullptr;
    QPushButton* m_suggested = nullptr;
    QPushButton* m_all = nullptr;
    QPushButton* m_none = nullptr;
    QPushButton* m_download = nullptr;
    QLabel* m_queueTitle = nullptr;
    DataTable* m_queueView = nullptr;
    QLabel* m_queueLine = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_remove = nullptr;
    QPushButton* m_show = nullptr;
};

}  // namespace specula
