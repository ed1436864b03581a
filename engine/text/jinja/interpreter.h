#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/text/jinja/ast.h"
#include "engine/text/jinja/template.h"

namespace specula::jinja {

/// Names and their values in one scope; what is not here is looked for in the scope around it.
struct Frame {
    std::shared_ptr<Frame> parent;
    std::vector<std::pair<std::string, Value>> values;

    const Value* find(std::string_view name) const;
    void set(const std::string& name, Value value);
};
using FramePtr = std::shared_ptr<Frame>;

/// Runs one template once. Not for several threads.
class Interpreter {
public:
    /// `globals`: the scope around the template. The options must outlive the interpreter.
    Interpreter(const RenderOptions& options, std::vector<std::pair<std::string, Value>> globals);
    ~Interpreter();
    Interpreter(const Interpreter&) = delete;
    Interpreter& operator=(const Interpreter&) = delete;

    /// What the template writes. Trouble for what goes wrong, on line().
    std::string run(const Body& body);
    int line() const { return m_line; }

    /// Counts work; Trouble when there has been too much of it.
    void charge(std::size_t work);
    /// Counts what a text of this length costs.
    Value made(std::string text);
    Value call(const Value& callee, Arguments& arguments);
    Value applyFilter(const std::string& name, const Value& value, Arguments& arguments);
    bool applyTest(const std::string& name, const Value& value, Arguments& arguments);
    Value attributeOf(const Value& value, const std::string& name);
    Value subscriptOf(const Value& value, const Value& index);
    Value newNamespace();
    const RenderOptions& options() const { return m_options; }
    /// Comparisons use up this; it is the work that is left.
    std::int64_t& workLeft() { return m_workLeft; }

    Value evaluate(const Expression& expression, const FramePtr& frame);
    /// What a macro's body writes.
    Value callMacro(const Statement& macro, const std::string& name, const FramePtr& closure,
                    Arguments& arguments);
    void assign(const Target& target, const Value& value, const FramePtr& frame);

private:
    enum class Jump : std::uint8_t { None, Break, Continue };

    // Counts one level of nesting as long as it lives.
    class Level {
    public:
        explicit Level(Interpreter& interpreter);
        ~Level() { --m_depth; }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;

    private:
        int& m_depth;
    };

    void write(std::string_view text);
    Jump execute(const Body& body, const FramePtr& frame);
    Jump execute(const Statement& statement, const FramePtr& frame);
    Jump runIf(const Statement& statement, const FramePtr& frame);
    Jump runFor(const Statement& statement, const FramePtr& frame);
    void runSetBlock(const Statement& statement, const FramePtr& frame);
    void runMacro(const Statement& statement, const FramePtr& frame);
    void runCallBlock(const Statement& statement, const FramePtr& frame);
    Jump runWith(const Statement& statement, const FramePtr& frame);
    std::string captured(const Body& body, const FramePtr& frame);
    Value macroValue(const Statement& statement, const std::string& name, const FramePtr& frame);
    Value filtered(const Expression& filter, const Value& innermost, const FramePtr& frame);
    Arguments argumentsOf(const CallArguments& call, const FramePtr& frame);
    Value evaluateName(const Expression& expression, const FramePtr& frame);
    Value evaluateItems(const Expression& expression, const FramePtr& frame);
    Value evaluateDict(const Expression& expression, const FramePtr& frame);
    Value evaluateSubscript(const Expression& expression, const FramePtr& frame);
    Value evaluateCall(const Expression& expression, const FramePtr& frame);
    Value evaluateTest(const Expression& expression, const FramePtr& frame);
    Value evaluateConditional(const Expression& expression, const FramePtr& frame);
    Value evaluateConcat(const Expression& expression, const FramePtr& frame);
    Value evaluateCompare(const Expression& expression, const FramePtr& frame);
    bool compared(const std::string& sign, const Value& left, const Value& right);
    void bindParameters(const Statement& macro, Arguments& arguments, const FramePtr& frame);

    const RenderOptions& m_options;
    FramePtr m_globals;
    std::string* m_output = nullptr;
    std::int64_t m_workLeft;
    int m_depth = 0;
    int m_line = 1;
    // Namespaces and the scopes of macros may hold one another; emptied at the end, so that nothing is left.
    std::vector<std::shared_ptr<Namespace>> m_namespaces;
    std::vector<FramePtr> m_closures;
};

}  // namespace specula::jinja
