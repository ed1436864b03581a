#include "app/formatted.h"

#include <cstdarg>
#include <cstdio>

namespace specula {

std::string formatted(const char* pattern, ...) {
    char text[400];
    va_list arguments;
    va_start(arguments, pattern);
    std::vsnprintf(text, sizeof text, pattern, arguments);
    va_end(arguments);
    return text;
}

}  // namespace specula
