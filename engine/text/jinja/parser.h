#pragma once

#include <string_view>

#include "engine/text/jinja/ast.h"
#include "engine/text/jinja/lexer.h"

namespace specula::jinja {

/// The template as statements. Throws Misplaced for what Jinja would not accept, for tags that load other
/// templates, and for nesting deeper than any real template's.
Body parse(std::string_view source);

}  // namespace specula::jinja
