#pragma once

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStringList>
#include <span>
#include <string>
#include <vector>

#include "engine/text/tokenizer.h"

namespace specula::golden {

/// Folder with tokenizers/, gguf/, models/ and malformed/: the shared fixtures where configured, else what
/// tests carry.
inline QString root() {
    const QString shared = QStringLiteral(SPECULA_FIXTURES);
    return shared.isEmpty() ? QStringLiteral(SPECULA_TEST_DATA) : shared;
}

inline bool allFixtures() {
    return !QStringLiteral(SPECULA_FIXTURES).isEmpty();
}

/// Bytes and expectations of one line of a golden.jsonl.
struct Line {
    int number = 0;
    QString kind;
    std::string bytes;
    bool parseSpecial = false;
    bool addSpecial = false;
    std::vector<TokenId> ids;
    std::vector<std::string> pieces;  // empty where the file has none
    std::string decoded;              // special tokens written out, but see `decodedWithoutSpecial`
    bool decodedWithoutSpecial = false;
};

inline std::vector<Line> lines(const QString& path) {
    std::vector<Line> result;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return result;
    while (!file.atEnd()) {
        const QByteArray text = file.readLine().trimmed();
        if (text.isEmpty()) continue;
        const QJsonObject object = QJsonDocument::fromJson(text).object();
        Line line;
        line.number = object[QStringLiteral("n")].toInt();
        line.kind = object[QStringLiteral("kind")].toString();
        line.bytes =
            QByteArray::fromHex(object[QStringLiteral("text_hex")].toString().toLatin1()).toStdString();
        line.parseSpecial = object[QStringLiteral("parse_special")].toBool();
        line.addSpecial = object[QStringLiteral("add_special")].toBool();
        for (const auto& id : object[QStringLiteral("ids")].toArray()) line.ids.push_back(id.toInt());
        for (const auto& piece : object[QStringLiteral("pieces_hex")].toArray()) {
            line.pieces.push_back(QByteArray::fromHex(piece.toString().toLatin1()).toStdString());
        }
        // sentencepiece's own decoding leaves control pieces out; where the other library's is there, it is
        // preferred.
        const QString preferred = QStringLiteral("decoded_hf");
        const bool hasPreferred = object.contains(preferred);
        line.decoded = object[hasPreferred ? preferred : QStringLiteral("decoded")].toString().toStdString();
        line.decodedWithoutSpecial =
            line.addSpecial && object[QStringLiteral("source")].toString() == QStringLiteral("sentencepiece");
        result.push_back(std::move(line));
    }
    return result;
}

inline QString shown(std::span<const TokenId> ids) {
    QStringList list;
    for (const TokenId id : ids) list << QString::number(id);
    return list.join(QLatin1Char(' ')).left(200);
}

/// Every way in which the tokenizer departs from the line: encoding, decoding, pieces.
inline QStringList departures(const Tokenizer& tokenizer, const Line& line) {
    QStringList found;
    const QString where = QStringLiteral("line %1 (%2): ").arg(line.number).arg(line.kind);
    const std::vector<TokenId> ids = tokenizer.encode(line.bytes, line.addSpecial, line.parseSpecial);
    if (ids != line.ids)
        found << where + QStringLiteral("expected ") + shown(line.ids) + QStringLiteral(", found ") +
                     shown(ids);
    const std::string decoded = tokenizer.decode(line.ids, !line.decodedWithoutSpecial);
    if (decoded != line.decoded) {
        found << where + QStringLiteral("decoded to ") + QString::fromStdString(decoded).left(100) +
                     QStringLiteral(", expected ") + QString::fromStdString(line.decoded).left(100);
    }
    for (std::size_t i = 0; i < line.pieces.size(); ++i) {
        if (tokenizer.piece(line.ids[i]) != line.pieces[i]) {
            found << where + QStringLiteral("piece of %1 differs").arg(line.ids[i]);
        }
    }
    return found;
}

/// The first few of a list, for a message.
inline QByteArray summary(const QStringList& departures) {
    return (QString::number(departures.size()) + QStringLiteral(" departures: ") +
            departures.mid(0, 5).join(QStringLiteral("; ")))
        .toUtf8();
}

}  // namespace specula::golden
