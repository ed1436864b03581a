#include <QTest>

#include <QFile>
#include <QTemporaryDir>
#include <fstream>

#include <nlohmann/json.hpp>

#include "app/session_file.h"
#include "app/trace_json.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "tests/app/sample_runs.h"

using namespace specula;
using nlohmann::json;

Q_DECLARE_METATYPE(std::string)

namespace {

json sampleDocument() {
    return json::parse(sessionText(samples::record()));
}

// The message of the Error that reading this document raises, "" if it is accepted.
std::string refusal(const std::string& text) {
    try {
        sessionFromText(text, "run.json");
        return "";
    } catch (const Error& error) {
        return error.kind() == ErrorKind::BadInput ? error.what() : "wrong kind";
    }
}

}  // namespace

class TestSessionFile : public QObject {
    Q_OBJECT

private slots:
    void everyValueComesBackExactly();
    void bookmarksAndABranchComeBackExactly();
    void aProbeComesBackExactly();
    void aTreeComesBackExactly();
    void rulesStopsAndWhatTheyComparedComeBackExactly();
    void everyKindOfDraftComesBack();
    void aRoundWithoutOptionalPartsComesBackWithoutThem();
    void bytesThatAreNotTextAreStoredAsHex();
    void writingReplacesTheFileWholeOrNotAtAll();
    void aPipeIsWrittenAndNotReplaced();
    void unknownKeysAreIgnored();
    void changedDocumentsAreRefusedWithThePlace_data();
    void changedDocumentsAreRefusedWithThePlace();
    void everyTruncationIsRefused();
    void everySingleChangeIsRefusedOrHarmless();
};

void TestSessionFile::everyValueComesBackExactly() {
    const RunRecord record = samples::record();
    const RunRecord back = sessionFromText(sessionText(record), "run.json");
    QCOMPARE(sessionText(back), sessionText(record));
    // Not only the text of the numbers: the values that are hardest to keep.
    QCOMPARE(back.rounds[0].proposals[0].pDraft, 0.1 + 0.2);
    QCOMPARE(back.rounds[0].proposals[0].draftCoin, std::optional(1.0 - 0x1p-53));
    QVERIFY(back.rounds[0].proposals[0].rows->top[0].pDraft == 5e-324);
    QVERIFY(back.rounds[0].proposals[0].coin == record.rounds[0].proposals[0].coin);
    QCOMPARE(back.options.seed, record.options.seed);
    QCOMPARE(back.options.stop, record.options.stop);
    QVERIFY(back.options.costs == record.options.costs);
    QVERIFY(back.options.sampling == record.options.sampling);
    QVERIFY(back.options.draftSampling == record.options.draftSampling);
    QVERIFY(back.engine == record.engine);
    QCOMPARE(back.promptPieces, record.promptPieces);
    QCOMPARE(back.programVersion, record.programVersion);
    QCOMPARE(back.instructionSet, record.instructionSet);
    QCOMPARE(back.startedAt, record.startedAt);
    QVERIFY(back.targetFiles == record.targetFiles && back.draftFiles == record.draftFiles);
    QCOMPARE(back.rounds[1].proposals[2].bytes, record.rounds[1].proposals[2].bytes);
    QCOMPARE(back.rounds[2].emitted[0].kind, EmitKind::Plain);
    QCOMPARE(back.draft.parameter, 3);
    QVERIFY(back.text == record.text);
}

void TestSessionFile::bookmarksAndABranchComeBackExactly() {
    RunRecord record = samples::record();
    QVERIFY(sessionText(record).find("bookmarks") == std::string::npos);
    record.bookmarks = {{0, "first", ""}, {2, "third \xe2\x9c\x93", "two\nlines"}};
    record.prompt.ids = {1, 2, 3};
    record.prompt.branch = Branch{"Once upon", 7, 2};
    const RunRecord back = sessionFromText(sessionText(record), "run.json");
    QCOMPARE(back.bookmarks, record.bookmarks);
    QCOMPARE(back.prompt.ids, record.prompt.ids);
    QVERIFY(back.prompt.branch == record.prompt.branch);
    record.bookmarks = {{3, "after the end", ""}};
    try {
        sessionFromText(sessionText(record), "run.json");
        QFAIL("a bookmark of a round that is not there was taken");
    } catch (const Error& problem) {
        QVERIFY2(QByteArray(problem.what()).contains("bookmarks[0].round"), problem.what());
    }
}

void TestSessionFile::aProbeComesBackExactly() {
    RunRecord record = samples::record();
    QVERIFY(!sessionFromText(sessionText(record), "run.json").probe);
    record.probe = samples::probe();
    const RunRecord back = sessionFromText(sessionText(record), "run.json");
    QCOMPARE(sessionText(back), sessionText(record));
    QVERIFY(back.probe && back.probe->costs == record.probe->costs);
    QCOMPARE(back.probe->rows[3].inRound.n, 0);
    QCOMPARE(back.probe->rows[4].shares->otherMs, 1.0 / 3.0);
    // Files of before the probe have no such key.
    json old = sampleDocument();
    old.erase("probe");
    QVERIFY(!sessionFromText(old.dump(), "run.json").probe);
}

void TestSessionFile::rulesStopsAndWhatTheyComparedComeBackExactly() {
    for (const Rule rule : allRules()) {
        RunRecord record = samples::record();
        record.options.rule = rule;
        record.options.sampling.temperature = rule == Rule::Greedy ? 0.0 : 1.0;
        record.options.ensembleWeight = rule == Rule::Ensemble ? 1.0 / 3.0 : RunOptions{}.ensembleWeight;
        record.options.draftStop = {DraftStop::Kind::Max, 0.1 + 0.2};
        record.rounds[0].rule = rule;
        record.rounds[0].draftStopped = 0.29;
        record.rounds[0].proposals[0].level = 0.1 + 0.7;
        record.rounds[0].proposals[0].joint = 1.0 / 3.0;
        const RunRecord back = sessionFromText(sessionText(record), "run.json");
        QCOMPARE(sessionText(back), sessionText(record));
        QCOMPARE(back.options.rule, rule);
        QCOMPARE(back.options.ensembleWeight, record.options.ensembleWeight);
        QVERIFY(back.options.draftStop == record.options.draftStop);
        QCOMPARE(back.rounds[0].rule, rule);
        QCOMPARE(back.rounds[0].draftStopped, record.rounds[0].draftStopped);
        QCOMPARE(back.rounds[0].proposals[0].level, std::optional(0.1 + 0.7));
        QCOMPARE(back.rounds[0].proposals[0].joint, std::optional(1.0 / 3.0));
        QVERIFY(!back.rounds[1].draftStopped && !back.rounds[1].proposals[0].level);
        QCOMPARE(json::parse(sessionText(record))["settings"]["lossless"].get<bool>(), lossless(rule));
    }
    // Files from before there were draft stops have no such setting.
    json document = sampleDocument();
    document["settings"].erase("draft_stop");
    document["settings"].erase("lossless");
    QVERIFY(sessionFromText(document.dump(), "run.json").options.draftStop == DraftStop{});
}

void TestSessionFile::everyKindOfDraftComesBack() {
    RunRecord record = samples::record();
    const auto stored = [&record] { return sessionFromText(sessionText(record), "run.json").draft; };
    record.draft = {};
    record.draft.kind = "skip";
    record.draft.name = "the target without layers 2 and 3 of 6";
    record.draft.skippedLayers = {2, 3};
    QCOMPARE(stored().skippedLayers, record.draft.skippedLayers);
    QVERIFY(!stored().synthetic() && !stored().alpha);
    record.draft = {};
    record.draft.kind = "oracle";
    record.draft.alpha = 0.7;
    QCOMPARE(stored().alpha, std::optional<double>(0.7));
    QVERIFY(stored().synthetic() && stored().skippedLayers.empty());
    record.draft = {};
    record.draft.kind = "model";
    record.draft.sharedTokens = 1384;
    QCOMPARE(stored().sharedTokens, 1384);
}

void TestSessionFile::aTreeComesBackExactly() {
    RunRecord record = samples::record();
    record.options.rule = Rule::Sequoia;
    record.draft.kind = "feature-head";
    Round round = samples::speculativeRound(3);
    round.rule = Rule::Sequoia;
    round.gamma = 5;
    round.proposals.push_back(round.proposals.front());
    const int parents[] = {-1, -1, 0, 1, 1};
    const Verdict verdicts[] = {Verdict::Rejected, Verdict::Accepted, Verdict::Discarded, Verdict::Rejected,
                                Verdict::Rejected};
    for (std::size_t i = 0; i < 5; ++i) {
        round.proposals[i].parent = parents[i];
        round.proposals[i].verdict = verdicts[i];
    }
    round.emitted.resize(2);
    round.emitted[0].proposal = 1;
    round.emitted[1].kind = EmitKind::Resampled;
    round.emitted[1].proposal = 4;
    record.rounds.push_back(round);
    for (const TreeShape& shape :
         {TreeShape{}, TreeShape{true, {}}, TreeShape{false, {3, 2}}, TreeShape{false, {63}}}) {
        record.options.tree = shape;
        const RunRecord back = sessionFromText(sessionText(record), "run.json");
        QCOMPARE(sessionText(back), sessionText(record));
        QVERIFY(back.options.tree == shape);
        QVERIFY(back.options.rule == Rule::Sequoia && back.rounds[3].rule == Rule::Sequoia);
        for (std::size_t i = 0; i < 5; ++i) {
            QCOMPARE(back.rounds[3].proposals[i].parent, parents[i]);
            QCOMPARE(back.rounds[3].proposals[i].verdict, verdicts[i]);
        }
        QCOMPARE(back.rounds[3].emitted[1].proposal, 4);
    }
    // Files from before there were trees have no such setting.
    json document = sampleDocument();
    document["settings"].erase("tree");
    QVERIFY(sessionFromText(document.dump(), "run.json").options.tree.off());
}

void TestSessionFile::aRoundWithoutOptionalPartsComesBackWithoutThem() {
    RunRecord record = samples::record();
    record.text.reset();
    record.options.costs.reset();
    record.options.draftSampling.reset();
    record.draft.model.reset();
    const RunRecord back = sessionFromText(sessionText(record), "run.json");
    QVERIFY(!back.text && !back.options.costs && !back.options.draftSampling && !back.draft.model);
    QVERIFY(!back.rounds[0].proposals[3].coin);
    QVERIFY(!back.rounds[0].proposals[1].rows);
    QVERIFY(back.rounds[0].proposals[0].rows);
}

void TestSessionFile::bytesThatAreNotTextAreStoredAsHex() {
    const json document = sampleDocument();
    QCOMPARE(document["rounds"][0]["proposals"][1]["text"]["hex"].get<std::string>(), std::string("e29c"));
    QCOMPARE(document["rounds"][0]["proposals"][2]["text"]["hex"].get<std::string>(), std::string("ff000a"));
    QCOMPARE(document["rounds"][0]["proposals"][0]["text"].get<std::string>(), std::string(" word"));
}

void TestSessionFile::writingReplacesTheFileWholeOrNotAtAll() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("run.json")).toStdString();
    std::ofstream(path) << "what was there before";
    writeSession(path, samples::record());
    QCOMPARE(sessionText(readSession(path)), sessionText(samples::record()));
    QVERIFY_THROWS_EXCEPTION(Error, writeSession(path + "/below-a-file", samples::record()));
    QVERIFY_THROWS_EXCEPTION(Error, writeSession(folder.path().toStdString(), samples::record()));
    QVERIFY_THROWS_EXCEPTION(Error,
                             readSession(folder.filePath(QStringLiteral("missing.json")).toStdString()));
}

void TestSessionFile::aPipeIsWrittenAndNotReplaced() {
    writeSession("/dev/null", samples::record());
    QVERIFY(!QFileInfo(QStringLiteral("/dev/null")).isFile());
}

void TestSessionFile::unknownKeysAreIgnored() {
    json document = sampleDocument();
    document["later"] = {{"anything", 1}};
    document["rounds"][0]["later"] = "too";
    QCOMPARE(refusal(document.dump()), std::string());
}

void TestSessionFile::changedDocumentsAreRefusedWithThePlace_data() {
    QTest::addColumn<std::string>("pointer");
    QTest::addColumn<std::string>("value");
    QTest::addColumn<std::string>("place");
    const auto row = [](const char* name, const char* pointer, const char* value, const char* place) {
        QTest::newRow(name) << std::string(pointer) << std::string(value) << std::string(place);
    };
    row("other schema", "/schema", "\"something\"", "expected a Specula session file");
    row("later version", "/version", "2", "at version");
    row("unknown start", "/started_at", "-1", "at started_at");
    row("hash too short", "/target_files/0/sha256", "\"ab\"", "at target_files[0].sha256");
    row("weights of negative size", "/draft_files/0/bytes", "-1", "at draft_files[0].bytes");
    row("version as text", "/version", "\"1\"", "at version");
    row("rounds not an array", "/rounds", "{}", "at rounds");
    row("a round that is a number", "/rounds/1", "5", "at rounds[1]");
    row("index out of order", "/rounds/1/index", "7", "at rounds[1].index");
    row("huge index", "/rounds/1/index", "18446744073709551615", "at rounds[1].index");
    row("negative position", "/rounds/0/position", "-1", "at rounds[0].position");
    row("huge gamma", "/rounds/0/gamma", "1000000", "at rounds[0].gamma");
    row("parent ahead", "/rounds/0/proposals/1/parent", "1", "at rounds[0].proposals[1].parent");
    row("unknown verdict", "/rounds/0/proposals/1/verdict", "\"maybe\"", "at rounds[0].proposals[1].verdict");
    row("probability above one", "/rounds/0/proposals/0/p_target", "1.5",
        "at rounds[0].proposals[0].p_target");
    row("probability as text", "/rounds/0/proposals/0/p_target", "\"0.5\"",
        "at rounds[0].proposals[0].p_target");
    row("probability null", "/rounds/0/proposals/0/p_draft", "null", "at rounds[0].proposals[0].p_draft");
    row("coin above one", "/rounds/0/proposals/0/coin", "1.25", "at rounds[0].proposals[0].coin");
    row("id too large", "/rounds/0/emitted/0/id", "2147483648", "at rounds[0].emitted[0].id");
    row("proposal outside", "/rounds/0/emitted/0/proposal", "4", "at rounds[0].emitted[0].proposal");
    row("accepted without proposal", "/rounds/0/emitted/0/proposal", "-1",
        "at rounds[0].emitted[0].proposal");
    row("half a hex pair", "/rounds/0/proposals/1/text", "{\"hex\": \"e29\"}",
        "at rounds[0].proposals[1].text");
    row("not hex", "/rounds/0/proposals/1/text", "{\"hex\": \"zz\"}", "at rounds[0].proposals[1].text");
    row("short top entry", "/rounds/0/proposals/0/rows/top/0", "[1, \"a\"]",
        "at rounds[0].proposals[0].rows.top");
    row("negative time", "/rounds/0/times/draft_ms", "-1", "at rounds[0].times.draft_ms");
    row("pieces without ids", "/prompt_pieces", "[\"a\", \"b\", \"c\", \"d\"]", "at prompt_pieces");
    row("too few pieces", "/prompt_pieces", "[\"a\"]", "at prompt_pieces");
    row("negative prompt id", "/prompt_ids/1", "-5", "at prompt_ids[1]");
    row("unknown weights", "/target/weights", "\"int3\"", "at target.weights");
    row("negative layers", "/target/layers", "-2", "at target.layers");
    row("seed negative", "/settings/seed", "-1", "at settings.seed");
    row("gamma above 32", "/settings/gamma", "33", "at settings.gamma");
    row("gamma another word", "/settings/gamma", "\"many\"", "at settings.gamma");
    row("costs without rows", "/settings/costs/v", "[]", "at settings.costs.v");
    row("a tree without children", "/settings/tree", "[2, 0]", "at settings.tree[1]");
    row("a tree too wide", "/settings/tree", "[64]", "at settings.tree[0]");
    row("half a child", "/settings/tree", "[2.5]", "at settings.tree[0]");
    row("tree another word", "/settings/tree", "\"wide\"", "at settings.tree");
    row("tree too deep", "/settings/tree",
        "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "at settings.tree");
    row("unknown rule", "/rounds/0/rule", "\"lottery\"", "at rounds[0].rule");
    row("an ensemble without its weight", "/settings/rule", "\"ensemble\"", "at settings.rule");
    row("a draft stop without a number", "/settings/draft_stop", "\"max\"", "at settings.draft_stop");
    row("a level above one", "/rounds/0/proposals/0/level", "1.5", "at rounds[0].proposals[0].level");
    row("a negative joint", "/rounds/0/proposals/0/joint", "-0.5", "at rounds[0].proposals[0].joint");
    row("a stop as text", "/rounds/0/draft_stopped", "\"early\"", "at rounds[0].draft_stopped");
    row("unknown finish", "/finish", "\"over\"", "at finish");
    row("prompt missing", "/prompt", "null", "at prompt");
}

void TestSessionFile::changedDocumentsAreRefusedWithThePlace() {
    QFETCH(std::string, pointer);
    QFETCH(std::string, value);
    QFETCH(std::string, place);
    json document = sampleDocument();
    document[json::json_pointer(pointer)] = json::parse(value);
    const std::string message = refusal(document.dump());
    QVERIFY2(message.find(place) != message.npos, message.c_str());
    QVERIFY2(message.starts_with("run.json: expected "), message.c_str());
    QVERIFY2(message.find('\n') == message.npos, message.c_str());
}

void TestSessionFile::everyTruncationIsRefused() {
    const std::string text = sessionText(samples::record());
    const std::size_t end = text.find_last_of('}');
    for (std::size_t length = 0; length <= end; length += 97)
        QVERIFY2(!refusal(text.substr(0, length)).empty(), std::to_string(length).c_str());
}

// Any value replaced by any other kind of value: either refused with one line, or a session that can be
// written again.
void TestSessionFile::everySingleChangeIsRefusedOrHarmless() {
    const json flat = sampleDocument().flatten();
    const std::vector<json> others{nullptr, true, -1, 1e300, "x", json::array(), json::object(), 4294967296};
    int refused = 0;
    for (const auto& [pointer, old] : flat.items()) {
        for (const json& other : others) {
            json document = sampleDocument();
            document[json::json_pointer(pointer)] = other;
            try {
                const RunRecord record = sessionFromText(document.dump(), "run.json");
                QVERIFY(totalsOf(record.rounds).rounds == 3);
                sessionText(record);
            } catch (const Error& error) {
                ++refused;
                QVERIFY2(std::string(error.what()).starts_with("run.json: "), error.what());
            }
        }
    }
    QVERIFY(refused > 1000);
}

QTEST_GUILESS_MAIN(TestSessionFile)
#include "test_session_file.moc"
