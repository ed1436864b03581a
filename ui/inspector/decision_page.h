#pragma once

#include <QWidget>

#include <memory>

#include "ui/inspector/steps.h"

class QCheckBox;
class QLabel;
class QPushButton;
class QTimer;

namespace specula {

class AcceptColumn;
class CumulativeBar;
class ManyDraws;
class OverlapBars;
class RebuildBars;
class ResidualFrames;
class UnitStrip;

/// The pictures of one decision, those of one step or all of them below each other. As high as its font makes
/// it. Drawing many times happens here, in short turns of the event loop.
class DecisionPage : public QWidget {
    Q_OBJECT

public:
    static constexpr int kManyDraws = 10'000;

    explicit DecisionPage(QWidget* parent = nullptr);
    ~DecisionPage() override;

    /// Shows another decision. `seed` is the run's. `changeable`: coins can be moved and tokens chosen.
    void setPictures(DecisionPictures pictures, std::uint64_t seed, bool changeable);
    void clear();
    void setMoment(Moment moment);
    Moment moment() const { return m_moment; }

    /// The step that the picture with the focus belongs to; Compare where none has it.
    Step focusedStep() const;

    bool isDrawing() const;
    const ManyDraws* draws() const { return m_draws.get(); }

    /// Whether replacements are drawn from the wrong row, to see what that does.
    void setBroken(bool broken);
    bool isBroken() const;

signals:
    void coinMoved(double coin);
    void drawCoinMoved(double coin);
    void tokenChosen(specula::TokenId id);
    void broken();     ///< "break it" was switched on
    void drawsDone();  ///< all of them

protected:
    void changeEvent(QEvent* event) override;

private:
    QLabel* addTitle(const char* name);
    void build();
    void buildRebuild();
    void arrange();
    void showBars();
    void showAccept(bool visible);
    void showDraw(bool visible, bool ofDraft);
    void showResidual(bool visible);
    void showRebuild(bool visible);
    void showGantt(bool visible);
    void startDraws();
    void drawSome();
    void showDraws();
    void applyTheme();

    DecisionPictures m_pictures;
    Moment m_moment;
    std::uint64_t m_seed = 0;
    bool m_changeable = false;
    std::unique_ptr<ManyDraws> m_draws;
    QTimer* m_timer = nullptr;

    std::vector<QLabel*> m_quiet;
    QLabel* m_barsTitle = nullptr;
    OverlapBars* m_bars = nullptr;
    QLabel* m_acceptTitle = nullptr;
    AcceptColumn* m_column = nullptr;
    UnitStrip* m_strip = nullptr;
    QLabel* m_residualTitle = nullptr;
    ResidualFrames* m_residual = nullptr;
    QLabel* m_drawTitle = nullptr;
    CumulativeBar* m_draw = nullptr;
    QLabel* m_rebuildTitle = nullptr;
    RebuildBars* m_rebuild = nullptr;
    QWidget* m_controls = nullptr;
    QCheckBox* m_break = nullptr;
    QPushButton* m_again = nullptr;
    QLabel* m_drawsNote = nullptr;
    QLabel* m_ganttTitle = nullptr;
    RoundGantt* m_gantt = nullptr;
};

}  // namespace specula
