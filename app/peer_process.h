#pragma once

#include <stop_token>
#include <string>
#include <vector>

namespace specula {

struct ProcessOutput {
    std::string out, err;
};

/// Runs a program to its end, without a shell and with nothing on its standard input. Ends it after `seconds`
/// or when stopped. Throws Error, one line that begins with the program's name: not startable, too long, cut
/// off, or an exit status other than 0 with the last line that it wrote. One thread; needs no event loop.
ProcessOutput runProcess(const std::string& program, const std::vector<std::string>& arguments,
                         double seconds, std::stop_token stop);

}  // namespace specula
