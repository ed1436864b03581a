#pragma once

#include <set>
#include <string>
#include <string_view>

#include "engine/text/jinja/ast.h"
#include "engine/text/jinja/token_stream.h"

namespace specula::jinja {

/// Reads expressions off a stream. Throws Misplaced.
class ExpressionParser {
public:
    explicit ExpressionParser(TokenStream& tokens) : m_tokens(tokens) {}

    ExpressionPtr expression(bool withConditional = true);
    /// An expression, or several with commas between: a tuple. `end`: a name that ends it.
    ExpressionPtr tuple(bool withConditional = true, std::string_view end = {}, bool inParentheses = false);
    /// One or several, with commas between, whose texts are put together.
    ExpressionPtr expressionsInARow();
    /// "name" or "name(arguments)" of a filter, and those behind it; `inner` may be null.
    ExpressionPtr filters(ExpressionPtr inner, bool startsWithName);
    /// What stands left of "=" or of "in".
    Target target(bool withNamespace, std::string_view end = {});
    Signature signature();

    /// Every name that was read as a variable since the set was last cleared.
    std::set<std::string>& namesSeen() { return m_names; }

private:
    ExpressionPtr make(Expression::Kind kind, int line) const;
    ExpressionPtr with(ExpressionPtr parent, ExpressionPtr child) const;
    ExpressionPtr pair(Expression::Kind kind, int line, ExpressionPtr left, ExpressionPtr right) const;
    void countDepth(Expression& expression) const;
    ExpressionPtr orChain();
    ExpressionPtr andChain();
    ExpressionPtr negation();
    ExpressionPtr comparison();
    ExpressionPtr sum();
    ExpressionPtr concatenation();
    ExpressionPtr product();
    ExpressionPtr power();
    ExpressionPtr unary(bool withFilters);
    ExpressionPtr primary();
    ExpressionPtr listLiteral();
    ExpressionPtr dictLiteral();
    ExpressionPtr postfix(ExpressionPtr inner);
    ExpressionPtr filtersAndTests(ExpressionPtr inner);
    ExpressionPtr subscript(ExpressionPtr inner);
    ExpressionPtr subscribed();
    ExpressionPtr call(ExpressionPtr inner);
    ExpressionPtr test(ExpressionPtr inner);
    CallArguments callArguments(int& depth);
    void callArgument(CallArguments& arguments);
    Target singleTarget(bool withNamespace);

    TokenStream& m_tokens;
    int m_nesting = 0;
    std::set<std::string> m_names;
};

}  // namespace specula::jinja
