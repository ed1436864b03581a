#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace specula {

// Markdown (CommonMark with tables) from texts that nobody here has written: names, prompts, what a model
// said. Nothing in them becomes a heading, a link, an image or HTML.

/// One line of text: characters that mean something are escaped, line ends and control characters become
/// blanks, addresses do not become links, bytes that are not UTF-8 U+FFFD.
std::string mdEscape(std::string_view text);

/// A row of a table; cells are Markdown already, their bars and line ends are taken care of.
std::string mdRow(const std::vector<std::string>& cells);
/// The header with the line below it. `numbers`: columns from this one on are aligned to the right.
std::string mdHeader(const std::vector<std::string>& cells, std::size_t numbers);

/// Running text of several pieces with line breaks kept, for a paragraph: what a model wrote, token by token.
/// Characters cut over pieces come with the piece that completes them.
class MarkdownText {
public:
    /// `tag`: an HTML element around the piece, "" for none; blanks at its edges stand outside.
    void add(std::string_view bytes, std::string_view tag = {});
    /// Markdown that stands beside the text, such as a draft that is no part of it.
    void insert(std::string_view markdown);
    /// The text so far, what was held back included.
    std::string take();

private:
    void put(std::string_view text, std::string_view tag);
    void escape(std::string_view text);

    std::string m_pending;  // the beginning of a character whose rest is still to come
    std::string m_out;
    bool m_lineStart = true;
};

}  // namespace specula
