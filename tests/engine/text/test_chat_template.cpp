#include <QtTest>

#include "engine/text/chat_template.h"
#include "engine/text/tokenizer_files.h"
#include "engine/text/tokenizer_settings.h"
#include "engine/trace/error.h"
#include "tests/engine/text/golden_check.h"

using namespace specula;

// SmolLM2's, as its files carry it.
static const std::string kSmolLm2 =
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ "
    "'<|im_start|>system\n"
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
    "' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n"
    "' + message['content'] + '<|im_end|>' + '\n"
    "'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n"
    "' }}{% endif %}";

class TestChatTemplate : public QObject {
    Q_OBJECT

private slots:
    void aUserAloneGetsTheTemplatesOwnSystemMessage();
    void aSystemMessageReplacesTheTemplatesOwn();
    void theTemplateWritesTheBeginTokenItself();
    void toolsAndDocumentsAreNoneAndUnknownTokensUndefined();
    void theDateIsTheOneOfTheContext();
    void contentThatLooksLikeATemplateStaysAsItIs();
    void aTemplateThatRefusesTheConversationSaysWhy();
    void theContextOfATokenizerNamesItsTokens();
    void smolLm2sFilesGiveItsPrompt();
};

void TestChatTemplate::aUserAloneGetsTheTemplatesOwnSystemMessage() {
    QCOMPARE(renderChat(kSmolLm2, {{"user", "Hello"}}, {}),
             std::string("<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by "
                         "Hugging Face<|im_end|>\n"
                         "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"));
}

void TestChatTemplate::aSystemMessageReplacesTheTemplatesOwn() {
    QCOMPARE(renderChat(kSmolLm2, {{"system", "Be brief."}, {"user", "Hi\nthere"}}, {}),
             std::string("<|im_start|>system\nBe "
                         "brief.<|im_end|>\n<|im_start|>user\nHi\nthere<|im_end|>\n<|im_start|>assistant\n"));
}

void TestChatTemplate::theTemplateWritesTheBeginTokenItself() {
    ChatContext context;
    context.bosToken = "<s>";
    context.eosToken = "</s>";
    const std::string source =
        "{{ bos_token }}{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}"
        "{{ 'A:' if add_generation_prompt }}";
    QCOMPARE(renderChat(source, {{"user", "x"}}, context), std::string("<s>x</s>A:"));
    context.addGenerationPrompt = false;
    QCOMPARE(renderChat(source, {{"user", "x"}}, context), std::string("<s>x</s>"));
}

void TestChatTemplate::toolsAndDocumentsAreNoneAndUnknownTokensUndefined() {
    QCOMPARE(renderChat("{{ tools }}{{ documents }}{{ bos_token is defined }}{{ eos_token }}", {}, {}),
             std::string("NoneNoneFalse"));
}

void TestChatTemplate::theDateIsTheOneOfTheContext() {
    ChatContext context;
    context.now.tm_year = 124;
    context.now.tm_mon = 6;
    context.now.tm_mday = 26;
    QCOMPARE(renderChat("{{ strftime_now('%d %b %Y') }}", {}, context), std::string("26 Jul 2024"));
}

void TestChatTemplate::contentThatLooksLikeATemplateStaysAsItIs() {
    QCOMPARE(renderChat("{{ messages[0].content }}", {{"user", "{{ x }}{% if %}\r\n\xFF"}}, {}),
             std::string("{{ x }}{% if %}\r\n\xEF\xBF\xBD"));
}

void TestChatTemplate::aTemplateThatRefusesTheConversationSaysWhy() {
    try {
        renderChat(
            "{% if messages[0].role == 'system' %}\n{{ raise_exception('System role not supported') }}{% "
            "endif %}",
            {{"system", "x"}}, {});
        QFAIL("rendered");
    } catch (const Error& error) {
        QCOMPARE(QString::fromUtf8(error.what()),
                 QStringLiteral("the chat template, line 2: the template refuses the conversation: System "
                                "role not supported"));
    }
}

void TestChatTemplate::theContextOfATokenizerNamesItsTokens() {
    const auto tokenizer =
        loadTokenizerFolder((golden::root() + QStringLiteral("/tokenizers/spm-bpe-400")).toStdString());
    const ChatContext context = chatContext(*tokenizer);
    QCOMPARE(context.bosToken, std::optional<std::string>("<s>"));
    QCOMPARE(context.eosToken, std::optional<std::string>("</s>"));
    QVERIFY(context.now.tm_year > 100);
}

void TestChatTemplate::smolLm2sFilesGiveItsPrompt() {
    if (!golden::allFixtures()) QSKIP("the shared fixtures are not there");
    const std::string folder = (golden::root() + QStringLiteral("/tokenizers/smollm2")).toStdString();
    const std::string source = readChatTemplate(folder);
    QCOMPARE(source, kSmolLm2);
    const auto tokenizer = loadTokenizerFolder(folder);
    const std::string text = renderChat(source, {{"user", "Hi"}}, chatContext(*tokenizer));
    const std::vector<TokenId> ids = tokenizer->encode(text, false, true);
    QCOMPARE(ids.front(), 1);
    QCOMPARE(std::count(ids.begin(), ids.end(), 1), 3);
    QCOMPARE(std::count(ids.begin(), ids.end(), 2), 2);
    QCOMPARE(tokenizer->decode(ids, true), text);
}

QTEST_APPLESS_MAIN(TestChatTemplate)
#include "test_chat_template.moc"
