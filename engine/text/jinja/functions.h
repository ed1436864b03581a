#pragma once

#include <ctime>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/text/jinja/value.h"

namespace specula::jinja {

/// A function of the language.
class Function final : public Object {
public:
    using Body = std::function<Value(Interpreter&, Arguments&)>;
    Function(std::string name, Body body, int depth = 1)
        : m_name(std::move(name)), m_body(std::move(body)), m_depth(depth) {}
    std::string typeName() const override { return "function " + m_name; }
    bool callable() const override { return true; }
    Value call(Interpreter& interpreter, Arguments& arguments) override {
        return m_body(interpreter, arguments);
    }
    int depth() const override { return m_depth; }

private:
    std::string m_name;
    Body m_body;
    int m_depth;
};

/// The arguments of a function whose parameters have these names. Trouble, naming `what`, for too many,
/// unknown or repeated ones, and when one of the first `required` is missing.
class Bound {
public:
    Bound(const std::string& what, const Arguments& arguments,
          std::initializer_list<std::string_view> parameters, std::size_t required = 0);

    bool has(std::size_t i) const { return m_values[i].has_value(); }
    const Value& operator[](std::size_t i) const { return *m_values[i]; }
    Value get(std::size_t i, Value fallback) const {
        return m_values[i] ? *m_values[i] : std::move(fallback);
    }
    bool flag(std::size_t i, bool fallback) const { return m_values[i] ? m_values[i]->truthy() : fallback; }
    std::int64_t whole(std::size_t i, std::int64_t fallback) const;
    /// Absent also for None.
    std::optional<std::string> text(std::size_t i) const;

private:
    std::string m_what;
    std::vector<std::string> m_names;
    std::vector<std::optional<Value>> m_values;
};

/// range, namespace, dict, raise_exception, strftime_now and joiner.
std::vector<std::pair<std::string, Value>> globalFunctions();

/// A method of a text, a list, a tuple or a dictionary; undefined when it has none of that name. As in the
/// sandbox, there are none that would change the value.
Value methodOf(const Value& self, const std::string& name);

using Filter = Value (*)(Interpreter&, const Value&, Arguments&);
using Test = bool (*)(Interpreter&, const Value&, Arguments&);

/// Null for an unknown name.
Filter findFilter(std::string_view name);
Filter findTextFilter(std::string_view name);
Filter findSequenceFilter(std::string_view name);
Filter findPickingFilter(std::string_view name);
Test findTest(std::string_view name);

/// Date and time as Python's strftime writes them for a time without a zone, with English names.
std::string formattedTime(const std::tm& time, std::string_view format);

/// Python's "format % arguments".
std::string formattedText(std::string_view format, const Value& arguments);

/// What +, -, *, /, //, % and ** do. Trouble for values they do not take.
Value applied(Interpreter& interpreter, const std::string& sign, const Value& left, const Value& right);

/// The item, or what lies below it: a path "a.b.0" or a number is looked up step by step, `fallback` (unless
/// None) standing in for what is not there. A path of None is no step.
Value lookedUp(Interpreter& interpreter, const Value& item, const Value& path, const Value& fallback);

/// Python's a in b.
bool contains(Interpreter& interpreter, const Value& container, const Value& item);

/// value[from:to:step]; each may be None. Trouble for what has no slices.
Value sliced(const Value& value, const Value& from, const Value& to, const Value& step);

}  // namespace specula::jinja
