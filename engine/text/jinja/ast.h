#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/text/jinja/value.h"

namespace specula::jinja {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

/// What parentheses hand over; star and starStar are *args and **kwargs.
struct CallArguments {
    std::vector<ExpressionPtr> positional;
    std::vector<std::pair<std::string, ExpressionPtr>> named;
    ExpressionPtr star;
    ExpressionPtr starStar;
};

struct Expression {
    enum class Kind : std::uint8_t {
        Constant,
        Name,
        List,
        Tuple,
        Dict,         ///< children: key, value, key, value...
        Attribute,    ///< children[0] . name
        Subscript,    ///< children[0] [ children[1] ]
        Slice,        ///< children: from, to, step; each may be null
        Call,         ///< children[0] ( arguments )
        Filter,       ///< children[0] | name ( arguments ); children[0] is null in a filter block
        Test,         ///< children[0] is name ( arguments )
        Conditional,  ///< children: condition, then, else (may be null)
        And,
        Or,
        Not,
        Negative,
        Positive,
        Binary,   ///< name is the sign
        Concat,   ///< children: two or more
        Compare,  ///< children[0] signs[0] children[1] signs[1] ...
    };
    Kind kind = Kind::Constant;
    int line = 1;
    int depth = 1;  ///< of the tree below it
    std::string name;
    Value constant;
    std::vector<ExpressionPtr> children;
    std::vector<std::string> signs;
    CallArguments arguments;
};

/// Where an assignment goes: a name, a namespace's attribute, or several of them.
struct Target {
    int line = 1;
    std::string name;
    std::string attribute;  ///< not empty: of the namespace `name`
    bool several = false;
    std::vector<Target> elements;  ///< of several
};

struct Statement;
using Body = std::vector<std::unique_ptr<Statement>>;

/// What a macro takes; the last `defaults.size()` parameters have defaults.
struct Signature {
    std::vector<std::string> parameters;
    std::vector<ExpressionPtr> defaults;
    bool usesVarargs = false;
    bool usesKwargs = false;
    bool usesCaller = false;
};

struct Statement {
    enum class Kind : std::uint8_t {
        Text,
        Print,      ///< expression
        If,         ///< the first of conditions that holds picks its branch, else orElse
        For,        ///< target in expression if test: body, orElse
        Set,        ///< target = expression
        SetBlock,   ///< target = body, through the filters of expression (may be null)
        Macro,      ///< name, signature, body
        CallBlock,  ///< expression is the call; signature and body are its caller
        FilterBlock,
        With,   ///< targets and values
        Scope,  ///< body in a scope of its own
        Break,
        Continue,
    };
    Kind kind = Kind::Text;
    int line = 1;
    std::string text;  ///< of Text and Macro's name
    ExpressionPtr expression;
    ExpressionPtr test;
    std::vector<ExpressionPtr> conditions;  ///< of If: one for each of branches
    std::vector<Body> branches;
    Body body;
    Body orElse;
    Target target;
    std::vector<Target> targets;
    std::vector<ExpressionPtr> values;
    Signature signature;
};

}  // namespace specula::jinja
