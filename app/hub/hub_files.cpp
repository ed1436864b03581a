#include "app/hub/hub_files.h"

#include <QRegularExpression>
#include <QStringList>
#include <algorithm>

namespace specula {

using namespace Qt::StringLiterals;

namespace {

bool matches(const QString& name, const QString& pattern) {
    return QRegularExpression(QRegularExpression::anchoredPattern(pattern),
                              QRegularExpression::CaseInsensitiveOption)
        .match(name)
        .hasMatch();
}

QStringList matching(const std::vector<HubFile>& files, const QString& pattern) {
    QStringList names;
    for (const HubFile& file : files) {
        if (matches(file.name, pattern)) names << file.name;
    }
    return names;
}

bool isBesideWeights(const QString& name) {
    static const QStringList kNames{u"config.json"_s,
                                    u"generation_config.json"_s,
                                    u"tokenizer.json"_s,
                                    u"tokenizer.model"_s,
                                    u"tokenizer_config.json"_s,
                                    u"special_tokens_map.json"_s,
                                    u"added_tokens.json"_s,
                                    u"vocab.json"_s,
                                    u"vocab.txt"_s,
                                    u"merges.txt"_s,
                                    u"spiece.model"_s,
                                    u"sentencepiece.bpe.model"_s,
                                    u"chat_template.jinja"_s,
                                    u"chat_template.json"_s};
    return kNames.contains(name) || matches(name, u"additional_chat_templates/[^/]+\\.jinja"_s);
}

/// One file, else shards with their index.
QStringList setOfWeights(const std::vector<HubFile>& files, const QString& stem, const QString& ending) {
    const QString end = QRegularExpression::escape(ending);
    if (const QStringList single = matching(files, stem + end); !single.isEmpty()) return single;
    const QStringList shards = matching(files, stem + u"-\\d{5}-of-\\d{5}"_s + end);
    const QStringList index = matching(files, stem + end + u"\\.index\\.json"_s);
    return shards.isEmpty() || index.isEmpty() ? QStringList() : shards + index;
}

QStringList chosenGguf(const std::vector<HubFile>& files) {
    QStringList names = matching(files, u"[^/]+\\.gguf"_s);
    // Parts of a split file, and companions that are no language model.
    names.removeIf([](const QString& name) {
        return matches(name, u".*-\\d{5}-of-\\d{5}\\.gguf"_s) || matches(name, u".*(mmproj|imatrix).*"_s);
    });
    if (names.size() <= 1) return names;
    QStringList usual;
    for (const QString& name : names) {
        if (matches(name, u".*[.-]Q4_K_M\\.gguf"_s)) usual << name;
    }
    return usual.size() == 1 ? usual : QStringList();
}

}  // namespace

void markWanted(std::vector<HubFile>& files) {
    QStringList weights = setOfWeights(files, u"model"_s, u".safetensors"_s);
    if (weights.isEmpty()) weights = setOfWeights(files, u"pytorch_model"_s, u".bin"_s);
    const bool folder = !weights.isEmpty();
    if (!folder) weights = chosenGguf(files);
    const bool onlyGguf = !folder && !matching(files, u"[^/]+\\.gguf"_s).isEmpty();
    // A GGUF file carries its tokenizer and settings itself.
    for (HubFile& file : files)
        file.wanted = weights.contains(file.name) || (!onlyGguf && isBesideWeights(file.name));
}

bool wantsWeights(const std::vector<HubFile>& files) {
    return std::any_of(files.begin(), files.end(), [](const HubFile& file) {
        return file.wanted && (file.name.endsWith(".safetensors"_L1) || file.name.endsWith(".bin"_L1) ||
                               file.name.endsWith(".gguf"_L1));
    });
}

}  // namespace specula
