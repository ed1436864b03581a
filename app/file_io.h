#pragma once

#include <QFile>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace specula {

/// The whole file, at most `maxBytes` of it ("-" = standard input). Throws Error naming the file when it
/// cannot be read or is longer.
std::string readFile(const std::string& path, std::int64_t maxBytes);

/// Throws Error unless writeFile could begin: for destinations of work that takes long.
void checkDestination(const std::string& path);

/// Writes a file in one piece: a reader sees the old content or the new one, never half of it. A destination
/// that is not a regular file (a pipe, /dev/null) is written directly and never replaced. Throws Error:
/// BadInput when the place cannot be opened, Failed when writing stops half-way (a full disk).
void writeFile(const std::string& path, std::string_view bytes);

/// The same for content that is made piece by piece. Without commit() the old content stays.
class FileWriter {
public:
    explicit FileWriter(const std::string& path);

    void write(std::string_view bytes);
    void commit();

private:
    std::string m_path;
    std::unique_ptr<QFileDevice> m_file;
};

}  // namespace specula
