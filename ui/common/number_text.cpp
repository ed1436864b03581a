#include "ui/common/number_text.h"

#include <algorithm>
#include <cmath>

namespace specula {

namespace {

/// Decimals that show two significant digits of a share, two at least, eight at most.
int decimalsFor(double share) {
    if (share <= 0.0 || share >= 0.1) return 2;
    return std::clamp(1 - static_cast<int>(std::floor(std::log10(share))), 2, 8);
}

}  // namespace

QString fixedText(double value, int decimals) {
    return QString::number(value, 'f', decimals);
}

CoinComparison coinComparison(double chance, double coin) {
    int decimals = decimalsFor(chance);
    const auto same = [&](double a, double b) { return fixedText(a, decimals) == fixedText(b, decimals); };
    while (decimals < 12 && (same(chance, coin) || (chance < 1.0 && same(chance, 1.0)))) ++decimals;
    int coinDecimals = 2;
    while (coinDecimals < decimals && fixedText(coin, coinDecimals) == fixedText(chance, coinDecimals))
        ++coinDecimals;
    return {QStringLiteral("%1 %").arg(fixedText(100.0 * chance, decimals - 2)),
            fixedText(coin, coinDecimals)};
}

QString probabilityText(double probability) {
    if (probability <= 0.0) return QStringLiteral("0");
    if (probability < 0.000001) return QStringLiteral("<0.000001");
    // 0.9999 must not read as certain.
    int decimals = decimalsFor(probability);
    while (probability < 1.0 && decimals < 6 && fixedText(probability, decimals).startsWith(QLatin1Char('1')))
        ++decimals;
    return fixedText(probability, decimals);
}

QString percentText(double share) {
    if (share <= 0.0) return QStringLiteral("0 %");
    if (share < 0.0001) return QStringLiteral("<0.01 %");
    int decimals = decimalsFor(share);
    while (share < 1.0 && decimals < 6 && fixedText(share, decimals).startsWith(QLatin1Char('1'))) ++decimals;
    return QStringLiteral("%1 %").arg(fixedText(100.0 * share, std::max(0, decimals - 2)));
}

}  // namespace specula
