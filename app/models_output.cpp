#include "app/models_output.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <optional>

#include "engine/trace/names.h"

namespace specula {

namespace {

using nlohmann::json;

constexpr const char* kUnknown = "-";

/// Nothing in it can move the cursor; `lines` keeps line ends and tabs.
std::string printable(const std::string& text, bool lines = false) {
    std::string shown = text;
    for (char& c : shown) {
        const auto byte = static_cast<unsigned char>(c);
        if (lines && (c == '\n' || c == '\t')) continue;
        if (byte < 0x20 || byte == 0x7F) c = '?';
    }
    return shown;
}

std::string decimal(double value, int digits, const char* unit) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f%s", digits, value, unit);
    return text.data();
}

std::string countText(std::int64_t count) {
    if (count <= 0) return kUnknown;
    if (count >= 1'000'000'000) return decimal(static_cast<double>(count) / 1e9, 2, " B");
    if (count >= 1'000'000) return decimal(static_cast<double>(count) / 1e6, 1, " M");
    if (count >= 1'000) return decimal(static_cast<double>(count) / 1e3, 1, " k");
    return std::to_string(count);
}

std::string bytesText(std::int64_t bytes) {
    if (bytes <= 0) return kUnknown;
    if (bytes >= 1'000'000'000) return decimal(static_cast<double>(bytes) / 1e9, 1, " GB");
    if (bytes >= 1'000'000) return decimal(static_cast<double>(bytes) / 1e6, 0, " MB");
    return decimal(static_cast<double>(bytes) / 1e3, 0, " kB");
}

std::string numberText(int number) {
    return number > 0 ? std::to_string(number) : kUnknown;
}

std::string textOr(const std::string& text) {
    return text.empty() ? kUnknown : printable(text);
}

/// Characters, as far as a terminal's columns are concerned.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

using Row = std::vector<std::string>;

/// Columns as wide as their widest cell, two spaces between.
std::vector<std::string> aligned(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths;
    for (const Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
    }
    std::vector<std::string> lines;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

std::string block(const std::vector<Row>& rows) {
    std::string text;
    for (const std::string& line : aligned(rows)) text += "  " + line + "\n";
    return text;
}

/// The models' names; where several have the same, with the end of the path.
std::vector<std::string> shownNames(const std::vector<ModelEntry>& models) {
    std::map<std::string, int> count;
    for (const ModelEntry& model : models) ++count[model.name];
    std::vector<std::string> names;
    for (const ModelEntry& model : models) {
        std::string name = textOr(model.name);
        if (count[model.name] > 1) {
            const std::size_t file = model.path.rfind('/');
            const std::size_t folder =
                file == std::string::npos || file == 0 ? file : model.path.rfind('/', file - 1);
            const std::size_t from = folder == std::string::npos ? 0 : folder + 1;
            name += " (" + printable(model.path.substr(from)) + ")";
        }
        names.push_back(std::move(name));
    }
    return names;
}

Row lineOf(const ModelEntry& model, const std::string& name, std::int64_t available) {
    return {name,
            textOr(model.architecture),
            countText(model.parameters),
            bytesText(model.fileBytes),
            textOr(model.fileFormat),
            numberText(model.maxContext),
            model.usable() ? fitText(model, available) : "cannot be used"};
}

const ModelEntry& at(const std::vector<ModelEntry>& models, int index) {
    return models[static_cast<std::size_t>(index)];
}

const PairCheck* firstFailed(const PairReport& report) {
    const auto found = std::find_if(report.checks.begin(), report.checks.end(),
                                    [](const PairCheck& check) { return !check.passed; });
    return found == report.checks.end() ? nullptr : &*found;
}

/// "~": by shared tokens only.
const char* mark(const PairReport& report) {
    return !report.compatible ? "-" : report.sharedTokens > 0 ? "~" : "+";
}

std::string pairLine(const std::string& draft, const PairCell& pair) {
    std::string text = std::string("  ") + mark(pair.report) + " " + draft;
    if (const PairCheck* failed = firstFailed(pair.report))
        text += ": " + failed->question + ": no, " + printable(failed->detail);
    else if (pair.sizeRatio > 0.0)
        text += " (" + decimal(pair.sizeRatio, 3, " of the target's parameters)");
    text += '\n';
    if (pair.report.sharedTokens > 0) text.insert(text.size() - 1, ", works by shared tokens");
    for (const std::string& warning : pair.report.warnings) text += "      " + printable(warning) + '\n';
    return text;
}

std::string section(const char* title, const std::vector<NamedText>& lines) {
    if (lines.empty()) return {};
    std::vector<Row> rows;
    for (const NamedText& line : lines) rows.push_back({printable(line.name), printable(line.text)});
    return std::string("\n") + title + "\n" + block(rows);
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

std::string memoryText(const ModelEntry& model, std::int64_t available) {
    if (model.memory.empty()) return {};
    std::vector<Row> rows{{"format", "weights", "cache", "working", "total", ""}};
    for (const MemoryNeed& need : model.memory) {
        const bool fits = need.total() <= available;
        rows.push_back({std::string(name(need.weights)), bytesText(need.weightBytes),
                        bytesText(need.cacheBytes), bytesText(need.scratchBytes), bytesText(need.total()),
                        available <= 0 ? ""
                        : fits         ? "fits"
                                       : "does not fit"});
    }
    std::string title =
        "\nMemory, with a cache for " + std::to_string(model.memory.front().context) + " tokens";
    if (available > 0) title += ", " + bytesText(available) + " free";
    return title + "\n" + block(rows);
}

json namedToJson(const std::vector<NamedText>& lines) {
    json list = json::array();
    for (const NamedText& line : lines) list.push_back({{"name", line.name}, {"text", line.text}});
    return list;
}

}  // namespace

std::string fitText(const ModelEntry& model, std::int64_t available) {
    if (available <= 0 || model.memory.empty()) return "?";
    std::string fitting;
    bool all = true;
    for (const MemoryNeed& need : model.memory) {
        if (need.weights == WeightFormat::Fp32) continue;
        const bool fits = need.total() <= available;
        all = all && fits;
        if (fits) fitting += (fitting.empty() ? "" : ", ") + std::string(name(need.weights));
    }
    if (all) return "yes";
    return fitting.empty() ? "no" : fitting;
}

std::string modelsTable(const std::vector<ModelEntry>& models, std::int64_t available) {
    if (models.empty()) return "No models found.\n";
    std::vector<Row> rows{{"name", "architecture", "parameters", "size", "format", "context", "fits memory"}};
    const std::vector<std::string> names = shownNames(models);
    for (std::size_t i = 0; i < models.size(); ++i) rows.push_back(lineOf(models[i], names[i], available));
    const std::vector<std::string> lines = aligned(rows);
    std::string text = lines.front() + "\n";
    for (std::size_t i = 0; i < models.size(); ++i) {
        text += lines[i + 1] + "\n";
        if (models[i].featureHead && models[i].usable())
            text += "    feature head" +
                    (models[i].draftFor.empty() ? "" : " for " + printable(models[i].draftFor)) + "\n";
        if (!models[i].usable()) text += "    " + printable(models[i].problem) + "\n";
    }
    if (available > 0) text += "\n" + bytesText(available) + " of memory free\n";
    return text;
}

std::string pairsText(const std::vector<ModelEntry>& models, const std::vector<PairCell>& pairs) {
    if (pairs.empty()) return "No pairs: fewer than two models can be used.\n";
    const std::vector<std::string> names = shownNames(models);
    const auto nameOf = [&names](int index) { return names[static_cast<std::size_t>(index)]; };
    std::map<int, std::map<int, const PairCell*>> byTarget;
    std::map<int, std::string> number;  // of each model that takes part
    for (const PairCell& pair : pairs) {
        byTarget[pair.target][pair.draft] = &pair;
        number[pair.target] = number[pair.draft] = "";
    }
    int next = 0;
    Row head{"", "target \\ draft"};
    for (auto& [index, text] : number) head.push_back(text = std::to_string(++next));
    std::vector<Row> rows{head};
    std::string reasons;
    for (const auto& [target, cells] : byTarget) {
        Row row{number[target], nameOf(target)};
        reasons += "\n" + nameOf(target) + "\n";
        for (const auto& [draft, text] : number) {
            const auto cell = cells.find(draft);
            row.emplace_back(cell == cells.end() ? "." : mark(cell->second->report));
            if (cell != cells.end()) reasons += pairLine(nameOf(draft), *cell->second);
        }
        rows.push_back(std::move(row));
    }
    for (const auto& [index, text] : number) {
        if (byTarget.contains(index)) continue;
        Row row{text, nameOf(index) + " (a draft only)"};
        row.resize(head.size(), ".");
        rows.push_back(std::move(row));
    }
    return block(rows) + reasons;
}

std::string detailsText(const ModelDetails& details, std::int64_t available) {
    const ModelEntry& model = details.entry;
    std::vector<Row> rows{{"path", printable(model.path)},
                          {"source", model.source},
                          {"parameters", countText(model.parameters)},
                          {"size", bytesText(model.fileBytes)},
                          {"format", textOr(model.fileFormat)},
                          {"vocabulary", numberText(model.vocabulary)},
                          {"context", numberText(model.maxContext)},
                          {"tokenizer", textOr(model.tokenizer)},
                          {"fits memory", model.usable() ? fitText(model, available) : kUnknown}};
    std::string text = printable(model.name) + "\n" + block(rows);
    if (!model.usable()) text += "\nCannot be used\n  " + printable(model.problem) + "\n";
    text += section("Facts", details.facts) + memoryText(model, available) +
            section("Settings", details.settings) + section("Tokenizer", details.tokenizer);
    if (!details.tensors.empty()) {
        std::vector<Row> tensors;
        for (const TensorLine& tensor : details.tensors)
            tensors.push_back(
                {printable(tensor.name), tensor.type, shapeText(tensor.shape), bytesText(tensor.bytes)});
        text += "\nTensors (" + std::to_string(tensors.size()) + ")\n" + block(tensors);
    }
    if (!details.chatTemplate.empty())
        text += "\nChat template\n" + printable(details.chatTemplate, true) + "\n";
    return text;
}

json modelToJson(const ModelEntry& model) {
    json memory = json::array();
    for (const MemoryNeed& need : model.memory) {
        memory.push_back({{"weights", name(need.weights)},
                          {"weight_bytes", need.weightBytes},
                          {"cache_bytes", need.cacheBytes},
                          {"scratch_bytes", need.scratchBytes},
                          {"total_bytes", need.total()},
                          {"context", need.context}});
    }
    return {{"name", model.name},
            {"path", model.path},
            {"source", model.source},
            {"architecture", model.architecture},
            {"format", model.fileFormat},
            {"parameters", model.parameters},
            {"file_bytes", model.fileBytes},
            {"layers", model.layers},
            {"hidden", model.hidden},
            {"vocabulary", model.vocabulary},
            {"context", model.maxContext},
            {"tokenizer", model.tokenizer.empty() ? json(nullptr) : json(model.tokenizer)},
            {"chat_template", model.hasChatTemplate},
            {"kind", model.featureHead ? "feature-head" : "model"},
            {"draft_for", model.draftFor.empty() ? json(nullptr) : json(model.draftFor)},
            {"memory", std::move(memory)},
            {"problem", model.usable() ? json(nullptr) : json(model.problem)}};
}

json pairToJson(const std::vector<ModelEntry>& models, const PairCell& pair) {
    json checks = json::array();
    for (const PairCheck& check : pair.report.checks)
        checks.push_back({{"question", check.question}, {"passed", check.passed}, {"detail", check.detail}});
    return {{"target", at(models, pair.target).name},
            {"target_path", at(models, pair.target).path},
            {"draft", at(models, pair.draft).name},
            {"draft_path", at(models, pair.draft).path},
            {"compatible", pair.report.compatible},
            {"shared_tokens", pair.report.sharedTokens > 0 ? json(pair.report.sharedTokens) : json(nullptr)},
            {"checks", std::move(checks)},
            {"warnings", pair.report.warnings},
            {"size_ratio", pair.sizeRatio > 0.0 ? json(pair.sizeRatio) : json(nullptr)}};
}

json detailsToJson(const ModelDetails& details) {
    json tensors = json::array();
    for (const TensorLine& tensor : details.tensors) {
        tensors.push_back(
            {{"name", tensor.name}, {"type", tensor.type}, {"shape", tensor.shape}, {"bytes", tensor.bytes}});
    }
    return {{"name", details.entry.name},
            {"facts", namedToJson(details.facts)},
            {"settings", namedToJson(details.settings)},
            {"tokenizer", namedToJson(details.tokenizer)},
            {"tensors", std::move(tensors)},
            {"chat_template", details.chatTemplate.empty() ? json(nullptr) : json(details.chatTemplate)}};
}

}  // namespace specula
