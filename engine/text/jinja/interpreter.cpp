#include "engine/text/jinja/interpreter.h"

#include <algorithm>

#include "engine/text/jinja/functions.h"
#include "engine/text/jinja/loop.h"
#include "engine/text/jinja/print.h"

namespace specula::jinja {
namespace {

constexpr std::int64_t kMaxWork = 10'000'000;
constexpr int kMaxDepth = 400;  // of blocks, calls and operations inside one another, while running

}  // namespace

Interpreter::Level::Level(Interpreter& interpreter) : m_depth(interpreter.m_depth) {
    if (m_depth >= kMaxDepth) {
        throw Trouble("the template calls itself, or nests, more than " + std::to_string(kMaxDepth) +
                      " deep");
    }
    ++m_depth;
}

const Value* Frame::find(std::string_view name) const {
    for (const Frame* frame = this; frame; frame = frame->parent.get()) {
        for (const auto& [key, value] : frame->values) {
            if (key == name) return &value;
        }
    }
    return nullptr;
}

void Frame::set(const std::string& name, Value value) {
    for (auto& [key, place] : values) {
        if (key != name) continue;
        place = std::move(value);
        return;
    }
    values.emplace_back(name, std::move(value));
}

Interpreter::Interpreter(const RenderOptions& options, std::vector<std::pair<std::string, Value>> globals)
    : m_options(options), m_globals(std::make_shared<Frame>()), m_workLeft(kMaxWork) {
    m_globals->values = std::move(globals);
}

Interpreter::~Interpreter() {
    for (const auto& each : m_namespaces) each->clear();
    for (const FramePtr& frame : m_closures) frame->values.clear();
}

std::string Interpreter::run(const Body& body) {
    auto frame = std::make_shared<Frame>();
    frame->parent = m_globals;
    return captured(body, frame);
}

void Interpreter::charge(std::size_t work) {
    m_workLeft -= static_cast<std::int64_t>(std::min<std::size_t>(work, 1u << 30));
    if (m_workLeft < 0) {
        throw Trouble("rendering takes too much work, expected at most " + std::to_string(kMaxWork) +
                      " steps");
    }
}

Value Interpreter::made(std::string text) {
    if (text.size() > kMaxText) throw Trouble("a text grows past " + std::to_string(kMaxText) + " bytes");
    charge(text.size() / 16 + 1);
    return text;
}

void Interpreter::write(std::string_view text) {
    if (m_output->size() + text.size() > kMaxText) {
        throw Trouble("the rendered text grows past " + std::to_string(kMaxText) + " bytes");
    }
    charge(text.size() / 16 + 1);
    m_output->append(text);
}

std::string Interpreter::captured(const Body& body, const FramePtr& frame) {
    std::string text;
    std::string* outer = m_output;
    m_output = &text;
    try {
        execute(body, frame);
    } catch (...) {
        m_output = outer;
        throw;
    }
    m_output = outer;
    return text;
}

Interpreter::Jump Interpreter::execute(const Body& body, const FramePtr& frame) {
    for (const auto& statement : body) {
        const Jump jump = execute(*statement, frame);
        if (jump != Jump::None) return jump;
    }
    return Jump::None;
}

Interpreter::Jump Interpreter::execute(const Statement& statement, const FramePtr& frame) {
    const Level level(*this);
    charge(1);
    m_line = statement.line;
    using Kind = Statement::Kind;
    const auto inner = [&frame] {
        auto scope = std::make_shared<Frame>();
        scope->parent = frame;
        return scope;
    };
    switch (statement.kind) {
        case Kind::Text:
            write(statement.text);
            break;
        case Kind::Print:
            write(printed(evaluate(*statement.expression, frame)));
            break;
        case Kind::If:
            return runIf(statement, frame);
        case Kind::For:
            return runFor(statement, frame);
        case Kind::Set:
            assign(statement.target, evaluate(*statement.expression, frame), frame);
            break;
        case Kind::SetBlock:
            runSetBlock(statement, frame);
            break;
        case Kind::Macro:
            runMacro(statement, frame);
            break;
        case Kind::CallBlock:
            runCallBlock(statement, frame);
            break;
        case Kind::FilterBlock: {
            const Value text = made(captured(statement.body, inner()));
            write(printed(filtered(*statement.expression, text, frame)));
            break;
        }
        case Kind::With:
            return runWith(statement, frame);
        case Kind::Scope:
            return execute(statement.body, inner());
        case Kind::Break:
            return Jump::Break;
        case Kind::Continue:
            return Jump::Continue;
    }
    return Jump::None;
}

Interpreter::Jump Interpreter::runIf(const Statement& statement, const FramePtr& frame) {
    for (std::size_t i = 0; i < statement.conditions.size(); ++i) {
        if (evaluate(*statement.conditions[i], frame).truthy()) return execute(statement.branches[i], frame);
    }
    return execute(statement.orElse, frame);
}

Interpreter::Jump Interpreter::runFor(const Statement& statement, const FramePtr& frame) {
    const Value over = evaluate(*statement.expression, frame);
    std::vector<Value> items = itemsOf(over);
    charge(items.size());
    const auto passes = [this, &statement, frame](const Value& item) {
        if (!statement.test) return true;
        auto scope = std::make_shared<Frame>();
        scope->parent = frame;
        assign(statement.target, item, scope);
        return evaluate(*statement.test, scope).truthy();
    };
    const auto loop = std::make_shared<Loop>(std::move(items), over.depth(), passes);
    bool any = false;
    while (loop->advance()) {
        any = true;
        charge(1);
        auto scope = std::make_shared<Frame>();
        scope->parent = frame;
        scope->set("loop", Value(Value::Thing(loop)));
        assign(statement.target, loop->current(), scope);
        const Jump jump = execute(statement.body, scope);
        if (jump == Jump::Break) break;
    }
    loop->end();
    if (any) return Jump::None;
    auto scope = std::make_shared<Frame>();
    scope->parent = frame;
    return execute(statement.orElse, scope);
}

void Interpreter::assign(const Target& target, const Value& value, const FramePtr& frame) {
    if (target.several) {
        const std::vector<Value> items = itemsOf(value);
        if (items.size() != target.elements.size()) {
            throw Trouble("expected " + std::to_string(target.elements.size()) + " values to assign, found " +
                          std::to_string(items.size()));
        }
        for (std::size_t i = 0; i < items.size(); ++i) assign(target.elements[i], items[i], frame);
        return;
    }
    if (target.attribute.empty()) {
        frame->set(target.name, value);
        return;
    }
    const Value* place = frame->find(target.name);
    auto* space = place && place->isObject() ? dynamic_cast<Namespace*>(&place->object()) : nullptr;
    if (!space) {
        throw Trouble("cannot assign to " + target.name + "." + target.attribute + ", expected a namespace");
    }
    space->set(target.attribute, value);
}

Value Interpreter::filtered(const Expression& filter, const Value& innermost, const FramePtr& frame) {
    const Value inner = filter.children[0] ? filtered(*filter.children[0], innermost, frame) : innermost;
    Arguments arguments = argumentsOf(filter.arguments, frame);
    m_line = filter.line;
    return applyFilter(filter.name, inner, arguments);
}

void Interpreter::runSetBlock(const Statement& statement, const FramePtr& frame) {
    auto scope = std::make_shared<Frame>();
    scope->parent = frame;
    Value text = made(captured(statement.body, scope));
    if (statement.expression) text = filtered(*statement.expression, text, frame);
    assign(statement.target, text, frame);
}

Value Interpreter::macroValue(const Statement& statement, const std::string& name, const FramePtr& frame) {
    m_closures.push_back(frame);
    return Value(Value::Thing(std::make_shared<Function>(
        name, [&statement, name, frame](Interpreter& interpreter, Arguments& arguments) {
            return interpreter.callMacro(statement, name, frame, arguments);
        })));
}

void Interpreter::runMacro(const Statement& statement, const FramePtr& frame) {
    frame->set(statement.text, macroValue(statement, statement.text, frame));
}

void Interpreter::runCallBlock(const Statement& statement, const FramePtr& frame) {
    const Expression& call = *statement.expression;
    const Value callee = evaluate(*call.children[0], frame);
    Arguments arguments = argumentsOf(call.arguments, frame);
    arguments.named.emplace_back("caller", macroValue(statement, "caller", frame));
    m_line = call.line;
    write(printed(this->call(callee, arguments)));
}

Interpreter::Jump Interpreter::runWith(const Statement& statement, const FramePtr& frame) {
    auto scope = std::make_shared<Frame>();
    scope->parent = frame;
    for (std::size_t i = 0; i < statement.targets.size(); ++i) {
        assign(statement.targets[i], evaluate(*statement.values[i], frame), scope);
    }
    return execute(statement.body, scope);
}

// Gives the parameters their values; what is left over goes to varargs, kwargs and caller where the macro
// uses them.
void Interpreter::bindParameters(const Statement& macro, Arguments& arguments, const FramePtr& frame) {
    const Signature& signature = macro.signature;
    const auto& names = signature.parameters;
    std::vector<bool> given(names.size(), false);
    std::vector<Value> rest;
    for (std::size_t i = 0; i < arguments.positional.size(); ++i) {
        if (i < names.size()) {
            frame->set(names[i], arguments.positional[i]);
            given[i] = true;
        } else {
            rest.push_back(arguments.positional[i]);
        }
    }
    if (!rest.empty() && !signature.usesVarargs) {
        throw Trouble("the macro takes at most " + std::to_string(names.size()) + " arguments, found " +
                      std::to_string(arguments.positional.size()));
    }
    std::vector<std::pair<Value, Value>> others;
    Value caller = Value::undefined("caller is undefined, as no call block calls the macro");
    for (auto& [name, value] : arguments.named) {
        const auto place = std::find(names.begin(), names.end(), name);
        const auto at = static_cast<std::size_t>(place - names.begin());
        if (place != names.end()) {
            if (given[at]) throw Trouble("the macro's argument " + name + " is given twice");
            frame->set(name, value);
            given[at] = true;
        } else if (name == "caller" && signature.usesCaller) {
            caller = value;
        } else if (signature.usesKwargs) {
            others.emplace_back(name, value);
        } else {
            throw Trouble("the macro has no parameter " + name);
        }
    }
    if (signature.usesCaller) frame->set("caller", caller);
    if (signature.usesKwargs) frame->set("kwargs", Value::mapping(std::move(others)));
    if (signature.usesVarargs) frame->set("varargs", Value::sequence(std::move(rest), Sequence::Kind::Tuple));
    const std::size_t plain = names.size() - signature.defaults.size();
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (given[i]) continue;
        frame->set(names[i], i < plain ? Value::undefined("parameter " + names[i] + " was not provided")
                                       : evaluate(*signature.defaults[i - plain], frame));
    }
}

Value Interpreter::callMacro(const Statement& macro, const std::string& name, const FramePtr& closure,
                             Arguments& arguments) {
    const Level level(*this);
    const int line = m_line;
    auto frame = std::make_shared<Frame>();
    frame->parent = closure;
    try {
        bindParameters(macro, arguments, frame);
    } catch (const Trouble& trouble) {
        throw Trouble(name + ": " + trouble.what());
    }
    Value text = made(captured(macro.body, frame));
    m_line = line;
    return text;
}

}  // namespace specula::jinja
