#include <QtTest>

#include "engine/text/chat_template.h"

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
    void chatMlIsRecognised();
    void aUserAloneGetsTheTemplatesOwnSystemMessage();
    void aSystemMessageReplacesTheTemplatesOwn();
    void escapedLiteralsAreRead();
    void aTemplateWithoutADefaultAddsNone();
};

void TestChatTemplate::chatMlIsRecognised() {
    QVERIFY(isChatMl(kSmolLm2));
    QVERIFY(!isChatMl("{{ bos_token }}[INST] {{ messages[0]['content'] }} [/INST]"));
    QVERIFY(!isChatMl(""));
}

void TestChatTemplate::aUserAloneGetsTheTemplatesOwnSystemMessage() {
    QCOMPARE(formatChatMl("Hello", "", kSmolLm2),
             std::string("<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by "
                         "Hugging Face<|im_end|>\n"
                         "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"));
}

void TestChatTemplate::aSystemMessageReplacesTheTemplatesOwn() {
    QCOMPARE(formatChatMl("Hi\nthere", "Be brief.", kSmolLm2),
             std::string("<|im_start|>system\nBe "
                         "brief.<|im_end|>\n<|im_start|>user\nHi\nthere<|im_end|>\n<|im_start|>assistant\n"));
}

void TestChatTemplate::escapedLiteralsAreRead() {
    const std::string source =
        "{%- if messages[0]['role'] == 'system' %}{{- '<|im_start|>system\\n' + messages[0]['content'] + "
        "'<|im_end|>\\n' }}"
        "{%- else %}{{- '<|im_start|>system\\nIt\\'s you.<|im_end|>\\n' }}{%- endif %}";
    QCOMPARE(formatChatMl("x", "", source),
             std::string("<|im_start|>system\nIt's "
                         "you.<|im_end|>\n<|im_start|>user\nx<|im_end|>\n<|im_start|>assistant\n"));
}

void TestChatTemplate::aTemplateWithoutADefaultAddsNone() {
    const std::string source =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + "
        "'<|im_end|>' + '\\n'}}"
        "{% endfor %}";
    QCOMPARE(formatChatMl("x", "", source),
             std::string("<|im_start|>user\nx<|im_end|>\n<|im_start|>assistant\n"));
}

QTEST_APPLESS_MAIN(TestChatTemplate)
#include "test_chat_template.moc"
