#pragma once

#include <QWidget>

class QAction;
class QTextBrowser;

namespace specula {

/// The pages of help in a window of their own, which stays open beside the main window: contents, back and
/// forward, and links between pages.
class HelpWindow : public QWidget {
    Q_OBJECT

public:
    explicit HelpWindow(QWidget* parent = nullptr);

    /// Opens a page (help_pages.h) in front. A page that does not exist is said to be missing.
    void showPage(const QString& page);
    /// The name of the page in sight.
    QString page() const;

    QTextBrowser* text() { return m_text; }
    QAction* backAction() { return m_back; }
    QAction* forwardAction() { return m_forward; }
    QAction* contentsAction() { return m_contents; }

    QSize sizeHint() const override { return {620, 680}; }

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void follow(const QUrl& link);
    void sourceChanged();

    QTextBrowser* m_text = nullptr;
    QAction* m_back = nullptr;
    QAction* m_forward = nullptr;
    QAction* m_contents = nullptr;
};

}  // namespace specula
