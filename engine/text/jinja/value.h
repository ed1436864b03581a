#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace specula::jinja {

/// What goes wrong while a template is read or run, without its place; the public functions turn it into an
/// Error that names the line.
struct Trouble : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Value;
class Interpreter;

/// What a call hands over.
struct Arguments {
    std::vector<Value> positional;
    std::vector<std::pair<std::string, Value>> named;
};

/// A value with behaviour of its own: a function, a macro, a loop, a namespace.
class Object {
public:
    virtual ~Object() = default;
    virtual std::string typeName() const = 0;
    virtual bool callable() const { return false; }
    virtual Value call(Interpreter& interpreter, Arguments& arguments);
    /// Undefined when it has no such attribute.
    virtual Value attribute(Interpreter& interpreter, const std::string& name);
    /// How deep values nest below it.
    virtual int depth() const { return 1; }
};

/// Python's sequences, as far as templates can tell them apart.
struct Sequence {
    enum class Kind : std::uint8_t {
        List,
        Tuple,
        Range,
        View,       ///< of a dictionary: has a length, no subscripts
        Generator,  ///< neither; what was taken from it is gone
    };
    Kind kind = Kind::List;
    int depth = 1;
    std::size_t taken = 0;  ///< of a generator
    std::vector<Value> items;
};

/// A dictionary: entries in the order of insertion.
struct Mapping {
    int depth = 1;
    std::vector<std::pair<Value, Value>> entries;

    const Value* find(const Value& key) const;
    void set(const Value& key, Value value);

private:
    std::size_t placeOf(const Value& key) const;
};

/// A value of the template language: immutable, cheap to copy. Text is UTF-8.
class Value {
public:
    struct Undefined {
        std::shared_ptr<const std::string> what;  ///< for messages; null: unknown
    };
    struct None {};
    using Text = std::shared_ptr<const std::string>;
    using List = std::shared_ptr<Sequence>;
    using Dict = std::shared_ptr<Mapping>;
    using Thing = std::shared_ptr<Object>;

    Value() = default;  ///< undefined
    Value(None) : m_data(None{}) {}
    Value(bool value) : m_data(value) {}
    Value(std::int64_t value) : m_data(value) {}
    Value(int value) : m_data(static_cast<std::int64_t>(value)) {}
    Value(double value) : m_data(value) {}
    Value(std::string text) : m_data(std::make_shared<const std::string>(std::move(text))) {}
    Value(std::string_view text) : Value(std::string(text)) {}
    Value(const char* text) : Value(std::string(text)) {}
    Value(Dict dict) : m_data(std::move(dict)) {}
    Value(Thing thing) : m_data(std::move(thing)) {}
    static Value undefined(std::string what);
    /// Throws Trouble when values would nest too deep.
    static Value sequence(std::vector<Value> items, Sequence::Kind kind = Sequence::Kind::List);
    static Value mapping(std::vector<std::pair<Value, Value>> entries);

    bool isUndefined() const { return std::holds_alternative<Undefined>(m_data); }
    bool isNone() const { return std::holds_alternative<None>(m_data); }
    bool isBool() const { return std::holds_alternative<bool>(m_data); }
    bool isInt() const { return std::holds_alternative<std::int64_t>(m_data); }
    bool isFloat() const { return std::holds_alternative<double>(m_data); }
    bool isText() const { return std::holds_alternative<Text>(m_data); }
    bool isSequence() const { return std::holds_alternative<List>(m_data); }
    bool isSequence(Sequence::Kind kind) const { return isSequence() && list().kind == kind; }
    bool isMapping() const { return std::holds_alternative<Dict>(m_data); }
    bool isObject() const { return std::holds_alternative<Thing>(m_data); }
    /// Whole numbers, to which Python counts True and False.
    bool isWhole() const { return isInt() || isBool(); }
    bool isNumber() const { return isWhole() || isFloat(); }

    std::int64_t whole() const {
        return isBool() ? (std::get<bool>(m_data) ? 1 : 0) : std::get<std::int64_t>(m_data);
    }
    double real() const { return isFloat() ? std::get<double>(m_data) : static_cast<double>(whole()); }
    bool boolean() const { return std::get<bool>(m_data); }
    const std::string& text() const { return *std::get<Text>(m_data); }
    const Sequence& list() const { return *std::get<List>(m_data); }
    Sequence& generator() const { return *std::get<List>(m_data); }
    const Mapping& dict() const { return *std::get<Dict>(m_data); }
    Object& object() const { return *std::get<Thing>(m_data); }
    const Thing& thing() const { return std::get<Thing>(m_data); }
    /// What an undefined value was meant to be, for messages.
    std::string missing() const;

    bool truthy() const;
    int depth() const;
    /// Python's name of its type.
    std::string typeName() const;
    /// The same object, or the same small value: Python's `is`.
    bool sameAs(const Value& other) const;

private:
    std::variant<Undefined, None, bool, std::int64_t, double, Text, List, Dict, Thing> m_data;
};

/// A namespace(): the one thing that templates may change.
class Namespace final : public Object {
public:
    std::string typeName() const override { return "Namespace"; }
    Value attribute(Interpreter&, const std::string& name) override;
    void set(const std::string& name, Value value);
    void clear() { m_values.clear(); }

private:
    std::vector<std::pair<std::string, Value>> m_values;
};

/// Python's ==. `work` is counted down; Trouble when it is used up.
bool equals(const Value& a, const Value& b, std::int64_t& work);

/// Python's <; Trouble for values that have no order.
bool lessThan(const Value& a, const Value& b, std::int64_t& work);

/// What a for loop goes through: items, keys, characters. A generator is used up. Trouble for what cannot be
/// gone through.
std::vector<Value> itemsOf(const Value& value);

/// Python's len(); Trouble for what has none.
std::int64_t lengthOf(const Value& value);

}  // namespace specula::jinja
