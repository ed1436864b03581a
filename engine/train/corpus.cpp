#include "engine/train/corpus.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <unordered_set>

#include "engine/trace/error.h"

namespace specula {
namespace {

constexpr std::size_t kLargestCorpus = std::size_t{256} << 20;
constexpr std::size_t kShortestStory = 200;
constexpr std::size_t kOpeningLength = 60;
constexpr std::uint64_t kHeldOutShare = 33;  // one opening in so many

std::string readGzip(const std::string& path) {
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file) throw Error("cannot open the corpus " + path);
    std::string all;
    std::vector<char> buffer(1 << 16);
    for (;;) {
        const int got = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
        if (got < 0) throw Error("the corpus " + path + " is not a whole gzip file");
        if (got == 0) return all;
        all.append(buffer.data(), static_cast<std::size_t>(got));
        if (all.size() > kLargestCorpus) throw Error("the corpus " + path + " is over 256 MiB unpacked");
    }
}

void replaceAll(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
}

// Typographic marks become ASCII; runs of white space become one space, or one newline where they hold one.
std::string plainText(std::string text) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kMarks{{{"\u2019", "'"},
                                                                                          {"\u2018", "'"},
                                                                                          {"\u201c", "\""},
                                                                                          {"\u201d", "\""},
                                                                                          {"\u2014", " - "},
                                                                                          {"\u2013", "-"},
                                                                                          {"\u2026", "..."},
                                                                                          {"\u00a0", " "},
                                                                                          {"\u00e9", "e"}}};
    for (const auto& [from, to] : kMarks) replaceAll(text, from, to);
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (!std::isspace(static_cast<unsigned char>(text[i]))) {
            out += text[i++];
            continue;
        }
        bool newline = false;
        for (; i < text.size() && std::isspace(static_cast<unsigned char>(text[i])); ++i)
            newline = newline || text[i] == '\n';
        if (!out.empty() && i < text.size()) out += newline ? '\n' : ' ';
    }
    return out;
}

bool hasOddMarks(const std::string& text) {
    const auto odd = [](char c) {
        const bool outside = (c < ' ' && c != '\n') || c > '~';
        return outside || std::string_view("*#_`<>{}[]|=@\\/^~+$%&").find(c) != std::string_view::npos;
    };
    if (std::any_of(text.begin(), text.end(), odd)) return true;
    for (std::size_t line = 0; line < text.size();) {
        std::size_t i = line;
        while (i < text.size() && std::isdigit(static_cast<unsigned char>(text[i]))) ++i;
        if (i < text.size() && i > line && (text[i] == '.' || text[i] == ')')) return true;
        if (text[line] == '-') return true;
        const std::size_t next = text.find('\n', line);
        line = next == std::string::npos ? text.size() : next + 1;
    }
    return false;
}

std::string lowerCase(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

bool talksAboutItself(const std::string& lowered) {
    static constexpr std::array<std::string_view, 17> kPhrases{
        "as an ai",    "language model",      "i'm sorry, but", "plain language", "the rest is",
        "short story", "the moral of",        "write a",        "rewrite",        "the reader",
        "this story",  "our story",           "story about",    "story of",       "tale of",
        "title",       "ladies and gentlemen"};
    return std::any_of(kPhrases.begin(), kPhrases.end(),
                       [&](std::string_view phrase) { return lowered.find(phrase) != std::string::npos; });
}

std::vector<std::string> wordsOf(const std::string& lowered) {
    std::vector<std::string> words(1);
    for (const char c : lowered) {
        if ((c >= 'a' && c <= 'z') || c == '\'')
            words.back() += c;
        else if (!words.back().empty())
            words.emplace_back();
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

bool endsSentence(char c) {
    return c == '.' || c == '!' || c == '?';
}

// Sentences with the white space before them, so that joining them gives the text again.
std::vector<std::string> sentencesOf(const std::string& text) {
    std::vector<std::string> sentences;
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size();) {
        const bool end = endsSentence(text[i]);
        while (i < text.size() && endsSentence(text[i])) ++i;
        while (end && i < text.size() && (text[i] == '"' || text[i] == '\'' || text[i] == ')')) ++i;
        if (!end) ++i;
        if (end || i == text.size()) {
            sentences.push_back(text.substr(start, i - start));
            start = i;
        }
    }
    return sentences;
}

// The text up to the first sentence of which more than a third has been said before, word four by word four.
std::string withoutRepetition(const std::string& text) {
    std::set<std::string> seen;
    std::string out;
    for (const std::string& sentence : sentencesOf(text)) {
        const std::vector<std::string> words = wordsOf(lowerCase(sentence));
        std::vector<std::string> fours;
        for (std::size_t i = 0; i + 4 <= words.size(); ++i)
            fours.push_back(words[i] + ' ' + words[i + 1] + ' ' + words[i + 2] + ' ' + words[i + 3]);
        const auto repeated =
            std::count_if(fours.begin(), fours.end(), [&](const auto& f) { return seen.contains(f); });
        if (3 * static_cast<std::size_t>(repeated) > fours.size()) break;
        seen.insert(fours.begin(), fours.end());
        out += sentence;
    }
    return out;
}

std::string upToLastSentence(const std::string& text) {
    std::size_t end = text.size();
    while (end > 0 && !endsSentence(text[end - 1])) --end;
    while (end < text.size() && (text[end] == '"' || text[end] == '\'')) ++end;
    return text.substr(0, end);
}

bool dwellsOnOneWord(const std::string& text) {
    const std::vector<std::string> words = wordsOf(lowerCase(text));
    std::map<std::string, std::size_t> counts;
    std::size_t most = 0;
    for (const std::string& word : words)
        if (word.size() > 3) most = std::max(most, ++counts[word]);
    return most * 10 > words.size();
}

std::uint64_t hashOf(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return hash ^ (hash >> 29);
}

}  // namespace

std::vector<Story> readStories(const std::string& path) {
    const std::string all = readGzip(path);
    std::vector<Story> stories;
    std::size_t number = 0;
    for (std::size_t start = 0; start < all.size();) {
        const std::size_t end = std::min(all.find('\n', start), all.size());
        const std::string_view line = std::string_view(all).substr(start, end - start);
        start = end + 1;
        ++number;
        if (line.empty()) continue;
        const auto object = nlohmann::json::parse(line, nullptr, false);
        if (!object.is_object() || !object.contains("text") || !object["text"].is_string())
            throw Error("line " + std::to_string(number) + " of " + path +
                        " is not a JSON object with a string \"text\"");
        const auto complete = object.find("complete");
        const bool whole = complete != object.end() && complete->is_boolean() && complete->get<bool>();
        stories.push_back({object["text"].get<std::string>(), whole});
    }
    return stories;
}

std::optional<Story> cleanStory(const Story& story) {
    const std::string text = plainText(story.text);
    if (hasOddMarks(text) || talksAboutItself(lowerCase(text))) return std::nullopt;
    std::string kept = withoutRepetition(text);
    const bool complete = story.complete && kept.size() == text.size() && upToLastSentence(kept) == kept;
    if (!complete) kept = upToLastSentence(kept);
    if (kept.size() < kShortestStory || dwellsOnOneWord(kept)) return std::nullopt;
    return Story{std::move(kept), complete};
}

Corpus cleanCorpus(const std::vector<Story>& stories) {
    Corpus corpus;
    std::unordered_set<std::string> openings;
    for (const Story& story : stories) {
        auto clean = cleanStory(story);
        if (!clean) continue;
        const std::string opening = lowerCase(clean->text.substr(0, kOpeningLength));
        if (!openings.insert(opening).second) continue;
        auto& part = hashOf(opening) % kHeldOutShare == 0 ? corpus.heldOut : corpus.training;
        part.push_back(std::move(*clean));
    }
    return corpus;
}

}  // namespace specula
