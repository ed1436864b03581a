#pragma once

#include <optional>

#include "engine/trace/reports.h"
#include "engine/trace/round.h"
#include "engine/trace/totals.h"
#include "ui/charts/chart.h"
#include "ui/charts/chart_math.h"

namespace specula {

/// Acceptance rate by draft position, with Wilson 95 % intervals and the number of judged tokens each rests
/// on.
class AcceptanceChart : public Chart {
    Q_OBJECT

public:
    explicit AcceptanceChart(QWidget* parent = nullptr);

    /// Totals of the shown run so far.
    /// `trees`: several candidates stand for one place in some rounds.
    void setTotals(const Totals& totals, bool trees = false);

    QString words(const ChartMark& mark) const override;
    ChartTable table() const override;

protected:
    bool rebuild() override;
    void applyTheme(const Theme& theme) override;

private:
    std::vector<Share> m_shares;
    bool m_trees = false;
    QCPAxisRect* m_rect = nullptr;
    QCPBars* m_bars = nullptr;
    QCPErrorBars* m_errors = nullptr;
};

/// Tokens a second over the run's own clock, against plain decoding (dashed) once that was measured for the
/// prompt.
class RateChart : public Chart {
    Q_OBJECT

public:
    explicit RateChart(QWidget* parent = nullptr);

    void clear();
    /// The run's rounds in order, each once. O(1).
    void addRound(const Round& round);
    /// Plain decoding, tokens a second; absent while it has not been measured for this prompt.
    void setPlain(const std::optional<Interval>& tokensPerSecond);

    const RateSeries& series() const { return m_series; }
    QString words(const ChartMark& mark) const override;
    ChartTable table() const override;

protected:
    bool rebuild() override;
    void applyTheme(const Theme& theme) override;

private:
    RateSeries m_series;
    std::optional<Interval> m_plain;
    QCPAxisRect* m_rect = nullptr;
    QCPGraph* m_graph = nullptr;
    QCPItemRect* m_band = nullptr;  ///< the interval of plain decoding
    Reference m_baseline;
};

/// How many rounds emitted how many tokens, with the mean.
class EmissionChart : public Chart {
    Q_OBJECT

public:
    explicit EmissionChart(QWidget* parent = nullptr);

    void clear();
    /// Each round once. O(1).
    void addRound(const Round& round);

    QString words(const ChartMark& mark) const override;
    ChartTable table() const override;

protected:
    bool rebuild() override;
    void applyTheme(const Theme& theme) override;

private:
    EmissionCounts m_counts;
    QCPAxisRect* m_rect = nullptr;
    QCPBars* m_bars = nullptr;
    Reference m_mean;
};

}  // namespace specula
