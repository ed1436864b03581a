#include <algorithm>
#include <map>

#include "engine/text/jinja/characters.h"
#include "engine/text/jinja/functions.h"
#include "engine/text/jinja/interpreter.h"
#include "engine/text/jinja/print.h"

// Filters on lists and dictionaries as a whole.

namespace specula::jinja {
namespace {

using Items = std::vector<Value>;

Value generator(Items items) {
    return Value::sequence(std::move(items), Sequence::Kind::Generator);
}

Value length(Interpreter&, const Value& value, Arguments& arguments) {
    const Bound none("length", arguments, {});
    return lengthOf(value);
}

Value list(Interpreter&, const Value& value, Arguments& arguments) {
    const Bound none("list", arguments, {});
    return Value::sequence(itemsOf(value));
}

Value first(Interpreter&, const Value& value, Arguments& arguments) {
    const Bound none("first", arguments, {});
    if (value.isSequence(Sequence::Kind::Generator)) {
        Sequence& from = value.generator();
        if (from.taken < from.items.size()) return from.items[from.taken++];
        return Value::undefined("there is no first item");
    }
    const Items items = itemsOf(value);
    return items.empty() ? Value::undefined("there is no first item") : items.front();
}

Value last(Interpreter&, const Value& value, Arguments& arguments) {
    const Bound none("last", arguments, {});
    if (value.isSequence(Sequence::Kind::Generator))
        throw Trouble("last takes no generator, expected |list first");
    const Items items = itemsOf(value);
    return items.empty() ? Value::undefined("there is no last item") : items.back();
}

Value reverse(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound none("reverse", arguments, {});
    if (value.isText()) return sliced(value, Value::None{}, Value::None{}, -1);
    const bool list = value.isSequence(Sequence::Kind::Generator);
    Items items = itemsOf(value);
    interpreter.charge(items.size());
    std::reverse(items.begin(), items.end());
    return list ? Value::sequence(std::move(items)) : generator(std::move(items));
}

Value entries(Interpreter&, const Value& value, Arguments& arguments) {
    const Bound none("items", arguments, {});
    Items items;
    if (value.isUndefined()) return generator(std::move(items));
    if (!value.isMapping()) throw Trouble("items takes a dictionary, found a " + value.typeName());
    for (const auto& [key, entry] : value.dict().entries) {
        items.push_back(Value::sequence({key, entry}, Sequence::Kind::Tuple));
    }
    return generator(std::move(items));
}

Value ignoringCase(const Value& value) {
    return value.isText() ? Value(withCase(value.text(), LetterCase::Lower)) : value;
}

// What items are compared by: texts in lower case unless case matters.
Value keyOf(Interpreter& interpreter, const Value& item, const Value& path, bool caseMatters) {
    const Value key = lookedUp(interpreter, item, path, Value::None{});
    return caseMatters ? key : ignoringCase(key);
}

// Stable, also when it sorts backwards.
Items sortedBy(Interpreter& interpreter, const Items& items, const Items& keys, bool backwards) {
    std::vector<std::size_t> order(items.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return lessThan(keys[backwards ? b : a], keys[backwards ? a : b], interpreter.workLeft());
    });
    Items result;
    for (const std::size_t at : order) result.push_back(items[at]);
    return result;
}

Value sort(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound("sort", arguments, {"reverse", "case_sensitive", "attribute"});
    const bool caseMatters = bound.flag(1, false);
    const Value path = bound.get(2, Value::None{});
    const Items items = itemsOf(value);
    Items keys;
    for (const Value& item : items) {
        Items several;
        if (path.isText()) {
            for (const std::string& each : splitText(path.text(), ",", -1, false)) {
                several.push_back(keyOf(interpreter, item, each, caseMatters));
            }
        } else {
            several.push_back(keyOf(interpreter, item, path, caseMatters));
        }
        keys.push_back(Value::sequence(std::move(several)));
    }
    interpreter.charge(items.size() * 4);
    return Value::sequence(sortedBy(interpreter, items, keys, bound.flag(0, false)));
}

Value dictSort(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound("dictsort", arguments, {"case_sensitive", "by", "reverse"});
    const std::string by = bound.text(1).value_or("key");
    if (by != "key" && by != "value") throw Trouble("dictsort: by is " + by + ", expected key or value");
    if (!value.isMapping()) throw Trouble("dictsort takes a dictionary, found a " + value.typeName());
    Items items;
    Items keys;
    for (const auto& [key, entry] : value.dict().entries) {
        items.push_back(Value::sequence({key, entry}, Sequence::Kind::Tuple));
        const Value& wanted = by == "key" ? key : entry;
        keys.push_back(bound.flag(0, false) ? wanted : ignoringCase(wanted));
    }
    interpreter.charge(items.size() * 4);
    return Value::sequence(sortedBy(interpreter, items, keys, bound.flag(2, false)));
}

Value unique(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound("unique", arguments, {"case_sensitive", "attribute"});
    Items kept;
    Items seen;
    for (const Value& item : itemsOf(value)) {
        const Value key = keyOf(interpreter, item, bound.get(1, Value::None{}), bound.flag(0, false));
        if (key.isMapping() || key.isSequence(Sequence::Kind::List)) {
            throw Trouble("unique takes values that can be keys, found a " + key.typeName());
        }
        const bool known = std::any_of(seen.begin(), seen.end(), [&](const Value& other) {
            return equals(key, other, interpreter.workLeft());
        });
        if (known) continue;
        seen.push_back(key);
        kept.push_back(item);
    }
    return generator(std::move(kept));
}

template <bool largest>
Value extreme(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound(largest ? "max" : "min", arguments, {"case_sensitive", "attribute"});
    const Items items = itemsOf(value);
    if (items.empty()) return Value::undefined("there is no item to take the least or the most of");
    const auto keyAt = [&](std::size_t i) {
        return keyOf(interpreter, items[i], bound.get(1, Value::None{}), bound.flag(0, false));
    };
    std::size_t best = 0;
    Value bestKey = keyAt(0);
    for (std::size_t i = 1; i < items.size(); ++i) {
        const Value key = keyAt(i);
        const bool better = largest ? lessThan(bestKey, key, interpreter.workLeft())
                                    : lessThan(key, bestKey, interpreter.workLeft());
        if (!better) continue;
        best = i;
        bestKey = key;
    }
    return items[best];
}

Value sum(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound("sum", arguments, {"attribute", "start"});
    Value total = bound.get(1, 0);
    for (const Value& item : itemsOf(value)) {
        total = applied(interpreter, "+", total, keyOf(interpreter, item, bound.get(0, Value::None{}), true));
    }
    return total;
}

Value join(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound("join", arguments, {"d", "attribute"});
    const std::string separator = printed(bound.get(0, ""));
    std::string text;
    bool isFirst = true;
    for (const Value& item : itemsOf(value)) {
        if (!isFirst) text += separator;
        text += printed(keyOf(interpreter, item, bound.get(1, Value::None{}), true));
        isFirst = false;
        if (text.size() > kMaxText) break;
    }
    return interpreter.made(std::move(text));
}

Value batch(Interpreter& interpreter, const Value& value, Arguments& arguments) {
    const Bound bound("batch", arguments, {"linecount", "fill_with"}, 1);
    const std::int64_t size = bound.whole(0, 1);
    if (size < 1 || size > 100'000) throw Trouble("batch: linecount must lie between 1 and 100000");
    Items rows;
    Items row;
    const auto flush = [&] { rows.push_back(Value::sequence(std::exchange(row, {}))); };
    for (const Value& item : itemsOf(value)) {
        if (static_cast<std::int64_t>(row.size()) == size) flush();
        row.push_back(item);
    }
    if (!row.empty()) {
        const bool fill = bound.has(1) && !bound[1].isNone();
        interpreter.charge(static_cast<std::size_t>(size));
        while (fill && static_cast<std::int64_t>(row.size()) < size) row.push_back(bound[1]);
        flush();
    }
    return generator(std::move(rows));
}

}  // namespace

Filter findSequenceFilter(std::string_view name) {
    static const std::map<std::string_view, Filter> filters = {
        {"length", length},     {"count", length},    {"list", list},          {"first", first},
        {"last", last},         {"reverse", reverse}, {"items", entries},      {"sort", sort},
        {"dictsort", dictSort}, {"unique", unique},   {"min", extreme<false>}, {"max", extreme<true>},
        {"sum", sum},           {"join", join},       {"batch", batch},
    };
    const auto found = filters.find(name);
    return found == filters.end() ? nullptr : found->second;
}

}  // namespace specula::jinja
