#include "tests/layering/layering.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace specula {
namespace {

constexpr long kMaxLines = 500;
constexpr std::string_view kTargetPrefix = "specula_";

enum class Library { Standard, System, Torch, Qt, Tokenizers, Json, Zlib, CommandLine, Unknown };

bool startsWithAny(std::string_view text, std::initializer_list<std::string_view> prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](std::string_view prefix) { return text.starts_with(prefix); });
}

Library libraryOf(std::string_view header) {
    if (startsWithAny(header, {"torch/", "ATen/", "c10/", "caffe2/", "fbgemm/"})) return Library::Torch;
    if (startsWithAny(header, {"sentencepiece", "pcre2", "utf8proc"})) return Library::Tokenizers;
    if (header.starts_with("nlohmann/")) return Library::Json;
    if (header.starts_with("CLI/")) return Library::CommandLine;
    if (header == "zlib.h") return Library::Zlib;
    if (header.starts_with("Qt") || startsWithAny(header, {"qcustomplot", "qt"})) return Library::Qt;
    if (header.size() > 1 && header[0] == 'Q' && header[1] >= 'A' && header[1] <= 'Z') return Library::Qt;
    if (header.size() > 3 && header[0] == 'q' && header.ends_with(".h")) return Library::Qt;
    static const std::set<std::string_view> system = {
        "unistd.h", "fcntl.h", "immintrin.h", "x86intrin.h", "cpuid.h",    "malloc.h", "pthread.h", "sched.h",
        "signal.h", "dlfcn.h", "omp.h",       "poll.h",      "arm_neon.h", "errno.h",  "termios.h"};
    if (system.contains(header) || header.starts_with("sys/") || header.starts_with("linux/"))
        return Library::System;
    if (header.find_first_of("./") == std::string_view::npos) return Library::Standard;
    return Library::Unknown;
}

/// What stands above each folder, everything that may be reached through it included.
const std::map<std::string, std::set<std::string>>& mayInclude() {
    static const std::map<std::string, std::set<std::string>> table = [] {
        std::map<std::string, std::set<std::string>> t;
        t["trace"] = {"trace"};
        t["verify"] = {"verify", "trace"};
        t["explain"] = {"explain", "trace"};
        t["text"] = {"text", "trace"};
        const auto above = [&t](const std::string& folder, std::initializer_list<const char*> below) {
            t[folder] = {folder, "trace"};
            for (const char* name : below) t[folder].insert(t[name].begin(), t[name].end());
        };
        above("checkpoint", {"text"});
        above("model", {"checkpoint"});
        above("draft", {"model", "text"});
        above("decode", {"draft", "verify", "explain", "model", "text"});
        above("measure", {"decode"});
        above("train", {"measure"});
        return t;
    }();
    return table;
}

/// What of the engine the window may link: values, pure rules, and what figures mean.
const std::set<std::string>& forUi() {
    static const std::set<std::string> folders = {"ui", "trace", "verify", "explain"};
    return folders;
}

std::set<Library> librariesFor(std::string_view area, const std::string& folder) {
    using enum Library;
    if (area == "ui") return {Standard, Qt};
    if (area == "app") return {Standard, System, Torch, Qt, Json, Zlib, CommandLine};
    if (folder == "trace" || folder == "verify" || folder == "explain") return {Standard};
    if (folder == "text" || folder == "checkpoint") return {Standard, System, Tokenizers, Json, Zlib};
    return {Standard, System, Tokenizers, Json, Zlib, Torch};
}

/// Where a file lies: engine/model/rope.h has the area "engine" and the folder "model".
struct Place {
    std::string area;
    std::string folder;
    bool header = false;
};

Place placeOf(std::string_view path) {
    Place place;
    const auto first = path.find('/');
    if (first == std::string_view::npos) return place;
    place.area = std::string(path.substr(0, first));
    const auto second = path.find('/', first + 1);
    if (second != std::string_view::npos)
        place.folder = std::string(path.substr(first + 1, second - first - 1));
    place.header = path.ends_with(".h");
    return place;
}

/// Blanks out comments, keeping the lines, so that what is only spoken of does not count.
std::string withoutComments(std::string_view content) {
    std::string text(content);
    bool block = false;
    bool line = false;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (c == '\n') {
            line = false;
            quote = 0;
        } else if (block) {
            text[i] = ' ';
            if (c == '*' && next == '/') {
                text[++i] = ' ';
                block = false;
            }
        } else if (line) {
            text[i] = ' ';
        } else if (quote != 0) {
            if (c == '\\') {
                ++i;
            } else if (c == quote) {
                quote = 0;
            }
        } else if (c == '/' && (next == '*' || next == '/')) {
            (next == '*' ? block : line) = true;
            text[i] = ' ';
            text[++i] = ' ';
        } else if (c == '"') {
            quote = c;
        }
    }
    return text;
}

std::vector<std::string_view> linesOf(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string_view afterBlanks(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
}

class Checker {
public:
    Checker(std::string_view path, std::string_view content)
        : m_path(path), m_content(content), m_place(placeOf(path)) {}

    std::vector<Breach> run() {
        if (m_path.ends_with("CMakeLists.txt")) {
            checkLinks();
            return m_breaches;
        }
        for (const Include& include : includesOf(m_content)) {
            checkForm(include);
            if (m_place.area == "tests") continue;
            if (include.angled) {
                checkLibrary(include);
            } else {
                checkLayer(include);
            }
        }
        const long lines = std::count(m_content.begin(), m_content.end(), '\n');
        if (m_place.area != "tests" && lines > kMaxLines) {
            m_breaches.push_back({LayerRule::FileLength, std::string(m_path) + " has " +
                                                             std::to_string(lines) + " lines; " +
                                                             std::to_string(kMaxLines) + " at most"});
        }
        return m_breaches;
    }

private:
    void report(LayerRule rule, int line, const std::string& what) {
        m_breaches.push_back({rule, std::string(m_path) + ":" + std::to_string(line) + ": " + what});
    }

    void checkForm(const Include& include) {
        const bool ours = startsWithAny(include.target, {"engine/", "ui/", "app/", "tests/"});
        if (include.angled && ours) {
            report(LayerRule::FromRoot, include.line,
                   "<" + include.target + "> is a file of ours: write \"...\"");
        }
        const bool generated = include.target.ends_with(".moc");
        if (!include.angled && !ours && !generated) {
            report(LayerRule::FromRoot, include.line,
                   "\"" + include.target + "\" is not written from the root; libraries are written <...>");
        }
    }

    void checkLibrary(const Include& include) {
        const Library library = libraryOf(include.target);
        const std::string shown = "<" + include.target + ">";
        if (m_place.area == "engine" && library == Library::Qt) {
            report(LayerRule::EngineWithoutQt, include.line, shown + " in the engine");
        } else if (m_place.area == "ui" && library == Library::Torch) {
            report(LayerRule::UiWithoutTorch, include.line, shown + " in the window");
        } else if (library == Library::Torch && m_place.header && !torchHeaderAllowed()) {
            report(LayerRule::HeadersWithoutTorch, include.line,
                   shown + " in a header outside model, draft, train");
        } else if (library == Library::CommandLine && m_path.ends_with("_main.cpp")) {
            // A program of its own beside the library of its folder.
        } else if (!librariesFor(m_place.area, m_place.folder).contains(library)) {
            report(LayerRule::Libraries, include.line, shown + " is no library that this folder may include");
        }
        static const std::set<std::string> threads = {"thread", "future", "QThread", "QThreadPool",
                                                      "QRunnable"};
        if (m_place.area == "ui" &&
            (threads.contains(include.target) || include.target.starts_with("QtConcurrent"))) {
            report(LayerRule::UiWithoutThreads, include.line, shown + " in the window");
        }
    }

    bool torchHeaderAllowed() const {
        return m_place.area == "engine" &&
               (m_place.folder == "model" || m_place.folder == "draft" || m_place.folder == "train");
    }

    void checkLayer(const Include& include) {
        const Place target = placeOf(include.target);
        const std::string shown = "\"" + include.target + "\"";
        if (m_place.area == "ui") {
            const bool known =
                target.area == "ui" || (target.area == "engine" && forUi().contains(target.folder));
            if (!known)
                report(LayerRule::UiKnowsValuesAndRules, include.line,
                       shown + " is not for the window to know");
        } else if (m_place.area == "engine" && !engineMayUse(target)) {
            report(LayerRule::Layers, include.line, shown + " is not below " + m_place.folder);
        } else if (m_place.area == "app" && target.area == "tests") {
            report(LayerRule::Layers, include.line, shown + " belongs to the tests");
        }
    }

    bool engineMayUse(const Place& target) const {
        const auto row = mayInclude().find(m_place.folder);
        return target.area == "engine" && row != mayInclude().end() && row->second.contains(target.folder);
    }

    void checkLinks() {
        if (m_place.area != "ui" && (m_place.area != "engine" || m_place.folder.empty())) return;
        const auto row = mayInclude().find(m_place.folder);
        if (m_place.area == "engine" && row == mayInclude().end()) return;
        const std::set<std::string>& own = m_place.area == "ui" ? forUi() : row->second;
        int number = 0;
        for (std::string_view line : linesOf(m_content)) {
            ++number;
            line = line.substr(0, line.find('#'));  // a comment of CMake
            for (auto at = line.find(kTargetPrefix); at != line.npos; at = line.find(kTargetPrefix, at + 1)) {
                const std::string_view rest = line.substr(at + kTargetPrefix.size());
                const std::string target(
                    rest.substr(0, rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz_")));
                const bool layer = mayInclude().contains(target) || target == "ui" || target == "app";
                if (layer && !own.contains(target)) {
                    report(LayerRule::Links, number, "specula_" + target + " is not below this folder");
                }
            }
        }
    }

    std::string_view m_path;
    std::string_view m_content;
    Place m_place;
    std::vector<Breach> m_breaches;
};

}  // namespace

std::vector<Breach> checkFile(std::string_view path, std::string_view content) {
    return Checker(path, content).run();
}

std::vector<Include> includesOf(std::string_view content) {
    const std::string text = withoutComments(content);
    std::vector<Include> found;
    int number = 0;
    for (const std::string_view line : linesOf(text)) {
        ++number;
        std::string_view rest = afterBlanks(line);
        if (!rest.starts_with('#')) continue;
        rest = afterBlanks(rest.substr(1));
        if (!rest.starts_with("include")) continue;
        rest = afterBlanks(rest.substr(std::string_view("include").size()));
        if (rest.empty() || (rest[0] != '<' && rest[0] != '"')) continue;
        const bool angled = rest[0] == '<';
        const auto end = rest.find(angled ? '>' : '"', 1);
        if (end != rest.npos) found.push_back({std::string(rest.substr(1, end - 1)), angled, number});
    }
    return found;
}

const std::vector<std::string>& engineFolders() {
    static const std::vector<std::string> folders = {"trace", "verify", "explain", "text",    "checkpoint",
                                                     "model", "draft",  "decode",  "measure", "train"};
    return folders;
}

}  // namespace specula
