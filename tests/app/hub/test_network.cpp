#include <QDirIterator>
#include <QElapsedTimer>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslSocket>

#include "app/hub/hub_lister.h"
#include "app/hub/hub_request.h"
#include "tests/app/hub/hub_fixture.h"

using namespace specula;
using namespace Qt::StringLiterals;

/// Lists, redirects, the token and encryption.
class TestNetwork : public QObject {
    Q_OBJECT

private slots:
    void aListSaysWhatIsWantedAndPresent();
    void aLongListIsReadPageByPage();
    void aLaterListTakesThePlaceOfAnEarlierOne();
    void evilFileNamesRefuseTheWholeList_data();
    void evilFileNamesRefuseTheWholeList();
    void answersThatAreNoListAreRefused_data();
    void answersThatAreNoListAreRefused();
    void badNamesAreRefusedWithoutARequest();
    void theTokenGoesToTheEndpointAlone();
    void aTokenFileIsReadAnew();
    void aMovedModelIsFound();
    void redirectsInCirclesEnd();
    void redirectsToOtherThingsAreRefused_data();
    void redirectsToOtherThingsAreRefused();
    void aPageAfterARedirectIsBounded();
    void offlineMeansNoRequest();
    void aBadEndpointIsToldInOneSentence();
    void anEndpointMayHaveAPath();
    void aServerThatIsNotThereIsNamed();
    void certificatesAreVerified();
    void encryptionIsNotGivenUp();

private:
    static HubAnswer ask(const HubSettings& settings, const QUrl& url);
};

HubAnswer TestNetwork::ask(const HubSettings& settings, const QUrl& url) {
    HubConnection connection(settings);
    HubRequest request(connection, nullptr);
    HubAnswer result;
    QSignalSpy ended(&request, &HubRequest::finished);
    connect(&request, &HubRequest::finished, &request, [&](const HubAnswer& answer) { result = answer; });
    request.start(HubRequest::Verb::Get, url);
    if (!ended.wait(10'000)) result.problem = u"no end"_s;
    return result;
}

void TestNetwork::aListSaysWhatIsWantedAndPresent() {
    HubFixture f;
    f.addModel();
    f.hub.add(u"tf_model.h5"_s, noise(100), true);
    QVERIFY_DONE(f.fetch({u"config.json"_s}));
    const HubListing listing = f.list();
    QCOMPARE(listing.error, QString());
    QCOMPARE(listing.repository, u"org/name"_s);
    QCOMPARE(listing.revision, QString::fromLatin1(FakeHub::kCommit));
    QCOMPARE(listing.files.size(), std::size_t{4});
    for (const HubFile& file : listing.files) {
        QCOMPARE(file.bytes, f.hub.content(file.name).size());
        QCOMPARE(file.present, file.name == "config.json"_L1);
        QCOMPARE(file.wanted, file.name != "tf_model.h5"_L1);
    }
}

void TestNetwork::aLongListIsReadPageByPage() {
    HubFixture f;
    f.hub.pageSize = 3;
    for (int i = 0; i < 10; ++i) f.hub.add(u"file-%1.txt"_s.arg(i), noise(10 + i));
    const HubListing listing = f.list();
    QCOMPARE(listing.error, QString());
    QCOMPARE(listing.files.size(), std::size_t{10});
    QCOMPARE(f.hub.hub().count("GET", "/tree/"), 4);
    // Pages without an end.
    f.hub.misbehave = [&, page = 0](const WireRequest& request, WireReply& reply) mutable {
        if (!request.path.contains("/tree/")) return false;
        reply.body = "[]";
        reply.headers << "Link: <" + f.hub.hub().urlOf("/api/models/org/name/tree/x?cursor=") +
                             QByteArray::number(++page) + ">; rel=\"next\"";
        return true;
    };
    QVERIFY_SENTENCE(f.list().error, "more than 200 pages");
    // A page at another place.
    f.hub.misbehave = [&](const WireRequest& request, WireReply& reply) {
        if (!request.path.contains("/tree/")) return false;
        reply.body = "[]";
        reply.headers << "Link: <" + f.hub.storage().urlOf("/more") + ">; rel=\"next\"";
        return true;
    };
    QVERIFY_SENTENCE(f.list().error, "goes on at another address");
    QVERIFY(f.hub.storage().log().isEmpty());
}

void TestNetwork::aLaterListTakesThePlaceOfAnEarlierOne() {
    HubFixture f;
    f.addModel();
    Downloads downloads(f.settings);
    QStringList listed;
    connect(&downloads, &Downloads::listed, &downloads,
            [&](const HubListing& listing) { listed << listing.repository; });
    downloads.list(u"org/other"_s);
    downloads.list(u"org/name"_s);
    QTRY_COMPARE(listed, QStringList{u"org/name"_s});
    QTest::qWait(30);
    QCOMPARE(listed.size(), 1);
}

void TestNetwork::evilFileNamesRefuseTheWholeList_data() {
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* title, const QByteArray& name, const char* problem) {
        QTest::newRow(title) << name << QString::fromLatin1(problem);
    };
    row("up", "../../../.bashrc", "leads out of its folder");
    row("up inside", "a/../../b", "leads out of its folder");
    row("here", "./config.json", "leads out of its folder");
    row("absolute", "/etc/passwd", "is an absolute path");
    row("double slash", "a//b", "leads out of its folder");
    row("trailing slash", "a/", "leads out of its folder");
    row("backslash", "..\\\\..\\\\x", "contains a backslash");
    row("zero", "config.json\\u0000.txt", "contains a control character");
    row("newline", "a\\nb", "contains a control character");
    row("escape", "a\\u001b[31mb", "contains a control character");
    row("empty", "", "is empty");
    row("long part", QByteArray(300, 'a'), "has a part longer than 255 bytes");
    row("long", QByteArray("a/").repeated(600) + "b", "is longer than 1024 bytes");
}

void TestNetwork::evilFileNamesRefuseTheWholeList() {
    QFETCH(QByteArray, name);
    QFETCH(QString, problem);
    HubFixture f;
    f.addModel();
    f.hub.misbehave = [&](const WireRequest& request, WireReply& reply) {
        if (!request.path.contains("/tree/")) return false;
        reply.body = R"([{"type":"file","path":"config.json","size":2,"oid":"ab"},{"type":"file","path":")" +
                     name + R"(","size":2,"oid":"ab"}])";
        return true;
    };
    const HubListing listing = f.list();
    QVERIFY2(listing.error.contains(problem), qPrintable(listing.error));
    QVERIFY_SENTENCE(listing.error, "org/name: ");
    QVERIFY(listing.error.size() < 300);
    QVERIFY(listing.files.empty());
    QVERIFY_FAILED(f.fetch(), "org/name");
    QCOMPARE(f.hub.hub().count("HEAD", ""), 0);
}

void TestNetwork::answersThatAreNoListAreRefused_data() {
    QTest::addColumn<bool>("first");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("problem");
    const QString noList = u"answers with something else than a list of files"_s;
    QTest::newRow("web page") << true << QByteArray("<!doctype html><h1>Please log in</h1>") << noList;
    QTest::newRow("nothing") << true << QByteArray() << noList;
    QTest::newRow("no commit") << true << QByteArray("{}") << u"does not say which commit"_s;
    QTest::newRow("path as commit") << true << QByteArray(R"({"sha":"../../x"})")
                                    << u"does not say which commit"_s;
    QTest::newRow("short commit") << true << QByteArray(R"({"sha":"0123"})")
                                  << u"does not say which commit"_s;
    QTest::newRow("tree as page") << false << QByteArray("<html></html>") << noList;
    QTest::newRow("tree cut off") << false << QByteArray(R"([{"type":"file")") << noList;
    QTest::newRow("object") << false << QByteArray("{}") << u"something else than a list"_s;
    QTest::newRow("numbers") << false << QByteArray("[1,2,3]") << u"a file name that is empty"_s;
    QTest::newRow("deep") << false << QByteArray(100'000, '[') << noList;
    QTest::newRow("huge") << false << QByteArray((33 << 20) + 1, ' ') << u"sends more than the 33.6 MB"_s;
    QTest::newRow("twice") << false << QByteArray(R"([{"path":"a","size":1},{"path":"a","size":2}])")
                           << u"names a twice"_s;
}

void TestNetwork::answersThatAreNoListAreRefused() {
    QFETCH(bool, first);
    QFETCH(QByteArray, body);
    QFETCH(QString, problem);
    HubFixture f;
    f.hub.misbehave = [&](const WireRequest& request, WireReply& reply) {
        if (!first && !request.path.contains("/tree/")) return false;
        reply.body = body;
        return true;
    };
    const QString error = f.list().error;
    QVERIFY2(error.contains(problem), qPrintable(error));
    QVERIFY_SENTENCE(error, "org/name: ");
}

void TestNetwork::badNamesAreRefusedWithoutARequest() {
    HubFixture f;
    Downloads downloads(f.settings);
    for (const QString& name : {u"../x"_s, u"a/b/c"_s, u"a b"_s, u""_s, u"a--b/c"_s, u"-a/b"_s}) {
        downloads.add(name);
        const DownloadRow row = HubFixture::endOf(downloads);
        QVERIFY_FAILED(row, "expected a model's name such as org/name");
    }
    downloads.add(u"org/name"_s, u"../../main"_s);
    QVERIFY_FAILED(HubFixture::endOf(downloads), "expected a branch, tag or commit");
    QVERIFY(f.hub.hub().log().isEmpty());
    QVERIFY(!QFileInfo::exists(f.settings.cache));
}

void TestNetwork::theTokenGoesToTheEndpointAlone() {
    HubFixture f;
    f.addModel();
    QVERIFY_DONE(f.fetch());
    QVERIFY(!f.hub.hub().log().isEmpty() && !f.hub.storage().log().isEmpty());
    for (const WireRequest& request : f.hub.hub().log())
        QCOMPARE(request.headers.value("authorization"), QByteArray("Bearer ") + kToken);
    for (const WireRequest& request : f.hub.storage().log()) {
        QVERIFY(!request.carriesToken());
        for (const QByteArray& value : request.headers) QVERIFY(!value.contains(kToken));
        QVERIFY(!request.path.contains(kToken));
    }
    // Nothing on disk has it either.
    QDirIterator walk(f.folder.path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (walk.hasNext()) QVERIFY(!contentOf(walk.next()).contains(kToken));
}

void TestNetwork::aTokenFileIsReadAnew() {
    HubFixture f;
    f.settings.token.clear();
    f.settings.tokenFile = f.folder.filePath(u"token"_s);
    const QUrl url = f.settings.address("/x");
    ask(f.settings, url);
    QVERIFY(!f.hub.hub().log().back().carriesToken());
    writeFileAt(f.settings.tokenFile, "hf_fromFile\n");
    ask(f.settings, url);
    QCOMPARE(f.hub.hub().log().back().headers.value("authorization"), QByteArray("Bearer hf_fromFile"));
    writeFileAt(f.settings.tokenFile, "hf_x\r\nX-Evil: 1");  // could not stand in a header
    ask(f.settings, url);
    QVERIFY(!f.hub.hub().log().back().carriesToken());
    QVERIFY(!f.hub.hub().log().back().headers.contains("x-evil"));
}

void TestNetwork::aMovedModelIsFound() {
    HubFixture f(u"new-org/name"_s);
    f.addModel();
    f.hub.misbehave = [](const WireRequest& request, WireReply& reply) {
        if (!request.path.contains("/name") || request.path.contains("new-org")) return false;
        reply.status = 307;
        reply.headers << "Location: " + QByteArray(request.path).replace("org/name", "new-org/name");
        return true;
    };
    QVERIFY_DONE(f.fetch());
    QCOMPARE(contentOf(f.entry(u"model.safetensors"_s)), f.hub.content(u"model.safetensors"_s));
}

void TestNetwork::redirectsInCirclesEnd() {
    HubFixture f;
    f.hub.misbehave = [](const WireRequest& request, WireReply& reply) {
        reply.status = 302;
        reply.headers << "Location: " + request.path + "x";
        return true;
    };
    QVERIFY_SENTENCE(f.list().error, "redirects more than 10 times");
    QCOMPARE(f.hub.hub().log().size(), 11);
}

void TestNetwork::redirectsToOtherThingsAreRefused_data() {
    QTest::addColumn<QByteArray>("location");
    QTest::newRow("file") << QByteArray("file:///etc/passwd");
    QTest::newRow("ftp") << QByteArray("ftp://127.0.0.1/x");
    QTest::newRow("data") << QByteArray("data:text/plain,x");
    QTest::newRow("no host") << QByteArray("http:///x");
    QTest::newRow("broken") << QByteArray("http://[::");
    QTest::newRow("endless") << "http://127.0.0.1/" + QByteArray(20'000, 'a');
}

void TestNetwork::redirectsToOtherThingsAreRefused() {
    QFETCH(QByteArray, location);
    HubFixture f;
    f.hub.misbehave = [&](const WireRequest&, WireReply& reply) {
        reply.status = 302;
        reply.headers << "Location: " + location;
        return true;
    };
    QVERIFY_SENTENCE(f.list().error, "redirects to something that is not a web address");
    QCOMPARE(f.hub.hub().log().size(), 1);
}

void TestNetwork::aPageAfterARedirectIsBounded() {
    HubFixture f;
    WireServer target([](const WireRequest&) {
        WireReply reply;
        reply.body = "there";
        return reply;
    });
    f.hub.misbehave = [&](const WireRequest&, WireReply& reply) {
        reply.status = 302;
        reply.headers << "Location: " + target.urlOf("/") << "Content-Length: 1000000000";
        reply.body = QByteArray(3 << 20, 'x');  // and it stays open
        reply.stallAfter = reply.body.size();
        return true;
    };
    const HubAnswer answer = ask(f.settings, f.settings.address("/x"));
    QVERIFY2(answer.good(), qPrintable(answer.problem));
    QCOMPARE(target.log().size(), 1);
    QVERIFY(!target.log()[0].carriesToken());
}

void TestNetwork::offlineMeansNoRequest() {
    HubFixture f;
    f.addModel();
    f.settings.offline = true;
    QVERIFY_SENTENCE(f.list().error, "org/name: HF_HUB_OFFLINE is set");
    QVERIFY_FAILED(f.fetch(), "HF_HUB_OFFLINE is set");
    QVERIFY(f.hub.hub().log().isEmpty());
}

void TestNetwork::aBadEndpointIsToldInOneSentence() {
    HubFixture f;
    f.settings.problem = u"HF_ENDPOINT: expected an address"_s;
    QVERIFY_SENTENCE(f.list().error, "org/name: HF_ENDPOINT: expected an address");
    QVERIFY(f.hub.hub().log().isEmpty());
}

void TestNetwork::anEndpointMayHaveAPath() {
    HubFixture f;
    f.addModel();
    f.settings.endpoint = QUrl(f.hub.hub().address().toString() + "/mirror/hf"_L1);
    f.list();
    QCOMPARE(f.hub.hub().log()[0].path, QByteArray("/mirror/hf/api/models/org/name/revision/main"));
}

void TestNetwork::aServerThatIsNotThereIsNamed() {
    HubFixture f;
    QUrl nobody;
    {
        WireServer gone([](const WireRequest&) { return WireReply(); });
        nobody = gone.address();
    }
    f.settings.endpoint = nobody;
    f.settings.retries = 50;
    f.settings.retryMs = 20;
    QElapsedTimer clock;
    clock.start();
    QVERIFY_SENTENCE(f.list().error, "org/name: 127.0.0.1 cannot be reached: connection refused");
    QVERIFY(clock.elapsed() < 5000);  // whoever waits for a list is not kept waiting
}

void TestNetwork::certificatesAreVerified() {
    if (!QSslSocket::supportsSsl()) QSKIP("this Qt has no TLS");
    HubFixture f;
    WireServer imposter([](const WireRequest&) { return WireReply(); }, true);
    f.settings.endpoint = imposter.address();
    QVERIFY_SENTENCE(f.list().error, "the identity of localhost could not be verified (");
    QVERIFY(imposter.log().isEmpty());  // and no token was sent
}

void TestNetwork::encryptionIsNotGivenUp() {
    if (!QSslSocket::supportsSsl()) QSKIP("this Qt has no TLS");
    HubFixture f;
    WireServer plain([](const WireRequest&) { return WireReply(); });
    WireServer secure(
        [&](const WireRequest& request) {
            WireReply reply;
            if (request.path == "/good") return reply;
            reply.status = 302;
            reply.headers << "Location: " + plain.urlOf("/x?signature=secret");
            return reply;
        },
        true);
    const QSslConfiguration before = QSslConfiguration::defaultConfiguration();
    QSslConfiguration trusting = before;
    trusting.addCaCertificate(QSslCertificate(WireServer::certificatePem()));
    QSslConfiguration::setDefaultConfiguration(trusting);
    f.settings.endpoint = secure.address();
    const HubAnswer good = ask(f.settings, f.settings.address("/good"));
    const HubAnswer refused = ask(f.settings, f.settings.address("/down"));
    QSslConfiguration::setDefaultConfiguration(before);
    QVERIFY2(good.good(), qPrintable(good.problem));
    QVERIFY(secure.log()[0].carriesToken());
    QVERIFY_SENTENCE(refused.problem, "redirects to 127.0.0.1 without encryption, which is refused");
    QVERIFY(plain.log().isEmpty());
}

QTEST_GUILESS_MAIN(TestNetwork)
#include "test_network.moc"
