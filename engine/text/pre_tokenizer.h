#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/split_pattern.h"

namespace specula {

/// Where text gets what makes its first word look like any other.
enum class PrefixScheme { Always, First, Never };

/// What goes with a GGUF's tokenizer.ggml.pre besides the patterns.
struct GgufPreHabits {
    bool ignoreMerges = false;  ///< a word that is a token needs no merges
    bool addBos = false;        ///< unless the file says otherwise
    bool composes = false;      ///< text is brought to normal form C
};
GgufPreHabits ggufPreHabits(const std::string& name);

/// Cuts text into the words inside which merges happen. Const and safe from several threads.
class PreTokenizer {
public:
    /// One that cuts nothing.
    PreTokenizer() = default;

    /// From tokenizer.json's "pre_tokenizer": ByteLevel, Split, Digits, Metaspace, Punctuation, Whitespace,
    /// WhitespaceSplit and Sequences of them; null cuts nothing. Any other type is refused, never skipped.
    static PreTokenizer fromJson(const nlohmann::json& description, const std::string& file);

    /// From a GGUF's tokenizer.ggml.pre. Throws Error for a name that is not known.
    static PreTokenizer fromGgufName(const std::string& name, const std::string& file);

    /// The words of well-formed `text`, in order. `first`: nothing stands before it.
    std::vector<std::string> split(std::string_view text, bool first = true) const;

    /// True if a ByteLevel step is among the steps: the vocabulary is then written in the byte alphabet.
    bool byteLevel() const { return m_byteLevel; }

private:
    /// What becomes of a pattern's matches, in tokenizer.json's terms.
    enum class Behaviour { Isolated, Removed, Contiguous, MergedWithPrevious, MergedWithNext };
    struct Step {
        std::shared_ptr<const SplitPattern> pattern;  ///< null: a step that cuts nothing
        Behaviour behaviour = Behaviour::Isolated;
        bool invert = false;       ///< what does not match counts as the matches
        bool prefixSpace = false;  ///< put a space before words that do not start with one
        std::string mark;          ///< of Metaspace: replaces spaces, and comes before words without it...
        PrefixScheme scheme = PrefixScheme::Always;  ///< ...where this says so
    };

    void addPattern(std::string_view pattern, const std::string& file,
                    Behaviour behaviour = Behaviour::Isolated, bool invert = false);
    void addJson(const nlohmann::json& description, const std::string& file, int depth);
    void addSplit(const nlohmann::json& description, const std::string& file);
    void addMetaspace(const nlohmann::json& description, const std::string& file);
    static Behaviour behaviourOf(const std::string& name, const std::string& file);
    static void cut(const Step& step, std::string_view word, std::vector<std::string>& words);

    std::vector<Step> m_steps;
    bool m_byteLevel = false;
};

}  // namespace specula
