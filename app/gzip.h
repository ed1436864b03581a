#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace specula {

/// Whether the content begins as a gzip file does (RFC 1952).
bool isGzip(std::string_view bytes);

/// What a compressed file may become. The second bound is for files that were made to fill the memory: text
/// shrinks to a tenth or a fiftieth, a run of zeros to a thousandth.
struct InflateLimits {
    std::int64_t maxBytes = std::int64_t{2} << 30;
    std::int64_t maxRatio = 300;                      ///< unpacked / packed, where more than freeBytes come
    std::int64_t freeBytes = std::int64_t{16} << 20;  ///< of any file, whatever its ratio
};

/// Unpacks a whole gzip file piece by piece, so that a bound is met before memory is. Throws Error naming
/// `origin`: damaged, cut off, followed by something else, or larger than the limits.
std::string gunzip(std::string_view bytes, const std::string& origin, const InflateLimits& limits = {});

/// Compresses what is written and hands it on in pieces.
class GzipStream {
public:
    using Sink = std::function<void(std::string_view)>;

    explicit GzipStream(Sink sink);
    ~GzipStream();
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;

    void write(std::string_view bytes);
    void finish();  ///< writes the end; nothing may be written after it

private:
    struct State;

    void deflateAll(bool last);

    std::unique_ptr<State> m_state;
    Sink m_sink;
};

}  // namespace specula
