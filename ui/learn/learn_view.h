#pragma once

#include <vector>

#include <QString>
#include <QWidget>

class QLabel;
class QListWidget;
class QPushButton;

namespace specula {

/// What the list says of a lesson.
struct LessonEntry {
    QString path;  ///< what lessonRequested() names it by
    QString title;
    QString summary;
    int minutes = 0;
    QString problem;  ///< why it cannot be told, "" if it can
};

/// The Learn page: the lessons, what each is about, and ways to take one, to bring one's own and to print a
/// worksheet. Keys: Enter begins the marked lesson.
class LearnView : public QWidget {
    Q_OBJECT

public:
    explicit LearnView(QWidget* parent = nullptr);

    void setLessons(const std::vector<LessonEntry>& lessons);
    /// The lesson was gone through: it gets a mark, which the program remembers.
    void setTaken(const QString& path);
    bool isTaken(const QString& path) const;

    QListWidget* list() { return m_list; }
    QPushButton* beginButton() { return m_begin; }
    QPushButton* openButton() { return m_open; }
    QPushButton* worksheetButton() { return m_worksheet; }
    QString summary() const;

signals:
    void lessonRequested(const QString& path);
    /// A lesson file of one's own is wanted.
    void openRequested();
    void worksheetRequested(const QString& path);

private:
    void showSelected();
    void describeItem(int row);
    const LessonEntry* selected() const;

    std::vector<LessonEntry> m_lessons;
    QListWidget* m_list = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_summary = nullptr;
    QLabel* m_length = nullptr;
    QPushButton* m_begin = nullptr;
    QPushButton* m_open = nullptr;
    QPushButton* m_worksheet = nullptr;
};

}  // namespace specula
