#pragma once

#include <QWidget>

class QLabel;

namespace specula {

class DecisionPage;

/// One picture over the whole window in large type, for a class to see: title, sentence and the page of the
/// step. As large as the window allows. Escape (or F) closes it.
class FullPicture : public QWidget {
    Q_OBJECT

public:
    /// Covers `window` and follows its size.
    explicit FullPicture(QWidget* window);

    DecisionPage& page() { return *m_page; }
    void setWords(const QString& title, const QString& sentence, const QString& hypothetical);

    /// Chooses the largest type that fits.
    void fit();

signals:
    void closeAsked();
    void nextAsked();
    void backAsked();
    void playAsked();

protected:
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    bool fits(double points);

    QLabel* m_hypothetical = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_sentence = nullptr;
    QLabel* m_keys = nullptr;
    DecisionPage* m_page = nullptr;
    double m_usualPoints = 10;
    bool m_fitting = false;
};

}  // namespace specula
