#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/split_pattern.h"

namespace specula {

/// Cuts text into the words inside which merges happen. Const and safe from several threads.
class PreTokenizer {
public:
    /// One that cuts nothing.
    PreTokenizer() = default;

    /// From tokenizer.json's "pre_tokenizer": ByteLevel, Split, Digits and Sequences of them; null cuts
    /// nothing. Any other type is refused, never skipped.
    static PreTokenizer fromJson(const nlohmann::json& description, const std::string& file);

    /// From a GGUF's tokenizer.ggml.pre. Throws Error for a name that is not known.
    static PreTokenizer fromGgufName(const std::string& name, const std::string& file);

    /// The words of well-formed `text`, in order.
    std::vector<std::string> split(std::string_view text) const;

    /// True if a ByteLevel step is among the steps: the vocabulary is then written in the byte alphabet.
    bool byteLevel() const { return m_byteLevel; }

private:
    enum class Keep { Everything, Gaps, Matches };
    struct Step {
        std::shared_ptr<const SplitPattern> pattern;  ///< null: a step that only adds the space
        Keep keep = Keep::Everything;
        bool prefixSpace = false;  ///< put a space before words that do not start with one
    };

    void addPattern(std::string_view pattern, const std::string& file, Keep keep = Keep::Everything);
    void addJson(const nlohmann::json& description, const std::string& file, int depth);
    void addSplit(const nlohmann::json& description, const std::string& file);

    std::vector<Step> m_steps;
    bool m_byteLevel = false;
};

}  // namespace specula
