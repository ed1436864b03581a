#pragma once

#include <QString>

#include <cstdint>
#include <vector>

#include "engine/trace/models.h"

namespace specula {

// The words and numbers of the Models view, in the person's locale.

QString fromStd(const std::string& text);

/// "134.5 M", "1.32 B"; a dash for 0, which means unknown.
QString parameterText(std::int64_t parameters);
/// "102.1 MB"; a dash for 0 and below.
QString bytesText(std::int64_t bytes);
/// "3.4 MB/s"; "" where nothing moves.
QString speedText(double bytesPerSecond);
/// "45 s", "3 min 20 s", "2 h 5 min"; "" for a negative time, which means unknown.
QString durationText(double seconds);
/// "576 × 1536".
QString shapeText(const std::vector<std::int64_t>& shape);
QString formatText(WeightFormat format);

/// `text` as a tooltip that shows it to the letter: names that come out of files may look like markup.
QString plainTip(const QString& text);

/// Whether models fit the memory that is free, together and in which number format.
struct MemoryFit {
    enum class Kind { Unknown, No, Restricted, Yes };  ///< rising: how well it fits
    Kind kind = Kind::Unknown;
    std::int64_t bytes = 0;  ///< of the format that the sentence speaks of
    QString text;            ///< "0.3 GB as int8x2", "only as int8: 0.2 GB", "no: needs 14 GB, 6.2 GB free"
};

/// For one model or for several at once. What would run is the format that WeightFormat::Auto stands for
/// (int8x2), or the first that all of them have in common. `freeBytes` below 0: not known.
MemoryFit memoryFit(const std::vector<const ModelEntry*>& models, std::int64_t freeBytes);

}  // namespace specula
