#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Python's text methods on well-formed UTF-8; positions count characters.

namespace specula::jinja {

std::size_t characterCount(std::string_view text);

/// The characters, one view each.
std::vector<std::string_view> charactersOf(std::string_view text);

enum class LetterCase { Upper, Lower, Title, Capitalised };

/// str.upper, lower, title and capitalize, by Unicode's one-to-one mappings (German sharp s excepted, which
/// becomes SS).
std::string withCase(std::string_view text, LetterCase letterCase);

/// True if str.isupper / str.islower is.
bool hasOnlyCase(std::string_view text, LetterCase letterCase);

enum class Side { Left, Right, Both };

/// str.strip, lstrip and rstrip; without `characters`, white space goes.
std::string_view stripped(std::string_view text, const std::optional<std::string>& characters, Side side);

/// str.split and, from the right, rsplit. most < 0: no limit. Without a separator, runs of white space
/// separate.
std::vector<std::string> splitText(std::string_view text, const std::optional<std::string>& separator,
                                   std::int64_t most, bool fromRight);

/// str.splitlines.
std::vector<std::string> linesOf(std::string_view text, bool keepEnds);

/// str.replace; most < 0: all. Stops adding when the result passes `limit` bytes.
std::string replaced(std::string_view text, std::string_view from, std::string_view to, std::int64_t most,
                     std::size_t limit);

/// What Python calls printable: repr writes it as it is.
bool isPrintable(char32_t codePoint);

/// str.isspace of one character: Unicode's white space and the four information separators.
bool isSpace(char32_t codePoint);

bool isLetter(char32_t codePoint);
bool isDecimalDigit(char32_t codePoint);

}  // namespace specula::jinja
