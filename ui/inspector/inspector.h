#pragma once

#include <QPointer>
#include <QWidget>

#include "ui/common/run_log.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace specula {

class AcceptColumn;
class MarkLabel;
class OverlapBars;
class UnitStrip;

/// One decision seen closely: a sentence with its numbers, the overlap bars of both rows, the accept column
/// with its coin and the unit strip. Back and Next walk the run's decisions in order. Reads a RunLog; never
/// changes it.
class Inspector : public QWidget {
    Q_OBJECT

public:
    explicit Inspector(QWidget* parent = nullptr);

    /// The run to look into; not owned, may be null. A new run empties the inspector.
    void setLog(RunLog* log);

    /// Shows a token's decision; an invalid or unknown token empties the inspector. Does not emit
    /// currentChanged().
    void showToken(TokenRef token);

    TokenRef current() const { return m_current; }

    /// What stands in an empty inspector.
    void setEmptyText(const QString& sentence);

    QString title() const;     ///< the header, "" when empty
    QString sentence() const;  ///< what happened, in plain words

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

public slots:
    void back();
    void next();

signals:
    /// The person moved to another decision with Back or Next.
    void currentChanged(specula::TokenRef token);

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* buildPage();
    void refresh();
    void updateButtons();
    void walk(int step);
    void applyTheme();

    QPointer<RunLog> m_log;
    TokenRef m_current;
    QStackedWidget* m_stack = nullptr;
    QLabel* m_empty = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_sentence = nullptr;
    QLabel* m_candidates = nullptr;
    QLabel* m_stopped = nullptr;
    QLabel* m_note = nullptr;
    MarkLabel* m_marks = nullptr;
    QLabel* m_barsTitle = nullptr;
    OverlapBars* m_bars = nullptr;
    QLabel* m_acceptTitle = nullptr;
    AcceptColumn* m_column = nullptr;
    UnitStrip* m_strip = nullptr;
    QPushButton* m_back = nullptr;
    QPushButton* m_next = nullptr;
    QLabel* m_place = nullptr;
};

}  // namespace specula
