#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace specula {

/// One step through UTF-8 text.
struct Utf8Step {
    char32_t codePoint = 0xFFFD;  ///< U+FFFD when ill-formed
    std::size_t length = 1;       ///< bytes taken: a character, or one maximal ill-formed part
    bool wellFormed = false;
    bool truncated = false;  ///< ill-formed only because the text ended inside the character
};

/// The character, or maximal ill-formed part (Unicode, section 3.9), at the start of `text`, which is not
/// empty.
Utf8Step utf8Step(std::string_view text);

/// The text with one U+FFFD for each maximal ill-formed part.
std::string replaceIllFormed(std::string_view text);

/// Bytes at the end of `text` that are the beginning of a character whose rest may still come (0 to 3).
std::size_t unfinishedTail(std::string_view text);

/// Appends the character's UTF-8 form.
void appendUtf8(std::string& text, char32_t codePoint);

/// Unicode White_Space.
bool isWhiteSpace(char32_t codePoint);

/// Letter, mark, number or connector punctuation: what \w matches.
bool isWordCharacter(char32_t codePoint);

/// A combining mark of any kind.
bool isMark(char32_t codePoint);

/// The character in lower case, by Unicode's one-to-one mapping.
char32_t lowerCase(char32_t codePoint);

/// Canonical and compatibility normalisation forms.
enum class NormalForm : std::uint8_t { C, D, KC, KD };

/// Well-formed `text` in a normalisation form.
std::string normalised(std::string_view text, NormalForm form);

}  // namespace specula
