#pragma once

#include <string>
#include <string_view>

namespace specula {

/// True if a chat template (Jinja source) writes messages in ChatML: <|im_start|>role, newline, content,
/// <|im_end|>, newline.
bool isChatMl(std::string_view templateSource);

/// What a ChatML template makes of one user message, with a system message before it unless `system` is
/// empty, and the start of the assistant's answer after it. Without a system message the template's own
/// default is put first, where it has one.
std::string formatChatMl(std::string_view user, std::string_view system, std::string_view templateSource);

}  // namespace specula
