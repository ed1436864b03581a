#pragma once

#include <stdexcept>
#include <string>

namespace specula {

/// What kind of failure an Error is; decides the exit status of the command line (see app/).
enum class ErrorKind {
    BadInput,  ///< a file, option or value that cannot be used as given (exit status 2)
    Failed,    ///< the work itself failed: memory, disk, network (exit status 3)
};

/// The one exception type that leaves the engine.
///
/// The message is one sentence for the person at the screen: it names the file, tensor or option, what was
/// expected and what was found. It never contains a newline.
class Error : public std::runtime_error {
public:
    explicit Error(const std::string& message, ErrorKind kind = ErrorKind::BadInput)
        : std::runtime_error(message), m_kind(kind) {}

    ErrorKind kind() const { return m_kind; }

private:
    ErrorKind m_kind;
};

}  // namespace specula
