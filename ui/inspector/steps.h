#pragma once

#include <QString>
#include <QWidget>

#include <vector>

#include "ui/inspector/inspector_model.h"
#include "ui/inspector/place_pictures.h"
#include "ui/inspector/round_gantt.h"

namespace specula {

/// How one decision is told: all pictures at once, or one after the other.
enum class Step { All, Draft, Compare, Coin, Decision, Residual, Emit };
inline constexpr int kSteps = 7;

QString stepName(Step step);

/// Everything that is drawn of a decision.
struct DecisionPictures {
    InspectorPicture main;
    std::optional<DrawPicture> draftDraw, extraDraw;
    std::optional<ResidualPicture> residual;
    std::optional<RebuildPicture> rebuild, broken;
    GanttPicture gantt;
    std::optional<Place> place;  ///< refers to the log
};

/// `ref` must be in the log, which must stay as it is while the pictures are used.
DecisionPictures picturesOf(const RunLog& log, TokenRef ref, const std::optional<double>& plainMs,
                            int maxRows);

/// A step and, for the residual, the frame of it: three for its making, the last for the draw.
struct Moment {
    Step step = Step::All;
    int frame = 0;
    bool operator==(const Moment&) const = default;
};

/// What Next and Play go through for a decision, in order; never empty.
std::vector<Moment> momentsOf(const DecisionPictures& pictures);

/// One or two sentences with the numbers; why there is nothing to see where the decision has no such step.
QString sentenceOf(const DecisionPictures& pictures, Moment moment);

/// "accepted 0.62 + resampled 0.38 = the target, token by token"; what is missed where it is.
QString rebuildSentence(const RebuildPicture& rebuild);

/// The steps as a row of words, the present one marked; a click or the arrow keys choose one.
class StepTrack : public QWidget {
    Q_OBJECT

public:
    explicit StepTrack(QWidget* parent = nullptr);

    void setStep(Step step);
    Step step() const { return m_step; }
    QRect rectOf(Step step) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void stepChosen(specula::Step step);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    Step m_step = Step::All;
};

}  // namespace specula
