#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "engine/text/tokenizer.h"

namespace specula {

/// One turn of a conversation.
struct ChatMessage {
    std::string role;  ///< "system", "user", "assistant"
    std::string content;
};

/// What a chat template gets beside the messages.
struct ChatContext {
    std::optional<std::string> bosToken;  ///< as written; absent: the template sees it as undefined
    std::optional<std::string> eosToken;
    bool addGenerationPrompt = true;  ///< end with what makes the model answer
    std::tm now{};                    ///< local time; some templates write the date
};

/// The conversation as the model was trained to see it, by its chat template: Jinja source, as
/// tokenizer_config.json or a GGUF carries it (see jinja/template.h for the language). Everything that goes
/// in front, the begin token included, is the template's business: encode the text with special tokens parsed
/// and none added. Throws Error naming the template's line, also where the template itself refuses the
/// conversation.
std::string renderChat(const std::string& templateSource, const std::vector<ChatMessage>& messages,
                       const ChatContext& context);

/// Ids of one user message in the template, with `system` in front if not empty.
std::vector<TokenId> encodeChat(const Tokenizer& tokenizer, const std::string& templateSource,
                                const std::string& user, const std::string& system);

/// The context for a tokenizer: its begin and first end token, and the clock's local time.
ChatContext chatContext(const Tokenizer& tokenizer);

}  // namespace specula
