#include "ui/setup/setup_settings.h"

#include <cmath>

#include "engine/trace/names.h"
#include "ui/setup/tree_text.h"

namespace specula {

namespace {

/// Typed reads of one group of settings; each leaves `value` alone unless there is a usable one.
class Reader {
public:
    Reader(const QSettings& settings, const QString& prefix) : m_settings(settings), m_prefix(prefix) {}

    void text(const char* key, std::string& value) const {
        const QVariant found = at(key);
        if (found.canConvert<QString>()) value = found.toString().toStdString();
    }
    void whole(const char* key, int low, int high, int& value) const {
        bool is = false;
        const int found = at(key).toInt(&is);
        if (is && found >= low && found <= high) value = found;
    }
    void large(const char* key, std::uint64_t& value) const {
        bool is = false;
        const qulonglong found = at(key).toString().toULongLong(&is);
        if (is) value = found;
    }
    void real(const char* key, double low, double high, double& value) const {
        bool is = false;
        const double found = at(key).toDouble(&is);
        if (is && std::isfinite(found) && found >= low && found <= high) value = found;
    }
    void flag(const char* key, bool& value) const {
        const QString found = at(key).toString();
        if (found == QLatin1String("true") || found == QLatin1String("false"))
            value = found == QLatin1String("true");
    }

private:
    QVariant at(const char* key) const {
        return m_settings.value(m_prefix + QLatin1Char('/') + QLatin1String(key));
    }

    const QSettings& m_settings;
    const QString m_prefix;
};

}  // namespace

void writeRequest(QSettings& settings, const QString& prefix, const RunRequest& request) {
    const auto put = [&](const char* key, const QVariant& value) {
        settings.setValue(prefix + QLatin1Char('/') + QLatin1String(key), value);
    };
    const std::string_view weights = name(request.engine.weights);
    const Sampling& sampling = request.options.sampling;
    put("target", QString::fromStdString(request.engine.target));
    put("draft", QString::fromStdString(request.engine.draft));
    put("weights", QString::fromUtf8(weights.data(), static_cast<qsizetype>(weights.size())));
    put("prompt", QString::fromStdString(request.prompt.text));
    put("promptName", QString::fromStdString(request.prompt.name));
    put("system", QString::fromStdString(request.prompt.system));
    put("chat", request.prompt.chat);
    put("gamma", request.options.gamma);
    put("tree", QString::fromStdString(treeText(request.options.tree)));
    put("rule", QString::fromStdString(ruleText(request.options.rule, request.options.ensembleWeight)));
    put("draftStop", QString::fromStdString(draftStopText(request.options.draftStop)));
    put("temperature", sampling.temperature);
    put("topK", sampling.topK);
    put("topP", sampling.topP);
    put("minP", sampling.minP);
    put("repetitionPenalty", sampling.repetitionPenalty);
    // As text: a settings file has no unsigned 64-bit type.
    put("seed", QString::number(request.options.seed));
    put("maxTokens", request.options.maxTokens);
}

RunRequest readRequest(const QSettings& settings, const QString& prefix, RunRequest request) {
    const Reader read(settings, prefix);
    Sampling& sampling = request.options.sampling;
    read.text("target", request.engine.target);
    read.text("draft", request.engine.draft);
    std::string weights;
    read.text("weights", weights);
    request.engine.weights = weightFormatNamed(weights).value_or(request.engine.weights);
    read.text("prompt", request.prompt.text);
    read.text("promptName", request.prompt.name);
    read.text("system", request.prompt.system);
    read.flag("chat", request.prompt.chat);
    read.whole("gamma", kGammaAuto, kGammaMax, request.options.gamma);
    std::string tree;
    read.text("tree", tree);
    request.options.tree = treeNamed(QString::fromStdString(tree)).value_or(request.options.tree);
    std::string rule;
    read.text("rule", rule);
    if (const auto choice = ruleFromText(rule)) {
        request.options.rule = choice->rule;
        request.options.ensembleWeight = choice->ensembleWeight;
    }
    std::string stop;
    read.text("draftStop", stop);
    request.options.draftStop = draftStopFromText(stop).value_or(request.options.draftStop);
    read.real("temperature", 0.0, 5.0, sampling.temperature);
    read.whole("topK", 0, 1000000, sampling.topK);
    read.real("topP", 0.0, 1.0, sampling.topP);
    read.real("minP", 0.0, 1.0, sampling.minP);
    read.real("repetitionPenalty", 0.1, 5.0, sampling.repetitionPenalty);
    read.large("seed", request.options.seed);
    read.whole("maxTokens", 1, 100000, request.options.maxTokens);
    return request;
}

}  // namespace specula
