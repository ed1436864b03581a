#include "engine/text/jinja/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "engine/text/jinja/characters.h"
#include "engine/text/jinja/literals.h"
#include "engine/text/utf8.h"

namespace specula::jinja {
namespace {

constexpr std::size_t kMaxTokens = 1u << 20;

// The longer ones first.
constexpr std::array<std::string_view, 26> kOperators = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/",
                                                         "*",  "%",  "~",  "[",  "]",  "(",  ")", "{", "}",
                                                         ">",  "<",  "=",  ".",  ":",  "|",  ",", ";"};

// Line ends become line feeds, and one at the very end goes.
std::string withLineFeeds(std::string_view source) {
    std::string out;
    out.reserve(source.size());
    for (std::size_t i = 0; i < source.size(); ++i) {
        if (source[i] == '\r') {
            if (i + 1 < source.size() && source[i + 1] == '\n') continue;
            out += '\n';
        } else {
            out += source[i];
        }
    }
    if (out.ends_with('\n')) out.pop_back();
    return out;
}

bool isAsciiSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

class Lexer {
public:
    explicit Lexer(std::string_view source) : m_source(source) {}

    std::vector<Token> read();

private:
    [[noreturn]] void fail(const std::string& what) const { throw Misplaced{m_line, what}; }
    std::string_view rest() const { return std::string_view(m_source).substr(m_at); }
    bool ahead(std::string_view text) const { return rest().starts_with(text); }
    void take(std::size_t length);
    void skipSpace();
    Token& add(Token::Kind kind, std::string text = {});
    void addData(std::string_view text, char sign, bool tag);
    void readTag();
    void readComment();
    void readInside(bool variable);
    bool readEnd(bool variable);
    bool startsRaw() const;
    void readRaw();
    void readToken();
    void readNumber();
    void readName();
    void readText(char quote);
    void readOperator();

    std::string m_source;
    std::size_t m_at = 0;
    int m_line = 1;
    bool m_lineStarts = true;  // what was taken last ended with a line feed
    std::string m_open;        // brackets that are not closed yet
    std::vector<Token> m_tokens;
};

void Lexer::take(std::size_t length) {
    const std::string_view taken = rest().substr(0, length);
    m_line += static_cast<int>(std::count(taken.begin(), taken.end(), '\n'));
    m_at += taken.size();
    if (!taken.empty()) m_lineStarts = taken.back() == '\n';
}

void Lexer::skipSpace() {
    const std::size_t left = stripped(rest(), std::nullopt, Side::Left).size();
    take(rest().size() - left);
}

Token& Lexer::add(Token::Kind kind, std::string text) {
    if (m_tokens.size() >= kMaxTokens)
        fail("the template has more than " + std::to_string(kMaxTokens) + " tokens");
    m_tokens.emplace_back();
    Token& token = m_tokens.back();
    token.kind = kind;
    token.line = m_line;
    token.text = std::move(text);
    return token;
}

// Text up to a tag whose sign is `sign` ('-', '+' or none): a minus takes the white space before it, and a
// tag that stands alone at the start of its line takes its indentation.
void Lexer::addData(std::string_view text, char sign, bool tag) {
    std::string_view kept = text;
    if (sign == '-') {
        kept = stripped(text, std::nullopt, Side::Right);
    } else if (tag && sign != '+') {
        const std::size_t lineFeed = text.rfind('\n');
        const std::size_t lineStart = lineFeed == std::string_view::npos ? 0 : lineFeed + 1;
        const bool atStart = lineFeed != std::string_view::npos || m_lineStarts;
        if (atStart && stripped(text.substr(lineStart), std::nullopt, Side::Left).empty()) {
            kept = text.substr(0, lineStart);
        }
    }
    if (!kept.empty()) add(Token::Kind::Data, std::string(kept));
    take(text.size());
}

std::vector<Token> Lexer::read() {
    m_source = withLineFeeds(m_source);
    while (m_at < m_source.size()) {
        std::size_t next = rest().find('{');
        while (next != std::string_view::npos) {
            const char kind = next + 1 < rest().size() ? rest()[next + 1] : '\0';
            if (kind == '{' || kind == '%' || kind == '#') break;
            next = rest().find('{', next + 1);
        }
        const std::string_view text = rest().substr(0, next);
        if (next == std::string_view::npos) {
            add(Token::Kind::Data, std::string(text));
            take(text.size());
            break;
        }
        const char sign = next + 2 < rest().size() ? rest()[next + 2] : '\0';
        addData(text, sign, rest()[next + 1] != '{');
        readTag();
    }
    add(Token::Kind::End);
    return std::move(m_tokens);
}

void Lexer::readTag() {
    const char kind = rest()[1];
    if (kind == '#') return readComment();
    if (kind == '%' && startsRaw()) return readRaw();
    const char sign = rest().size() > 2 ? rest()[2] : '\0';
    const bool variable = kind == '{';
    add(variable ? Token::Kind::VariableBegin : Token::Kind::BlockBegin);
    take(sign == '-' || sign == '+' ? 3 : 2);
    readInside(variable);
}

void Lexer::readComment() {
    const std::size_t start = rest().size() > 2 && (rest()[2] == '-' || rest()[2] == '+') ? 3 : 2;
    const std::size_t end = rest().find("#}", start);
    if (end == std::string_view::npos) fail("a comment is not closed, expected #}");
    const char sign = end > start ? rest()[end - 1] : '\0';
    take(end + 2);
    if (sign == '-') {
        skipSpace();
    } else if (sign != '+' && ahead("\n")) {
        take(1);
    }
}

// The rest of a tag up to its end.
void Lexer::readInside(bool variable) {
    m_open.clear();
    while (true) {
        if (m_open.empty() && readEnd(variable)) return;
        if (m_at >= m_source.size())
            fail(std::string("a tag is not closed, expected ") + (variable ? "}}" : "%}"));
        readToken();
    }
}

bool Lexer::readEnd(bool variable) {
    const std::string_view end = variable ? "}}" : "%}";
    const char sign = rest().empty() ? '\0' : rest()[0];
    const bool signedEnd = (sign == '-' || (sign == '+' && !variable)) && rest().substr(1).starts_with(end);
    if (!signedEnd && !ahead(end)) return false;
    add(variable ? Token::Kind::VariableEnd : Token::Kind::BlockEnd);
    take(signedEnd ? 3 : 2);
    if (signedEnd && sign == '-') {
        skipSpace();
    } else if (!signedEnd && !variable && ahead("\n")) {
        take(1);
    }
    return true;
}

bool Lexer::startsRaw() const {
    std::string_view text = rest().substr(2);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    text = stripped(text, std::nullopt, Side::Left);
    if (!text.starts_with("raw")) return false;
    text = stripped(text.substr(3), std::nullopt, Side::Left);
    return text.starts_with("%}") || text.starts_with("-%}");
}

void Lexer::readRaw() {
    const std::size_t open = rest().find("%}");
    const bool minus = rest()[open - 1] == '-';
    take(open + 2);
    if (minus) skipSpace();
    for (std::size_t at = rest().find("{%"); at != std::string_view::npos; at = rest().find("{%", at + 1)) {
        std::string_view tail = rest().substr(at + 2);
        const char sign = !tail.empty() && (tail[0] == '-' || tail[0] == '+') ? tail[0] : '\0';
        tail = stripped(tail.substr(sign == '\0' ? 0 : 1), std::nullopt, Side::Left);
        if (!tail.starts_with("endraw")) continue;
        tail = stripped(tail.substr(6), std::nullopt, Side::Left);
        const char endSign = !tail.empty() && (tail[0] == '-' || tail[0] == '+') ? tail[0] : '\0';
        if (!tail.substr(endSign == '\0' ? 0 : 1).starts_with("%}")) continue;
        addData(rest().substr(0, at), sign, true);
        take(rest().find("%}") + 2);
        if (endSign == '-') {
            skipSpace();
        } else if (endSign == '\0' && ahead("\n")) {
            take(1);
        }
        return;
    }
    fail("a raw block is not closed, expected {% endraw %}");
}

void Lexer::readToken() {
    const char c = rest()[0];
    const Utf8Step step = utf8Step(rest());
    if (isWhiteSpace(step.codePoint) || isAsciiSpace(c)) {
        skipSpace();
    } else if (c >= '0' && c <= '9') {
        readNumber();
    } else if (c == '_' || isLetter(step.codePoint)) {
        readName();
    } else if (c == '\'' || c == '"') {
        readText(c);
    } else {
        readOperator();
    }
}

void Lexer::readNumber() {
    const NumberLiteral number = readNumberLiteral(rest(), m_tokens.back().isOperator("."));
    if (!number.problem.empty()) fail(number.problem);
    Token& token = add(number.isFloat ? Token::Kind::Float : Token::Kind::Int,
                       std::string(rest().substr(0, number.length)));
    token.whole = number.whole;
    token.real = number.real;
    take(number.length);
}

void Lexer::readName() {
    std::size_t length = 0;
    while (length < rest().size()) {
        const Utf8Step step = utf8Step(rest().substr(length));
        if (!step.wellFormed || !isWordCharacter(step.codePoint)) break;
        length += step.length;
    }
    if (length == 0) fail("found text that is not UTF-8");
    add(Token::Kind::Name, std::string(rest().substr(0, length)));
    take(length);
}

void Lexer::readText(char quote) {
    std::size_t end = 1;
    while (end < rest().size() && rest()[end] != quote) end += rest()[end] == '\\' ? 2 : 1;
    if (end >= rest().size()) fail("a text is not closed, expected " + std::string(1, quote));
    const auto text = unescaped(rest().substr(1, end - 1));
    if (!text) fail("a text has a broken escape, expected \\xhh, \\uhhhh or \\Uhhhhhhhh");
    add(Token::Kind::Text, *text);
    take(end + 1);
}

void Lexer::readOperator() {
    const auto found = std::find_if(kOperators.begin(), kOperators.end(),
                                    [&](std::string_view sign) { return ahead(sign); });
    if (found == kOperators.end()) {
        fail("found " + std::string(rest().substr(0, utf8Step(rest()).length)) + ", which no expression has");
    }
    const std::string_view sign = *found;
    if (sign == "(" || sign == "[" || sign == "{") {
        m_open += sign == "(" ? ')' : sign == "[" ? ']' : '}';
    } else if (sign == ")" || sign == "]" || sign == "}") {
        if (m_open.empty() || m_open.back() != sign[0]) {
            fail("found " + std::string(sign) +
                 (m_open.empty() ? ", which nothing opens"
                                 : ", expected " + m_open.substr(m_open.size() - 1)));
        }
        m_open.pop_back();
    }
    add(Token::Kind::Operator, std::string(sign));
    take(sign.size());
}

}  // namespace

std::string Token::shown() const {
    switch (kind) {
        case Kind::End:
            return "the end of the template";
        case Kind::Data:
            return "text outside the tags";
        case Kind::VariableBegin:
            return "{{";
        case Kind::VariableEnd:
            return "}}";
        case Kind::BlockBegin:
            return "{%";
        case Kind::BlockEnd:
            return "%}";
        case Kind::Text:
            return "the text '" + text.substr(0, 40) + "'";
        default:
            return text;
    }
}

std::vector<Token> tokensOf(std::string_view source) {
    return Lexer(source).read();
}

}  // namespace specula::jinja
