#include "engine/text/jinja/parser.h"

#include <algorithm>
#include <initializer_list>

#include "engine/text/jinja/expression_parser.h"

namespace specula::jinja {
namespace {

constexpr int kMaxNesting = 60;  // of blocks

class Parser {
public:
    explicit Parser(std::string_view source) : m_tokens(tokensOf(source)), m_expressions(m_tokens) {}

    Body read() {
        Body body = statements({});
        if (!m_tokens.is(Token::Kind::End)) m_tokens.fail("a tag that opens a block");
        return body;
    }

private:
    using Names = std::initializer_list<std::string_view>;
    using StatementPtr = std::unique_ptr<Statement>;

    static StatementPtr make(Statement::Kind kind, int line);
    /// Up to a tag of one of the names, which is left in place behind its {%.
    Body statements(Names ends);
    Body block(Names ends);
    void blockEnd() { m_tokens.expect(Token::Kind::BlockEnd, "%}"); }
    StatementPtr statement();
    StatementPtr readIf();
    StatementPtr readFor();
    StatementPtr readSet();
    StatementPtr readMacro();
    StatementPtr readCall();
    StatementPtr readFilter();
    StatementPtr readWith();
    StatementPtr readScope();
    StatementPtr readPrint();
    StatementPtr readJump();
    Body macroBody(Signature& signature, std::string_view end);

    TokenStream m_tokens;
    ExpressionParser m_expressions;
    int m_nesting = 0;
    int m_loops = 0;
};

Parser::StatementPtr Parser::make(Statement::Kind kind, int line) {
    auto statement = std::make_unique<Statement>();
    statement->kind = kind;
    statement->line = line;
    return statement;
}

Body Parser::statements(Names ends) {
    Body body;
    while (!m_tokens.is(Token::Kind::End)) {
        const Token& token = m_tokens.current();
        if (token.kind == Token::Kind::Data) {
            body.push_back(make(Statement::Kind::Text, token.line));
            body.back()->text = m_tokens.take().text;
        } else if (token.kind == Token::Kind::VariableBegin) {
            body.push_back(make(Statement::Kind::Print, m_tokens.take().line));
            body.back()->expression = m_expressions.tuple();
            m_tokens.expect(Token::Kind::VariableEnd, "}}");
        } else {
            m_tokens.expect(Token::Kind::BlockBegin, "{%");
            const Token& name = m_tokens.current();
            if (std::any_of(ends.begin(), ends.end(), [&](auto end) { return name.isName(end); }))
                return body;
            body.push_back(statement());
            blockEnd();
        }
    }
    if (ends.size() > 0) {
        std::string expected;
        for (const std::string_view end : ends) {
            expected.append(expected.empty() ? "{% " : " or {% ").append(end).append(" %}");
        }
        m_tokens.fail(expected);
    }
    return body;
}

// What stands between a tag that opens and the one that closes.
Body Parser::block(Names ends) {
    m_tokens.skipOperator(":");
    blockEnd();
    if (++m_nesting > kMaxNesting) {
        m_tokens.fail("at most " + std::to_string(kMaxNesting) + " blocks inside one another");
    }
    Body body = statements(ends);
    --m_nesting;
    return body;
}

Parser::StatementPtr Parser::statement() {
    const Token& token = m_tokens.current();
    if (token.kind != Token::Kind::Name) m_tokens.fail("the name of a tag");
    const std::string& name = token.text;
    if (name == "if") return readIf();
    if (name == "for") return readFor();
    if (name == "set") return readSet();
    if (name == "macro") return readMacro();
    if (name == "call") return readCall();
    if (name == "filter") return readFilter();
    if (name == "with") return readWith();
    if (name == "generation") return readScope();
    if (name == "print") return readPrint();
    if (name == "break" || name == "continue") return readJump();
    m_tokens.fail(
        "one of the tags if, for, set, macro, call, filter, with, generation, print, break, continue, raw");
}

Parser::StatementPtr Parser::readIf() {
    auto result = make(Statement::Kind::If, m_tokens.take().line);
    while (true) {
        result->conditions.push_back(m_expressions.tuple(false));
        result->branches.push_back(block({"elif", "else", "endif"}));
        const Token& end = m_tokens.take();
        if (end.text == "endif") return result;
        if (end.text == "else") break;
    }
    result->orElse = block({"endif"});
    m_tokens.take();
    return result;
}

Parser::StatementPtr Parser::readFor() {
    auto result = make(Statement::Kind::For, m_tokens.take().line);
    result->target = m_expressions.target(false, "in");
    m_tokens.expectName("in");
    result->expression = m_expressions.tuple(false, "recursive");
    if (m_tokens.skipName("if")) result->test = m_expressions.expression();
    if (m_tokens.current().isName("recursive")) m_tokens.fail("%} (recursive loops are not supported)");
    ++m_loops;
    result->body = block({"endfor", "else"});
    --m_loops;
    if (m_tokens.take().text == "else") {
        result->orElse = block({"endfor"});
        m_tokens.take();
    }
    return result;
}

Parser::StatementPtr Parser::readSet() {
    const int line = m_tokens.take().line;
    Target target = m_expressions.target(true);
    auto result = make(Statement::Kind::Set, line);
    result->target = std::move(target);
    if (m_tokens.skipOperator("=")) {
        result->expression = m_expressions.tuple();
        return result;
    }
    result->kind = Statement::Kind::SetBlock;
    result->expression = m_expressions.filters(nullptr, false);
    result->body = block({"endset"});
    m_tokens.take();
    return result;
}

// A macro that reads varargs, kwargs or caller gets what its parameters do not name.
Body Parser::macroBody(Signature& signature, std::string_view end) {
    std::set<std::string> outer;
    outer.swap(m_expressions.namesSeen());
    const int loops = m_loops;
    m_loops = 0;
    Body body = block({end});
    m_loops = loops;
    m_tokens.take();
    const auto& seen = m_expressions.namesSeen();
    const auto uses = [&](const char* name) {
        const auto& own = signature.parameters;
        return seen.contains(name) && std::find(own.begin(), own.end(), name) == own.end();
    };
    signature.usesVarargs = uses("varargs");
    signature.usesKwargs = uses("kwargs");
    signature.usesCaller = seen.contains("caller");
    m_expressions.namesSeen().merge(outer);
    return body;
}

Parser::StatementPtr Parser::readMacro() {
    auto result = make(Statement::Kind::Macro, m_tokens.take().line);
    result->text = m_tokens.takeName("the macro's name");
    result->signature = m_expressions.signature();
    result->body = macroBody(result->signature, "endmacro");
    return result;
}

Parser::StatementPtr Parser::readCall() {
    auto result = make(Statement::Kind::CallBlock, m_tokens.take().line);
    if (m_tokens.current().isOperator("(")) result->signature = m_expressions.signature();
    result->expression = m_expressions.expression();
    if (result->expression->kind != Expression::Kind::Call) m_tokens.fail("a call in front of it");
    result->body = macroBody(result->signature, "endcall");
    return result;
}

Parser::StatementPtr Parser::readFilter() {
    auto result = make(Statement::Kind::FilterBlock, m_tokens.take().line);
    result->expression = m_expressions.filters(nullptr, true);
    result->body = block({"endfilter"});
    m_tokens.take();
    return result;
}

Parser::StatementPtr Parser::readWith() {
    auto result = make(Statement::Kind::With, m_tokens.take().line);
    while (!m_tokens.is(Token::Kind::BlockEnd) && !m_tokens.current().isOperator(":")) {
        if (!result->targets.empty()) m_tokens.expectOperator(",");
        Target target;
        target.line = m_tokens.current().line;
        target.name = m_tokens.takeName("a name to assign to");
        result->targets.push_back(std::move(target));
        m_tokens.expectOperator("=");
        result->values.push_back(m_expressions.expression());
    }
    result->body = block({"endwith"});
    m_tokens.take();
    return result;
}

// Marks what the model said; it changes nothing in the text.
Parser::StatementPtr Parser::readScope() {
    auto result = make(Statement::Kind::Scope, m_tokens.take().line);
    const int loops = m_loops;
    m_loops = 0;
    result->body = block({"endgeneration"});
    m_loops = loops;
    m_tokens.take();
    return result;
}

Parser::StatementPtr Parser::readPrint() {
    auto result = make(Statement::Kind::Print, m_tokens.take().line);
    result->expression = m_expressions.expressionsInARow();
    return result;
}

Parser::StatementPtr Parser::readJump() {
    const Token& token = m_tokens.take();
    if (m_loops == 0) throw Misplaced{token.line, token.text + " stands outside of a loop"};
    return make(token.text == "break" ? Statement::Kind::Break : Statement::Kind::Continue, token.line);
}

}  // namespace

Body parse(std::string_view source) {
    return Parser(source).read();
}

}  // namespace specula::jinja
