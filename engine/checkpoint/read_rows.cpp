#include <algorithm>
#include <bit>

#include "engine/checkpoint/block_formats.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

bool allFinite(const float* values, std::int64_t count) {
    std::uint32_t notFinite = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto exponent = std::bit_cast<std::uint32_t>(values[i]) & 0x7F800000u;
        notFinite |= static_cast<std::uint32_t>(exponent == 0x7F800000u);
    }
    return notFinite == 0;
}

// Whether the last place that the tensor's rows (or, one by one, elements) reach lies inside its bytes.
bool holds(const StoredTensor& tensor, const BlockFormat& format, std::int64_t length) {
    const bool vector = tensor.shape.size() < 2;
    if (length % format.block != 0) return false;
    const std::int64_t unit = length / format.block * format.bytes;
    const std::int64_t units =
        static_cast<std::int64_t>(tensor.bytes.size()) / std::max<std::int64_t>(unit, 1);
    if (tensor.turnedWidth != 0) {
        return !vector && tensor.placeOf(tensor.rows() - 1) < tensor.turnedWidth &&
               tensor.rowLength() <= units / tensor.turnedWidth;
    }
    if (vector && length != tensor.rowLength()) return tensor.placeOf(tensor.rowLength() - 1) < units;
    return tensor.rows() == 0 || tensor.placeOf(tensor.rows() - 1) < units;
}

// Rows that lie as columns: the file's rows are walked in order, so that neighbouring columns are read
// together.
void readTurned(const StoredTensor& tensor, const BlockFormat& format, std::int64_t first, std::int64_t count,
                std::int64_t length, float* out) {
    for (std::int64_t i = 0; i < length; ++i) {
        for (std::int64_t row = 0; row < count; ++row) {
            const std::int64_t at = i * tensor.turnedWidth + tensor.placeOf(first + row);
            format.read(tensor.bytes.data() + at * format.bytes, 1, out + row * length + i);
        }
    }
}

}  // namespace

std::string_view name(DType type) {
    return formatOf(type).name;
}

void readRows(const StoredTensor& tensor, std::int64_t first, std::int64_t count, float* out) {
    const BlockFormat& format = formatOf(tensor.type);
    const std::int64_t length = tensor.rowLength();
    const bool vector = tensor.shape.size() < 2;
    const bool oneByOne =
        tensor.turnedWidth != 0 || (vector && (tensor.firstRow != 0 || tensor.rowGroup != 0));
    if (first < 0 || count < 0 || first > tensor.rows() || count > tensor.rows() - first ||
        !holds(tensor, format, oneByOne ? 1 : length)) {
        throw Error(sanitised(tensor.file) + ": tensor " + sanitised(tensor.fileName) + " has " +
                        std::to_string(tensor.rows()) + " rows, rows " + std::to_string(first) + " to " +
                        std::to_string(first + count) + " were asked for",
                    ErrorKind::Failed);
    }
    if (count == 0) return;
    if (oneByOne) {
        if (format.block != 1) {
            throw Error(sanitised(tensor.file) + ": tensor " + sanitised(tensor.fileName) + " is stored as " +
                        std::string(format.name) + ", which cannot be read in parts");
        }
        readTurned(tensor, format, vector ? 0 : first, vector ? length : count, vector ? 1 : length, out);
    } else {
        const std::int64_t rowBytes = length / format.block * format.bytes;
        for (std::int64_t row = 0; row < count; ++row)
            format.read(tensor.bytes.data() + tensor.placeOf(first + row) * rowBytes, length,
                        out + row * length);
    }
    for (std::int64_t row = 0; row < count; ++row) {
        if (!allFinite(out + row * length, length)) {
            throw Error(sanitised(tensor.file) + ": tensor " + sanitised(tensor.fileName) +
                        " holds a value that is not finite in row " + std::to_string(first + row));
        }
    }
}

}  // namespace specula
