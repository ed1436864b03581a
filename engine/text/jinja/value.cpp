#include "engine/text/jinja/value.h"

#include <algorithm>

#include "engine/text/jinja/characters.h"

namespace specula::jinja {
namespace {

constexpr int kMaxDepth = 64;

int checkedDepth(int deepest) {
    if (deepest >= kMaxDepth) {
        throw Trouble("values are nested more than " + std::to_string(kMaxDepth) + " deep");
    }
    return deepest + 1;
}

void use(std::int64_t& work) {
    if (--work < 0) throw Trouble("comparing two values takes too much work");
}

bool sequencesEqual(const Sequence& a, const Sequence& b, std::int64_t& work) {
    return a.kind == b.kind && a.kind != Sequence::Kind::Generator && a.items.size() == b.items.size() &&
           std::equal(a.items.begin(), a.items.end(), b.items.begin(),
                      [&](const Value& x, const Value& y) { return equals(x, y, work); });
}

bool mappingsEqual(const Mapping& a, const Mapping& b, std::int64_t& work) {
    if (a.entries.size() != b.entries.size()) return false;
    return std::all_of(a.entries.begin(), a.entries.end(), [&](const auto& entry) {
        use(work);
        const Value* other = b.find(entry.first);
        return other && equals(entry.second, *other, work);
    });
}

}  // namespace

Value Object::call(Interpreter&, Arguments&) {
    throw Trouble("a " + typeName() + " cannot be called");
}

Value Object::attribute(Interpreter&, const std::string& name) {
    return Value::undefined(typeName() + " has no attribute " + name);
}

// Keys are compared as Python does: 1, 1.0 and True are one key.
std::size_t Mapping::placeOf(const Value& key) const {
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Value& name = entries[i].first;
        if (name.isText() != key.isText()) continue;
        std::int64_t work = 1000;
        if (name.isText() ? name.text() == key.text() : equals(name, key, work)) return i;
    }
    return entries.size();
}

const Value* Mapping::find(const Value& key) const {
    const std::size_t place = placeOf(key);
    return place < entries.size() ? &entries[place].second : nullptr;
}

void Mapping::set(const Value& key, Value value) {
    if (key.isMapping() || key.isSequence(Sequence::Kind::List)) {
        throw Trouble("a " + key.typeName() + " cannot be a dictionary's key");
    }
    depth = std::max(depth, checkedDepth(std::max(key.depth(), value.depth())));
    const std::size_t place = placeOf(key);
    if (place == entries.size()) {
        entries.emplace_back(key, std::move(value));
    } else {
        entries[place].second = std::move(value);
    }
}

Value Value::undefined(std::string what) {
    Value value;
    value.m_data = Undefined{std::make_shared<const std::string>(std::move(what))};
    return value;
}

Value Value::sequence(std::vector<Value> items, Sequence::Kind kind) {
    auto sequence = std::make_shared<Sequence>();
    int deepest = 0;
    for (const Value& item : items) deepest = std::max(deepest, item.depth());
    sequence->depth = checkedDepth(deepest);
    sequence->kind = kind;
    sequence->items = std::move(items);
    Value value;
    value.m_data = std::move(sequence);
    return value;
}

Value Value::mapping(std::vector<std::pair<Value, Value>> entries) {
    auto mapping = std::make_shared<Mapping>();
    for (auto& [key, value] : entries) mapping->set(key, std::move(value));
    return mapping;
}

std::string Value::missing() const {
    const auto* undefined = std::get_if<Undefined>(&m_data);
    return undefined && undefined->what ? *undefined->what : "the value is undefined";
}

bool Value::truthy() const {
    if (isUndefined() || isNone()) return false;
    if (isFloat()) return real() != 0.0;
    if (isWhole()) return whole() != 0;
    if (isText()) return !text().empty();
    if (isMapping()) return !dict().entries.empty();
    if (isSequence()) return list().kind == Sequence::Kind::Generator || !list().items.empty();
    return true;
}

int Value::depth() const {
    if (isSequence()) return list().depth;
    if (isMapping()) return dict().depth;
    return isObject() ? object().depth() : 0;
}

std::string Value::typeName() const {
    if (isUndefined()) return "Undefined";
    if (isNone()) return "NoneType";
    if (isBool()) return "bool";
    if (isInt()) return "int";
    if (isFloat()) return "float";
    if (isText()) return "str";
    if (isMapping()) return "dict";
    if (isObject()) return object().typeName();
    static constexpr const char* kNames[] = {"list", "tuple", "range", "dict view", "generator"};
    return kNames[static_cast<std::size_t>(list().kind)];
}

bool Value::sameAs(const Value& other) const {
    if (m_data.index() != other.m_data.index()) return false;
    if (isSequence()) return std::get<List>(m_data) == std::get<List>(other.m_data);
    if (isMapping()) return std::get<Dict>(m_data) == std::get<Dict>(other.m_data);
    if (isObject()) return thing() == other.thing();
    if (isFloat()) return false;
    std::int64_t work = 1;
    return equals(*this, other, work);
}

Value Namespace::attribute(Interpreter&, const std::string& name) {
    for (const auto& [key, value] : m_values) {
        if (key == name) return value;
    }
    return Value::undefined("the namespace has no attribute " + name);
}

void Namespace::set(const std::string& name, Value value) {
    if (name.starts_with('_')) {
        throw Trouble("a namespace's attribute must not start with an underscore, found " + name);
    }
    for (auto& [key, place] : m_values) {
        if (key != name) continue;
        place = std::move(value);
        return;
    }
    m_values.emplace_back(name, std::move(value));
}

bool equals(const Value& a, const Value& b, std::int64_t& work) {
    use(work);
    if (a.isWhole() && b.isWhole()) return a.whole() == b.whole();
    if (a.isNumber() && b.isNumber()) return a.real() == b.real();
    if (a.isText() && b.isText()) return a.text() == b.text();
    if (a.isUndefined() || a.isNone()) return a.isUndefined() ? b.isUndefined() : b.isNone();
    if (a.isMapping() && b.isMapping()) return mappingsEqual(a.dict(), b.dict(), work);
    if (a.isSequence() && b.isSequence()) return a.sameAs(b) || sequencesEqual(a.list(), b.list(), work);
    return a.isObject() && b.isObject() && a.sameAs(b);
}

bool lessThan(const Value& a, const Value& b, std::int64_t& work) {
    use(work);
    if (a.isWhole() && b.isWhole()) return a.whole() < b.whole();
    if (a.isNumber() && b.isNumber()) return a.real() < b.real();
    if (a.isText() && b.isText()) return a.text() < b.text();  // UTF-8 sorts by code point
    const bool ordered = a.isSequence() && b.isSequence() && a.list().kind == b.list().kind &&
                         (a.list().kind == Sequence::Kind::List || a.list().kind == Sequence::Kind::Tuple);
    if (!ordered) {
        if (a.isUndefined() || b.isUndefined()) throw Trouble((a.isUndefined() ? a : b).missing());
        throw Trouble("a " + a.typeName() + " and a " + b.typeName() + " have no order");
    }
    const auto& left = a.list().items;
    const auto& right = b.list().items;
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
        if (!equals(left[i], right[i], work)) return lessThan(left[i], right[i], work);
    }
    return left.size() < right.size();
}

std::vector<Value> itemsOf(const Value& value) {
    if (value.isUndefined()) return {};
    if (value.isSequence(Sequence::Kind::Generator)) {
        Sequence& generator = value.generator();
        const auto from = generator.items.begin() + static_cast<std::ptrdiff_t>(generator.taken);
        generator.taken = generator.items.size();
        return {from, generator.items.end()};
    }
    if (value.isSequence()) return value.list().items;
    std::vector<Value> items;
    if (value.isMapping()) {
        for (const auto& entry : value.dict().entries) items.push_back(entry.first);
        return items;
    }
    if (!value.isText()) throw Trouble("expected something to go through, found a " + value.typeName());
    for (const std::string_view character : charactersOf(value.text())) items.emplace_back(character);
    return items;
}

std::int64_t lengthOf(const Value& value) {
    if (value.isUndefined()) return 0;
    if (value.isText()) return static_cast<std::int64_t>(characterCount(value.text()));
    if (value.isMapping()) return static_cast<std::int64_t>(value.dict().entries.size());
    if (value.isSequence() && value.list().kind != Sequence::Kind::Generator) {
        return static_cast<std::int64_t>(value.list().items.size());
    }
    throw Trouble("a " + value.typeName() + " has no length");
}

}  // namespace specula::jinja
