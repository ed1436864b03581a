#include "engine/text/jinja/expression_parser.h"

#include <algorithm>

namespace specula::jinja {
namespace {

using Kind = Expression::Kind;

constexpr int kMaxNesting = 60;  // parentheses inside parentheses
constexpr int kMaxDepth = 200;   // of a tree; a chain of n operators is n deep

// Counts one level as long as it lives.
class Level {
public:
    Level(int& level, const TokenStream& tokens) : m_level(level) {
        if (++m_level > kMaxNesting) {
            --m_level;
            throw Misplaced{tokens.current().line,
                            "expressions are nested more than " + std::to_string(kMaxNesting) + " deep"};
        }
    }
    ~Level() { --m_level; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

private:
    int& m_level;
};

bool isOneOf(const Token& token, std::initializer_list<std::string_view> signs) {
    return token.kind == Token::Kind::Operator &&
           std::find(signs.begin(), signs.end(), token.text) != signs.end();
}

}  // namespace

ExpressionPtr ExpressionParser::make(Kind kind, int line) const {
    auto expression = std::make_unique<Expression>();
    expression->kind = kind;
    expression->line = line;
    return expression;
}

void ExpressionParser::countDepth(Expression& expression) const {
    if (expression.depth > kMaxDepth) {
        throw Misplaced{expression.line, "an expression has more than " + std::to_string(kMaxDepth) +
                                             " operations in a row, expected a shorter one"};
    }
}

ExpressionPtr ExpressionParser::with(ExpressionPtr parent, ExpressionPtr child) const {
    if (child) parent->depth = std::max(parent->depth, child->depth + 1);
    countDepth(*parent);
    parent->children.push_back(std::move(child));
    return parent;
}

ExpressionPtr ExpressionParser::pair(Kind kind, int line, ExpressionPtr left, ExpressionPtr right) const {
    return with(with(make(kind, line), std::move(left)), std::move(right));
}

ExpressionPtr ExpressionParser::expression(bool withConditional) {
    const Level level(m_nesting, m_tokens);
    ExpressionPtr result = orChain();
    while (withConditional && m_tokens.current().isName("if")) {
        const int line = m_tokens.take().line;
        ExpressionPtr condition = orChain();
        ExpressionPtr otherwise;
        if (m_tokens.skipName("else")) otherwise = expression();
        result = pair(Kind::Conditional, line, std::move(condition), std::move(result));
        result = with(std::move(result), std::move(otherwise));
    }
    return result;
}

ExpressionPtr ExpressionParser::orChain() {
    ExpressionPtr left = andChain();
    while (m_tokens.current().isName("or")) {
        const int line = m_tokens.take().line;
        left = pair(Kind::Or, line, std::move(left), andChain());
    }
    return left;
}

ExpressionPtr ExpressionParser::andChain() {
    ExpressionPtr left = negation();
    while (m_tokens.current().isName("and")) {
        const int line = m_tokens.take().line;
        left = pair(Kind::And, line, std::move(left), negation());
    }
    return left;
}

ExpressionPtr ExpressionParser::negation() {
    if (!m_tokens.current().isName("not")) return comparison();
    const Level level(m_nesting, m_tokens);
    const int line = m_tokens.take().line;
    return with(make(Kind::Not, line), negation());
}

ExpressionPtr ExpressionParser::comparison() {
    const int line = m_tokens.current().line;
    ExpressionPtr first = sum();
    ExpressionPtr result;
    while (true) {
        std::string sign;
        const Token& token = m_tokens.current();
        if (isOneOf(token, {"==", "!=", "<", "<=", ">", ">="})) {
            sign = m_tokens.take().text;
        } else if (m_tokens.skipName("in")) {
            sign = "in";
        } else if (token.isName("not") && m_tokens.next().isName("in")) {
            m_tokens.take();
            m_tokens.take();
            sign = "not in";
        } else {
            return result ? std::move(result) : std::move(first);
        }
        if (!result) result = with(make(Kind::Compare, line), std::move(first));
        result->signs.push_back(sign);
        result = with(std::move(result), sum());
    }
}

ExpressionPtr ExpressionParser::sum() {
    ExpressionPtr left = concatenation();
    while (isOneOf(m_tokens.current(), {"+", "-"})) {
        const Token sign = m_tokens.take();
        left = pair(Kind::Binary, sign.line, std::move(left), concatenation());
        left->name = sign.text;
    }
    return left;
}

ExpressionPtr ExpressionParser::concatenation() {
    const int line = m_tokens.current().line;
    ExpressionPtr first = product();
    if (!m_tokens.current().isOperator("~")) return first;
    ExpressionPtr all = with(make(Kind::Concat, line), std::move(first));
    while (m_tokens.skipOperator("~")) all = with(std::move(all), product());
    return all;
}

ExpressionPtr ExpressionParser::expressionsInARow() {
    ExpressionPtr all = make(Kind::Concat, m_tokens.current().line);
    do {
        all = with(std::move(all), expression());
    } while (m_tokens.skipOperator(","));
    return all;
}

ExpressionPtr ExpressionParser::product() {
    ExpressionPtr left = power();
    while (isOneOf(m_tokens.current(), {"*", "/", "//", "%"})) {
        const Token sign = m_tokens.take();
        left = pair(Kind::Binary, sign.line, std::move(left), power());
        left->name = sign.text;
    }
    return left;
}

// Jinja's ** groups from the left, unlike Python's.
ExpressionPtr ExpressionParser::power() {
    ExpressionPtr left = unary(true);
    while (m_tokens.current().isOperator("**")) {
        const int line = m_tokens.take().line;
        left = pair(Kind::Binary, line, std::move(left), unary(true));
        left->name = "**";
    }
    return left;
}

ExpressionPtr ExpressionParser::unary(bool withFilters) {
    ExpressionPtr result;
    if (isOneOf(m_tokens.current(), {"-", "+"})) {
        const Level level(m_nesting, m_tokens);
        const Token sign = m_tokens.take();
        result = with(make(sign.text == "-" ? Kind::Negative : Kind::Positive, sign.line), unary(false));
    } else {
        result = primary();
    }
    result = postfix(std::move(result));
    return withFilters ? filtersAndTests(std::move(result)) : std::move(result);
}

ExpressionPtr ExpressionParser::primary() {
    const Token token = m_tokens.current();
    ExpressionPtr result = make(Kind::Constant, token.line);
    if (token.kind == Token::Kind::Name) {
        m_tokens.take();
        if (token.text == "true" || token.text == "True" || token.text == "false" || token.text == "False") {
            result->constant = token.text == "true" || token.text == "True";
        } else if (token.text == "none" || token.text == "None") {
            result->constant = Value::None{};
        } else {
            result->kind = Kind::Name;
            result->name = token.text;
            m_names.insert(token.text);
        }
    } else if (token.kind == Token::Kind::Text) {
        std::string all;
        while (m_tokens.is(Token::Kind::Text)) all += m_tokens.take().text;
        result->constant = std::move(all);
    } else if (token.kind == Token::Kind::Int) {
        result->constant = m_tokens.take().whole;
    } else if (token.kind == Token::Kind::Float) {
        result->constant = m_tokens.take().real;
    } else if (m_tokens.skipOperator("(")) {
        result = tuple(true, {}, true);
        m_tokens.expectOperator(")");
    } else if (token.isOperator("[")) {
        result = listLiteral();
    } else if (token.isOperator("{")) {
        result = dictLiteral();
    } else {
        m_tokens.fail("an expression");
    }
    return result;
}

ExpressionPtr ExpressionParser::tuple(bool withConditional, std::string_view end, bool inParentheses) {
    const int line = m_tokens.current().line;
    const auto ends = [&] {
        const Token& token = m_tokens.current();
        return token.kind == Token::Kind::VariableEnd || token.kind == Token::Kind::BlockEnd ||
               token.isOperator(")") || (!end.empty() && token.isName(end));
    };
    ExpressionPtr all = make(Kind::Tuple, line);
    while (!ends()) {
        ExpressionPtr item = expression(withConditional);
        if (all->children.empty() && !m_tokens.current().isOperator(",")) return item;
        all = with(std::move(all), std::move(item));
        if (!m_tokens.skipOperator(",")) break;
    }
    if (all->children.empty() && !inParentheses) m_tokens.fail("an expression");
    return all;
}

ExpressionPtr ExpressionParser::listLiteral() {
    ExpressionPtr all = make(Kind::List, m_tokens.take().line);
    while (!m_tokens.current().isOperator("]")) {
        if (!all->children.empty()) m_tokens.expectOperator(",");
        if (m_tokens.current().isOperator("]")) break;
        all = with(std::move(all), expression());
    }
    m_tokens.expectOperator("]");
    return all;
}

ExpressionPtr ExpressionParser::dictLiteral() {
    ExpressionPtr all = make(Kind::Dict, m_tokens.take().line);
    while (!m_tokens.current().isOperator("}")) {
        if (!all->children.empty()) m_tokens.expectOperator(",");
        if (m_tokens.current().isOperator("}")) break;
        all = with(std::move(all), expression());
        m_tokens.expectOperator(":");
        all = with(std::move(all), expression());
    }
    m_tokens.expectOperator("}");
    return all;
}

ExpressionPtr ExpressionParser::postfix(ExpressionPtr inner) {
    while (true) {
        if (isOneOf(m_tokens.current(), {".", "["})) {
            inner = subscript(std::move(inner));
        } else if (m_tokens.current().isOperator("(")) {
            inner = call(std::move(inner));
        } else {
            return inner;
        }
    }
}

ExpressionPtr ExpressionParser::filtersAndTests(ExpressionPtr inner) {
    while (true) {
        if (m_tokens.current().isOperator("|")) {
            inner = filters(std::move(inner), false);
        } else if (m_tokens.current().isName("is")) {
            inner = test(std::move(inner));
        } else if (m_tokens.current().isOperator("(")) {
            inner = call(std::move(inner));
        } else {
            return inner;
        }
    }
}

ExpressionPtr ExpressionParser::subscript(ExpressionPtr inner) {
    const Token opening = m_tokens.take();
    if (opening.text == ".") {
        const Token name = m_tokens.current();
        if (name.kind == Token::Kind::Name) {
            m_tokens.take();
            ExpressionPtr result = with(make(Kind::Attribute, opening.line), std::move(inner));
            result->name = name.text;
            return result;
        }
        if (name.kind != Token::Kind::Int) m_tokens.fail("a name or a number behind the dot");
        ExpressionPtr index = make(Kind::Constant, name.line);
        index->constant = m_tokens.take().whole;
        return pair(Kind::Subscript, opening.line, std::move(inner), std::move(index));
    }
    ExpressionPtr all = make(Kind::Tuple, opening.line);
    while (!m_tokens.current().isOperator("]")) {
        if (!all->children.empty()) m_tokens.expectOperator(",");
        all = with(std::move(all), subscribed());
    }
    m_tokens.expectOperator("]");
    if (all->children.size() == 1) all = std::move(all->children.front());
    return pair(Kind::Subscript, opening.line, std::move(inner), std::move(all));
}

ExpressionPtr ExpressionParser::subscribed() {
    const int line = m_tokens.current().line;
    ExpressionPtr from;
    if (!m_tokens.current().isOperator(":")) from = expression();
    if (!m_tokens.skipOperator(":")) return from;
    const auto optional = [&]() -> ExpressionPtr {
        return isOneOf(m_tokens.current(), {":", "]", ","}) ? nullptr : expression();
    };
    ExpressionPtr result = with(make(Kind::Slice, line), std::move(from));
    result = with(std::move(result), optional());
    return with(std::move(result), m_tokens.skipOperator(":") ? optional() : nullptr);
}

CallArguments ExpressionParser::callArguments(int& depth) {
    CallArguments arguments;
    m_tokens.expectOperator("(");
    bool first = true;
    while (!m_tokens.current().isOperator(")")) {
        if (!first) m_tokens.expectOperator(",");
        if (m_tokens.current().isOperator(")")) break;
        callArgument(arguments);
        first = false;
    }
    m_tokens.expectOperator(")");
    const auto count = [&](const ExpressionPtr& each) {
        depth = std::max(depth, each ? each->depth + 1 : 0);
    };
    for (const auto& each : arguments.positional) count(each);
    for (const auto& [name, each] : arguments.named) count(each);
    count(arguments.star);
    count(arguments.starStar);
    return arguments;
}

void ExpressionParser::callArgument(CallArguments& arguments) {
    const bool named = m_tokens.is(Token::Kind::Name) && m_tokens.next().isOperator("=");
    if (arguments.starStar) m_tokens.fail(") after **");
    if (m_tokens.skipOperator("**")) {
        arguments.starStar = expression();
    } else if (m_tokens.current().isOperator("*")) {
        if (arguments.star) m_tokens.fail("only one *");
        m_tokens.take();
        arguments.star = expression();
    } else if (named) {
        std::string name = m_tokens.take().text;
        m_tokens.take();
        arguments.named.emplace_back(std::move(name), expression());
    } else {
        if (arguments.star || !arguments.named.empty())
            m_tokens.fail("a named argument after named ones or *");
        arguments.positional.push_back(expression());
    }
}

ExpressionPtr ExpressionParser::call(ExpressionPtr inner) {
    ExpressionPtr result = with(make(Kind::Call, m_tokens.current().line), std::move(inner));
    result->arguments = callArguments(result->depth);
    countDepth(*result);
    return result;
}

ExpressionPtr ExpressionParser::filters(ExpressionPtr inner, bool startsWithName) {
    while (startsWithName || m_tokens.skipOperator("|")) {
        ExpressionPtr result = with(make(Kind::Filter, m_tokens.current().line), std::move(inner));
        result->name = m_tokens.takeName("a filter's name");
        while (m_tokens.skipOperator(".")) result->name += "." + m_tokens.takeName("a filter's name");
        if (m_tokens.current().isOperator("(")) result->arguments = callArguments(result->depth);
        countDepth(*result);
        inner = std::move(result);
        startsWithName = false;
    }
    return inner;
}

ExpressionPtr ExpressionParser::test(ExpressionPtr inner) {
    const int line = m_tokens.take().line;
    const bool negated = m_tokens.skipName("not");
    ExpressionPtr result = with(make(Kind::Test, line), std::move(inner));
    result->name = m_tokens.takeName("a test's name");
    while (m_tokens.skipOperator(".")) result->name += "." + m_tokens.takeName("a test's name");
    const Token& token = m_tokens.current();
    const bool wordThatEnds = token.isName("else") || token.isName("or") || token.isName("and");
    const bool argument = token.kind == Token::Kind::Name || token.kind == Token::Kind::Text ||
                          token.kind == Token::Kind::Int || token.kind == Token::Kind::Float ||
                          isOneOf(token, {"[", "{"});
    if (token.isOperator("(")) {
        result->arguments = callArguments(result->depth);
    } else if (argument && !wordThatEnds) {
        if (token.isName("is")) m_tokens.fail("only one is");
        result->arguments.positional.push_back(postfix(primary()));
        result->depth = std::max(result->depth, result->arguments.positional[0]->depth + 1);
    }
    countDepth(*result);
    return negated ? with(make(Kind::Not, line), std::move(result)) : std::move(result);
}

Target ExpressionParser::singleTarget(bool withNamespace) {
    Target target;
    target.line = m_tokens.current().line;
    if (m_tokens.skipOperator("(")) {
        const Level level(m_nesting, m_tokens);
        target = this->target(false);
        m_tokens.expectOperator(")");
        return target;
    }
    target.name = m_tokens.takeName("a name to assign to");
    static const std::set<std::string> kConstants = {"true", "false", "none", "True", "False", "None"};
    if (kConstants.contains(target.name)) {
        throw Misplaced{target.line, "cannot assign to " + target.name + ", expected a name"};
    }
    if (withNamespace && m_tokens.skipOperator("."))
        target.attribute = m_tokens.takeName("an attribute's name");
    return target;
}

Target ExpressionParser::target(bool withNamespace, std::string_view end) {
    Target all;
    all.line = m_tokens.current().line;
    while (true) {
        const bool ended = m_tokens.is(Token::Kind::BlockEnd) || isOneOf(m_tokens.current(), {")", "="}) ||
                           (!end.empty() && m_tokens.current().isName(end));
        if (ended) break;
        all.elements.push_back(singleTarget(withNamespace));
        if (!m_tokens.skipOperator(",")) break;
        all.several = true;
    }
    if (all.elements.empty()) m_tokens.fail("a name to assign to");
    if (all.several) return all;
    Target only = std::move(all.elements.front());
    return only;
}

Signature ExpressionParser::signature() {
    Signature signature;
    m_tokens.expectOperator("(");
    while (!m_tokens.current().isOperator(")")) {
        if (!signature.parameters.empty()) m_tokens.expectOperator(",");
        signature.parameters.push_back(m_tokens.takeName("a parameter's name"));
        if (m_tokens.skipOperator("=")) {
            signature.defaults.push_back(expression());
        } else if (!signature.defaults.empty()) {
            m_tokens.fail("a default, as an earlier parameter has one");
        }
    }
    m_tokens.expectOperator(")");
    return signature;
}

}  // namespace specula::jinja
