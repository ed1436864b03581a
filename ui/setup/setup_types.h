#pragma once

#include <string>
#include <vector>

#include <QString>

#include "engine/trace/options.h"

namespace specula {

/// A model the choosers offer.
struct KnownModel {
    QString name;            ///< as people call it
    QString path;            ///< GGUF file or model folder, as EngineOptions::target takes it
    bool draftOnly = false;  ///< a feature head: it can draft, it is no model by itself
};

/// A named list of prompts, offered in the menu beside the prompt box.
struct PromptSuite {
    QString name;
    std::vector<Prompt> prompts;
};

}  // namespace specula
