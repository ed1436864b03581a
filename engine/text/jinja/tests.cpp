#include <map>

#include "engine/text/jinja/characters.h"
#include "engine/text/jinja/functions.h"
#include "engine/text/jinja/interpreter.h"
#include "engine/text/jinja/print.h"

// What stands behind `is`.

namespace specula::jinja {
namespace {

// A test without arguments.
template <bool (*is)(const Value&)>
bool plain(Interpreter&, const Value& value, Arguments& arguments) {
    const Bound none("the test", arguments, {});
    return is(value);
}

// One that a value answers itself.
template <bool (Value::*is)() const>
bool kind(Interpreter&, const Value& value, Arguments& arguments) {
    const Bound none("the test", arguments, {});
    return (value.*is)();
}

Value only(const char* what, const Arguments& arguments) {
    return Bound(what, arguments, {"other"}, 1)[0];
}

bool isEqual(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    return equals(value, only("equalto", arguments), interpreter.workLeft());
}

bool isUnequal(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    return !isEqual(interpreter, value, arguments);
}

bool isLess(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    return lessThan(value, only("lessthan", arguments), interpreter.workLeft());
}

bool isGreater(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    return lessThan(only("greaterthan", arguments), value, interpreter.workLeft());
}

bool isAtMost(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    return !isGreater(interpreter, value, arguments);
}

bool isAtLeast(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    return !isLess(interpreter, value, arguments);
}

bool isIn(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    return contains(interpreter, only("in", arguments), value);
}

bool isSame(Interpreter&, const Value& value, Arguments& arguments) {
    return value.sameAs(only("sameas", arguments));
}

bool remainderIs(Interpreter& interpreter, const Value& value, const Value& divisor, int remainder) {
    const Value found = applied(interpreter, "%", value, divisor);
    return found.isNumber() && found.real() == remainder;
}

bool isDivisible(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    return remainderIs(interpreter, value, only("divisibleby", arguments), 0);
}

template <int remainder>
bool isOddOrEven(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound none("odd or even", arguments, {});
    return remainderIs(interpreter, value, 2, remainder);
}

template <LetterCase letterCase>
bool isCase(Interpreter&, const Value& value, Arguments& arguments) {
    const Bound none("upper or lower", arguments, {});
    return hasOnlyCase(printed(value), letterCase);
}

bool isFilter(Interpreter&, const Value& value, Arguments&) {
    return value.isText() && findFilter(value.text()) != nullptr;
}

bool isTest(Interpreter&, const Value& value, Arguments&) {
    return value.isText() && findTest(value.text()) != nullptr;
}

bool isSequenceLike(const Value& value) {
    const bool hidden = value.isSequence(Sequence::Kind::View) || value.isSequence(Sequence::Kind::Generator);
    return !hidden && (value.isSequence() || value.isText() || value.isMapping() || value.isUndefined());
}

bool isIterable(const Value& value) {
    return value.isSequence() || value.isText() || value.isMapping() || value.isUndefined();
}

bool isDefined(const Value& value) {
    return !value.isUndefined();
}

template <bool wanted>
bool isExactly(const Value& value) {
    return value.isBool() && value.boolean() == wanted;
}

bool isCallable(const Value& value) {
    return value.isUndefined() || (value.isObject() && value.object().callable());
}

bool isEscaped(const Value&) {
    return false;
}

}  // namespace

Test findTest(std::string_view name) {
    static const std::map<std::string_view, Test> tests = {
        {"defined", plain<isDefined>},
        {"undefined", kind<&Value::isUndefined>},
        {"none", kind<&Value::isNone>},
        {"boolean", kind<&Value::isBool>},
        {"true", plain<isExactly<true>>},
        {"false", plain<isExactly<false>>},
        {"integer", kind<&Value::isInt>},
        {"float", kind<&Value::isFloat>},
        {"number", kind<&Value::isNumber>},
        {"string", kind<&Value::isText>},
        {"mapping", kind<&Value::isMapping>},
        {"sequence", plain<isSequenceLike>},
        {"iterable", plain<isIterable>},
        {"callable", plain<isCallable>},
        {"escaped", plain<isEscaped>},
        {"odd", isOddOrEven<1>},
        {"even", isOddOrEven<0>},
        {"divisibleby", isDivisible},
        {"upper", isCase<LetterCase::Upper>},
        {"lower", isCase<LetterCase::Lower>},
        {"in", isIn},
        {"sameas", isSame},
        {"filter", isFilter},
        {"test", isTest},
        {"eq", isEqual},
        {"equalto", isEqual},
        {"==", isEqual},
        {"ne", isUnequal},
        {"!=", isUnequal},
        {"lt", isLess},
        {"lessthan", isLess},
        {"<", isLess},
        {"gt", isGreater},
        {"greaterthan", isGreater},
        {">", isGreater},
        {"le", isAtMost},
        {"<=", isAtMost},
        {"ge", isAtLeast},
        {">=", isAtLeast},
    };
    const auto found = tests.find(name);
    return found == tests.end() ? nullptr : found->second;
}

}  // namespace specula::jinja
