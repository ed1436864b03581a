#include "tests/app/hub/hub_fixture.h"

#include <QElapsedTimer>

using namespace specula;
using namespace Qt::StringLiterals;

namespace {

const QString kWeights = u"model.safetensors"_s;

bool isFetch(const WireRequest& request) {
    return request.verb == "GET" && request.path.contains("signature");
}

/// Fills in `fault` for the first `times` fetches of the weights.
auto firstFetches(int times, std::function<void(const WireRequest&, WireReply&)> fault) {
    return [times, fault = std::move(fault)](const WireRequest& request, WireReply& reply) mutable {
        if (!isFetch(request) || times-- <= 0) return false;
        fault(request, reply);
        return true;
    };
}

}  // namespace

/// Servers that break off, lie about sizes and contents, and refuse.
class TestFailures : public QObject {
    Q_OBJECT

private slots:
    void aDropInTheMiddleIsGoneOnFrom();
    void aServerThatAlwaysDropsAfterProgressIsWornDown();
    void aServerThatAlwaysDropsIsGivenUp();
    void aStalledServerIsGivenUp();
    void aSilentServerIsGivenUp();
    void anAnswerWithoutRangesStartsAnew();
    void aRangeThatBeginsElsewhereStartsAnew();
    void aPartThatCannotBelongStartsAnew();
    void aWrongHashIsRefusedAndRemoved();
    void aWrongGitHashIsRefused();
    void aDamagedPartIsFetchedAnew();
    void tooManyBytesAreRefused();
    void aLengthThatCannotBeIsRefusedAtOnce();
    void chunksWithoutALengthAreTaken();
    void anEndWithoutALengthIsTaken();
    void anUnknownSizeIsTakenAndChecked();
    void busyServersAreAskedAgain();
    void aPauseThatIsAskedForIsKept();
    void aPauseThatIsTooLongIsTold();
    void refusalsSayWhatToDo_data();
    void refusalsSayWhatToDo();
    void anExpiredAddressIsRenewed();
    void anEtagThatIsAPathIsRefused();
    void anotherVersionIsRefused();
    void aFolderThatCannotBeWrittenIsNamed();
};

/// Fetches of the weights that begin before `upTo` break off after `bytes`.
static auto dropsBefore(const HubFixture& f, qint64 upTo, qint64 bytes) {
    return [&f, upTo, bytes](const WireRequest& request, WireReply& reply) {
        const qint64 from = request.rangeStart();
        if (!isFetch(request) || from >= upTo) return false;
        const QByteArray& content = f.hub.content(kWeights);
        const QByteArray size = QByteArray::number(content.size());
        reply.status = from > 0 ? 206 : 200;
        reply.headers << "Content-Range: bytes " + QByteArray::number(from) + "-*/" + size;
        reply.body = content.mid(from);
        reply.cutAfter = bytes;
        return true;
    };
}

void TestFailures::aDropInTheMiddleIsGoneOnFrom() {
    HubFixture f;
    f.addModel();
    f.hub.misbehave = dropsBefore(f, 80'000, 40'000);
    QVERIFY_DONE(f.fetch());
    QCOMPARE(f.hub.storage().offsets(), (QList<qint64>{0, 40'000, 80'000}));
    QCOMPARE(contentOf(f.entry(kWeights)), f.hub.content(kWeights));
}

void TestFailures::aServerThatAlwaysDropsAfterProgressIsWornDown() {
    HubFixture f;
    f.addModel(3'000'000);
    f.hub.misbehave = dropsBefore(f, 3'000'000, 300'000);
    QVERIFY_DONE(f.fetch());
    QCOMPARE(f.hub.storage().offsets().size(), 10);
    QCOMPARE(contentOf(f.entry(kWeights)), f.hub.content(kWeights));
}

void TestFailures::aServerThatAlwaysDropsIsGivenUp() {
    HubFixture f;
    f.addModel();
    f.hub.misbehave = dropsBefore(f, 300'000, 10'000);
    QVERIFY_FAILED(f.fetch(), "the connection to 127.0.0.1 was lost; 40 kB are kept");
    QCOMPARE(f.hub.storage().offsets().size(), 1 + f.settings.retries);
    QCOMPARE(contentOf(f.part(kWeights)), f.hub.content(kWeights).left(40'000));
}

void TestFailures::aStalledServerIsGivenUp() {
    HubFixture f;
    f.addModel();
    f.settings.stallMs = 150;
    f.settings.retries = 1;
    f.hub.misbehave = firstFetches(1000, [&](const WireRequest&, WireReply& reply) {
        reply.body = f.hub.content(kWeights);
        reply.headers << "Content-Length: 300000";
        reply.stallAfter = 20'000;
    });
    QVERIFY_FAILED(f.fetch(), "stopped sending; 20 kB are kept");
}

void TestFailures::aSilentServerIsGivenUp() {
    HubFixture f;
    f.settings.answerMs = 100;
    f.settings.retries = 1;
    f.hub.misbehave = [](const WireRequest&, WireReply& reply) { return reply.silent = true; };
    QVERIFY_FAILED(f.fetch(), "org/name: 127.0.0.1 does not answer");
    QCOMPARE(f.hub.hub().log().size(), 2);
}

void TestFailures::anAnswerWithoutRangesStartsAnew() {
    HubFixture f;
    f.addModel();
    writeFileAt(f.part(kWeights), f.hub.content(kWeights).left(100'000));
    f.hub.misbehave =
        firstFetches(1, [&](const WireRequest&, WireReply& reply) { reply.body = f.hub.content(kWeights); });
    QVERIFY_DONE(f.fetch());
    QCOMPARE(f.hub.storage().log().size(), 1);
    QCOMPARE(f.hub.storage().log()[0].rangeStart(), 100'000);
    QCOMPARE(contentOf(f.entry(kWeights)), f.hub.content(kWeights));
}

void TestFailures::aRangeThatBeginsElsewhereStartsAnew() {
    HubFixture f;
    f.addModel();
    writeFileAt(f.part(kWeights), f.hub.content(kWeights).left(100'000));
    f.hub.misbehave = firstFetches(1, [&](const WireRequest&, WireReply& reply) {
        reply.status = 206;
        reply.headers << "Content-Range: bytes 90000-299999/300000";
        reply.body = f.hub.content(kWeights).mid(90'000);
    });
    QVERIFY_DONE(f.fetch());
    QCOMPARE(f.hub.storage().log().back().rangeStart(), 0);
}

void TestFailures::aPartThatCannotBelongStartsAnew() {
    HubFixture f;
    f.addModel();
    writeFileAt(f.part(kWeights), noise(400'000, 9));  // longer than the file
    QVERIFY_DONE(f.fetch());
    QCOMPARE(f.hub.storage().log()[0].rangeStart(), 0);
    HubFixture g;
    g.addModel();
    writeFileAt(g.part(kWeights), g.hub.content(kWeights).left(100'000));
    g.hub.misbehave = firstFetches(1, [](const WireRequest&, WireReply& reply) { reply.status = 416; });
    QVERIFY_DONE(g.fetch());
    QCOMPARE(g.hub.storage().log().size(), 2);
    QCOMPARE(g.hub.storage().log()[1].rangeStart(), 0);
}

void TestFailures::aWrongHashIsRefusedAndRemoved() {
    HubFixture f;
    f.addModel();
    f.hub.misbehave =
        firstFetches(1000, [](const WireRequest&, WireReply& reply) { reply.body = noise(300'000, 99); });
    const DownloadRow row = f.fetch();
    QVERIFY_FAILED(row, "model.safetensors: expected the SHA-256 ");
    QVERIFY(row.error.contains(f.hub.etag(kWeights)));
    QVERIFY(!QFileInfo::exists(f.part(kWeights)) && !QFileInfo::exists(f.blob(kWeights)));
    QVERIFY(!QFileInfo::exists(f.entry(kWeights)));
}

void TestFailures::aWrongGitHashIsRefused() {
    HubFixture f;
    f.addModel();
    f.hub.misbehave = [&](const WireRequest& request, WireReply& reply) {
        if (request.verb != "GET" || !request.path.endsWith("/config.json")) return false;
        reply.body = f.hub.content(u"config.json"_s);
        reply.body[3] = '!';
        return true;
    };
    QVERIFY_FAILED(f.fetch(), "config.json: expected the git hash ");
    QVERIFY(!QFileInfo::exists(f.blob(u"config.json"_s)));
}

void TestFailures::aDamagedPartIsFetchedAnew() {
    HubFixture f;
    f.addModel();
    writeFileAt(f.part(kWeights), noise(100'000, 5));
    QVERIFY_DONE(f.fetch());
    QCOMPARE(f.hub.storage().log().size(), 2);
    QCOMPARE(f.hub.storage().log()[1].rangeStart(), 0);
    HubFixture g;  // all of it is there, and wrong
    g.addModel();
    writeFileAt(g.part(kWeights), noise(300'000, 5));
    QVERIFY_DONE(g.fetch());
    QCOMPARE(contentOf(g.entry(kWeights)), g.hub.content(kWeights));
}

void TestFailures::tooManyBytesAreRefused() {
    HubFixture f;
    f.addModel();
    f.hub.misbehave = firstFetches(1000, [&](const WireRequest&, WireReply& reply) {
        reply.body = f.hub.content(kWeights) + "more";
        reply.chunked = true;
    });
    QVERIFY_FAILED(f.fetch(), "expected 300000 bytes, more came");
    QVERIFY(!QFileInfo::exists(f.part(kWeights)));
}

void TestFailures::aLengthThatCannotBeIsRefusedAtOnce() {
    HubFixture f;
    f.addModel();
    f.hub.misbehave = firstFetches(
        1000, [&](const WireRequest&, WireReply& reply) { reply.body = f.hub.content(kWeights) + "more"; });
    QVERIFY_FAILED(f.fetch(), "expected 300000 bytes, 127.0.0.1 sends 300004");
    QCOMPARE(f.hub.storage().log().size(), 1);
}

void TestFailures::chunksWithoutALengthAreTaken() {
    HubFixture f;
    f.addModel();
    f.hub.misbehave = firstFetches(1, [&](const WireRequest&, WireReply& reply) {
        reply.body = f.hub.content(kWeights);
        reply.chunked = true;
    });
    QVERIFY_DONE(f.fetch());
    QCOMPARE(contentOf(f.entry(kWeights)), f.hub.content(kWeights));
}

void TestFailures::anEndWithoutALengthIsTaken() {
    HubFixture f;
    f.addModel();
    const auto drops = dropsBefore(f, 100'000, 100'000);
    f.hub.misbehave = [&](const WireRequest& request, WireReply& reply) {
        reply.lengthless = isFetch(request);
        return drops(request, reply);  // which looks like a proper end
    };
    QVERIFY_DONE(f.fetch());
    QCOMPARE(f.hub.storage().offsets(), (QList<qint64>{0, 100'000}));
}

void TestFailures::anUnknownSizeIsTakenAndChecked() {
    HubFixture f;
    f.addModel();
    bool wrong = false;
    const auto noSizes = [&](const WireRequest& request, WireReply& reply) {
        if (request.path.contains("/tree/")) {
            reply.body =
                R"([{"type":"file","path":"config.json"},{"type":"file","path":"model.safetensors"}])";
            return true;
        }
        if (!request.path.endsWith("/config.json")) return false;
        reply.headers << "ETag: \"" + f.hub.etag(u"config.json"_s).toLatin1() + '"';
        reply.lengthless = true;
        reply.body = wrong ? QByteArray("{}") : f.hub.content(u"config.json"_s);
        return true;
    };
    f.hub.misbehave = noSizes;
    wrong = true;
    QVERIFY_FAILED(f.fetch(), "config.json: expected the git hash ");
    wrong = false;
    QVERIFY_DONE(f.fetch());
    QCOMPARE(contentOf(f.entry(u"config.json"_s)), f.hub.content(u"config.json"_s));
}

void TestFailures::busyServersAreAskedAgain() {
    HubFixture f;
    f.addModel();
    QList<int> troubles{500, 502, 503, 504, 429, 408};
    bool fail = false;
    f.hub.misbehave = [&](const WireRequest&, WireReply& reply) {
        fail = !fail;
        if (!fail || troubles.isEmpty()) return false;
        reply.status = troubles.takeFirst();
        return true;
    };
    QVERIFY_DONE(f.fetch());
    QVERIFY(troubles.isEmpty());
    f.hub.misbehave = [](const WireRequest&, WireReply& reply) {
        reply.status = 503;
        return true;
    };
    f.settings.retries = 2;
    f.hub.hub().forget();
    QVERIFY_FAILED(f.fetch(), "127.0.0.1 has a problem (HTTP status 503); try again later");
    QCOMPARE(f.hub.hub().log().size(), 3);
}

void TestFailures::aPauseThatIsAskedForIsKept() {
    HubFixture f;
    f.addModel();
    f.hub.misbehave = firstFetches(1, [](const WireRequest&, WireReply& reply) {
        reply.status = 429;
        reply.headers << "Retry-After: 1";
    });
    QElapsedTimer clock;
    clock.start();
    QVERIFY_DONE(f.fetch());
    QVERIFY(clock.elapsed() >= 900);
}

void TestFailures::aPauseThatIsTooLongIsTold() {
    HubFixture f;
    f.addModel();
    f.hub.misbehave = [](const WireRequest&, WireReply& reply) {
        reply.status = 429;
        reply.headers << "Retry-After: 600";
        return true;
    };
    QVERIFY_FAILED(f.fetch(), "limits how much may be asked of it; try again in 600 seconds");
    QCOMPARE(f.hub.hub().log().size(), 1);
}

void TestFailures::refusalsSayWhatToDo_data() {
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("code");
    QTest::addColumn<bool>("token");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("gated") << 401 << QByteArray("GatedRepo") << false
                           << u"org/name is gated: accept its terms on its page (http://127.0.0.1:"_s;
    QTest::newRow("gated, how") << 401 << QByteArray("GatedRepo") << false << u"and set HF_TOKEN"_s;
    QTest::newRow("gated, other account")
        << 403 << QByteArray("GatedRepo") << true << u"the token in use belongs to the account that did"_s;
    QTest::newRow("forbidden") << 403 << QByteArray() << false << u"org/name is gated"_s;
    QTest::newRow("private") << 401 << QByteArray("RepoNotFound") << false
                             << u"org/name: there is no such model, or it is private"_s;
    QTest::newRow("bad token") << 401 << QByteArray() << true << u"whether the token in use is still valid"_s;
    QTest::newRow("no file") << 404 << QByteArray("EntryNotFound") << false
                             << u"org/name: there is no file 'config.json'"_s;
    QTest::newRow("no revision") << 404 << QByteArray("RevisionNotFound") << false
                                 << u"org/name: there is no revision 'main'"_s;
    QTest::newRow("no model") << 404 << QByteArray("RepoNotFound") << false << u"has no such model"_s;
    QTest::newRow("teapot") << 418 << QByteArray() << false << u"refuses the request (HTTP status 418)"_s;
}

void TestFailures::refusalsSayWhatToDo() {
    QFETCH(int, status);
    QFETCH(QByteArray, code);
    QFETCH(bool, token);
    QFETCH(QString, sentence);
    HubFixture f;
    f.addModel();
    if (!token) f.settings.token.clear();
    f.hub.misbehave = [&](const WireRequest& request, WireReply& reply) {
        if (request.verb != "HEAD") return false;
        reply.status = status;
        if (!code.isEmpty()) reply.headers << "X-Error-Code: " + code;
        return true;
    };
    const DownloadRow row = f.fetch();
    QVERIFY_FAILED(row, "org/name");
    QVERIFY2(row.error.contains(sentence), qPrintable(row.error));
    QCOMPARE(f.hub.hub().count("HEAD", ""), 1);
}

void TestFailures::anExpiredAddressIsRenewed() {
    HubFixture f;
    f.addModel();
    f.hub.misbehave = firstFetches(1, [](const WireRequest&, WireReply& reply) { reply.status = 403; });
    QVERIFY_DONE(f.fetch());
    QCOMPARE(f.hub.hub().count("GET", "/model.safetensors"), 2);
}

void TestFailures::anEtagThatIsAPathIsRefused() {
    HubFixture f;
    f.addModel();
    for (const QByteArray etag : {"../../evil", "..", "", "a/b", "a\\b"}) {
        f.hub.misbehave = [&](const WireRequest& request, WireReply& reply) {
            if (request.verb != "HEAD") return false;
            reply.headers << "ETag: \"" + etag + '"' << QByteArray("X-Repo-Commit: ") + FakeHub::kCommit;
            return true;
        };
        QVERIFY_FAILED(f.fetch(), "no usable ETag");
        QVERIFY(!QFileInfo::exists(f.settings.cache + "/evil"_L1));
    }
}

void TestFailures::anotherVersionIsRefused() {
    HubFixture f;
    f.addModel();
    f.hub.misbehave = [&](const WireRequest& request, WireReply& reply) {
        if (request.verb != "HEAD") return false;
        reply.headers << "ETag: \"abc\""
                      << "X-Repo-Commit: ffffffffffffffffffffffffffffffffffffffff";
        return true;
    };
    QVERIFY_FAILED(f.fetch(), "answers with another version than was asked for");
}

void TestFailures::aFolderThatCannotBeWrittenIsNamed() {
    HubFixture f;
    f.addModel();
    writeFileAt(f.settings.cache, "a file where the cache should be");
    QVERIFY_FAILED(f.fetch(), "/hub: the folder cannot be made");
}

QTEST_GUILESS_MAIN(TestFailures)
#include "test_failures.moc"
