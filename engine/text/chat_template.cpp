#include "engine/text/chat_template.h"

#include "engine/text/jinja/template.h"
#include "engine/text/utf8.h"

namespace specula {

std::string renderChat(const std::string& templateSource, const std::vector<ChatMessage>& messages,
                       const ChatContext& context) {
    using jinja::Value;
    std::vector<Value> list;
    for (const ChatMessage& message : messages) {
        list.push_back(Value::mapping(
            {{"role", replaceIllFormed(message.role)}, {"content", replaceIllFormed(message.content)}}));
    }
    std::vector<std::pair<std::string, Value>> variables = {
        {"messages", Value::sequence(std::move(list))},
        {"add_generation_prompt", context.addGenerationPrompt},
        {"tools", Value::None{}},
        {"documents", Value::None{}},
    };
    if (context.bosToken) variables.emplace_back("bos_token", replaceIllFormed(*context.bosToken));
    if (context.eosToken) variables.emplace_back("eos_token", replaceIllFormed(*context.eosToken));
    return jinja::Template(templateSource).render(std::move(variables), {context.now});
}

ChatContext chatContext(const Tokenizer& tokenizer) {
    ChatContext context;
    if (const auto bos = tokenizer.bos()) context.bosToken = tokenizer.piece(*bos);
    if (const auto eos = tokenizer.eos(); !eos.empty()) context.eosToken = tokenizer.piece(eos.front());
    const std::time_t seconds = std::time(nullptr);
    localtime_r(&seconds, &context.now);
    return context;
}

std::vector<TokenId> encodeChat(const Tokenizer& tokenizer, const std::string& templateSource,
                                const std::string& user, const std::string& system) {
    std::vector<ChatMessage> messages;
    if (!system.empty()) messages.push_back({"system", system});
    messages.push_back({"user", user});
    return tokenizer.encode(renderChat(templateSource, messages, chatContext(tokenizer)), false, true);
}

}  // namespace specula
