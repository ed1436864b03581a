#include "engine/checkpoint/pickle_stack.h"

#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

// A state dict of 50,000 tensors needs about half of these.
constexpr std::size_t kMaxValues = 1'000'000;
constexpr std::size_t kMaxStack = 1'000'000;
constexpr std::size_t kMaxMemo = 1'000'000;
constexpr std::uint32_t kUnset = 0xFFFFFFFFu;

}  // namespace

void PickleInput::fail(const std::string& what) const {
    throw Error(sanitised(m_file) + ": the pickle in it is refused at byte " + std::to_string(m_opcodeAt) +
                ", " + what);
}

std::uint8_t PickleInput::opcode() {
    m_opcodeAt = m_next;
    if (m_next == m_bytes.size()) fail("it ends without STOP (truncated?)");
    return static_cast<std::uint8_t>(m_bytes[m_next++]);
}

std::string_view PickleInput::take(std::uint64_t count, const char* what) {
    if (count > left()) {
        fail(std::string(what) + " of " + std::to_string(count) + " bytes, but only " +
             std::to_string(left()) + " are left (truncated?)");
    }
    const std::string_view taken(reinterpret_cast<const char*>(m_bytes.data()) + m_next, count);
    m_next += count;
    return taken;
}

std::string_view PickleInput::line() {
    const std::string_view rest(reinterpret_cast<const char*>(m_bytes.data()) + m_next, left());
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) fail("a name without an end (truncated?)");
    m_next += end + 1;
    return rest.substr(0, end);
}

void PickleStack::push(std::uint32_t value) {
    if (m_stack.size() >= kMaxStack) m_input.fail("it stacks more values than any model has");
    m_stack.push_back(value);
}

void PickleStack::push(Pickle::Value value) {
    if (m_pickle.values.size() >= kMaxValues) m_input.fail("it builds more values than any model has");
    m_pickle.values.push_back(std::move(value));
    push(static_cast<std::uint32_t>(m_pickle.values.size() - 1));
}

std::uint32_t PickleStack::top() const {
    if (m_stack.size() <= (m_marks.empty() ? 0 : m_marks.back())) {
        m_input.fail("it takes a value from an empty stack");
    }
    return m_stack.back();
}

std::uint32_t PickleStack::pop() {
    const std::uint32_t value = top();
    m_stack.pop_back();
    return value;
}

void PickleStack::drop() {
    if (!m_marks.empty() && m_marks.back() == m_stack.size()) {
        m_marks.pop_back();
    } else {
        pop();
    }
}

void PickleStack::mark() {
    if (m_marks.size() >= kMaxStack) m_input.fail("it sets more marks than any model has");
    m_marks.push_back(m_stack.size());
}

std::vector<std::uint32_t> PickleStack::popToMark() {
    if (m_marks.empty()) m_input.fail("it looks for a mark that was not set");
    const auto from = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
    std::vector<std::uint32_t> items(from, m_stack.end());
    m_stack.erase(from, m_stack.end());
    m_marks.pop_back();
    return items;
}

void PickleStack::remember(std::uint64_t slot) {
    if (slot >= kMaxMemo) {
        m_input.fail("memo slot " + std::to_string(slot) + " is beyond what any model needs");
    }
    if (slot >= m_memo.size()) m_memo.resize(static_cast<std::size_t>(slot) + 1, kUnset);
    if (m_memo[slot] == kUnset) ++m_remembered;
    m_memo[slot] = top();
}

void PickleStack::recall(std::uint64_t slot) {
    if (slot >= m_memo.size() || m_memo[slot] == kUnset) {
        m_input.fail("it reads memo slot " + std::to_string(slot) + ", which was never written");
    }
    push(m_memo[slot]);
}

Pickle PickleStack::finish() {
    m_pickle.root = pop();
    return std::move(m_pickle);
}

}  // namespace specula
