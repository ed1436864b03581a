#pragma once

#include <QString>

namespace specula {

/// A probability for people: two significant digits below 0.1, two decimals above ("0.12", "0.0034",
/// "<0.000001").
QString probabilityText(double probability);
/// In per cent: "30 %", "0.4 %", "<0.01 %".
QString percentText(double share);
/// With so many decimals, whatever the locale.
QString fixedText(double value, int decimals);

/// A chance and the coin it was compared with, with as many decimals as it takes to see which is smaller, and
/// that a chance below one is not one.
struct CoinComparison {
    QString chance;  ///< in per cent
    QString coin;
};
CoinComparison coinComparison(double chance, double coin);

}  // namespace specula
