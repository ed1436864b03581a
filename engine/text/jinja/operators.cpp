#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/text/jinja/characters.h"
#include "engine/text/jinja/functions.h"
#include "engine/text/jinja/interpreter.h"
#include "engine/text/jinja/print.h"

namespace specula::jinja {
namespace {

[[noreturn]] void refuse(const std::string& sign, const Value& left, const Value& right) {
    if (left.isUndefined() || right.isUndefined())
        throw Trouble((left.isUndefined() ? left : right).missing());
    throw Trouble(sign + " takes no " + left.typeName() + " and " + right.typeName());
}

[[noreturn]] void overflow(const std::string& sign) {
    throw Trouble("the result of " + sign + " does not fit 64 bits");
}

std::int64_t wholePower(std::int64_t base, std::int64_t exponent) {
    std::int64_t result = 1;
    while (exponent > 0) {
        if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) overflow("**");
        exponent >>= 1;
        if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) overflow("**");
    }
    return result;
}

// Python's // and %: rounding goes down, the remainder has the divisor's sign.
Value wholeDivision(const std::string& sign, std::int64_t a, std::int64_t b) {
    if (b == 0) throw Trouble(sign + " divides by zero");
    if (b == -1) {
        std::int64_t negative = 0;
        if (sign == "%") return std::int64_t{0};
        if (__builtin_sub_overflow(std::int64_t{0}, a, &negative)) overflow(sign);
        return negative;
    }
    const bool down = a % b != 0 && (a < 0) != (b < 0);
    return sign == "//" ? a / b - (down ? 1 : 0) : a % b + (down ? b : 0);
}

Value wholeNumbers(const std::string& sign, std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    if (sign == "+"   ? __builtin_add_overflow(a, b, &result)
        : sign == "-" ? __builtin_sub_overflow(a, b, &result)
        : sign == "*" ? __builtin_mul_overflow(a, b, &result)
                      : false) {
        overflow(sign);
    }
    if (sign == "//" || sign == "%") return wholeDivision(sign, a, b);
    if (sign == "**" && b >= 0) return wholePower(a, b);
    return result;
}

Value realNumbers(const std::string& sign, double a, double b) {
    if (sign == "+") return a + b;
    if (sign == "-") return a - b;
    if (sign == "*") return a * b;
    if (sign == "**") {
        if (a == 0.0 && b < 0.0) throw Trouble("** divides by zero");
        const double power = std::pow(a, b);
        if (std::isnan(power) && !std::isnan(a) && !std::isnan(b))
            throw Trouble("the result of ** is no real number");
        if (std::isinf(power) && !std::isinf(a) && !std::isinf(b))
            throw Trouble("the result of ** is too large");
        return power;
    }
    if (b == 0.0) throw Trouble(sign + " divides by zero");
    if (sign == "/") return a / b;
    double remainder = std::fmod(a, b);
    if (remainder != 0.0 && (remainder < 0.0) != (b < 0.0)) remainder += b;
    if (sign == "%") return remainder == 0.0 ? std::copysign(0.0, b) : remainder;
    const double quotient = (a - remainder) / b;
    return quotient == 0.0 ? std::copysign(0.0, a / b) : std::floor(quotient + 0.5);
}

Value repeated(Interpreter& interpreter, const Value& value, std::int64_t times) {
    times = std::max<std::int64_t>(times, 0);
    const auto size =
        static_cast<std::int64_t>(value.isText() ? value.text().size() : value.list().items.size());
    if (size > 0 && times > static_cast<std::int64_t>(kMaxText) / size) {
        throw Trouble("* makes more than " + std::to_string(kMaxText) + " elements");
    }
    if (value.isText()) {
        std::string text;
        for (std::int64_t i = 0; i < times && size > 0; ++i) text += value.text();
        return interpreter.made(std::move(text));
    }
    interpreter.charge(static_cast<std::size_t>(size * times));
    std::vector<Value> items;
    for (std::int64_t i = 0; i < times && size > 0; ++i) {
        items.insert(items.end(), value.list().items.begin(), value.list().items.end());
    }
    return Value::sequence(std::move(items), value.list().kind);
}

bool joins(const Value& value) {
    return value.isText() || value.isSequence(Sequence::Kind::List) ||
           value.isSequence(Sequence::Kind::Tuple);
}

Value sum(Interpreter& interpreter, const Value& left, const Value& right) {
    if (left.isText() && right.isText()) {
        if (left.text().size() + right.text().size() > kMaxText) {
            throw Trouble("a text grows past " + std::to_string(kMaxText) + " bytes");
        }
        return interpreter.made(left.text() + right.text());
    }
    const bool lists =
        left.isSequence() && right.isSequence() && joins(left) && left.list().kind == right.list().kind;
    if (!lists) refuse("+", left, right);
    interpreter.charge(left.list().items.size() + right.list().items.size());
    std::vector<Value> items = left.list().items;
    items.insert(items.end(), right.list().items.begin(), right.list().items.end());
    return Value::sequence(std::move(items), left.list().kind);
}

// A slice's bound as Python clips it.
std::int64_t clipped(const Value& bound, std::int64_t length, std::int64_t fallback, std::int64_t low,
                     std::int64_t high) {
    if (bound.isNone()) return fallback;
    const std::int64_t at = bound.whole() < 0 ? bound.whole() + length : bound.whole();
    return std::clamp(at, low, high);
}

}  // namespace

Value applied(Interpreter& interpreter, const std::string& sign, const Value& left, const Value& right) {
    if (sign == "neg" || sign == "pos") {
        if (!left.isNumber()) refuse(sign == "neg" ? "-" : "+", left, left);
        if (left.isFloat()) return sign == "neg" ? -left.real() : left.real();
        return wholeNumbers(sign == "neg" ? "-" : "+", 0, left.whole());
    }
    const bool numbers = left.isNumber() && right.isNumber();
    if (numbers && left.isWhole() && right.isWhole() && sign != "/" && !(sign == "**" && right.whole() < 0)) {
        return wholeNumbers(sign, left.whole(), right.whole());
    }
    if (numbers) return realNumbers(sign, left.real(), right.real());
    if (sign == "+") return sum(interpreter, left, right);
    if (sign == "*" && joins(left) && right.isWhole()) return repeated(interpreter, left, right.whole());
    if (sign == "*" && left.isWhole() && joins(right)) return repeated(interpreter, right, left.whole());
    if (sign == "%" && left.isText()) return interpreter.made(formattedText(left.text(), right));
    refuse(sign, left, right);
}

bool contains(Interpreter& interpreter, const Value& container, const Value& item) {
    if (container.isUndefined()) return false;
    if (container.isText()) {
        if (!item.isText())
            throw Trouble("expected a text to look for in a text, found a " + item.typeName());
        interpreter.charge(container.text().size() / 16);
        return container.text().find(item.text()) != std::string::npos;
    }
    if (container.isMapping()) {
        if (item.isMapping() || item.isSequence(Sequence::Kind::List)) {
            throw Trouble("a " + item.typeName() + " cannot be a dictionary's key");
        }
        interpreter.charge(container.dict().entries.size() / 8);
        return container.dict().find(item) != nullptr;
    }
    const std::vector<Value> items = itemsOf(container);
    return std::any_of(items.begin(), items.end(),
                       [&](const Value& each) { return equals(each, item, interpreter.workLeft()); });
}

Value sliced(const Value& value, const Value& from, const Value& to, const Value& step) {
    if (value.isUndefined()) throw Trouble(value.missing() + ", so it has no elements");
    const bool indexed =
        value.isText() || (value.isSequence() && (joins(value) || value.isSequence(Sequence::Kind::Range)));
    if (!indexed) throw Trouble("a " + value.typeName() + " has no slices");
    for (const Value* bound : {&from, &to, &step}) {
        if (!bound->isNone() && !bound->isWhole()) throw Trouble("a slice's bounds must be whole numbers");
    }
    const std::int64_t stride = step.isNone() ? 1 : step.whole();
    if (stride == 0) throw Trouble("a slice's step is 0, expected another");
    const std::int64_t length = lengthOf(value);
    const bool forward = stride > 0;
    const std::int64_t low = forward ? 0 : -1;
    const std::int64_t high = forward ? length : length - 1;
    const std::int64_t first = clipped(from, length, forward ? 0 : length - 1, low, high);
    const std::int64_t last = clipped(to, length, forward ? length : -1, low, high);
    std::vector<std::size_t> places;
    for (std::int64_t at = first; forward ? at < last : at > last;) {
        places.push_back(static_cast<std::size_t>(at));
        if (__builtin_add_overflow(at, stride, &at)) break;
    }
    if (value.isSequence()) {
        std::vector<Value> items;
        for (const std::size_t at : places) items.push_back(value.list().items[at]);
        return Value::sequence(std::move(items), value.list().kind);
    }
    const auto characters = charactersOf(value.text());
    std::string text;
    for (const std::size_t at : places) text += characters[at];
    return text;
}

}  // namespace specula::jinja
