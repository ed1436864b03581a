#include "engine/text/jinja/functions.h"

#include <algorithm>

#include "engine/text/jinja/characters.h"
#include "engine/text/jinja/interpreter.h"
#include "engine/text/jinja/print.h"

namespace specula::jinja {
namespace {

constexpr std::int64_t kMaxRange = 100'000;  // as Jinja's sandbox

Value function(std::string name, Function::Body body, int depth = 1) {
    return Value(Value::Thing(std::make_shared<Function>(std::move(name), std::move(body), depth)));
}

Value makeRange(Interpreter& interpreter, Arguments& arguments) {
    const auto& given = arguments.positional;
    if (!arguments.named.empty() || given.empty() || given.size() > 3) {
        throw Trouble("range takes one to three whole numbers");
    }
    for (const Value& each : given) {
        if (!each.isWhole()) throw Trouble("range takes whole numbers, found a " + each.typeName());
    }
    const std::int64_t from = given.size() > 1 ? given[0].whole() : 0;
    const std::int64_t to = given.size() > 1 ? given[1].whole() : given[0].whole();
    const std::int64_t step = given.size() > 2 ? given[2].whole() : 1;
    if (step == 0) throw Trouble("range's step is 0, expected another");
    std::vector<Value> items;
    for (std::int64_t at = from; step > 0 ? at < to : at > to;) {
        if (static_cast<std::int64_t>(items.size()) >= kMaxRange) {
            throw Trouble("range has more than " + std::to_string(kMaxRange) + " numbers");
        }
        items.emplace_back(at);
        if (__builtin_add_overflow(at, step, &at)) break;
    }
    interpreter.charge(items.size());
    return Value::sequence(std::move(items), Sequence::Kind::Range);
}

// What dict() and namespace() are given: pairs or a dictionary, and named values.
Value dictionaryOf(const std::string& what, Arguments& arguments) {
    auto mapping = std::make_shared<Mapping>();
    if (arguments.positional.size() > 1) throw Trouble(what + " takes at most one dictionary");
    if (!arguments.positional.empty()) {
        const Value& from = arguments.positional[0];
        if (from.isUndefined()) throw Trouble(from.missing());
        if (from.isMapping()) {
            for (const auto& [key, value] : from.dict().entries) mapping->set(key, value);
        } else {
            for (const Value& pair : itemsOf(from)) {
                const std::vector<Value> both = itemsOf(pair);
                if (both.size() != 2) throw Trouble(what + " takes pairs of a key and a value");
                mapping->set(both[0], both[1]);
            }
        }
    }
    for (auto& [name, value] : arguments.named) mapping->set(name, std::move(value));
    return mapping;
}

Value makeNamespace(Interpreter& interpreter, Arguments& arguments) {
    const Value values = dictionaryOf("namespace", arguments);
    const Value result = interpreter.newNamespace();
    for (const auto& [key, value] : values.dict().entries) {
        if (!key.isText()) throw Trouble("namespace takes texts as names, found a " + key.typeName());
        static_cast<Namespace&>(result.object()).set(key.text(), value);
    }
    return result;
}

Value raiseException(Interpreter&, Arguments& arguments) {
    const Bound bound("raise_exception", arguments, {"message"}, 1);
    throw Trouble("the template refuses the conversation: " + printed(bound[0]));
}

Value strftimeNow(Interpreter& interpreter, Arguments& arguments) {
    const Bound bound("strftime_now", arguments, {"format"}, 1);
    if (!bound[0].isText()) throw Trouble("strftime_now takes a text, found a " + bound[0].typeName());
    return interpreter.made(formattedTime(interpreter.options().now, bound[0].text()));
}

Value makeJoiner(Interpreter&, Arguments& arguments) {
    const Bound bound("joiner", arguments, {"sep"});
    const Value separator = bound.get(0, ", ");
    return function(
        "joiner",
        [separator, used = false](Interpreter&, Arguments&) mutable -> Value {
            if (used) return separator;
            used = true;
            return "";
        },
        separator.depth() + 1);
}

}  // namespace

Bound::Bound(const std::string& what, const Arguments& arguments,
             std::initializer_list<std::string_view> parameters, std::size_t required)
    : m_what(what), m_names(parameters.begin(), parameters.end()), m_values(parameters.size()) {
    if (arguments.positional.size() > m_names.size()) {
        throw Trouble(what + " takes at most " + std::to_string(m_names.size()) + " arguments, found " +
                      std::to_string(arguments.positional.size()));
    }
    std::copy(arguments.positional.begin(), arguments.positional.end(), m_values.begin());
    for (const auto& [name, value] : arguments.named) {
        const auto found = std::find(m_names.begin(), m_names.end(), name);
        if (found == m_names.end()) throw Trouble(what + " has no parameter " + name);
        auto& place = m_values[static_cast<std::size_t>(found - m_names.begin())];
        if (place) throw Trouble(what + " is given " + name + " twice");
        place = value;
    }
    for (std::size_t i = 0; i < required; ++i) {
        if (!m_values[i]) throw Trouble(what + " needs " + m_names[i]);
    }
}

std::int64_t Bound::whole(std::size_t i, std::int64_t fallback) const {
    if (!m_values[i]) return fallback;
    if (m_values[i]->isWhole()) return m_values[i]->whole();
    throw Trouble(m_what + ": " + m_names[i] + " must be a whole number, found a " + m_values[i]->typeName());
}

std::optional<std::string> Bound::text(std::size_t i) const {
    if (!m_values[i] || m_values[i]->isNone()) return std::nullopt;
    if (m_values[i]->isText()) return m_values[i]->text();
    throw Trouble(m_what + ": " + m_names[i] + " must be a text, found a " + m_values[i]->typeName());
}

Value lookedUp(Interpreter& interpreter, const Value& item, const Value& path, const Value& fallback) {
    const auto step = [&](const Value& from, const Value& name) {
        const Value found = interpreter.subscriptOf(from, name);
        return found.isUndefined() && !fallback.isNone() ? fallback : found;
    };
    if (path.isNone()) return item;
    if (!path.isText()) return step(item, path);
    Value found = item;
    for (const std::string& part : splitText(path.text(), ".", -1, false)) {
        const bool index =
            !part.empty() && part.size() < 10 && part.find_first_not_of("0123456789") == std::string::npos;
        found = step(found, index ? Value(std::stol(part)) : Value(part));
    }
    return found;
}

std::vector<std::pair<std::string, Value>> globalFunctions() {
    return {{"range", function("range", makeRange)},
            {"namespace", function("namespace", makeNamespace)},
            {"dict",
             function("dict", [](Interpreter&, Arguments& given) { return dictionaryOf("dict", given); })},
            {"raise_exception", function("raise_exception", raiseException)},
            {"strftime_now", function("strftime_now", strftimeNow)},
            {"joiner", function("joiner", makeJoiner)}};
}

}  // namespace specula::jinja
