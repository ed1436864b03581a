#include "app/session_rows.h"

#include <QByteArray>
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace specula {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "rows are stored as they lie in memory");

namespace {

constexpr const char* kEncoding = "base64-float32-le";
constexpr std::int64_t kMaxVocabulary = 4'000'000;

std::string base64Of(const std::vector<float>& values) {
    const QByteArray bytes = QByteArray::fromRawData(reinterpret_cast<const char*>(values.data()),
                                                     static_cast<qsizetype>(values.size() * sizeof(float)));
    return bytes.toBase64().toStdString();
}

std::vector<float> floatsFrom(const JsonObject& json, const char* key, std::size_t count) {
    const std::string text = json.bytes(key);
    const std::size_t bytes = count * sizeof(float);
    const std::string expected = "base64 of " + std::to_string(count) + " float32 values";
    if (text.size() != (bytes + 2) / 3 * 4) json.fail(key, expected);
    const auto decoded = QByteArray::fromBase64Encoding(
        QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size())),
        QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded || static_cast<std::size_t>(decoded.decoded.size()) != bytes) json.fail(key, expected);
    std::vector<float> values(count);
    if (bytes > 0) std::memcpy(values.data(), decoded.decoded.constData(), bytes);
    if (std::any_of(values.begin(), values.end(), [](float value) { return std::isnan(value); }))
        json.fail(key, "numbers");
    return values;
}

}  // namespace

json toJson(const KeptRows& rows) {
    return {{"encoding", kEncoding},
            {"vocabulary", rows.vocabulary},
            {"target_logits", base64Of(rows.targetLogits)},
            {"target", base64Of(rows.target)},
            {"draft_row_of", rows.draftRowOf},
            {"draft_logits", base64Of(rows.draftLogits)},
            {"draft", base64Of(rows.draft)},
            {"accept_coins", rows.acceptCoins},
            {"extra_coin", rows.extraCoin}};
}

KeptRows keptRowsFrom(const JsonObject& json, std::size_t proposals) {
    if (!json.isWord("encoding", kEncoding)) json.fail("encoding", kEncoding);
    KeptRows rows;
    rows.vocabulary = static_cast<int>(json.integer("vocabulary", 1, kMaxVocabulary));
    const std::size_t nodes = proposals + 1, width = static_cast<std::size_t>(rows.vocabulary);
    const auto& rowOf = json.array("draft_row_of", nodes);
    if (rowOf.size() != nodes)
        json.fail("draft_row_of", "one row for each of the " + std::to_string(nodes) + " nodes");
    int draftRows = 0;
    for (std::size_t i = 0; i < nodes; ++i) {
        // Rows stand in the order in which nodes name them.
        const std::string place = "draft_row_of[" + std::to_string(i) + "]";
        const auto row = static_cast<int>(json.integerAt(rowOf[i], place, -1, draftRows));
        rows.draftRowOf.push_back(row);
        draftRows = std::max(draftRows, row + 1);
    }
    rows.targetLogits = floatsFrom(json, "target_logits", nodes * width);
    rows.target = floatsFrom(json, "target", nodes * width);
    rows.draftLogits = floatsFrom(json, "draft_logits", static_cast<std::size_t>(draftRows) * width);
    rows.draft = floatsFrom(json, "draft", static_cast<std::size_t>(draftRows) * width);
    const auto& coins = json.array("accept_coins", proposals);
    if (coins.size() != proposals)
        json.fail("accept_coins", "one coin for each of the " + std::to_string(proposals) + " proposals");
    for (std::size_t i = 0; i < coins.size(); ++i)
        rows.acceptCoins.push_back(
            json.numberAt(coins[i], "accept_coins[" + std::to_string(i) + "]", 0.0, 1.0));
    rows.extraCoin = json.number("extra_coin", 0.0, 1.0);
    return rows;
}

}  // namespace specula
