#include "app/markdown.h"

#include <utility>

#include "engine/text/utf8.h"

namespace specula {

namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// Escapes a line without line ends. `start`: it begins a line, where more characters mean something.
std::string escapedLine(std::string_view text, bool start) {
    constexpr std::string_view kAlways = "\\`*_[]~|^$";
    constexpr std::string_view kAtStart = "#+-=:";
    std::string out;
    bool digits = start;  // only digits so far
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        if (control) {
            out += ' ';
            continue;
        }
        if (c == '&') {
            out += "&amp;";
        } else if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else if (c == '@') {
            out += "&#64;";
        } else if (c == ':' && text.substr(i, 3) == "://") {
            out += "&#58;";
        } else if (c == '.' && i >= 3 && text.substr(i - 3, 3) == "www") {
            out += "&#46;";
        } else {
            // "1." begins a list only where a blank or nothing follows.
            const bool ends = i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\t';
            const bool number = digits && i > 0 && isDigit(text[i - 1]) && (c == '.' || c == ')') && ends;
            if (kAlways.find(c) != kAlways.npos || (start && kAtStart.find(c) != kAtStart.npos) || number)
                out += '\\';
            out += c;
        }
        if (!isDigit(c)) digits = false;
        if (c != ' ') start = false;
    }
    return out;
}

bool isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::string mdEscape(std::string_view text) {
    return escapedLine(replaceIllFormed(text), true);
}

std::string mdRow(const std::vector<std::string>& cells) {
    std::string row = "|";
    for (const std::string& cell : cells) {
        row += ' ';
        for (std::size_t i = 0; i < cell.size(); ++i) {
            const bool bar = cell[i] == '|' && (i == 0 || cell[i - 1] != '\\');
            row += cell[i] == '\n' ? std::string("<br>") : bar ? std::string("\\|") : std::string(1, cell[i]);
        }
        row += " |";
    }
    return row + "\n";
}

std::string mdHeader(const std::vector<std::string>& cells, std::size_t numbers) {
    std::string line = "|";
    for (std::size_t i = 0; i < cells.size(); ++i) line += i < numbers ? " --- |" : " ---: |";
    return mdRow(cells) + line + "\n";
}

void MarkdownText::add(std::string_view bytes, std::string_view tag) {
    m_pending += bytes;
    const std::size_t keep = unfinishedTail(m_pending);
    const std::string whole = m_pending.substr(0, m_pending.size() - keep);
    m_pending.erase(0, whole.size());
    put(replaceIllFormed(whole), tag);
}

void MarkdownText::insert(std::string_view markdown) {
    m_out += markdown;
    if (!markdown.empty()) m_lineStart = markdown.back() == '\n';
}

void MarkdownText::put(std::string_view text, std::string_view tag) {
    std::size_t first = 0, last = text.size();
    while (first < last && isBlank(text[first])) ++first;
    while (last > first && isBlank(text[last - 1])) --last;
    escape(text.substr(0, first));
    if (first < last) {
        if (!tag.empty()) m_out += "<" + std::string(tag) + ">";
        escape(text.substr(first, last - first));
        if (!tag.empty()) m_out += "</" + std::string(tag) + ">";
    }
    escape(text.substr(last));
}

void MarkdownText::escape(std::string_view text) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        m_out += escapedLine(line, m_lineStart);
        if (line.find_first_not_of(" \t\r") != line.npos) m_lineStart = false;
        if (end == text.npos) return;
        m_out += "<br>\n";
        m_lineStart = true;
        text.remove_prefix(end + 1);
    }
}

std::string MarkdownText::take() {
    put(replaceIllFormed(std::exchange(m_pending, {})), {});
    m_lineStart = true;
    return std::exchange(m_out, {});
}

}  // namespace specula
