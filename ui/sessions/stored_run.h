#pragma once

#include <QDateTime>
#include <QString>

#include <optional>

namespace specula {

/// What the history shows of a stored run without opening it.
struct StoredRun {
    QString id;  ///< names it in the history
    QDateTime when;
    QString target;
    QString draft;
    QString prompt;    ///< its first words
    QString settings;  ///< "gamma 4, rule token, temperature 0.70, seed 3"
    long tokens = 0;
    std::optional<double> tokensPerSecond;
    std::optional<double> alpha;
    qint64 bytes = 0;        ///< on disk
    bool kept = false;       ///< stays when older runs make room for new ones
    bool recovered = false;  ///< the program ended before the run did
};

}  // namespace specula
