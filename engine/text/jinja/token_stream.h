#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/text/jinja/lexer.h"

namespace specula::jinja {

/// Tokens in order, with what parsers ask of them.
class TokenStream {
public:
    explicit TokenStream(std::vector<Token> tokens) : m_tokens(std::move(tokens)) {}

    const Token& current() const { return m_tokens[m_at]; }
    const Token& next() const { return m_tokens[m_at + 1 < m_tokens.size() ? m_at + 1 : m_at]; }
    const Token& take() {
        const Token& token = m_tokens[m_at];
        if (m_at + 1 < m_tokens.size()) ++m_at;
        return token;
    }
    bool skipName(std::string_view name) { return current().isName(name) && (take(), true); }
    bool skipOperator(std::string_view sign) { return current().isOperator(sign) && (take(), true); }
    bool is(Token::Kind kind) const { return current().kind == kind; }

    [[noreturn]] void fail(const std::string& expected) const {
        throw Misplaced{current().line, "found " + current().shown() + ", expected " + expected};
    }
    void expectOperator(std::string_view sign) {
        if (!skipOperator(sign)) fail(std::string(sign));
    }
    void expectName(std::string_view name) {
        if (!skipName(name)) fail(std::string(name));
    }
    void expect(Token::Kind kind, std::string_view shown) {
        if (!is(kind)) fail(std::string(shown));
        take();
    }
    std::string takeName(std::string_view what) {
        if (!is(Token::Kind::Name)) fail(std::string(what));
        return take().text;
    }

private:
    std::vector<Token> m_tokens;
    std::size_t m_at = 0;
};

}  // namespace specula::jinja
