#pragma once

#include <optional>
#include <string>
#include <vector>

namespace specula {

/// One training text. Plain ASCII after cleaning; paragraphs are separated by a single newline.
struct Story {
    std::string text;
    bool complete = false;  ///< ended by itself; otherwise cut somewhere at the end of a sentence
};

/// Training and evaluation texts of one corpus; no opening occurs in both.
struct Corpus {
    std::vector<Story> training;
    std::vector<Story> heldOut;
};

/// Reads a gzip-compressed JSON-lines file of {"text": string, "complete": bool}.
/// Throws Error naming the file and line when a line is not such an object, or the file is over 256 MiB
/// unpacked.
std::vector<Story> readStories(const std::string& path);

/// Brings a story into plain ASCII, cuts it before the first sentence that mostly repeats earlier ones and,
/// unless complete, after its last whole sentence. Nothing is returned for stories that are too short (under
/// 200 characters), have marks of lists, code or talk about the text itself, or dwell on one word.
std::optional<Story> cleanStory(const Story& story);

/// Cleans every story, drops repeated openings and puts about 3 % aside (by a hash of the opening, so that
/// the choice does not depend on the order or the number of stories).
Corpus cleanCorpus(const std::vector<Story>& stories);

}  // namespace specula
