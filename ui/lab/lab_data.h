#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <QString>

#include "engine/trace/lab.h"
#include "ui/charts/chart_math.h"

namespace specula {

/// A row of the lab's grid: everything that is the same along it.
struct LabRow {
    std::string suite;
    std::string prompt;  ///< "" for the whole suite
    double temperature = 0.0;
    Rule rule = Rule::Token;
    double ensembleWeight = 0.5;
    std::string draft;  ///< as EngineOptions::draft

    bool operator==(const LabRow&) const = default;
};

/// A column: how much is drafted a round.
struct LabColumn {
    int gamma = 0;        ///< 0 without a tree: plain decoding
    TreeShape tree = {};  ///< off: a chain

    bool plain() const { return gamma == 0 && tree.off(); }
    bool operator==(const LabColumn&) const = default;
};

/// A lab as the page shows it: rows, columns and the points that have come so far. A plain value.
class LabData {
public:
    /// A new lab: its cells are known, none of them measured.
    void begin(const LabRequest& request);
    void set(const LabPoint& point);
    /// Rows for single prompts too, below those of their suites.
    void setPromptsShown(bool shown);
    bool promptsShown() const { return m_promptsShown; }

    const LabRequest& request() const { return m_request; }
    bool empty() const { return m_points.empty(); }
    const std::vector<LabRow>& rows() const { return m_rows; }
    /// Plain, chains by gamma, trees.
    const std::vector<LabColumn>& columns() const { return m_columns; }

    /// How a cell runs; absent where it is not part of the lab (a tree of a draft that has none, say).
    std::optional<LabSetup> setupAt(std::size_t row, std::size_t column) const;
    /// Null while nothing was measured there.
    const LabPoint* at(std::size_t row, std::size_t column) const;
    const LabPoint* find(const LabSetup& setup, const std::string& suite, const std::string& prompt) const;
    /// The measured points of a row, plain first.
    std::vector<const LabPoint*> pointsOf(std::size_t row) const;
    /// Where a step is; nothing where its row is not shown.
    std::optional<std::size_t> rowOf(const LabSetup& setup, const std::string& suite,
                                     const std::string& prompt) const;
    std::optional<std::size_t> columnOf(const LabSetup& setup) const;
    /// The column of a row with the highest median speed-up; absent while there is none.
    std::optional<std::size_t> bestColumn(std::size_t row) const;
    /// The row that differs only in its suite.
    std::optional<std::size_t> rowOfSuite(std::size_t row, const std::string& suite) const;

    /// Counts of the row's chains together: what acceptance by position and the model curve rest on.
    Totals chainTotals(std::size_t row) const;
    /// The speed-up that the cost model predicts for gamma 0 to `last` from chainTotals() and the draft's
    /// measured costs; empty while nothing is known.
    std::vector<double> modelCurve(std::size_t row, int last) const;
    /// The row as the points of a sweep.
    std::vector<ShapedPoint> sweepOf(std::size_t row) const;
    /// The run behind a cell: the first repeat on its prompt (of a suite: on the first), to the last bit.
    std::optional<RunRequest> runOf(std::size_t row, std::size_t column) const;

    /// "Code", or with what else differs between rows: "Code · 0.7 · Block · n-gram look-up".
    QString rowText(std::size_t row) const;
    /// All of it.
    QString rowWords(std::size_t row) const;
    QString draftText(const std::string& draft) const;

private:
    using Key =
        std::tuple<std::string, std::string, std::string, double, int, double, int, bool, std::vector<int>>;
    static Key keyOf(const LabSetup& setup, const std::string& suite, const std::string& prompt);
    void makeRows();
    void makeColumns();

    LabRequest m_request;
    std::vector<LabSetup> m_setups;  // all of the lab
    std::vector<LabRow> m_rows;
    std::vector<LabColumn> m_columns;
    std::vector<std::vector<int>> m_cells;  // [row][column]: place in m_setups, -1: not part of the lab
    std::map<Key, LabPoint> m_points;
    std::map<std::string, std::string> m_draftNames;  // by spec
    bool m_promptsShown = false;
};

/// "plain", "4", "auto", "tree 3,2,1": the head of a column.
QString columnText(const LabColumn& column);
/// "plain decoding", "gamma 4", "the tree 3,2,1": in a sentence.
QString columnWords(const LabColumn& column);
/// "0", "0.7".
QString temperatureText(double temperature);

/// "1.62× (1.52–1.70, 12 runs), predicted 1.58×; acceptance 0.71; 182 tokens a second", with a warning where
/// the difference is not significant.
QString labPointWords(const LabPoint& point);

/// Time a token of some runs, in milliseconds.
struct TokenTime {
    double draft = 0.0;
    double verify = 0.0;
    double overhead = 0.0;  ///< deciding, catching up and everything else

    double total() const { return draft + verify + overhead; }
};
/// Absent where nothing was emitted.
std::optional<TokenTime> timeOf(const Totals& totals);

// What the lab says: titles of its charts.

/// The best cell of all: "Best: Code with gamma 3, 1.62× (1.52–1.70)".
QString labFinding(const LabData& data, bool running);
/// Of the shown row.
QString timeFinding(const LabData& data, std::size_t row);
/// Of the suites under one setup, in the order of their rows.
QString suitesFinding(const std::vector<std::pair<QString, Interval>>& suites);

}  // namespace specula
