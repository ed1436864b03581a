#include "engine/text/jinja/template.h"

#include "engine/text/jinja/functions.h"
#include "engine/text/jinja/interpreter.h"
#include "engine/text/jinja/parser.h"
#include "engine/text/json_file.h"
#include "engine/text/utf8.h"
#include "engine/trace/error.h"

namespace specula::jinja {
namespace {

constexpr std::size_t kMaxSource = 1u << 20;

Error errorAt(int line, const std::string& what) {
    return Error("the chat template, line " + std::to_string(line) + ": " + sanitised(what));
}

}  // namespace

struct Template::Parsed {
    Body body;
};

Template::Template(std::string_view source) {
    if (source.size() > kMaxSource) {
        throw Error("the chat template has " + std::to_string(source.size()) + " bytes, expected at most " +
                    std::to_string(kMaxSource));
    }
    try {
        m_parsed = std::make_unique<const Parsed>(Parsed{parse(replaceIllFormed(source))});
    } catch (const Misplaced& mistake) {
        throw errorAt(mistake.line, mistake.what);
    }
}

Template::~Template() = default;
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;

std::string Template::render(std::vector<std::pair<std::string, Value>> variables,
                             const RenderOptions& options) const {
    auto globals = globalFunctions();
    globals.insert(globals.begin(), std::make_move_iterator(variables.begin()),
                   std::make_move_iterator(variables.end()));
    Interpreter interpreter(options, std::move(globals));
    try {
        return interpreter.run(m_parsed->body);
    } catch (const Trouble& trouble) {
        throw errorAt(interpreter.line(), trouble.what());
    }
}

}  // namespace specula::jinja
