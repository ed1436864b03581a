#pragma once

#include <optional>

#include "engine/trace/options.h"
#include "ui/charts/chart.h"

namespace specula {

/// The best speed-up that the cost model predicts for each acceptance rate and cost of a draft step, with
/// this target's v and overhead: a map, the line where nothing is gained any more, and where this draft
/// stands. Predicted, not measured, and says so.
class LabHeatChart : public Chart {
    Q_OBJECT

public:
    explicit LabHeatChart(QWidget* parent = nullptr);

    /// A draft that was measured: acceptance rate (accepted / judged) and costs. Absent: nothing to show.
    struct Place {
        double alpha = 0.0;
        Costs costs;
        bool operator==(const Place&) const = default;
    };
    void setPlace(const std::optional<Place>& place);

    /// Longest chain that is considered.
    static constexpr int kLastGamma = 16;
    /// What the map shows at an acceptance rate and c: bestGamma() of the cost model.
    double speedupAt(double alpha, double c) const;
    const QCPColorMap& map() const { return *m_map; }

    QString words(const ChartMark& mark) const override;
    ChartTable table() const override;
    QSize sizeHint() const override { return {320, 250}; }

protected:
    bool rebuild() override;
    void applyTheme(const Theme& theme) override;

private:
    void drawMap(double highestC);
    void drawBreakEven(double highestC);
    void drawHere();

    std::optional<Place> m_place;
    std::optional<Place> m_drawn;
    QCPAxisRect* m_rect = nullptr;
    QCPColorMap* m_map = nullptr;
    QCPColorScale* m_scale = nullptr;
    QCPGraph* m_breakEven = nullptr;
    QCPGraph* m_here = nullptr;
    QCPItemText* m_breakEvenLabel = nullptr;
    QCPItemText* m_hereLabel = nullptr;
};

}  // namespace specula
