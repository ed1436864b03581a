#pragma once

#include <QString>

#include <string>
#include <string_view>
#include <vector>

namespace specula {

/// One token's text for the screen.
struct ShownPiece {
    enum class State {
        Whole,    ///< text is final
        Part,     ///< bytes of a character that a later token completes: no text of its own
        Pending,  ///< bytes that may still become a character; shown as waiting
    };

    QString text;  ///< may contain '\n', each after its visible mark: "↵\n"
    State state = State::Whole;
};

/// Tokens for the screen.
struct ShownPieces {
    std::vector<ShownPiece> pieces;
    /// Leading pieces that no further token can change; a caller with more tokens goes on from here.
    std::size_t settled = 0;
};

/// How a run of tokens is shown. A character split over tokens appears once, with the token that completes
/// it; the tokens before it are Parts. Bytes that cannot be part of a character appear as <0xE2>. Spaces stay
/// blank, except in a token of nothing but spaces, where each is a middle dot; a newline is a return mark
/// followed by a break; other control characters appear as <0x07>. `atEnd`: nothing more comes, so what is
/// pending becomes bytes.
ShownPieces showPieces(const std::vector<std::string_view>& pieces, bool atEnd);

/// One token on its own.
QString showPiece(std::string_view bytes);

/// The same between quotes for a sentence, never broken over lines (no-break spaces): ' man', '↵'.
QString quotedPiece(std::string_view bytes);

/// Bytes for people: "20 6D 61 6E".
QString hexBytes(std::string_view bytes);

/// The text of joined bytes for the clipboard; ill-formed bytes as U+FFFD.
QString plainText(std::string_view bytes);

}  // namespace specula
