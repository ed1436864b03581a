#include "engine/decode/model_details.h"

#include <memory>
#include <new>

#include "engine/checkpoint/checkpoint.h"
#include "engine/decode/head_details.h"
#include "engine/decode/model_facts.h"
#include "engine/decode/model_files.h"
#include "engine/decode/pair_check.h"
#include "engine/model/memory.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

struct Described {
    ModelEntry entry;
    std::unique_ptr<Checkpoint> checkpoint;  // null where entry.problem says why
};

void fillIn(const ModelConfig& config, ModelEntry& entry) {
    entry.name = config.name;
    entry.architecture = config.architecture;
    entry.fileFormat = config.fileFormat;
    entry.layers = config.layers;
    entry.hidden = config.hidden;
    entry.vocabulary = config.vocabulary;
    entry.maxContext = config.maxContext;
}

std::vector<MemoryNeed> memoryNeeds(const Checkpoint& checkpoint) {
    PlannedLoad load;
    load.config = &checkpoint.config();
    load.vocabulary = usedVocabulary(checkpoint);
    std::vector<MemoryNeed> needs;
    for (const WeightFormat format :
         {WeightFormat::Fp16, WeightFormat::Int8x2, WeightFormat::Int8, WeightFormat::Fp32}) {
        load.weights = format;
        needs.push_back(memoryNeed(load));
    }
    return needs;
}

// Runs what may fail for a file that is not as it should be; returns why it failed, "" if it did not.
template <typename Action>
std::string problemOf(const std::string& path, Action&& action) {
    try {
        action();
        return {};
    } catch (const Error& error) {
        return error.what();
    } catch (const std::bad_alloc&) {
        return sanitised(path) + ": there is not enough memory to read what describes the model";
    } catch (const std::exception& unexpected) {
        return sanitised(path) + ": cannot be read (" + sanitised(unexpected.what()) + ")";
    }
}

Described describe(const std::string& path, const std::string& source) {
    Described described;
    ModelEntry& entry = described.entry;
    entry.name = sanitised(baseName(path));
    entry.path = path;
    entry.source = source;
    entry.fileBytes = weightFileBytes(path);
    bool head = false;
    problemOf(path, [&] { head = FeatureHeadFile::isOne(path); });
    if (head) {
        entry.problem = problemOf(path, [&] { describeHead(path, entry); });
        if (!entry.usable()) entry.memory.clear();
        return described;
    }
    entry.problem = problemOf(path, [&] {
        auto checkpoint = openCheckpoint(path);
        fillIn(checkpoint->config(), entry);
        entry.parameters = checkpoint->parameters();
        if (const auto tokenizer = checkpoint->tokenizer())
            entry.tokenizer = tokenizer->kind() + ", " + std::to_string(tokenizer->size()) + " tokens";
        entry.hasChatTemplate = !checkpoint->chatTemplate().empty();
        entry.memory = memoryNeeds(*checkpoint);
        described.checkpoint = std::move(checkpoint);
    });
    if (entry.usable()) return described;
    entry.memory.clear();
    const bool known = problemOf(path, [&] { fillIn(configOf(path), entry); }).empty();
    if (!known) problemOf(path, [&] { entry.architecture = architectureNamed(path); });
    return described;
}

}  // namespace

ModelEntry describeEntry(const std::string& path, const std::string& source) {
    return describe(path, source).entry;
}

ModelDetails describeModel(const std::string& path, const std::string& source) {
    ModelDetails details;
    Described described = describe(path, source);
    details.entry = std::move(described.entry);
    problemOf(path, [&] { details.settings = settingsOf(path); });
    problemOf(path, [&] { details.tensors = tensorsOf(path); });
    if (details.entry.featureHead) {
        problemOf(path, [&] { details.facts = factsOf(FeatureHeadFile(path)); });
        return details;
    }
    std::shared_ptr<const Tokenizer> tokenizer;
    if (described.checkpoint) {
        tokenizer = described.checkpoint->tokenizer();
        details.facts = factsOf(*described.checkpoint);
        details.chatTemplate = described.checkpoint->chatTemplate();
    } else {
        problemOf(path, [&] { tokenizer = loadTokenizer(path); });
    }
    if (tokenizer) details.tokenizer = factsOf(*tokenizer);
    return details;
}

}  // namespace specula
