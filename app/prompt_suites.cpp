#include "app/prompt_suites.h"

#include <QDir>
#include <QFile>

#include "app/file_io.h"
#include "app/trace_json.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

// The resources lie in a static library, so the linker has to be told that they are wanted; the macro must
// stand outside every namespace.
static void loadResources() {
    Q_INIT_RESOURCE(resources);
}

namespace specula {

namespace {

constexpr std::size_t kMaxPrompts = 10'000;

Suite suiteFromLines(const std::string& text, const std::string& origin) {
    Suite suite{origin, origin, {}};
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string line = text.substr(begin, end - begin);
        begin = end + 1;
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.empty()) continue;
        Prompt prompt;
        prompt.name = "line " + std::to_string(suite.prompts.size() + 1);
        prompt.text = std::move(line);
        suite.prompts.push_back(std::move(prompt));
        if (suite.prompts.size() > kMaxPrompts)
            throw Error(origin + ": expected at most 10000 prompts, found more");
    }
    return suite;
}

}  // namespace

std::vector<Suite> bundledSuites() {
    loadResources();
    std::vector<Suite> suites;
    const QDir folder(QStringLiteral(":/prompts"));
    for (const QString& name : folder.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name)) {
        QFile file(folder.filePath(name));
        if (!file.open(QIODevice::ReadOnly)) continue;
        suites.push_back(suiteFromJson(file.readAll().toStdString(), name.toStdString()));
    }
    return suites;
}

Suite suiteFromJson(const std::string& text, const std::string& origin) {
    const nlohmann::json document = parseJson(text, origin);
    const JsonObject top(document, origin);
    Suite suite{top.bytes("name"), top.has("title") ? top.bytes("title") : top.bytes("name"), {}};
    const std::size_t count = top.array("prompts", kMaxPrompts).size();
    for (std::size_t i = 0; i < count; ++i) suite.prompts.push_back(promptFrom(top.element("prompts", i)));
    if (suite.prompts.empty()) top.fail("prompts", "at least one prompt");
    return suite;
}

Suite bundledSuite(const std::string& option, const std::string& name) {
    std::string names;
    for (Suite& suite : bundledSuites()) {
        if (suite.name == name) return std::move(suite);
        names += (names.empty() ? "" : ", ") + suite.name;
    }
    throw Error(option + ": expected one of the suites " + names + ", found '" + name + "'");
}

Suite resolvePrompts(const std::string& argument) {
    if (argument.starts_with("suite:")) return bundledSuite("--prompts", argument.substr(6));
    const std::string text = readFile(argument, std::int64_t{64} << 20);
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    const bool isJson = first != text.npos && text[first] == '{';
    Suite suite = isJson ? suiteFromJson(text, argument) : suiteFromLines(text, argument);
    if (suite.prompts.empty()) throw Error(argument + ": expected at least one prompt, found none");
    return suite;
}

}  // namespace specula
