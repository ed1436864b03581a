#include "app/report_pictures.h"

#include <algorithm>

#include "engine/text/utf8.h"
#include "ui/charts/cost_chart.h"
#include "ui/charts/run_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/common/palette.h"
#include "ui/common/round_tree.h"
#include "ui/common/run_log.h"
#include "ui/common/run_marks.h"
#include "ui/export/picture_file.h"
#include "ui/export/run_notes.h"
#include "ui/rules/rules_chart.h"
#include "ui/tokens/token_view.h"

namespace specula {

namespace {

constexpr double kScale = 2.0;
constexpr QSize kChart(640, 280);
constexpr QSize kWide(900, 340);
constexpr int kTextWidth = 760;

QString fromText(const std::string& text) {
    return QString::fromStdString(replaceIllFormed(text));
}

/// Draws widgets and collects what came of them.
class Pictures {
public:
    explicit Pictures(QString notes) : m_notes(std::move(notes)) {}

    void add(Chart& chart, const char* file, const char* section, const QSize& size = kChart) {
        chart.setPalette(lightPalette());
        chart.resize(size);
        chart.preparePicture();
        if (!chart.isEmpty()) addWidget(chart, file, section, chart.pictureTitle());
    }

    void addWidget(QWidget& widget, const char* file, const char* section, const QString& title) {
        ExportNotes notes = exportNotesOf(widget);
        notes.title = title;
        notes.description = m_notes;
        const QByteArray bytes = pictureBytes(widget, PictureFormat::Png, kScale, notes);
        if (!bytes.isEmpty()) m_made.push_back({file, title.toStdString(), section, bytes.toStdString()});
    }

    std::vector<ReportPicture> take() { return std::move(m_made); }

private:
    QString m_notes;
    std::vector<ReportPicture> m_made;
};

RunHeader headerOf(const RunRecord& record) {
    return {1,
            record.prompt.text,
            record.promptIds,
            record.promptPieces,
            record.options,
            record.target.vocabulary,
            modelLabel(record.target),
            record.draft.name,
            record.draft.kind,
            record.prompt.branch};
}

void addRun(const RunRecord& record, const ReportExtras& extras, const QString& mark, Pictures& pictures) {
    if (record.rounds.empty()) return;
    AcceptanceChart acceptance;
    RateChart rate;
    EmissionChart emission;
    acceptance.setTotals(totalsOf(record.rounds), std::any_of(record.rounds.begin(), record.rounds.end(),
                                                              [](const Round& r) { return isTree(r); }));
    for (const Round& round : record.rounds) {
        rate.addRound(round);
        emission.addRound(round);
    }
    if (extras.baseline && extras.baseline->plain.n > 0) rate.setPlain(extras.baseline->plain);
    for (Chart* chart :
         {static_cast<Chart*>(&acceptance), static_cast<Chart*>(&rate), static_cast<Chart*>(&emission)})
        chart->setMark(mark);
    pictures.add(acceptance, "acceptance.png", kSectionRun);
    pictures.add(rate, "tokens-a-second.png", kSectionRun);
    pictures.add(emission, "tokens-a-round.png", kSectionRun);
}

void addText(const RunRecord& record, Pictures& pictures) {
    if (record.rounds.empty()) return;
    RunLog log;
    log.begin(headerOf(record));
    std::vector<Round> rounds = record.rounds;
    for (Round& round : rounds) round.runId = 1;
    log.append(std::move(rounds));
    TokenView view;
    view.setPalette(lightPalette());
    view.setLog(&log);
    view.resize(kTextWidth, 200);
    pictures.addWidget(view, "text.png", kSectionText,
                       TokenView::tr("The text, each token coloured by what happened to it"));
    view.setLog(nullptr);
}

void addSweep(const std::vector<SweepPoint>& points, const std::string& suite, const QString& mark,
              Pictures& pictures) {
    if (points.empty()) return;
    SweepChart chart;
    fillSweepChart(chart, points, suite);
    chart.setMark(mark);
    pictures.add(chart, "gamma-sweep.png", kSectionSweep, kWide);
}

}  // namespace

void fillSweepChart(SweepChart& chart, const std::vector<SweepPoint>& points, const std::string& suite) {
    if (points.empty()) return;
    const auto [first, last] =
        std::minmax_element(points.begin(), points.end(),
                            [](const SweepPoint& a, const SweepPoint& b) { return a.gamma < b.gamma; });
    chart.begin(fromText(suite), first->gamma, last->gamma);
    for (const SweepPoint& point : points) chart.setPoint(point);
    chart.finish();
}

std::vector<ReportPicture> runPictures(const RunRecord& record, const ReportExtras& extras) {
    Pictures pictures(runNotes(headerOf(record)));
    const QString mark = markWords(runMarks(record.options, record.draft.kind));
    addRun(record, extras, mark, pictures);
    addText(record, pictures);
    addSweep(extras.sweep, extras.sweepSuite, mark, pictures);
    if (record.rules && !record.rules->points.empty()) {
        RulesChart chart;
        chart.setPoints(record.rules->points, {}, false);
        pictures.add(chart, "rules.png", kSectionRules, kWide);
    }
    if (record.probe) {
        CostChart chart;
        chart.setReport(record.probe);
        pictures.add(chart, "costs.png", kSectionCosts, kWide);
    }
    return pictures.take();
}

std::vector<ReportPicture> sweepPictures(const SweepRecord& sweep) {
    const QString mark = markWords(runMarks(sweep.options, sweep.draft.kind));
    Pictures pictures(settingsNotes(sweep.options));
    addSweep(sweep.points, sweep.suite, mark, pictures);
    return pictures.take();
}

}  // namespace specula
