#pragma once

#include <memory>

#include <QApplication>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "tests/ui/charts/sample_sweep.h"
#include "tests/ui/fake_rounds.h"
#include "ui/main_window/main_window.h"
#include "ui/setup/setup_panel.h"

namespace specula::test {

/// Settings in a folder of their own, so that a test neither reads nor writes a person's.
inline void useOwnSettings(const QTemporaryDir& folder) {
    QCoreApplication::setOrganizationName(QStringLiteral("specula-tests"));
    QCoreApplication::setApplicationName(QStringLiteral("main-window"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
}

inline RunRequest sampleRequest() {
    RunRequest request;
    request.engine.target = "/models/smollm2.gguf";
    request.engine.draft = "early-exit:5";
    request.prompt.text = "Once upon a time, in a small village,";
    return request;
}

inline ModelInfo sampleModel() {
    ModelInfo model;
    model.name = "SmolLM2-135M-Instruct";
    model.fileFormat = "Q4_1";
    model.weights = WeightFormat::Int8x2;
    model.layers = 30;
    model.hasChatTemplate = true;
    return model;
}

/// A window as it stands after loading the sample pair.
inline std::unique_ptr<MainWindow> loadedWindow() {
    auto window = std::make_unique<MainWindow>();
    window->setModels({{QStringLiteral("SmolLM2-135M-Instruct"), QStringLiteral("/models/smollm2.gguf")},
                       {QStringLiteral("Tiny target"), QStringLiteral("/models/tiny-target")}});
    window->setSuites(
        {{QStringLiteral("Creative"),
          {{"Once", "Once upon a time", false, ""}, {"Future", "The future of AI", false, ""}}}});
    window->setup().setRequest(sampleRequest());
    PairReport pair;
    pair.compatible = true;
    DraftInfo draft;
    draft.kind = "early-exit";
    draft.name = "early exit after layer 5";
    window->setModelInfo(sampleModel(), draft, pair);
    window->setMemoryUse(1181116006);
    return window;
}

}  // namespace specula::test
