#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/checkpoint/pickle.h"

namespace specula {

/// The bytes of a pickle, opcode by opcode. Every length is checked against the bytes that are left; failures
/// name the file and the opcode's place.
class PickleInput {
public:
    /// Both must outlive the object.
    PickleInput(std::span<const std::byte> bytes, const std::string& file) : m_bytes(bytes), m_file(file) {}

    [[noreturn]] void fail(const std::string& what) const;

    std::uint8_t opcode();
    std::string_view take(std::uint64_t count, const char* what);
    std::string_view line();  ///< up to a line feed, which is left out
    std::size_t left() const { return m_bytes.size() - m_next; }

    template <typename T>
    T number(const char* what) {
        T value;
        std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
        return value;
    }

private:
    std::span<const std::byte> m_bytes;
    const std::string& m_file;
    std::size_t m_next = 0;
    std::size_t m_opcodeAt = 0;
};

/// The values, stack and memo of an unpickler, all bounded. Marks are places in the stack; nothing below the
/// last one may be taken. Every failure goes through the input's fail().
class PickleStack {
public:
    explicit PickleStack(const PickleInput& input) : m_input(input) {}

    /// References stay valid while values are added.
    Pickle::Value& at(std::uint32_t index) { return m_pickle.values[index]; }

    void push(std::uint32_t value);
    void push(Pickle::Value value);
    std::uint32_t top() const;
    std::uint32_t pop();
    /// Opcode POP, which takes a mark off when there is nothing above it.
    void drop();
    void mark();
    std::vector<std::uint32_t> popToMark();

    /// Remembers the top under a memo slot, or under the next one.
    void remember(std::uint64_t slot);
    void remember() { remember(m_remembered); }
    void recall(std::uint64_t slot);

    /// Ends with the top as the root.
    Pickle finish();

private:
    const PickleInput& m_input;
    Pickle m_pickle;
    std::vector<std::uint32_t> m_stack;
    std::vector<std::size_t> m_marks;
    std::vector<std::uint32_t> m_memo;
    std::size_t m_remembered = 0;
};

}  // namespace specula
