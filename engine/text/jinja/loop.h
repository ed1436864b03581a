#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/text/jinja/value.h"

namespace specula::jinja {

/// What a for loop's body knows as `loop`. Items are filtered only as far as somebody looks, as in Jinja.
class Loop final : public Object {
public:
    using Passes = std::function<bool(const Value&)>;
    Loop(std::vector<Value> items, int depth, Passes passes)
        : m_items(std::move(items)), m_depth(depth + 1), m_passes(std::move(passes)) {}

    std::string typeName() const override { return "loop"; }
    Value attribute(Interpreter& interpreter, const std::string& name) override;
    int depth() const override { return m_depth; }

    /// To the next item that passes; false at the end.
    bool advance();
    const Value& current() const { return m_seen[m_index]; }
    /// The loop is over: no item is looked at any more.
    void end() { m_passes = nullptr; }

private:
    bool fetch();
    std::int64_t length();

    std::vector<Value> m_items;
    int m_depth;
    Passes m_passes;
    std::size_t m_next = 0;     // of the items
    std::vector<Value> m_seen;  // those that passed
    std::size_t m_index = 0;    // of the current one
    bool m_started = false;
};

}  // namespace specula::jinja
