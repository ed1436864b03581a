#include <algorithm>

#include "engine/text/jinja/functions.h"
#include "engine/text/jinja/interpreter.h"
#include "engine/text/jinja/print.h"

// The part of the interpreter that works out expressions.

namespace specula::jinja {

namespace {

std::string nameOf(const Expression& expression) {
    return expression.kind == Expression::Kind::Name || expression.kind == Expression::Kind::Attribute
               ? expression.name
               : "the value";
}

}  // namespace

Value Interpreter::evaluate(const Expression& expression, const FramePtr& frame) {
    const Level level(*this);
    charge(1);
    using Kind = Expression::Kind;
    const auto child = [&](std::size_t i) { return evaluate(*expression.children[i], frame); };
    switch (expression.kind) {
        case Kind::Constant:
            return expression.constant;
        case Kind::Name:
            return evaluateName(expression, frame);
        case Kind::List:
        case Kind::Tuple:
            return evaluateItems(expression, frame);
        case Kind::Dict:
            return evaluateDict(expression, frame);
        case Kind::Attribute: {
            const Value value = child(0);
            m_line = expression.line;
            return attributeOf(value, expression.name);
        }
        case Kind::Subscript:
            return evaluateSubscript(expression, frame);
        case Kind::Slice:
            throw Trouble("a slice stands among several subscripts, expected one");
        case Kind::Call:
            return evaluateCall(expression, frame);
        case Kind::Filter: {
            const Value value = child(0);
            Arguments arguments = argumentsOf(expression.arguments, frame);
            m_line = expression.line;
            return applyFilter(expression.name, value, arguments);
        }
        case Kind::Test:
            return evaluateTest(expression, frame);
        case Kind::Conditional:
            return evaluateConditional(expression, frame);
        case Kind::And: {
            Value left = child(0);
            return left.truthy() ? child(1) : left;
        }
        case Kind::Or: {
            Value left = child(0);
            return left.truthy() ? left : child(1);
        }
        case Kind::Not:
            return !child(0).truthy();
        case Kind::Negative:
            return applied(*this, "neg", child(0), Value());
        case Kind::Positive:
            return applied(*this, "pos", child(0), Value());
        case Kind::Binary: {
            const Value left = child(0);
            const Value right = child(1);
            m_line = expression.line;
            return applied(*this, expression.name, left, right);
        }
        case Kind::Concat:
            return evaluateConcat(expression, frame);
        case Kind::Compare:
            return evaluateCompare(expression, frame);
    }
    return {};
}

Value Interpreter::evaluateName(const Expression& expression, const FramePtr& frame) {
    const Value* found = frame->find(expression.name);
    m_line = expression.line;
    return found ? *found : Value::undefined(expression.name + " is undefined");
}

Value Interpreter::evaluateItems(const Expression& expression, const FramePtr& frame) {
    std::vector<Value> items;
    for (const auto& each : expression.children) items.push_back(evaluate(*each, frame));
    m_line = expression.line;
    const bool list = expression.kind == Expression::Kind::List;
    return Value::sequence(std::move(items), list ? Sequence::Kind::List : Sequence::Kind::Tuple);
}

Value Interpreter::evaluateDict(const Expression& expression, const FramePtr& frame) {
    std::vector<std::pair<Value, Value>> entries;
    for (std::size_t i = 0; i + 1 < expression.children.size(); i += 2) {
        Value key = evaluate(*expression.children[i], frame);
        entries.emplace_back(std::move(key), evaluate(*expression.children[i + 1], frame));
    }
    m_line = expression.line;
    charge(entries.size() * entries.size() / 8);
    return Value::mapping(std::move(entries));
}

Value Interpreter::evaluateSubscript(const Expression& expression, const FramePtr& frame) {
    const Value value = evaluate(*expression.children[0], frame);
    const Expression& index = *expression.children[1];
    if (index.kind != Expression::Kind::Slice) {
        const Value at = evaluate(index, frame);
        m_line = expression.line;
        charge(value.isText() ? value.text().size() / 16 : 1);
        return subscriptOf(value, at);
    }
    Value bounds[3] = {Value::None{}, Value::None{}, Value::None{}};
    for (std::size_t i = 0; i < 3; ++i) {
        if (index.children[i]) bounds[i] = evaluate(*index.children[i], frame);
    }
    m_line = expression.line;
    Value result = sliced(value, bounds[0], bounds[1], bounds[2]);
    charge(value.isText() ? value.text().size() / 4 : result.isSequence() ? result.list().items.size() : 1);
    return result;
}

Arguments Interpreter::argumentsOf(const CallArguments& call, const FramePtr& frame) {
    Arguments arguments;
    for (const auto& each : call.positional) arguments.positional.push_back(evaluate(*each, frame));
    for (const auto& [name, each] : call.named) arguments.named.emplace_back(name, evaluate(*each, frame));
    if (call.star) {
        for (Value& item : itemsOf(evaluate(*call.star, frame)))
            arguments.positional.push_back(std::move(item));
    }
    if (call.starStar) {
        const Value more = evaluate(*call.starStar, frame);
        if (!more.isMapping()) throw Trouble("expected a dictionary behind **, found a " + more.typeName());
        for (const auto& [key, value] : more.dict().entries) {
            if (!key.isText()) throw Trouble("expected texts as keys behind **, found a " + key.typeName());
            arguments.named.emplace_back(key.text(), value);
        }
    }
    charge(arguments.positional.size() + arguments.named.size());
    return arguments;
}

Value Interpreter::evaluateCall(const Expression& expression, const FramePtr& frame) {
    const Value callee = evaluate(*expression.children[0], frame);
    Arguments arguments = argumentsOf(expression.arguments, frame);
    m_line = expression.line;
    if (!callee.isObject() && !callee.isUndefined()) {
        throw Trouble(nameOf(*expression.children[0]) + " is a " + callee.typeName() +
                      " and cannot be called");
    }
    return call(callee, arguments);
}

Value Interpreter::call(const Value& callee, Arguments& arguments) {
    if (callee.isUndefined()) throw Trouble(callee.missing() + ", expected a function");
    if (!callee.isObject()) throw Trouble("a " + callee.typeName() + " cannot be called");
    const Value::Thing kept = callee.thing();  // it may replace the variable that holds it
    return kept->call(*this, arguments);
}

Value Interpreter::evaluateTest(const Expression& expression, const FramePtr& frame) {
    const Value value = evaluate(*expression.children[0], frame);
    Arguments arguments = argumentsOf(expression.arguments, frame);
    m_line = expression.line;
    return applyTest(expression.name, value, arguments);
}

Value Interpreter::evaluateConditional(const Expression& expression, const FramePtr& frame) {
    if (evaluate(*expression.children[0], frame).truthy()) return evaluate(*expression.children[1], frame);
    if (expression.children[2]) return evaluate(*expression.children[2], frame);
    return Value::undefined("the condition does not hold and there is no else");
}

Value Interpreter::evaluateConcat(const Expression& expression, const FramePtr& frame) {
    std::string text;
    for (const auto& each : expression.children) {
        text += printed(evaluate(*each, frame));
        if (text.size() > kMaxText) break;
    }
    m_line = expression.line;
    return made(std::move(text));
}

bool Interpreter::compared(const std::string& sign, const Value& left, const Value& right) {
    if (left.isText() && right.isText()) charge(std::min(left.text().size(), right.text().size()) / 64);
    if (sign == "in") return contains(*this, right, left);
    if (sign == "not in") return !contains(*this, right, left);
    if (sign == "==") return equals(left, right, m_workLeft);
    if (sign == "!=") return !equals(left, right, m_workLeft);
    const bool nan =
        (left.isFloat() && left.real() != left.real()) || (right.isFloat() && right.real() != right.real());
    if (nan && left.isNumber() && right.isNumber()) return false;
    if (sign == "<") return lessThan(left, right, m_workLeft);
    if (sign == ">") return lessThan(right, left, m_workLeft);
    return sign == "<=" ? !lessThan(right, left, m_workLeft) : !lessThan(left, right, m_workLeft);
}

Value Interpreter::evaluateCompare(const Expression& expression, const FramePtr& frame) {
    Value left = evaluate(*expression.children[0], frame);
    for (std::size_t i = 0; i < expression.signs.size(); ++i) {
        Value right = evaluate(*expression.children[i + 1], frame);
        m_line = expression.line;
        if (!compared(expression.signs[i], left, right)) return false;
        left = std::move(right);
    }
    return true;
}

Value Interpreter::applyFilter(const std::string& name, const Value& value, Arguments& arguments) {
    const Filter filter = findFilter(name);
    if (!filter) throw Trouble("there is no filter " + name);
    charge(value.isText()       ? value.text().size() / 16 + 1
           : value.isSequence() ? value.list().items.size()
                                : 1);
    return filter(*this, value, arguments);
}

bool Interpreter::applyTest(const std::string& name, const Value& value, Arguments& arguments) {
    const Test test = findTest(name);
    if (!test) throw Trouble("there is no test " + name);
    return test(*this, value, arguments);
}

Value Interpreter::attributeOf(const Value& value, const std::string& name) {
    if (value.isUndefined()) throw Trouble(value.missing() + ", so it has no " + name);
    if (value.isObject()) return value.object().attribute(*this, name);
    const Value method = methodOf(value, name);
    if (!method.isUndefined()) return method;
    const Value* entry = value.isMapping() ? value.dict().find(name) : nullptr;
    return entry ? *entry : Value::undefined("a " + value.typeName() + " has no attribute " + name);
}

Value Interpreter::subscriptOf(const Value& value, const Value& index) {
    if (value.isUndefined()) throw Trouble(value.missing() + ", so it has no elements");
    if (value.isObject()) {
        return index.isText() ? value.object().attribute(*this, index.text())
                              : Value::undefined("a " + value.typeName() + " has no elements");
    }
    if (value.isMapping()) {
        charge(value.dict().entries.size() / 8);
        if (const Value* entry = value.dict().find(index)) return *entry;
    }
    const bool indexed = value.isText() || value.isSequence(Sequence::Kind::List) ||
                         value.isSequence(Sequence::Kind::Tuple) || value.isSequence(Sequence::Kind::Range);
    if (indexed && index.isWhole()) {
        const std::int64_t length = lengthOf(value);
        const std::int64_t at = index.whole() < 0 ? index.whole() + length : index.whole();
        if (at < 0 || at >= length)
            return Value::undefined("there is no element " + std::to_string(index.whole()));
        if (value.isSequence()) return value.list().items[static_cast<std::size_t>(at)];
        return sliced(value, at, at + 1, Value::None{});
    }
    if (index.isText()) {
        const Value method = methodOf(value, index.text());
        if (!method.isUndefined()) return method;
    }
    return Value::undefined("a " + value.typeName() + " has no element " +
                            (index.isText() ? index.text() : "of this kind"));
}

Value Interpreter::newNamespace() {
    m_namespaces.push_back(std::make_shared<Namespace>());
    return Value(Value::Thing(m_namespaces.back()));
}

}  // namespace specula::jinja
