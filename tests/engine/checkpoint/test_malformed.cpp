#include <sys/resource.h>

#include <QtTest>

#include "engine/checkpoint/architecture.h"
#include "engine/checkpoint/checkpoint.h"
#include "engine/trace/error.h"
#include "tests/engine/text/golden_check.h"

using namespace specula;

class TestMalformed : public QObject {
    Q_OBJECT

private slots:
    void everyCaseLoadsOrFailsWithAClearSentence_data();
    void everyCaseLoadsOrFailsWithAClearSentence();
    void memoryStayedSmall();
};

void TestMalformed::everyCaseLoadsOrFailsWithAClearSentence_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("expect");
    QTest::addColumn<QStringList>("mentions");
    const QString folder = golden::root() + QStringLiteral("/malformed/");
    QFile file(folder + QStringLiteral("malformed.json"));
    QVERIFY2(file.open(QIODevice::ReadOnly), "malformed.json is missing");
    int cases = 0;
    for (const auto& entry :
         QJsonDocument::fromJson(file.readAll()).object()[QStringLiteral("cases")].toArray()) {
        const QJsonObject one = entry.toObject();
        const QString path = folder + one[QStringLiteral("path")].toString();
        QStringList mentions;
        for (const auto& words : one[QStringLiteral("message_should_mention")].toArray())
            mentions << words.toString();
        QTest::newRow(one[QStringLiteral("id")].toString().toLatin1().constData())
            << path << one[QStringLiteral("kind")].toString() << one[QStringLiteral("expect")].toString()
            << mentions;
        ++cases;
    }
    QVERIFY2(cases >= (golden::allFixtures() ? 125 : 48), "cases are missing");
}

// Everything a loader would touch: all tensors of a model are read, a tokenizer is used.
static void loadFully(const QString& path, const QString& kind) {
    if (kind == QStringLiteral("tokenizer_dir")) {
        const auto tokenizer = loadTokenizer(path.toStdString());
        tokenizer->decode(tokenizer->encode("Hello world 12 \xC3\xA9", true, true), true);
        return;
    }
    const auto checkpoint = openCheckpoint(path.toStdString());
    std::vector<float> values;
    for (const ExpectedTensor& expected : expectedTensors(checkpoint->config())) {
        const StoredTensor& tensor = checkpoint->require(expected.canonical, expected.shape);
        values.resize(static_cast<std::size_t>(tensor.rows() * tensor.rowLength()));
        readRows(tensor, 0, tensor.rows(), values.data());
    }
}

void TestMalformed::everyCaseLoadsOrFailsWithAClearSentence() {
    QFETCH(QString, path);
    QFETCH(QString, kind);
    QFETCH(QString, expect);
    QFETCH(QStringList, mentions);
    QString message;
    try {
        loadFully(path, kind);
    } catch (const Error& error) {
        message = QString::fromUtf8(error.what());
        QVERIFY(!message.isEmpty());
    }
    const QStringList allowed = expect.split(QStringLiteral("_or_"));
    QVERIFY2(allowed.contains(message.isEmpty() ? QStringLiteral("ok") : QStringLiteral("error")),
             qPrintable(message));
    if (message.isEmpty()) return;
    QVERIFY2(!message.contains(QLatin1Char('\n')) && message.size() < 700, qPrintable(message));
    for (const QString& words : mentions) {
        bool found = false;
        for (const QString& word : words.split(QLatin1Char('|'))) found = found || message.contains(word);
        QVERIFY2(found, qPrintable(message + QStringLiteral(" -- does not mention ") + words));
    }
}

void TestMalformed::memoryStayedSmall() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("sanitizers use memory of their own");
#endif
    rusage usage{};
    QCOMPARE(getrusage(RUSAGE_SELF, &usage), 0);
    QVERIFY2(usage.ru_maxrss < 256 * 1024, qPrintable(QString::number(usage.ru_maxrss)));
}

QTEST_APPLESS_MAIN(TestMalformed)
#include "test_malformed.moc"
