#pragma once

#include <optional>

#include <QObject>

#include "app/pair_defaults.h"
#include "app/run_controller.h"

namespace specula {

/// *Find my gamma*: carries the window's questions to the run controller, shows what comes back, remembers
/// what is taken as the pair's default, and offers it whenever that pair is loaded. GUI thread only; window
/// and controller must outlive it.
class RecommendController : public QObject {
    Q_OBJECT

public:
    /// `path` of the file of defaults; "" = the person's.
    RecommendController(MainWindow& window, RunController& controller, std::string path = {},
                        QObject* parent = nullptr);

private:
    void onPairLoaded(const EngineOptions& engine, const LoadedPair& pair);
    void take(const RecommendReport& report);
    void remember(const RecommendReport& report, const PairDefault& value, const std::string& draft);
    void offerDefault();

    MainWindow& m_window;
    PairDefaults m_defaults;
    std::optional<EngineOptions> m_engine;  // that is loaded
    LoadedPair m_pair;                      // likewise
    QString m_warned;                       // the last problem of the file that was told
};

}  // namespace specula
