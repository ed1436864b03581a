#include "engine/text/jinja/loop.h"

#include "engine/text/jinja/functions.h"
#include "engine/text/jinja/interpreter.h"

namespace specula::jinja {

// Looks for one more item that passes.
bool Loop::fetch() {
    while (m_passes && m_next < m_items.size()) {
        const Value item = m_items[m_next++];
        if (!m_passes(item)) continue;
        m_seen.push_back(item);
        return true;
    }
    return false;
}

bool Loop::advance() {
    const std::size_t wanted = m_started ? m_index + 1 : 0;
    if (wanted >= m_seen.size() && !fetch()) return false;
    m_index = wanted;
    m_started = true;
    return true;
}

std::int64_t Loop::length() {
    while (fetch()) {
    }
    return static_cast<std::int64_t>(m_seen.size());
}

Value Loop::attribute(Interpreter&, const std::string& name) {
    const auto index = static_cast<std::int64_t>(m_index);
    const auto hasNext = [this] { return m_index + 1 < m_seen.size() || fetch(); };
    if (name == "index") return index + 1;
    if (name == "index0") return index;
    if (name == "first") return index == 0;
    if (name == "last") return !hasNext();
    if (name == "length") return length();
    if (name == "revindex") return length() - index;
    if (name == "revindex0") return length() - index - 1;
    if (name == "depth") return 1;
    if (name == "depth0") return 0;
    if (name == "previtem")
        return index > 0 ? m_seen[m_index - 1] : Value::undefined("there is no previous item");
    if (name == "nextitem")
        return hasNext() ? m_seen[m_index + 1] : Value::undefined("there is no next item");
    if (name == "cycle") {
        return Value(
            Value::Thing(std::make_shared<Function>("cycle", [index](Interpreter&, Arguments& arguments) {
                if (arguments.positional.empty()) throw Trouble("loop.cycle needs at least one value");
                return arguments.positional[static_cast<std::size_t>(index) % arguments.positional.size()];
            })));
    }
    return Value::undefined("loop has no attribute " + name);
}

}  // namespace specula::jinja
