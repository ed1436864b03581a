#pragma once

#include <vector>

#include "app/report.h"

namespace specula {

class SweepChart;

/// Fills a sweep's chart, from the first gamma to the last.
void fillSweepChart(SweepChart& chart, const std::vector<SweepPoint>& points, const std::string& suite);

/// The charts and the coloured text of a run, and those of what was measured beside it, drawn in light
/// colours as PNG at 2 pixels a point; only those that have something to show. Needs a QApplication.
std::vector<ReportPicture> runPictures(const RunRecord& record, const ReportExtras& extras);

std::vector<ReportPicture> sweepPictures(const SweepRecord& sweep);

}  // namespace specula
