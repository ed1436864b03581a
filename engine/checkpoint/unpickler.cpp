#include "engine/checkpoint/unpickler.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "engine/checkpoint/pickle_stack.h"
#include "engine/text/json_file.h"

// Opcodes are those of Python's pickletools, binary forms only: torch.save writes no text forms.

namespace specula {
namespace {

using Kind = Pickle::Kind;
using Value = Pickle::Value;

// What a pickle may ask for, far beyond what any model needs; see PickleStack for values.
constexpr std::size_t kMaxBytes = 64u << 20;
constexpr std::size_t kMaxSteps = 8'000'000;
constexpr std::size_t kMaxDimensions = 8;

class Machine {
public:
    Machine(std::span<const std::byte> bytes, const std::string& file)
        : m_input(bytes, file), m_stack(m_input) {}

    Pickle run();

private:
    [[noreturn]] void fail(const std::string& what) const { m_input.fail(what); }
    std::int64_t wideInteger(std::uint64_t length, bool& fits);

    // Opcodes, by kind; each says whether the opcode was one of its own.
    bool pushNumber(std::uint8_t opcode);
    bool pushText(std::uint8_t opcode);
    bool pushTuple(std::uint8_t opcode);
    bool makeContainer(std::uint8_t opcode);
    bool fillContainer(std::uint8_t opcode);
    bool moveOnStack(std::uint8_t opcode);
    bool useMemo(std::uint8_t opcode);
    bool call(std::uint8_t opcode);
    [[noreturn]] void refuse(std::uint8_t opcode);

    void extend(std::uint32_t container, std::span<const std::uint32_t> items, Kind kind);
    void import(std::string_view module, std::string_view name);
    void reduce();
    void rebuildTensor(const std::vector<std::uint32_t>& arguments);
    void build();
    void loadStorage();

    PickleInput m_input;
    PickleStack m_stack;
};

// Two's complement, little endian.
std::int64_t Machine::wideInteger(std::uint64_t length, bool& fits) {
    const std::string_view digits = m_input.take(length, "an integer");
    fits = length <= 8;
    if (!fits || length == 0) return 0;
    std::uint64_t bits = static_cast<std::uint8_t>(digits.back()) & 0x80 ? ~std::uint64_t{0} : 0;
    std::memcpy(&bits, digits.data(), digits.size());
    return static_cast<std::int64_t>(bits);
}

bool Machine::pushNumber(std::uint8_t opcode) {
    Value value{.kind = Kind::Integer};
    bool fits = true;
    switch (opcode) {
        case 'N':
            value.kind = Kind::None;
            break;
        case 0x88:
        case 0x89:
            value.kind = Kind::Bool;
            value.integer = opcode == 0x88 ? 1 : 0;
            break;
        case 'J':
            value.integer = m_input.number<std::int32_t>("an integer");
            break;
        case 'K':
            value.integer = m_input.number<std::uint8_t>("an integer");
            break;
        case 'M':
            value.integer = m_input.number<std::uint16_t>("an integer");
            break;
        case 0x8A:
            value.integer = wideInteger(m_input.number<std::uint8_t>("an integer's length"), fits);
            break;
        case 0x8B:
            value.integer = wideInteger(m_input.number<std::uint32_t>("an integer's length"), fits);
            break;
        case 'G':
            m_input.take(8, "a number");
            value.kind = Kind::Float;
            break;
        default:
            return false;
    }
    if (!fits) value.kind = Kind::Other;
    m_stack.push(std::move(value));
    return true;
}

bool Machine::pushText(std::uint8_t opcode) {
    const char* const length = "a text's length";
    std::uint64_t bytes = 0;
    Kind kind = Kind::Text;
    switch (opcode) {
        case 0x8C:
        case 'U':  // Python 2's str
            bytes = m_input.number<std::uint8_t>(length);
            break;
        case 'X':
        case 'T':
            bytes = m_input.number<std::uint32_t>(length);
            break;
        case 0x8D:
            bytes = m_input.number<std::uint64_t>(length);
            break;
        case 'C':
            kind = Kind::Bytes;
            bytes = m_input.number<std::uint8_t>(length);
            break;
        case 'B':
            kind = Kind::Bytes;
            bytes = m_input.number<std::uint32_t>(length);
            break;
        case 0x8E:
        case 0x96:
            kind = Kind::Bytes;
            bytes = m_input.number<std::uint64_t>(length);
            break;
        default:
            return false;
    }
    m_stack.push({.kind = kind, .text = m_input.take(bytes, "a text")});
    return true;
}

bool Machine::pushTuple(std::uint8_t opcode) {
    Value tuple{.kind = Kind::Tuple};
    switch (opcode) {
        case ')':
            break;
        case 0x85:
        case 0x86:
        case 0x87:
            tuple.items.resize(opcode - 0x84u);
            for (auto item = tuple.items.rbegin(); item != tuple.items.rend(); ++item) *item = m_stack.pop();
            break;
        case 't':
            tuple.items = m_stack.popToMark();
            break;
        default:
            return false;
    }
    m_stack.push(std::move(tuple));
    return true;
}

bool Machine::makeContainer(std::uint8_t opcode) {
    switch (opcode) {
        case ']':
        case 0x8F:
            m_stack.push({.kind = Kind::List});
            return true;
        case 'l':
        case 0x91:
            m_stack.push({.kind = Kind::List, .items = m_stack.popToMark()});
            return true;
        case '}':
            m_stack.push({.kind = Kind::Dict});
            return true;
        case 'd': {
            const std::vector<std::uint32_t> items = m_stack.popToMark();
            m_stack.push({.kind = Kind::Dict});
            extend(m_stack.top(), items, Kind::Dict);
            return true;
        }
        default:
            return false;
    }
}

void Machine::extend(std::uint32_t container, std::span<const std::uint32_t> items, Kind kind) {
    Value& target = m_stack.at(container);
    if (target.kind != kind) {
        fail("it adds an item to " + std::string(kindName(target.kind)) + " as if that were " +
             std::string(kindName(kind)));
    }
    if (kind == Kind::Dict && items.size() % 2 != 0) fail("a dictionary's key without a value");
    target.items.insert(target.items.end(), items.begin(), items.end());
}

bool Machine::fillContainer(std::uint8_t opcode) {
    switch (opcode) {
        case 'a': {
            const std::uint32_t item = m_stack.pop();
            extend(m_stack.top(), {&item, 1}, Kind::List);
            return true;
        }
        case 'e':
        case 0x90: {
            const std::vector<std::uint32_t> items = m_stack.popToMark();
            extend(m_stack.top(), items, Kind::List);
            return true;
        }
        case 's': {
            const std::uint32_t value = m_stack.pop();
            const std::array entry{m_stack.pop(), value};
            extend(m_stack.top(), entry, Kind::Dict);
            return true;
        }
        case 'u': {
            const std::vector<std::uint32_t> items = m_stack.popToMark();
            extend(m_stack.top(), items, Kind::Dict);
            return true;
        }
        default:
            return false;
    }
}

bool Machine::moveOnStack(std::uint8_t opcode) {
    switch (opcode) {
        case '(':
            m_stack.mark();
            return true;
        case '0':
            m_stack.drop();
            return true;
        case '1':
            m_stack.popToMark();
            return true;
        case '2':
            m_stack.push(m_stack.top());
            return true;
        case 0x80: {
            const auto protocol = m_input.number<std::uint8_t>("a protocol's number");
            if (protocol < 2 || protocol > 5) {
                fail("protocol " + std::to_string(protocol) + ", expected 2 to 5");
            }
            return true;
        }
        case 0x95: {
            const auto length = m_input.number<std::uint64_t>("a frame's length");
            if (length > m_input.left()) {
                fail("a frame of " + std::to_string(length) + " bytes, but only " +
                     std::to_string(m_input.left()) + " are left (truncated?)");
            }
            return true;
        }
        default:
            return false;
    }
}

bool Machine::useMemo(std::uint8_t opcode) {
    switch (opcode) {
        case 'q':
            m_stack.remember(m_input.number<std::uint8_t>("a memo slot"));
            return true;
        case 'r':
            m_stack.remember(m_input.number<std::uint32_t>("a memo slot"));
            return true;
        case 0x94:
            m_stack.remember();
            return true;
        case 'h':
            m_stack.recall(m_input.number<std::uint8_t>("a memo slot"));
            return true;
        case 'j':
            m_stack.recall(m_input.number<std::uint32_t>("a memo slot"));
            return true;
        default:
            return false;
    }
}

// _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks[, metadata])
void Machine::rebuildTensor(const std::vector<std::uint32_t>& arguments) {
    const auto is = [&](std::size_t i, Kind kind) { return m_stack.at(arguments[i]).kind == kind; };
    const auto integers = [&](std::size_t i) {
        const auto& items = m_stack.at(arguments[i]).items;
        return is(i, Kind::Tuple) && items.size() <= kMaxDimensions &&
               std::all_of(items.begin(), items.end(),
                           [&](std::uint32_t item) { return m_stack.at(item).kind == Kind::Integer; });
    };
    if (arguments.size() < 6 || arguments.size() > 7 || !is(0, Kind::Storage) || !is(1, Kind::Integer) ||
        !integers(2) || !integers(3) || !is(4, Kind::Bool) || !is(5, Kind::Dict)) {
        fail("it rebuilds a tensor from other things than a storage, an offset, sizes and strides (at most " +
             std::to_string(kMaxDimensions) + " of each)");
    }
    m_stack.push({.kind = Kind::Tensor, .items = {arguments.begin(), arguments.begin() + 4}});
}

void Machine::import(std::string_view module, std::string_view name) {
    auto allowed = allowedName(module, name);
    if (!allowed) {
        fail("it imports " +
             sanitised(std::string(module.substr(0, 80)) + "." + std::string(name.substr(0, 80))) +
             ", which is not allowed: only tensors and plain values are read, and nothing was executed");
    }
    m_stack.push(std::move(*allowed));
}

void Machine::reduce() {
    const std::uint32_t argumentsAt = m_stack.pop();
    const std::uint32_t calledAt = m_stack.pop();
    const Value& called = m_stack.at(calledAt);
    if (called.kind != Kind::Name || m_stack.at(argumentsAt).kind != Kind::Tuple) {
        fail("it calls " + std::string(kindName(called.kind)) + ", expected one of the names it may import");
    }
    // Not a copy, here and below: a pickle can call with the same million arguments a million times.
    const std::vector<std::uint32_t>& arguments = m_stack.at(argumentsAt).items;
    const auto is = [&](std::size_t i, Kind kind) { return m_stack.at(arguments[i]).kind == kind; };
    switch (static_cast<PickleName>(called.integer)) {
        case PickleName::OrderedDict:
            if (!arguments.empty()) break;
            m_stack.push({.kind = Kind::Dict, .ordered = true});
            return;
        case PickleName::RebuildTensor:
            rebuildTensor(arguments);
            return;
        case PickleName::RebuildParameter:
            if (arguments.size() != 3 || !is(0, Kind::Tensor) || !is(1, Kind::Bool) || !is(2, Kind::Dict))
                break;
            m_stack.push(arguments[0]);
            return;
        case PickleName::Size:
            if (arguments.size() != 1 || !is(0, Kind::Tuple)) break;
            m_stack.push(arguments[0]);
            return;
        case PickleName::Storage:
            break;
    }
    fail("it calls " + std::string(called.text) + " with arguments that torch.save does not write");
}

// torch.save writes one BUILD: the _metadata of a state dict, set on its OrderedDict; nothing here needs it.
void Machine::build() {
    const Kind state = m_stack.at(m_stack.pop()).kind;
    const Value& target = m_stack.at(m_stack.top());
    if (target.kind != Kind::Dict || !target.ordered || state != Kind::Dict) {
        fail("it sets the state of " + std::string(kindName(target.kind)) +
             " (opcode BUILD), which is allowed for an OrderedDict only");
    }
}

// ("storage", type, key, location, number of elements)
void Machine::loadStorage() {
    const std::uint32_t idAt = m_stack.pop();
    const Value& id = m_stack.at(idAt);
    const auto part = [&](std::size_t i) -> const Value& { return m_stack.at(id.items[i]); };
    if (id.kind != Kind::Tuple || id.items.size() != 5 || part(0).kind != Kind::Text ||
        part(0).text != "storage" || part(1).kind != Kind::Name ||
        part(1).integer != static_cast<std::int64_t>(PickleName::Storage) || part(2).kind != Kind::Text ||
        part(3).kind != Kind::Text || part(4).kind != Kind::Integer) {
        fail("a persistent id that is not a storage's type, key, place and number of elements");
    }
    m_stack.push({.kind = Kind::Storage, .items = {id.items.begin() + 1, id.items.end()}});
}

bool Machine::call(std::uint8_t opcode) {
    switch (opcode) {
        case 'c': {
            const std::string_view module = m_input.line();
            import(module, m_input.line());
            return true;
        }
        case 0x93: {
            const Value& name = m_stack.at(m_stack.pop());
            const Value& module = m_stack.at(m_stack.pop());
            if (name.kind != Kind::Text || module.kind != Kind::Text)
                fail("it imports something without a name");
            import(module.text, name.text);
            return true;
        }
        case 'R':
            reduce();
            return true;
        case 'b':
            build();
            return true;
        case 'Q':
            loadStorage();
            return true;
        default:
            return false;
    }
}

void Machine::refuse(std::uint8_t opcode) {
    switch (opcode) {
        case 'i': {
            const std::string_view module = m_input.line();
            import(module, m_input.line());  // refuses what is not allowed by its name
            fail("it makes an instance (opcode INST), which is not allowed");
        }
        case 'o':
            fail("it makes an instance (opcode OBJ), which is not allowed");
        case 0x81:
        case 0x92:
            fail("it makes an instance (opcode NEWOBJ), which is not allowed");
        case 0x82:
        case 0x83:
        case 0x84:
            fail("it uses the extension registry (opcode EXT), which is not allowed");
        case 0x97:
        case 0x98:
            fail("it uses buffers outside the file, which is not allowed");
        default:
            break;
    }
    if (std::string_view("FILPSVgp").find(static_cast<char>(opcode)) != std::string_view::npos) {
        fail("it uses a text opcode of protocol 0, expected protocols 2 to 5");
    }
    fail("unknown opcode " + std::to_string(opcode));
}

Pickle Machine::run() {
    if (m_input.left() > kMaxBytes) {
        fail("it has " + std::to_string(m_input.left()) + " bytes, expected at most " +
             std::to_string(kMaxBytes));
    }
    for (std::size_t step = 0; step < kMaxSteps; ++step) {
        const std::uint8_t opcode = m_input.opcode();
        if (opcode == '.') return m_stack.finish();
        if (!(useMemo(opcode) || pushNumber(opcode) || pushText(opcode) || pushTuple(opcode) ||
              moveOnStack(opcode) || makeContainer(opcode) || fillContainer(opcode) || call(opcode))) {
            refuse(opcode);
        }
    }
    fail("it takes more steps than any model needs");
}

}  // namespace

Pickle unpickle(std::span<const std::byte> bytes, const std::string& file) {
    return Machine(bytes, file).run();
}

}  // namespace specula
