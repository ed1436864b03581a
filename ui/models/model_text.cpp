#include "ui/models/model_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "engine/trace/names.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct ModelText {
    Q_DECLARE_TR_FUNCTIONS(specula::ModelText)
};

QString dash() {
    return QStringLiteral("–");
}

/// Bytes that all the models take together with one format; absent when one of them does not offer it.
std::optional<std::int64_t> totalAs(const std::vector<const ModelEntry*>& models, WeightFormat format) {
    std::int64_t sum = 0;
    for (const ModelEntry* model : models) {
        const auto need = std::find_if(model->memory.begin(), model->memory.end(),
                                       [&](const MemoryNeed& n) { return n.weights == format; });
        if (need == model->memory.end()) return std::nullopt;
        sum += need->total();
    }
    return sum;
}

struct Choice {
    WeightFormat format = WeightFormat::Auto;
    std::int64_t bytes = 0;
};

/// The formats that all the models offer, the one that runs by itself first.
std::vector<Choice> choicesFor(const std::vector<const ModelEntry*>& models) {
    std::vector<Choice> choices;
    if (models.empty()) return choices;
    for (const MemoryNeed& need : models.front()->memory) {
        if (const auto bytes = totalAs(models, need.weights)) choices.push_back({need.weights, *bytes});
    }
    std::stable_partition(choices.begin(), choices.end(),
                          [](const Choice& choice) { return choice.format == WeightFormat::Int8x2; });
    return choices;
}

}  // namespace

QString fromStd(const std::string& text) {
    return QString::fromStdString(text);
}

QString parameterText(std::int64_t parameters) {
    const auto count = static_cast<double>(parameters);
    const QLocale locale;
    if (parameters <= 0) return dash();
    if (count < 999.5) return locale.toString(static_cast<qlonglong>(parameters));
    if (count < 999.95e3) return ModelText::tr("%1 k").arg(locale.toString(count / 1e3, 'f', 1));
    if (count < 999.95e6) return ModelText::tr("%1 M").arg(locale.toString(count / 1e6, 'f', 1));
    return ModelText::tr("%1 B").arg(locale.toString(count / 1e9, 'f', 2));
}

QString bytesText(std::int64_t bytes) {
    if (bytes <= 0) return dash();
    return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat);
}

QString speedText(double bytesPerSecond) {
    if (!(bytesPerSecond >= 1.0)) return {};
    return ModelText::tr("%1/s").arg(bytesText(static_cast<std::int64_t>(bytesPerSecond)));
}

QString durationText(double seconds) {
    if (!(seconds >= 0.0)) return {};
    // Longer than this is as good as unknown.
    if (seconds > 100.0 * 3600.0) return {};
    const auto whole = static_cast<int>(std::ceil(seconds));
    if (whole < 60) return ModelText::tr("%1 s").arg(whole);
    if (whole < 3600) return ModelText::tr("%1 min %2 s").arg(whole / 60).arg(whole % 60);
    return ModelText::tr("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
}

QString shapeText(const std::vector<std::int64_t>& shape) {
    QStringList sides;
    for (const std::int64_t side : shape) sides << QString::number(side);
    return sides.isEmpty() ? ModelText::tr("one value") : sides.join(QStringLiteral(" × "));
}

QString formatText(WeightFormat format) {
    const std::string_view word = name(format);
    return QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size()));
}

QString plainTip(const QString& text) {
    if (text.isEmpty()) return {};
    QString body = text.toHtmlEscaped();
    body.replace(QLatin1Char('\n'), QLatin1String("<br>"));
    return QStringLiteral("<qt>%1</qt>").arg(body);
}

MemoryFit memoryFit(const std::vector<const ModelEntry*>& models, std::int64_t freeBytes) {
    const std::vector<Choice> choices = choicesFor(models);
    if (choices.empty()) return {MemoryFit::Kind::Unknown, 0, dash()};
    const Choice& first = choices.front();
    const QString asFirst = ModelText::tr("%1 as %2").arg(bytesText(first.bytes), formatText(first.format));
    if (freeBytes < 0) return {MemoryFit::Kind::Unknown, first.bytes, asFirst};
    if (first.bytes <= freeBytes) return {MemoryFit::Kind::Yes, first.bytes, asFirst};
    QStringList fitting;
    const Choice* smallest = &first;
    for (const Choice& choice : choices) {
        if (choice.bytes <= freeBytes) fitting << formatText(choice.format);
        if (choice.bytes < smallest->bytes) smallest = &choice;
    }
    if (!fitting.isEmpty()) {
        return {MemoryFit::Kind::Restricted, smallest->bytes,
                ModelText::tr("only as %1: %2")
                    .arg(fitting.join(ModelText::tr(" or ")), bytesText(smallest->bytes))};
    }
    return {MemoryFit::Kind::No, smallest->bytes,
            ModelText::tr("no: needs %1, %2 free").arg(bytesText(smallest->bytes), bytesText(freeBytes))};
}

}  // namespace specula
