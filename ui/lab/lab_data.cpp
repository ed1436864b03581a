#include "ui/lab/lab_data.h"

#include <algorithm>

#include "engine/explain/cost_model.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "ui/charts/chart_math.h"
#include "ui/rules/rule_texts.h"

namespace specula {

namespace {

LabRow rowFor(const LabSetup& setup, const std::string& suite, const std::string& prompt) {
    return {suite, prompt, setup.temperature, setup.judged.rule, setup.judged.ensembleWeight, setup.draft};
}

LabColumn columnFor(const LabSetup& setup) {
    if (!setup.judged.tree.off()) return {0, setup.judged.tree};
    return {setup.judged.gamma, {}};
}

/// Plain runs are the same under every rule.
bool isOf(const LabSetup& setup, const LabRow& row) {
    if (setup.draft != row.draft || setup.temperature != row.temperature) return false;
    return setup.plain() ||
           (setup.judged.rule == row.rule && setup.judged.ensembleWeight == row.ensembleWeight);
}

void addTotals(Totals& sum, const Totals& part) {
    sum.judged += part.judged;
    sum.accepted += part.accepted;
    sum.rejected += part.rejected;
    sum.drafted += part.drafted;
    if (sum.judgedAt.size() < part.judgedAt.size()) {
        sum.judgedAt.resize(part.judgedAt.size());
        sum.acceptedAt.resize(part.judgedAt.size());
    }
    for (std::size_t i = 0; i < part.judgedAt.size() && i < part.acceptedAt.size(); ++i) {
        sum.judgedAt[i] += part.judgedAt[i];
        sum.acceptedAt[i] += part.acceptedAt[i];
    }
}

}  // namespace

LabData::Key LabData::keyOf(const LabSetup& setup, const std::string& suite, const std::string& prompt) {
    const bool plain = setup.plain();
    const TreeShape& tree = setup.judged.tree;
    return {suite,
            prompt,
            setup.draft,
            setup.temperature,
            plain ? -1 : static_cast<int>(setup.judged.rule),
            plain ? 0.0 : setup.judged.ensembleWeight,
            tree.off() ? setup.judged.gamma : 0,
            tree.automatic,
            tree.children};
}

void LabData::begin(const LabRequest& request) {
    m_request = request;
    m_setups = labSetups(request);
    m_points.clear();
    makeColumns();
    makeRows();
}

void LabData::set(const LabPoint& point) {
    m_draftNames[point.setup.draft] = point.draftName;
    m_points[keyOf(point.setup, point.suite, point.prompt)] = point;
}

void LabData::setPromptsShown(bool shown) {
    m_promptsShown = shown;
    makeRows();
}

void LabData::makeColumns() {
    m_columns.clear();
    for (const LabSetup& setup : m_setups) {
        const LabColumn column = columnFor(setup);
        if (std::find(m_columns.begin(), m_columns.end(), column) == m_columns.end())
            m_columns.push_back(column);
    }
    std::stable_sort(m_columns.begin(), m_columns.end(), [](const LabColumn& a, const LabColumn& b) {
        const auto rank = [](const LabColumn& column) {
            if (!column.tree.off()) return 1000;
            return column.gamma == kGammaAuto ? 999 : column.gamma;
        };
        return rank(a) < rank(b);
    });
}

void LabData::makeRows() {
    m_rows.clear();
    std::vector<LabRow> ways;  // of one suite: by temperature, then rule, then draft
    for (const double temperature : m_request.temperatures) {
        const std::size_t first = ways.size();
        for (const LabSetup& setup : m_setups) {
            if (setup.plain() || setup.temperature != temperature) continue;
            const LabRow row = rowFor(setup, {}, {});
            if (std::find(ways.begin(), ways.end(), row) == ways.end()) ways.push_back(row);
        }
        std::stable_sort(ways.begin() + static_cast<std::ptrdiff_t>(first), ways.end(),
                         [](const LabRow& a, const LabRow& b) {
                             return std::tie(a.rule, a.ensembleWeight) < std::tie(b.rule, b.ensembleWeight);
                         });
    }
    for (const LabSuite& suite : m_request.suites) {
        std::vector<std::string> prompts{""};
        if (m_promptsShown) {
            for (const Prompt& prompt : suite.prompts) prompts.push_back(prompt.name);
        }
        for (const std::string& prompt : prompts) {
            for (LabRow row : ways) {
                row.suite = suite.name;
                row.prompt = prompt;
                m_rows.push_back(std::move(row));
            }
        }
    }
    m_cells.assign(m_rows.size(), std::vector<int>(m_columns.size(), -1));
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        for (std::size_t i = 0; i < m_setups.size(); ++i) {
            const std::optional<std::size_t> column = columnOf(m_setups[i]);
            if (column && isOf(m_setups[i], m_rows[row])) m_cells[row][*column] = static_cast<int>(i);
        }
    }
}

std::optional<LabSetup> LabData::setupAt(std::size_t row, std::size_t column) const {
    if (row >= m_rows.size() || column >= m_columns.size() || m_cells[row][column] < 0) return std::nullopt;
    return m_setups[static_cast<std::size_t>(m_cells[row][column])];
}

const LabPoint* LabData::find(const LabSetup& setup, const std::string& suite,
                              const std::string& prompt) const {
    const auto at = m_points.find(keyOf(setup, suite, prompt));
    return at == m_points.end() ? nullptr : &at->second;
}

const LabPoint* LabData::at(std::size_t row, std::size_t column) const {
    const std::optional<LabSetup> setup = setupAt(row, column);
    return setup ? find(*setup, m_rows[row].suite, m_rows[row].prompt) : nullptr;
}

std::vector<const LabPoint*> LabData::pointsOf(std::size_t row) const {
    std::vector<const LabPoint*> points;
    for (std::size_t column = 0; column < m_columns.size(); ++column) {
        if (const LabPoint* point = at(row, column)) points.push_back(point);
    }
    return points;
}

std::optional<std::size_t> LabData::rowOf(const LabSetup& setup, const std::string& suite,
                                          const std::string& prompt) const {
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        if (m_rows[row].suite == suite && m_rows[row].prompt == prompt && isOf(setup, m_rows[row]))
            return row;
    }
    return std::nullopt;
}

std::optional<std::size_t> LabData::columnOf(const LabSetup& setup) const {
    const auto at = std::find(m_columns.begin(), m_columns.end(), columnFor(setup));
    if (at == m_columns.end()) return std::nullopt;
    return static_cast<std::size_t>(at - m_columns.begin());
}

std::optional<std::size_t> LabData::bestColumn(std::size_t row) const {
    std::optional<std::size_t> best;
    double most = 0.0;
    for (std::size_t column = 0; column < m_columns.size(); ++column) {
        const LabPoint* point = at(row, column);
        if (!point || !point->speedup || point->speedup->median <= most) continue;
        most = point->speedup->median;
        best = column;
    }
    return best;
}

std::optional<std::size_t> LabData::rowOfSuite(std::size_t row, const std::string& suite) const {
    if (row >= m_rows.size()) return std::nullopt;
    LabRow wanted = m_rows[row];
    wanted.suite = suite;
    wanted.prompt.clear();
    const auto at = std::find(m_rows.begin(), m_rows.end(), wanted);
    if (at == m_rows.end()) return std::nullopt;
    return static_cast<std::size_t>(at - m_rows.begin());
}

Totals LabData::chainTotals(std::size_t row) const {
    Totals sum;
    for (const LabPoint* point : pointsOf(row)) {
        if (point->setup.judged.tree.off()) addTotals(sum, point->totals);
    }
    return sum;
}

std::vector<double> LabData::modelCurve(std::size_t row, int last) const {
    std::vector<double> alpha;
    for (const Share& share : acceptanceByPosition(chainTotals(row))) alpha.push_back(share.value);
    const std::vector<const LabPoint*> points = pointsOf(row);
    std::vector<double> curve;
    if (alpha.empty() || points.empty()) return curve;
    const Costs& costs = points.back()->costs;
    for (int gamma = 0; gamma <= last; ++gamma)
        curve.push_back(speedupOf(expectedTokensPerRound(alpha, gamma), gamma, gamma, costs));
    return curve;
}

std::vector<ShapedPoint> LabData::sweepOf(std::size_t row) const {
    std::vector<ShapedPoint> sweep;
    for (const LabPoint* point : pointsOf(row)) {
        ShapedPoint& out = sweep.emplace_back();
        out.tree = point->setup.judged.tree;
        out.gamma = out.tree.off() ? point->setup.judged.gamma
                                   : std::max(1, static_cast<int>(out.tree.children.size()));
        out.tokensPerSecond = point->tokensPerSecond;
        out.speedup = point->speedup;
        out.predictedSpeedup = point->predictedSpeedup;
        out.totals = point->totals;
    }
    return sweep;
}

std::optional<RunRequest> LabData::runOf(std::size_t row, std::size_t column) const {
    const LabPoint* point = at(row, column);
    if (!point) return std::nullopt;
    const auto suite = std::find_if(m_request.suites.begin(), m_request.suites.end(),
                                    [&](const LabSuite& each) { return each.name == point->suite; });
    if (suite == m_request.suites.end() || suite->prompts.empty()) return std::nullopt;
    auto prompt = std::find_if(suite->prompts.begin(), suite->prompts.end(),
                               [&](const Prompt& each) { return each.name == point->prompt; });
    if (prompt == suite->prompts.end()) prompt = suite->prompts.begin();
    RunRequest run{m_request.engine, *prompt, labOptions(m_request, point->setup)};
    run.engine.draft = point->setup.draft;
    run.options.detail = Detail::Full;
    // Automatic shapes are a function of these.
    if (run.options.gamma == kGammaAuto || run.options.tree.automatic ||
        run.options.draftStop.kind == DraftStop::Kind::Auto)
        run.options.costs = point->costs;
    return run;
}

}  // namespace specula
