#include <algorithm>
#include <map>

#include "engine/text/jinja/characters.h"
#include "engine/text/jinja/functions.h"
#include "engine/text/jinja/interpreter.h"
#include "engine/text/jinja/print.h"
#include "engine/text/utf8.h"

namespace specula::jinja {
namespace {

using TextMethod = Value (*)(Interpreter&, const std::string&, const Arguments&);

const std::string& needText(const char* what, const Value& value) {
    if (!value.isText()) throw Trouble(std::string(what) + " takes a text, found a " + value.typeName());
    return value.text();
}

Value texts(Interpreter& interpreter, std::vector<std::string> parts) {
    std::vector<Value> items;
    std::size_t bytes = 0;
    for (std::string& part : parts) {
        bytes += part.size() / 16 + 1;
        items.emplace_back(std::move(part));
    }
    interpreter.charge(bytes);
    return Value::sequence(std::move(items));
}

template <LetterCase letterCase>
Value changeCase(Interpreter& interpreter, const std::string& self, const Arguments& arguments) {
    const Bound none("a text's method for upper and lower case", arguments, {});
    return interpreter.made(withCase(self, letterCase));
}

template <Side side>
Value strip(Interpreter& interpreter, const std::string& self, const Arguments& arguments) {
    const Bound bound("strip", arguments, {"chars"});
    return interpreter.made(std::string(stripped(self, bound.text(0), side)));
}

template <bool fromRight>
Value split(Interpreter& interpreter, const std::string& self, const Arguments& arguments) {
    const Bound bound("split", arguments, {"sep", "maxsplit"});
    const auto separator = bound.text(0);
    if (separator && separator->empty()) throw Trouble("split: the separator is empty, expected a text");
    return texts(interpreter, splitText(self, separator, bound.whole(1, -1), fromRight));
}

Value splitLines(Interpreter& interpreter, const std::string& self, const Arguments& arguments) {
    const Bound bound("splitlines", arguments, {"keepends"});
    return texts(interpreter, linesOf(self, bound.flag(0, false)));
}

Value replace(Interpreter& interpreter, const std::string& self, const Arguments& arguments) {
    const Bound bound("replace", arguments, {"old", "new", "count"}, 2);
    return interpreter.made(replaced(self, needText("replace", bound[0]), needText("replace", bound[1]),
                                     bound.whole(2, -1), kMaxText));
}

// self[start:end], and how many characters go before it.
std::string part(const std::string& self, const Bound& bound, std::int64_t& before) {
    before = 0;
    if (!bound.has(1) && !bound.has(2)) return self;
    const Value from = bound.get(1, Value::None{});
    const Value piece = sliced(self, from, bound.get(2, Value::None{}), Value::None{});
    const auto length = static_cast<std::int64_t>(characterCount(self));
    if (from.isWhole())
        before = std::clamp<std::int64_t>(from.whole() < 0 ? from.whole() + length : from.whole(), 0, length);
    return piece.text();
}

template <bool atEnd>
Value startsOrEnds(Interpreter&, const std::string& self, const Arguments& arguments) {
    const Bound bound(atEnd ? "endswith" : "startswith", arguments, {"prefix", "start", "end"}, 1);
    std::int64_t before = 0;
    const std::string text = part(self, bound, before);
    const std::vector<Value> wanted =
        bound[0].isSequence(Sequence::Kind::Tuple) ? bound[0].list().items : std::vector{bound[0]};
    return std::any_of(wanted.begin(), wanted.end(), [&](const Value& each) {
        const std::string& affix = needText(atEnd ? "endswith" : "startswith", each);
        return atEnd ? text.ends_with(affix) : text.starts_with(affix);
    });
}

std::int64_t found(const std::string& self, const Arguments& arguments, bool last) {
    const Bound bound("find", arguments, {"sub", "start", "end"}, 1);
    std::int64_t before = 0;
    const std::string text = part(self, bound, before);
    const std::string& wanted = needText("find", bound[0]);
    const std::size_t at = last ? text.rfind(wanted) : text.find(wanted);
    if (at == std::string::npos) return -1;
    return before + static_cast<std::int64_t>(characterCount(std::string_view(text).substr(0, at)));
}

template <bool last, bool must>
Value find(Interpreter&, const std::string& self, const Arguments& arguments) {
    const std::int64_t at = found(self, arguments, last);
    if (must && at < 0) throw Trouble("index: the text does not contain what it looks for");
    return at;
}

Value count(Interpreter&, const std::string& self, const Arguments& arguments) {
    const Bound bound("count", arguments, {"sub", "start", "end"}, 1);
    std::int64_t before = 0;
    const std::string text = part(self, bound, before);
    const std::string& wanted = needText("count", bound[0]);
    if (wanted.empty()) return static_cast<std::int64_t>(characterCount(text)) + 1;
    std::int64_t times = 0;
    for (std::size_t at = text.find(wanted); at != std::string::npos;
         at = text.find(wanted, at + wanted.size())) {
        ++times;
    }
    return times;
}

Value join(Interpreter& interpreter, const std::string& self, const Arguments& arguments) {
    const Bound bound("join", arguments, {"iterable"}, 1);
    std::string text;
    bool first = true;
    for (const Value& item : itemsOf(bound[0])) {
        if (!first) text += self;
        text += needText("join", item);
        first = false;
        if (text.size() > kMaxText) break;
    }
    return interpreter.made(std::move(text));
}

template <bool end>
Value withoutAffix(Interpreter& interpreter, const std::string& self, const Arguments& arguments) {
    const Bound bound(end ? "removesuffix" : "removeprefix", arguments, {"affix"}, 1);
    const std::string& affix = needText("removeprefix", bound[0]);
    std::string_view text = self;
    if (end && text.ends_with(affix)) text.remove_suffix(affix.size());
    if (!end && text.starts_with(affix)) text.remove_prefix(affix.size());
    return interpreter.made(std::string(text));
}

template <bool last>
Value partition(Interpreter& interpreter, const std::string& self, const Arguments& arguments) {
    const Bound bound("partition", arguments, {"sep"}, 1);
    const std::string& separator = needText("partition", bound[0]);
    if (separator.empty()) throw Trouble("partition: the separator is empty, expected a text");
    const std::size_t at = last ? self.rfind(separator) : self.find(separator);
    interpreter.charge(self.size() / 16);
    if (at == std::string::npos) {
        std::vector<Value> parts = {self, "", ""};
        if (last) std::swap(parts[0], parts[2]);
        return Value::sequence(std::move(parts), Sequence::Kind::Tuple);
    }
    return Value::sequence({self.substr(0, at), separator, self.substr(at + separator.size())},
                           Sequence::Kind::Tuple);
}

// ljust, rjust, center and zfill: spaces (or zeros) on the left and on the right.
enum class Place { Left, Right, Centre, Zeros };

template <Place place>
Value justified(Interpreter& interpreter, const std::string& self, const Arguments& arguments) {
    const Bound bound("ljust, rjust, center or zfill", arguments, {"width", "fillchar"}, 1);
    const auto length = static_cast<std::int64_t>(characterCount(self));
    const std::int64_t missing = bound.whole(0, 0) - length;
    const std::string fill = place == Place::Zeros ? "0" : bound.text(1).value_or(" ");
    if (characterCount(fill) != 1) throw Trouble("expected one character to fill with");
    if (missing <= 0) return self;
    if (missing > static_cast<std::int64_t>(kMaxText / 4)) throw Trouble("a text grows past its limit");
    // Python centres odd gaps by the parity of the width.
    const std::int64_t half = missing / 2 + (missing & bound.whole(0, 0) & 1);
    const std::int64_t left = place == Place::Left ? 0 : place == Place::Centre ? half : missing;
    std::string text;
    const bool sign = place == Place::Zeros && (self.starts_with('-') || self.starts_with('+'));
    if (sign) text += self[0];
    for (std::int64_t i = 0; i < left; ++i) text += fill;
    text += std::string_view(self).substr(sign ? 1 : 0);
    for (std::int64_t i = left; i < missing; ++i) text += fill;
    return interpreter.made(std::move(text));
}

template <bool (*belongs)(char32_t)>
Value isAll(Interpreter&, const std::string& self, const Arguments&) {
    bool all = !self.empty();
    for (std::string_view rest = self; all && !rest.empty();) {
        const Utf8Step step = utf8Step(rest);
        all = belongs(step.codePoint);
        rest.remove_prefix(step.length);
    }
    return all;
}

bool isLetterOrDigit(char32_t c) {
    return isLetter(c) || isDecimalDigit(c);
}

template <LetterCase letterCase>
Value isCase(Interpreter&, const std::string& self, const Arguments&) {
    return hasOnlyCase(self, letterCase);
}

// str.format with {}, {0} and {name}; anything more is refused.
Value format(Interpreter& interpreter, const std::string& self, const Arguments& arguments) {
    std::string text;
    std::size_t next = 0;
    for (std::size_t i = 0; i < self.size(); ++i) {
        const char c = self[i];
        if ((c == '{' || c == '}') && i + 1 < self.size() && self[i + 1] == c) {
            text += self[i++];
            continue;
        }
        if (c != '{') {
            if (c == '}') throw Trouble("format: a } has no {");
            text += c;
            continue;
        }
        const std::size_t end = self.find('}', i);
        if (end == std::string::npos) throw Trouble("format: a { has no }");
        const std::string field = self.substr(i + 1, end - i - 1);
        const bool digits =
            !field.empty() && field.size() < 4 && field.find_first_not_of("0123456789") == std::string::npos;
        const std::size_t index = digits ? std::stoul(field) : next;
        if (field.empty()) ++next;
        const auto named = std::find_if(arguments.named.begin(), arguments.named.end(),
                                        [&](const auto& each) { return each.first == field; });
        if ((field.empty() || digits) && index < arguments.positional.size()) {
            text += printed(arguments.positional[index]);
        } else if (!field.empty() && named != arguments.named.end()) {
            text += printed(named->second);
        } else {
            throw Trouble("format: there is nothing for {" + field + "}; supported: {}, {0}, {name}");
        }
        i = end;
    }
    return interpreter.made(std::move(text));
}

const std::map<std::string, TextMethod, std::less<>>& textMethods() {
    static const std::map<std::string, TextMethod, std::less<>> methods = {
        {"upper", changeCase<LetterCase::Upper>},
        {"lower", changeCase<LetterCase::Lower>},
        {"title", changeCase<LetterCase::Title>},
        {"capitalize", changeCase<LetterCase::Capitalised>},
        {"strip", strip<Side::Both>},
        {"lstrip", strip<Side::Left>},
        {"rstrip", strip<Side::Right>},
        {"split", split<false>},
        {"rsplit", split<true>},
        {"splitlines", splitLines},
        {"replace", replace},
        {"startswith", startsOrEnds<false>},
        {"endswith", startsOrEnds<true>},
        {"find", find<false, false>},
        {"rfind", find<true, false>},
        {"index", find<false, true>},
        {"rindex", find<true, true>},
        {"count", count},
        {"join", join},
        {"removeprefix", withoutAffix<false>},
        {"removesuffix", withoutAffix<true>},
        {"partition", partition<false>},
        {"rpartition", partition<true>},
        {"ljust", justified<Place::Left>},
        {"rjust", justified<Place::Right>},
        {"center", justified<Place::Centre>},
        {"zfill", justified<Place::Zeros>},
        {"isalpha", isAll<isLetter>},
        {"isdigit", isAll<isDecimalDigit>},
        {"isdecimal", isAll<isDecimalDigit>},
        {"isnumeric", isAll<isDecimalDigit>},
        {"isalnum", isAll<isLetterOrDigit>},
        {"isspace", isAll<isSpace>},
        {"isupper", isCase<LetterCase::Upper>},
        {"islower", isCase<LetterCase::Lower>},
        {"format", format},
    };
    return methods;
}

Value method(const Value& self, const std::string& name, Function::Body body) {
    return Value(Value::Thing(std::make_shared<Function>(name, std::move(body), self.depth() + 1)));
}

Value dictionaryMethod(const Value& self, const std::string& name) {
    const auto view = [](std::vector<Value> items) {
        return Value::sequence(std::move(items), Sequence::Kind::View);
    };
    if (name == "get") {
        return method(self, name, [self](Interpreter&, Arguments& arguments) {
            const Bound bound("get", arguments, {"key", "default"}, 1);
            const Value* found = self.dict().find(bound[0]);
            return found ? *found : bound.get(1, Value::None{});
        });
    }
    if (name == "copy") return method(self, name, [self](Interpreter&, Arguments&) { return self; });
    if (name != "items" && name != "keys" && name != "values") return {};
    return method(self, name, [self, name, view](Interpreter& interpreter, Arguments& arguments) {
        const Bound none(name, arguments, {});
        std::vector<Value> items;
        for (const auto& [key, value] : self.dict().entries) {
            items.push_back(name == "keys"     ? key
                            : name == "values" ? value
                                               : Value::sequence({key, value}, Sequence::Kind::Tuple));
        }
        interpreter.charge(items.size());
        return view(std::move(items));
    });
}

Value listMethod(const Value& self, const std::string& name) {
    if (name == "copy" && self.isSequence(Sequence::Kind::List)) {
        return method(self, name, [self](Interpreter&, Arguments&) { return self; });
    }
    if (name != "index" && name != "count") return {};
    return method(self, name, [self, name](Interpreter& interpreter, Arguments& arguments) -> Value {
        const Bound bound(name, arguments, {"value"}, 1);
        std::int64_t times = 0;
        const auto& items = self.list().items;
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (!equals(items[i], bound[0], interpreter.workLeft())) continue;
            if (name == "index") return static_cast<std::int64_t>(i);
            ++times;
        }
        if (name == "index") throw Trouble("index: the list does not contain the value");
        return times;
    });
}

}  // namespace

Value methodOf(const Value& self, const std::string& name) {
    if (self.isText()) {
        const auto found = textMethods().find(name);
        if (found == textMethods().end()) return {};
        return method(self, name,
                      [self, run = found->second](Interpreter& interpreter, Arguments& arguments) {
                          return run(interpreter, self.text(), arguments);
                      });
    }
    if (self.isMapping()) return dictionaryMethod(self, name);
    const bool list = self.isSequence(Sequence::Kind::List) || self.isSequence(Sequence::Kind::Tuple);
    return list ? listMethod(self, name) : Value();
}

}  // namespace specula::jinja
