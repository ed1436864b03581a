#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace specula::jinja {

struct Token {
    enum class Kind : std::uint8_t {
        Data,
        VariableBegin,
        VariableEnd,
        BlockBegin,
        BlockEnd,
        Name,
        Text,
        Int,
        Float,
        Operator,
        End
    };
    Kind kind = Kind::End;
    int line = 1;
    std::string text;  ///< of Text: after escapes
    std::int64_t whole = 0;
    double real = 0.0;

    bool isName(std::string_view name) const { return kind == Kind::Name && text == name; }
    bool isOperator(std::string_view sign) const { return kind == Kind::Operator && text == sign; }
    /// As messages name it.
    std::string shown() const;
};

/// A mistake in a template and where it is.
struct Misplaced {
    int line;
    std::string what;
};

/// Cuts a template into tokens as Jinja does with trim_blocks and lstrip_blocks set, which is how chat
/// templates are read: the first line feed after a tag goes, and so does white space between the start of a
/// line and a tag. The last token is End. Throws Misplaced.
std::vector<Token> tokensOf(std::string_view source);

}  // namespace specula::jinja
