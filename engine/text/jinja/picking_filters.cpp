#include <map>

#include "engine/text/jinja/functions.h"
#include "engine/text/jinja/interpreter.h"

// map, select, reject and their forms for attributes.

namespace specula::jinja {
namespace {

// Whatever counts as false has no items, be it something to go through or not.
std::vector<Value> itemsIfAny(const Value& value) {
    return value.truthy() ? itemsOf(value) : std::vector<Value>();
}

Value map(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    std::vector<Value> results;
    const bool byAttribute = arguments.positional.empty();
    std::string filter;
    if (!byAttribute) {
        if (!arguments.positional[0].isText()) throw Trouble("map takes a filter's name first");
        filter = arguments.positional[0].text();
        arguments.positional.erase(arguments.positional.begin());
    }
    for (const Value& item : itemsIfAny(value)) {
        interpreter.charge(1);
        if (byAttribute) {
            const Bound bound("map", arguments, {"attribute", "default"}, 1);
            results.push_back(lookedUp(interpreter, item, bound[0], bound.get(1, Value::None{})));
        } else {
            Arguments each = arguments;
            results.push_back(interpreter.applyFilter(filter, item, each));
        }
    }
    return Value::sequence(std::move(results), Sequence::Kind::Generator);
}

// Keeps the items (or those with an attribute) that pass a test, or that are true when none is named.
template <bool wanted, bool byAttribute>
Value pick(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    auto& given = arguments.positional;
    Value path;
    if (byAttribute) {
        if (given.empty()) throw Trouble("selectattr and rejectattr take an attribute's name first");
        path = given[0];
        given.erase(given.begin());
    }
    std::string test;
    const bool tested = !given.empty();
    if (tested) {
        if (!given[0].isText())
            throw Trouble("select and reject take a test's name, found a " + given[0].typeName());
        test = given[0].text();
        given.erase(given.begin());
    }
    std::vector<Value> kept;
    for (const Value& item : itemsIfAny(value)) {
        interpreter.charge(1);
        const Value looked = byAttribute ? lookedUp(interpreter, item, path, Value::None{}) : item;
        Arguments each = arguments;
        const bool passes = tested ? interpreter.applyTest(test, looked, each) : looked.truthy();
        if (passes == wanted) kept.push_back(item);
    }
    return Value::sequence(std::move(kept), Sequence::Kind::Generator);
}

}  // namespace

Filter findPickingFilter(std::string_view name) {
    static const std::map<std::string_view, Filter> filters = {
        {"map", map},
        {"select", pick<true, false>},
        {"reject", pick<false, false>},
        {"selectattr", pick<true, true>},
        {"rejectattr", pick<false, true>},
    };
    const auto found = filters.find(name);
    return found == filters.end() ? nullptr : found->second;
}

}  // namespace specula::jinja
