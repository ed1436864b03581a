#pragma once

#include <vector>

#include "ui/charts/chart.h"
#include "ui/drafts/draft_texts.h"

namespace specula {

/// How much of the target's choice a draft covers on held-out texts while it learns, one curve a drafting
/// step.
class AlphaChart : public Chart {
    Q_OBJECT

public:
    explicit AlphaChart(QWidget* parent = nullptr);

    void setPoints(std::vector<AlphaPoint> points);

    QString words(const ChartMark& mark) const override;
    ChartTable table() const override;

protected:
    bool rebuild() override;
    void applyTheme(const Theme& theme) override;

private:
    struct Curve {
        QCPGraph* graph = nullptr;
        QCPItemText* label = nullptr;
    };
    void makeCurves(std::size_t count);
    void colorCurves();
    void placeLabels();

    std::vector<AlphaPoint> m_points;
    QCPAxisRect* m_rect = nullptr;
    std::vector<Curve> m_curves;
};

}  // namespace specula
