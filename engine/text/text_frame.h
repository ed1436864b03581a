#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

/// The tokens around one text.
struct TextFrame {
    std::vector<TokenId> before;
    std::vector<TokenId> after;
};

/// From tokenizer.json's "post_processor": TemplateProcessing's template for one text, ByteLevel (which adds
/// nothing) and Sequences of them; null adds nothing. Other types and tokens without an id are refused.
/// Throws Error naming `file`.
TextFrame readTextFrame(const nlohmann::json& description,
                        const std::function<std::optional<TokenId>(const std::string&)>& idOf,
                        const std::string& file);

}  // namespace specula
