#pragma once

#include <QWidget>

class QStackedWidget;
class QTabBar;

namespace specula {

class CompareView;
class HistoryView;

/// The history and the comparison of two runs, in a window of their own beside the main window.
class SessionsWindow : public QWidget {
    Q_OBJECT

public:
    enum class Page { History, Compare };

    explicit SessionsWindow(QWidget* parent = nullptr);

    HistoryView& history() { return *m_history; }
    CompareView& compare() { return *m_compare; }
    Page page() const;
    void showPage(Page page);  ///< in front of other windows

    QSize sizeHint() const override { return {1180, 720}; }

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QTabBar* m_bar = nullptr;
    QStackedWidget* m_pages = nullptr;
    HistoryView* m_history = nullptr;
    CompareView* m_compare = nullptr;
};

}  // namespace specula
