#include "ui/common/token_text.h"

#include <algorithm>
#include <cstdint>

namespace specula {

namespace {

const QString kReturnMark = QStringLiteral("\u21B5");
const QString kTabMark = QStringLiteral("\u2192");
const QString kSpaceMark = QStringLiteral("\u00B7");

QString byteText(unsigned char byte) {
    return QStringLiteral("<0x%1>").arg(QString::number(byte, 16).toUpper(), 2, QLatin1Char('0'));
}

/// Follows UTF-8 a byte at a time.
class Utf8Follower {
public:
    bool inside() const { return m_missing > 0; }

    /// True if `byte` can go on from here; call begin() with it otherwise.
    bool accepts(unsigned char byte) const { return byte >= m_low && byte <= m_high; }

    /// True if `byte` begins a character (of several bytes, or one).
    bool begin(unsigned char byte) {
        m_low = 0x80;
        m_high = 0xBF;
        m_code = 0;
        m_missing = 0;
        if (byte < 0x80) {
            m_code = byte;
        } else if (byte >= 0xC2 && byte <= 0xDF) {
            m_missing = 1;
            m_code = byte & 0x1FU;
        } else if (byte >= 0xE0 && byte <= 0xEF) {
            m_missing = 2;
            m_code = byte & 0x0FU;
            if (byte == 0xE0) m_low = 0xA0;
            if (byte == 0xED) m_high = 0x9F;
        } else if (byte >= 0xF0 && byte <= 0xF4) {
            m_missing = 3;
            m_code = byte & 0x07U;
            if (byte == 0xF0) m_low = 0x90;
            if (byte == 0xF4) m_high = 0x8F;
        } else {
            return false;
        }
        return true;
    }

    void go(unsigned char byte) {
        m_code = (m_code << 6U) | (byte & 0x3FU);
        m_low = 0x80;
        m_high = 0xBF;
        --m_missing;
    }

    char32_t code() const { return static_cast<char32_t>(m_code); }
    void reset() { m_missing = 0; }

private:
    int m_missing = 0;
    std::uint32_t m_code = 0;
    unsigned char m_low = 0x80;
    unsigned char m_high = 0xBF;
};

bool isBlank(std::string_view bytes) {
    return !bytes.empty() && bytes.find_first_not_of(" \n\t\r") == std::string_view::npos;
}

QString characterText(char32_t code, bool blankToken) {
    if (code == U'\n') return kReturnMark + QLatin1Char('\n');
    if (code == U'\t') return kTabMark;
    if (code == U' ') return blankToken ? kSpaceMark : QStringLiteral(" ");
    if (code < 0x20 || code == 0x7F) return byteText(static_cast<unsigned char>(code));
    return QString::fromUcs4(&code, 1);
}

}  // namespace

ShownPieces showPieces(const std::vector<std::string_view>& pieces, bool atEnd) {
    struct Held {
        std::size_t token;
        unsigned char byte;
    };
    ShownPieces result;
    std::vector<ShownPiece>& shown = result.pieces;
    shown.resize(pieces.size());
    std::vector<Held> held;
    Utf8Follower follower;
    const auto giveUp = [&] {
        for (const Held& h : held) shown[h.token].text += byteText(h.byte);
        held.clear();
        follower.reset();
    };
    for (std::size_t token = 0; token < pieces.size(); ++token) {
        const bool blank = isBlank(pieces[token]);
        if (!follower.inside()) result.settled = token;
        for (const char c : pieces[token]) {
            const auto byte = static_cast<unsigned char>(c);
            if (follower.inside() && follower.accepts(byte)) {
                follower.go(byte);
            } else {
                giveUp();
                if (!follower.begin(byte)) {
                    shown[token].text += byteText(byte);
                    continue;
                }
            }
            if (follower.inside()) {
                held.push_back({token, byte});
                continue;
            }
            held.clear();
            shown[token].text += characterText(follower.code(), blank);
        }
    }
    if (atEnd) giveUp();
    if (!follower.inside()) result.settled = pieces.size();
    for (std::size_t token = 0; token < pieces.size(); ++token) {
        if (shown[token].text.isEmpty() && !pieces[token].empty())
            shown[token].state = ShownPiece::State::Part;
    }
    for (const Held& h : held) shown[h.token].state = ShownPiece::State::Pending;
    return result;
}

QString showPiece(std::string_view bytes) {
    return showPieces({bytes}, true).pieces.front().text;
}

QString quotedPiece(std::string_view bytes) {
    QString text = showPiece(bytes);
    text.remove(QLatin1Char('\n'));
    text.replace(QLatin1Char(' '), QChar(QChar::Nbsp));
    return QLatin1Char('\'') + text + QLatin1Char('\'');
}

QString hexBytes(std::string_view bytes) {
    return QString::fromLatin1(
        QByteArray::fromRawData(bytes.data(), static_cast<qsizetype>(bytes.size())).toHex(' ').toUpper());
}

QString plainText(std::string_view bytes) {
    return QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

}  // namespace specula
