#include <iostream>

#include "app/cli.h"
#include "app/cli_common.h"
#include "app/default_models.h"
#include "app/json_fields.h"
#include "app/trace_json.h"
#include "engine/checkpoint/checkpoint.h"
#include "engine/text/json_file.h"
#include "engine/text/utf8.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxLine = std::size_t{256} << 20;

struct TextLine {
    std::string text;
    bool parseSpecial = true;
    bool addSpecial = true;
};

TextLine textLineFrom(const json& value, const std::string& origin) {
    TextLine line;
    if (value.is_string()) {
        line.text = value.get<std::string>();
        return line;
    }
    if (!value.is_object()) throw Error(origin + ": expected a string or an object with \"text\" or \"hex\"");
    const JsonObject object(value, origin);
    if (object.has("text") == object.has("hex")) object.fail("text", "one of \"text\" and \"hex\"");
    if (object.has("text")) {
        line.text = object.bytes("text");
    } else {
        const auto bytes = bytesOfHex(object.bytes("hex"));
        if (!bytes) object.fail("hex", "pairs of hexadecimal digits");
        line.text = *bytes;
    }
    if (object.has("parse_special")) line.parseSpecial = object.boolean("parse_special");
    if (object.has("add_special")) line.addSpecial = object.boolean("add_special");
    return line;
}

json encodeLine(const Tokenizer& tokenizer, const json& value, const std::string& origin) {
    const TextLine line = textLineFrom(value, origin);
    return tokenizer.encode(line.text, line.addSpecial, line.parseSpecial);
}

json decodeLine(const Tokenizer& tokenizer, const json& value, const std::string& origin) {
    const json wrapped{{"ids", value}};
    const std::vector<TokenId> ids = idsFrom(JsonObject(wrapped, origin), "ids");
    for (const TokenId id : ids) {
        if (id >= tokenizer.size())
            throw Error(origin + ": expected ids below " + std::to_string(tokenizer.size()) + ", found " +
                        std::to_string(id));
    }
    const std::string bytes = tokenizer.decode(ids, true);
    return {{"text", replaceIllFormed(bytes)}, {"hex", hexOf(bytes)}};
}

}  // namespace

int runTokenize(const CommandLine& line) {
    const auto tokenizer = loadTokenizer(resolveModelPath("--tokenizer", line.tokenizerPath));
    std::string text;
    std::ios::sync_with_stdio(false);
    for (long number = 1; std::getline(std::cin, text); ++number) {
        const std::string origin = "standard input, line " + std::to_string(number);
        if (text.size() > kMaxLine) throw Error(origin + ": expected at most 256 MiB, found more");
        if (!text.empty() && text.back() == '\r') text.pop_back();
        if (text.empty()) continue;
        const json value = parseJson(text, origin);
        printLine(line.decode ? decodeLine(*tokenizer, value, origin)
                              : encodeLine(*tokenizer, value, origin));
    }
    return kDone;
}

}  // namespace specula
