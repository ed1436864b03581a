#include <QtTest>

#include "ui/common/token_text.h"

using namespace specula;
using namespace Qt::StringLiterals;

namespace {

QStringList texts(const std::vector<std::string>& pieces, bool atEnd = true) {
    const std::vector<std::string_view> views(pieces.begin(), pieces.end());
    QStringList list;
    for (const ShownPiece& piece : showPieces(views, atEnd).pieces) list << piece.text;
    return list;
}

std::size_t settled(const std::vector<std::string>& pieces) {
    const std::vector<std::string_view> views(pieces.begin(), pieces.end());
    return showPieces(views, false).settled;
}

}  // namespace

class TestTokenText : public QObject {
    Q_OBJECT

private slots:
    void ordinaryTextIsShownAsItIs() {
        QCOMPARE(texts({" the", "re", " \xC3\xA9t\xC3\xA9"}),
                 (QStringList{u" the"_s, u"re"_s, QString::fromUtf8(" été")}));
    }

    void aCharacterSplitOverTokensShowsOnceWithItsLastToken() {
        QCOMPARE(texts({"\xE2", "\x82", "\xAC"}), (QStringList{u""_s, u""_s, QString::fromUtf8("€")}));
        QCOMPARE(texts({"a\xF0\x9F", "\x8C\x8D!"}), (QStringList{u"a"_s, QString::fromUtf8("🌍!")}));
    }

    void tokensThatAreOnlyPartOfACharacterSaySo() {
        const ShownPieces shown = showPieces({"\xE2\x82", "\xAC"}, false);
        QVERIFY(shown.pieces[0].state == ShownPiece::State::Part);
        QVERIFY(shown.pieces[1].state == ShownPiece::State::Whole);
    }

    void bytesThatCannotBeACharacterAreNamed() {
        QCOMPARE(texts({"\xE2", "x"}), (QStringList{u"<0xE2>"_s, u"x"_s}));
        QCOMPARE(texts({"\xFF"}), (QStringList{u"<0xFF>"_s}));
        QCOMPARE(texts({"\xC0\x80"}), (QStringList{u"<0xC0><0x80>"_s}));            // overlong
        QCOMPARE(texts({"\xED\xA0\x80"}), (QStringList{u"<0xED><0xA0><0x80>"_s}));  // surrogate
        QCOMPARE(texts({"\x07"}), (QStringList{u"<0x07>"_s}));
    }

    void anUnfinishedCharacterWaitsWhileMoreMayCome() {
        const ShownPieces open = showPieces({"a", "\xE2\x82"}, false);
        QVERIFY(open.pieces[1].state == ShownPiece::State::Pending);
        QCOMPARE(open.settled, std::size_t(1));
        QCOMPARE(texts({"a", "\xE2\x82"}, true), (QStringList{u"a"_s, u"<0xE2><0x82>"_s}));
    }

    void settledTokensCanBeLeftOutOfTheNextCall() {
        // The middle token ends one character and begins the next, so the first is needed to read it.
        QCOMPARE(settled({"\xE2\x82", "\xAC\xE2", "\x82"}), std::size_t(0));
        QCOMPARE(settled({"\xE2\x82", "\xAC", "\xE2"}), std::size_t(2));
        QCOMPARE(settled({"a", "b"}), std::size_t(2));
    }

    void onlyTokensOfNothingButSpaceShowTheirSpaces() {
        QCOMPARE(texts({"  "}), (QStringList{QString::fromUtf8("··")}));
        QCOMPARE(texts({"  x"}), (QStringList{u"  x"_s}));
        QCOMPARE(texts({"\t"}), (QStringList{QString::fromUtf8("→")}));
    }

    void aNewlineIsAMarkAndABreak() {
        QCOMPARE(texts({".\n\nThe"}), (QStringList{QString::fromUtf8(".↵\n↵\nThe")}));
        QCOMPARE(quotedPiece("\n"), QString::fromUtf8("'↵'"));
    }

    void bytesAreWrittenInHex() { QCOMPARE(hexBytes(" man"), QStringLiteral("20 6D 61 6E")); }
};

QTEST_APPLESS_MAIN(TestTokenText)
#include "test_token_text.moc"
