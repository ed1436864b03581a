#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/trace/recommend.h"

namespace specula {

/// What a recommendation belongs to. Speed depends on all of it.
struct PairKey {
    std::string target;  ///< name of the file or folder, and a hash of its files' names, sizes and times
    std::string draft;   ///< the same, or a draft that is not a file as it is written ("ngram:4")
    std::string weights;
    std::string temperature;     ///< class: "greedy", "below 0.5", "0.5 to 1", "above 1"
    std::string instructionSet;  ///< of the kernels that run

    std::string text() const;
};

/// `weights`: what runs, never Auto. `draft`, not that of `engine`: one pair at a time is loaded, and a
/// winner may be another.
PairKey pairKey(const EngineOptions& engine, const std::string& draft, WeightFormat weights,
                double temperature, const std::string& instructionSet);

/// A recommendation that was taken.
struct PairDefault {
    DraftShape shape;  ///< gamma 0 without a tree: plain decoding
    double predicted = 1.0;
    Interval speedup;  ///< n = 0: predicted only
    std::string suite;
    std::int64_t takenAt = 0;  ///< seconds since 1970
};

/// The recommendations that were taken, one JSON file in the person's data folder ("pair-defaults.json").
/// Read anew each time: several windows may be open. What others wrote there stays as it is. GUI thread.
class PairDefaults {
public:
    /// `path` of the file; "" = in the person's data folder.
    explicit PairDefaults(std::string path = {});

    /// Absent where there is none, or it cannot be read: problem() then says why, one sentence.
    std::optional<PairDefault> find(const PairKey& key);
    const std::string& problem() const { return m_problem; }

    /// Remembers it. A file that cannot be read is kept under another name (".broken"). Throws Error where
    /// the file cannot be written.
    void put(const PairKey& key, const PairDefault& value);

private:
    const std::string m_path;
    std::string m_problem;
};

}  // namespace specula
