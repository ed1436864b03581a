#include "app/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for gzip's own header and checksum
constexpr std::size_t kPiece = std::size_t{1} << 18;

/// An inflater that is put away however the reading ends.
class Inflater {
public:
    Inflater() {
        if (inflateInit2(&m_stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
    }
    ~Inflater() { inflateEnd(&m_stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    z_stream& stream() { return m_stream; }

private:
    z_stream m_stream{};
};

std::string mebibytes(std::int64_t bytes) {
    return std::to_string(bytes >> 20) + " MiB";
}

}  // namespace

bool isGzip(std::string_view bytes) {
    return bytes.size() >= 3 && bytes.substr(0, 3) == "\x1f\x8b\x08";
}

std::string gunzip(std::string_view bytes, const std::string& origin, const InflateLimits& limits) {
    Inflater inflater;
    z_stream& stream = inflater.stream();
    std::string text;
    std::string piece(kPiece, '\0');
    const std::int64_t allowed =
        std::min(limits.maxBytes,
                 std::max(limits.freeBytes, static_cast<std::int64_t>(bytes.size()) * limits.maxRatio));
    std::size_t given = 0;
    int state = Z_OK;
    while (state != Z_STREAM_END) {
        if (stream.avail_in == 0 && given < bytes.size()) {
            const std::string_view next = bytes.substr(given, kPiece);
            // zlib's interface is from before const.
            stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(next.data()));
            stream.avail_in = static_cast<uInt>(next.size());
            given += next.size();
        }
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        state = inflate(&stream, Z_NO_FLUSH);
        if (state == Z_MEM_ERROR) throw std::bad_alloc();
        const std::size_t made = piece.size() - stream.avail_out;
        const bool stuck = made == 0 && stream.avail_in == 0 && given == bytes.size();
        if (state == Z_BUF_ERROR || (state == Z_OK && stuck))
            throw Error(origin + ": expected a whole gzip file, found one that is cut off");
        if (state != Z_OK && state != Z_STREAM_END)
            throw Error(origin + ": expected a gzip file, found damaged data");
        if (static_cast<std::int64_t>(text.size() + made) > allowed)
            throw Error(origin + ": expected a compressed session of ordinary size, found " +
                        std::to_string(bytes.size()) + " bytes that unpack to more than " +
                        mebibytes(allowed));
        text.append(piece, 0, made);
    }
    if (stream.avail_in > 0 || given < bytes.size())
        throw Error(origin + ": expected the end of the file after the compressed session, found more bytes");
    return text;
}

struct GzipStream::State {
    z_stream stream{};
    std::array<char, kPiece> out;
};

GzipStream::GzipStream(Sink sink) : m_state(std::make_unique<State>()), m_sink(std::move(sink)) {
    constexpr int kLevel = 6;
    constexpr int kMemory = 8;
    if (deflateInit2(&m_state->stream, kLevel, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
}

GzipStream::~GzipStream() {
    deflateEnd(&m_state->stream);
}

void GzipStream::deflateAll(bool last) {
    z_stream& stream = m_state->stream;
    int state = Z_OK;
    do {
        stream.next_out = reinterpret_cast<Bytef*>(m_state->out.data());
        stream.avail_out = static_cast<uInt>(m_state->out.size());
        state = deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
        const std::size_t made = m_state->out.size() - stream.avail_out;
        if (made > 0) m_sink({m_state->out.data(), made});
    } while (stream.avail_out == 0 || (last && state != Z_STREAM_END));
}

void GzipStream::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::string_view next = bytes.substr(0, std::size_t{1} << 30);
        m_state->stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(next.data()));
        m_state->stream.avail_in = static_cast<uInt>(next.size());
        deflateAll(false);
        bytes.remove_prefix(next.size());
    }
}

void GzipStream::finish() {
    m_state->stream.avail_in = 0;
    deflateAll(true);
}

}  // namespace specula
