#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/sentencepiece_model.h"
#include "engine/text/split_pattern.h"
#include "engine/text/utf8.h"

namespace specula {

/// What happens to text before it is cut into words. Const and safe from several threads.
class Normaliser {
public:
    /// One that changes nothing.
    Normaliser() = default;
    Normaliser(NormalForm form);

    /// From tokenizer.json's "normalizer": NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Prepend,
    /// Replace and Sequences of them; null changes nothing. Any other type is refused by name, never skipped.
    static Normaliser fromJson(const nlohmann::json& description, const std::string& file);

    bool empty() const { return m_steps.empty(); }

    /// Well-formed `text`, changed. Throws Error when it grows past 1 GiB or a pattern takes too much work.
    std::string apply(std::string_view text) const;

private:
    enum class Kind { Form, Lowercase, StripAccents, Strip, Prepend, Replace, Precompiled };
    struct Step {
        Kind kind = Kind::Form;
        NormalForm form = NormalForm::C;
        bool left = false;
        bool right = false;
        std::string from;                             ///< of Replace, unless it has a pattern
        std::shared_ptr<const SplitPattern> pattern;  ///< of Replace
        std::string content;                          ///< of Prepend and Replace
        std::shared_ptr<const SentencePieceModel> table;
    };

    void addJson(const nlohmann::json& description, const std::string& file, int depth);
    static std::string applied(const Step& step, std::string_view text);

    std::vector<Step> m_steps;
};

}  // namespace specula
