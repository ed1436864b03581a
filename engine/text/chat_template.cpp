#include "engine/text/chat_template.h"

namespace specula {
namespace {

constexpr std::string_view kStart = "<|im_start|>";
constexpr std::string_view kEnd = "<|im_end|>";

// Jinja string literals may spell a line feed as \n.
std::string unescaped(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '\\' && i + 1 < text.size();
        if (!escape) {
            result += text[i];
            continue;
        }
        ++i;
        result += text[i] == 'n' ? '\n' : text[i];
    }
    return result;
}

// A bare quote or a brace: the text is an expression's, not a literal's.
bool isLiteral(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (std::string_view("'\"{}").find(text[i]) != std::string_view::npos) {
            return false;
        }
    }
    return true;
}

std::string message(std::string_view role, std::string_view content) {
    std::string text(kStart);
    text.append(role).append("\n").append(content).append(kEnd).append("\n");
    return text;
}

// The system message that the template writes when the conversation has none: literal text behind
// "<|im_start|>system".
std::string defaultSystem(std::string_view source) {
    const std::string opening = std::string(kStart) + "system";
    for (std::size_t at = source.find(opening); at != std::string_view::npos;
         at = source.find(opening, at + 1)) {
        std::string_view rest = source.substr(at + opening.size());
        const std::size_t end = rest.find(kEnd);
        if (end == std::string_view::npos) continue;
        rest = rest.substr(0, end);
        if (!isLiteral(rest)) continue;
        std::string text = unescaped(rest);
        if (text.starts_with('\n')) text.erase(0, 1);
        return text;
    }
    return {};
}

}  // namespace

bool isChatMl(std::string_view templateSource) {
    return templateSource.find(kStart) != std::string_view::npos &&
           templateSource.find(kEnd) != std::string_view::npos;
}

std::string formatChatMl(std::string_view user, std::string_view system, std::string_view templateSource) {
    const std::string preset = defaultSystem(templateSource);
    std::string text;
    if (!system.empty()) {
        text += message("system", system);
    } else if (!preset.empty()) {
        text += message("system", preset);
    }
    text += message("user", user);
    text.append(kStart).append("assistant\n");
    return text;
}

}  // namespace specula
