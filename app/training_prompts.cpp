#include "app/training_prompts.h"

#include <QFile>
#include <algorithm>
#include <random>

#include "app/json_fields.h"
#include "app/prompt_suites.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr std::size_t kMaxGroups = 1000;
constexpr std::size_t kMaxTexts = 10'000;
constexpr std::size_t kPerGroup = 220;  // training prompts of a group
constexpr std::size_t kTestPerGroup = 4;
constexpr std::size_t kMostRepeats = 3;  // of one prompt in a small group; each is continued differently
constexpr std::size_t kHeldOutEvery = 10;

using Texts = std::vector<std::string>;

Texts textsOf(const JsonObject& group, const char* field) {
    Texts out;
    if (!group.has(field)) return out;
    for (const auto& item : group.array(field, kMaxTexts)) {
        if (!item.is_string()) group.fail(field, "a list of texts");
        out.push_back(item.get<std::string>());
    }
    return out;
}

std::string filled(const std::string& text, const std::string& fill) {
    const std::size_t at = text.find("{}");
    return at == std::string::npos ? text : text.substr(0, at) + fill + text.substr(at + 2);
}

Texts combinations(const Texts& templates, const Texts& fills) {
    Texts out;
    for (const std::string& text : templates) {
        for (const std::string& fill : fills) out.push_back(filled(text, fill));
    }
    return out;
}

void append(std::vector<Prompt>& to, const std::string& group, bool chat, Texts texts, std::size_t count,
            std::mt19937_64& random) {
    std::shuffle(texts.begin(), texts.end(), random);
    count = std::min(count, texts.size() * kMostRepeats);
    for (std::size_t i = 0; i < count; ++i) to.push_back({group, texts[i % texts.size()], chat, ""});
}

}  // namespace

TrainingPrompts trainingPromptsFrom(const std::string& text, const std::string& origin, std::uint64_t seed) {
    const nlohmann::json document = parseJson(text, origin);
    const JsonObject top(document, origin);
    TrainingPrompts out;
    std::mt19937_64 random(seed);
    const std::size_t groups = top.array("groups", kMaxGroups).size();
    for (std::size_t i = 0; i < groups; ++i) {
        const JsonObject group = top.element("groups", i);
        const std::string name = group.bytes("name");
        const bool chat = group.boolean("chat");
        const Texts templates = textsOf(group, "templates"), fills = textsOf(group, "fills");
        const Texts training = combinations(templates, fills);
        if (training.empty()) group.fail("templates", "at least one, and at least one fill");
        Texts testing = combinations(templates, textsOf(group, "held_out"));
        const Texts whole = textsOf(group, "held_out_templates");
        testing.insert(testing.end(), whole.begin(), whole.end());
        append(out.training, name, chat, training, kPerGroup, random);
        append(out.heldOut, name, chat, testing, std::min(kTestPerGroup, testing.size()), random);
    }
    return out;
}

TrainingPrompts bundledTrainingPrompts(std::uint64_t seed) {
    bundledSuites();  // brings the resources in
    QFile file(QStringLiteral(":/training/prompts.json"));
    if (!file.open(QIODevice::ReadOnly))
        throw Error("internal: the bundled training prompts are missing", ErrorKind::Failed);
    return trainingPromptsFrom(file.readAll().toStdString(), "training.json", seed);
}

TrainingPrompts splitForTraining(const std::vector<Prompt>& prompts) {
    TrainingPrompts out;
    for (std::size_t i = 0; i < prompts.size(); ++i)
        (prompts.size() > 1 && i % kHeldOutEvery == 0 ? out.heldOut : out.training).push_back(prompts[i]);
    if (out.heldOut.empty()) out.heldOut = out.training;
    return out;
}

}  // namespace specula
