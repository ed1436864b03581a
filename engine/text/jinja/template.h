#pragma once

#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/text/jinja/value.h"

namespace specula::jinja {

/// What a template may ask of the world.
struct RenderOptions {
    std::tm now{};  ///< local time, for strftime_now()
};

/// A template of Hugging Face's chat template language: Jinja 3.1 as transformers sets it up (trim_blocks,
/// lstrip_blocks, loop controls, a sandbox that changes nothing but namespaces; tojson without escapes for
/// HTML; raise_exception, strftime_now; {% generation %} changes nothing). What it does not know it refuses
/// by name: loading other templates, recursive loops, character names in escapes.
///
/// Whole numbers have 64 bits; passing them is an error. Bounded: the size of the source, nesting, steps, and
/// the size of every text; whatever a template does, rendering ends.
///
/// Const and safe from several threads.
class Template {
public:
    /// Throws Error that names the line and what was expected.
    explicit Template(std::string_view source);
    ~Template();
    Template(Template&&) noexcept;
    Template& operator=(Template&&) noexcept;

    /// What the template writes with these variables. Throws Error, also for what the template itself raises.
    std::string render(std::vector<std::pair<std::string, Value>> variables,
                       const RenderOptions& options) const;

private:
    struct Parsed;
    std::unique_ptr<const Parsed> m_parsed;
};

}  // namespace specula::jinja
