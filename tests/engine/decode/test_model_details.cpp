#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "engine/decode/model_details.h"
#include "engine/decode/model_facts.h"
#include "engine/decode/pair_matrix.h"
#include "tests/engine/checkpoint/file_builders.h"
#include "tests/engine/text/golden_check.h"

using namespace specula;

namespace {

std::string model(const char* name) {
    return (golden::root() + QStringLiteral("/models/") + QString::fromLatin1(name)).toStdString();
}

std::string tiny(const char* name) {
    return std::string(SPECULA_SOURCE_DIR) + "/resources/models/" + name;
}

std::string gguf(const char* name) {
    return (golden::root() + QStringLiteral("/gguf/%1/model.gguf").arg(QString::fromLatin1(name)))
        .toStdString();
}

QString text(const std::vector<NamedText>& lines, const char* name) {
    for (const NamedText& line : lines) {
        if (line.name == name) return QString::fromStdString(line.text);
    }
    return QStringLiteral("(absent)");
}

std::int64_t sizeOf(const std::string& path) {
    return QFileInfo(QString::fromStdString(path)).size();
}

/// A copy of a model's folder that a test may change.
class Copy {
public:
    explicit Copy(const std::string& folder) {
        for (const QFileInfo& file : QDir(QString::fromStdString(folder)).entryInfoList(QDir::Files)) {
            if (!QFile::copy(file.filePath(), m_folder.filePath(file.fileName()))) qFatal("cannot copy");
            QFile(m_folder.filePath(file.fileName())).setPermissions(QFile::ReadOwner | QFile::WriteOwner);
        }
    }
    QString file(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    std::string path() const { return m_folder.path().toStdString(); }

private:
    QTemporaryDir m_folder;
};

}  // namespace

class TestModelDetails : public QObject {
    Q_OBJECT

private slots:
    void anEntrySaysWhatTheModelIs();
    void aGgufIsDescribedLikeAFolder();
    void bytesAreThoseOfTheFilesThatAreRead();
    void everyFormatHasItsMemory();
    void aMalformedModelIsDescribedWithItsProblem_data();
    void aMalformedModelIsDescribedWithItsProblem();
    void aPathWithoutAModelHasAProblem();
    void whatIsKnownOfAnUnusableModelIsKept();
    void factsNameWhatSetsArchitecturesApart_data();
    void factsNameWhatSetsArchitecturesApart();
    void settingsAreTheConfigsFieldsInOrder();
    void settingsOfAGgufAreItsKeysInOrder();
    void settingsAreBounded();
    void tensorsAreThoseThatTheFilesList();
    void tokenizerFactsNameItsTokens();
    void aChatTemplateIsFound();
    void piecesAreShownAsOneLineOfText();
    void everyUsableModelMeetsEveryOther();
    void modelsAreOpenedOnceForAllPairs();
    void aModelThatIsGoneFailsInItsPairs();
    void aStopEndsTheComparison();
};

void TestModelDetails::anEntrySaysWhatTheModelIs() {
    const ModelEntry entry = describeEntry(model("llama"), "folder");
    QCOMPARE(entry.problem, std::string());
    QVERIFY(entry.usable());
    QCOMPARE(entry.name, std::string("llama"));
    QCOMPARE(entry.path, model("llama"));
    QCOMPARE(entry.source, std::string("folder"));
    QCOMPARE(entry.architecture, std::string("llama"));
    QCOMPARE(entry.fileFormat, std::string("float32"));
    QCOMPARE(entry.layers, 3);
    QCOMPARE(entry.hidden, 64);
    QCOMPARE(entry.vocabulary, 320);
    QCOMPARE(entry.maxContext, 256);
    QCOMPARE(entry.tokenizer, std::string());
    QVERIFY(!entry.hasChatTemplate);
    QCOMPARE(entry.fileBytes, sizeOf(model("llama") + "/model.safetensors"));
    // All values are there, and the file holds little else.
    QVERIFY(entry.parameters * 4 < entry.fileBytes && entry.fileBytes < entry.parameters * 4 + 8000);
    QVERIFY(describeEntry(tiny("tiny-target"), "bundled").tokenizer.ends_with(", 1536 tokens"));
}

void TestModelDetails::aGgufIsDescribedLikeAFolder() {
    const ModelEntry entry = describeEntry(gguf("q4_1_spm"), "file");
    QCOMPARE(entry.problem, std::string());
    QCOMPARE(entry.architecture, std::string("llama"));
    QCOMPARE(entry.fileFormat, std::string("Q4_1"));
    QCOMPARE(entry.fileBytes, sizeOf(gguf("q4_1_spm")));
    QVERIFY(entry.tokenizer.ends_with(", 400 tokens"));
    QVERIFY(entry.parameters > 0 && entry.layers > 0 && entry.memory.size() == 4);
}

void TestModelDetails::bytesAreThoseOfTheFilesThatAreRead() {
    const QString sharded = golden::root() + QStringLiteral("/malformed/ok_sharded");
    std::int64_t bytes = 0;
    for (const QFileInfo& file : QDir(sharded).entryInfoList({QStringLiteral("*.safetensors")}, QDir::Files))
        bytes += file.size();
    QVERIFY(bytes > 0);
    QCOMPARE(describeEntry(sharded.toStdString(), "folder").fileBytes, bytes);
    const Copy copy(model("llama"));
    testing::writeFile(copy.file("consolidated.safetensors"), std::string(5000, 'x'));
    QCOMPARE(describeEntry(copy.path(), "folder").fileBytes, sizeOf(model("llama") + "/model.safetensors"));
}

void TestModelDetails::everyFormatHasItsMemory() {
    const ModelEntry entry = describeEntry(tiny("tiny-target"), "bundled");
    QCOMPARE(entry.memory.size(), std::size_t{4});
    const MemoryNeed &fp16 = entry.memory[0], &int8x2 = entry.memory[1], &int8 = entry.memory[2],
                     &fp32 = entry.memory[3];
    QVERIFY(fp16.weights == WeightFormat::Fp16 && int8x2.weights == WeightFormat::Int8x2 &&
            int8.weights == WeightFormat::Int8 && fp32.weights == WeightFormat::Fp32);
    for (const MemoryNeed& need : entry.memory) {
        QCOMPARE(need.context, 512);
        QVERIFY(need.weightBytes > 0 && need.cacheBytes > 0 && need.scratchBytes > 0);
        QCOMPARE(need.total(), need.weightBytes + need.cacheBytes + need.scratchBytes);
    }
    QVERIFY(int8.weightBytes < fp16.weightBytes && fp16.weightBytes < fp32.weightBytes);
    QVERIFY(fp32.weightBytes >= entry.parameters * 4);
    QCOMPARE(fp32.cacheBytes, 2 * fp16.cacheBytes);
}

void TestModelDetails::aMalformedModelIsDescribedWithItsProblem_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<bool>("usable");
    const QString folder = golden::root() + QStringLiteral("/malformed/");
    QFile file(folder + QStringLiteral("malformed.json"));
    QVERIFY2(file.open(QIODevice::ReadOnly), "malformed.json is missing");
    int cases = 0;
    for (const auto& value :
         QJsonDocument::fromJson(file.readAll()).object()[QStringLiteral("cases")].toArray()) {
        const QJsonObject one = value.toObject();
        const QString id = one[QStringLiteral("id")].toString();
        const QString expect = one[QStringLiteral("expect")].toString();
        if (one[QStringLiteral("kind")].toString() == QStringLiteral("tokenizer_dir")) continue;
        if (expect == QStringLiteral("error_or_ok")) continue;
        // Values are not read, so one that is not finite is not seen.
        const bool usable = expect == QStringLiteral("ok") || id == QStringLiteral("t_nan");
        QTest::newRow(id.toLatin1().constData()) << folder + one[QStringLiteral("path")].toString() << usable;
        ++cases;
    }
    QVERIFY2(cases >= (golden::allFixtures() ? 80 : 30), "cases are missing");
}

void TestModelDetails::aMalformedModelIsDescribedWithItsProblem() {
    QFETCH(QString, path);
    QFETCH(bool, usable);
    const ModelEntry entry = describeEntry(path.toStdString(), "folder");
    QVERIFY2(entry.usable() == usable, entry.problem.c_str());
    QCOMPARE(entry.path, path.toStdString());
    QVERIFY(!entry.name.empty());
    QCOMPARE(entry.memory.size(), usable ? std::size_t{4} : std::size_t{0});
    if (!usable)
        QVERIFY2(entry.problem.find('\n') == entry.problem.npos && entry.problem.size() < 700,
                 entry.problem.c_str());
    const ModelDetails details = describeModel(path.toStdString(), "folder");
    QCOMPARE(details.entry.problem, entry.problem);
    QCOMPARE(details.facts.empty(), !usable);
}

void TestModelDetails::aPathWithoutAModelHasAProblem() {
    const QTemporaryDir folder;
    for (const std::string& path : {std::string("/nowhere/model.gguf"), folder.path().toStdString()}) {
        const ModelDetails details = describeModel(path, "file");
        QVERIFY2(details.entry.problem.starts_with(path), details.entry.problem.c_str());
        QCOMPARE(details.entry.fileBytes, std::int64_t{0});
        QVERIFY(details.settings.empty() && details.tensors.empty() && details.tokenizer.empty());
    }
}

void TestModelDetails::whatIsKnownOfAnUnusableModelIsKept() {
    const Copy copy(model("llama"));
    testing::writeFile(copy.file("model.safetensors"), "short");
    const ModelDetails cut = describeModel(copy.path(), "folder");
    QVERIFY(cut.entry.problem.find("model.safetensors") != std::string::npos);
    QCOMPARE(cut.entry.architecture, std::string("llama"));
    QCOMPARE(cut.entry.layers, 3);
    QCOMPARE(cut.entry.fileBytes, std::int64_t{5});
    QCOMPARE(text(cut.settings, "hidden_size"), QStringLiteral("64"));
    testing::writeFile(copy.file("config.json"),
                       R"({"model_type": "mamba", "architectures": ["MambaForCausalLM"]})");
    const ModelEntry other = describeEntry(copy.path(), "folder");
    QVERIFY2(other.problem.find("MambaForCausalLM") != std::string::npos, other.problem.c_str());
    QCOMPARE(other.architecture, std::string("mamba"));
}

void TestModelDetails::factsNameWhatSetsArchitecturesApart_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("fact");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* fact, const char* expected) {
        QTest::addRow("%s %s", name, fact)
            << QString::fromLatin1(name) << QString::fromLatin1(fact) << QString::fromLatin1(expected);
    };
    row("llama", "Layers", "3, 64 wide");
    row("llama", "Norm", "RMS before attention and MLP, epsilon 1e-05");
    row("llama", "MLP", "gated, SiLU, 144 wide");
    row("llama", "Biases", "none");
    row("llama", "Windows", "(absent)");
    row("llama", "Attention scale", "(absent)");
    row("llama", "Context", "256 tokens");
    row("gemma3_text", "Windows", "3 of 4 layers see 16 tokens, the others all");
    row("gemma3_text", "Positions", "rotary: base 1000000 in 1 of 4 layers; base 10000 in 3 of 4 layers");
    row("gemma3_text", "Attention", "4 heads of 16, all with the same keys and values");
    row("gemma3_text", "Attention scale", "1/sqrt(20) instead of 1/sqrt(16)");
    row("gemma3_text", "Query and key norm", "each head's query and key is normalised by itself");
    row("gemma3_text", "Norm", "RMS before and after attention and MLP, epsilon 1e-06, stored weights + 1");
    row("gpt_neox", "Positions", "rotary: base 10000; the first 4 of each head's 16 values");
    row("gpt_neox", "Residual", "attention and MLP side by side");
    row("gpt_neox", "Biases", "queries, keys and values; attention's output; MLP");
    row("opt_postln_proj", "Positions", "a learned table of 256 positions, after 2 unused rows");
    row("opt_postln_proj", "Embedding", "384 rows, also the head, 32 wide with projections to 64");
    row("opt_postln_proj", "MLP", "plain, ReLU, 160 wide");
    row("opt_postln_proj", "End of text", "2");
    row("gpt2_scaled", "Attention scale", "divided by the layer's number");
    row("olmo2", "Query and key norm", "all queries are normalised together, and all keys");
    row("phi3", "Windows", "all layers see 20 tokens");
    row("phi3", "Attention", "4 heads of 16, 2 of keys and values (one for 2)");
    if (!golden::allFixtures()) return;
    row("gemma2", "Soft caps", "attention 5, logits 15");
    row("smollm3", "Positions", "rotary: base 5000000; none in 1 of 4 layers");
    row("llama_tied_rope_llama3", "Positions",
        "rotary: base 500000, stretched by 8 beyond 64 tokens (llama3)");
}

void TestModelDetails::factsNameWhatSetsArchitecturesApart() {
    QFETCH(QString, name);
    QFETCH(QString, fact);
    QFETCH(QString, expected);
    const ModelDetails details = describeModel(model(name.toLatin1().constData()), "folder");
    QCOMPARE(details.entry.problem, std::string());
    QCOMPARE(text(details.facts, fact.toLatin1().constData()), expected);
}

void TestModelDetails::settingsAreTheConfigsFieldsInOrder() {
    const QTemporaryDir folder;
    testing::writeFile(
        folder.filePath(QStringLiteral("config.json")),
        R"({"zeta": 1, "alpha": "a\nb", "rope_scaling": {"factor": 8.0, "inner": {"deep": null}},
                           "list": [1, 2], "many": ["a", "b", "c", "d", "e", "f"], "empty": [],
                           "on": true})");
    const ModelDetails details = describeModel(folder.path().toStdString(), "folder");
    QVERIFY(!details.entry.usable());
    QStringList lines;
    for (const NamedText& line : details.settings)
        lines << QString::fromStdString(line.name + "=" + line.text);
    QCOMPARE(lines, (QStringList{QStringLiteral("zeta=1"), QStringLiteral("alpha=a b"),
                                 QStringLiteral("rope_scaling.factor=8.0"),
                                 QStringLiteral("rope_scaling.inner.deep=null"),
                                 QStringLiteral("list=[2 numbers] 1, 2"),
                                 QStringLiteral("many=[6 texts] \"a\", \"b\", \"c\", \"d\", \"e\", ..."),
                                 QStringLiteral("empty=[]"), QStringLiteral("on=true")}));
}

void TestModelDetails::settingsOfAGgufAreItsKeysInOrder() {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("m.gguf"));
    testing::writeFile(path, testing::GgufBuilder()
                                 .text("general.architecture", "mamba")
                                 .integer("z.count", 7)
                                 .real("a.eps", 1e-5F)
                                 .flag("a.on", true)
                                 .integers("types", {3, 3, 1})
                                 .reals("scores", {0.5F, -1.0F})
                                 .texts("tokens", {"a", "b\n", "\xFF", "d", "e", "f"})
                                 .text("tokenizer.chat_template", std::string(5000, 'x'))
                                 .bytes());
    const ModelDetails details = describeModel(path.toStdString(), "file");
    QVERIFY2(details.entry.problem.find("mamba") != std::string::npos, details.entry.problem.c_str());
    QCOMPARE(details.entry.architecture, std::string("mamba"));
    QStringList lines;
    for (const NamedText& line : details.settings)
        lines << QString::fromStdString(line.name + "=" + line.text);
    QCOMPARE(lines.size(), 8);
    QVERIFY(lines.back().size() < 200 && lines.back().endsWith(QStringLiteral("...")));
    lines.removeLast();
    QCOMPARE(lines,
             (QStringList{QStringLiteral("general.architecture=mamba"), QStringLiteral("z.count=7"),
                          QStringLiteral("a.eps=1e-05"), QStringLiteral("a.on=true"),
                          QStringLiteral("types=[3 numbers] 3, 3, 1"),
                          QStringLiteral("scores=[2 numbers] 0.5, -1"),
                          QStringLiteral("tokens=[6 texts] \"a\", \"b?\", \"\uFFFD\", \"d\", \"e\", ...")}));
}

void TestModelDetails::settingsAreBounded() {
    const QTemporaryDir folder;
    nlohmann::json many;
    for (int i = 0; i < 5000; ++i) many["field" + std::to_string(i)] = std::string(3000, 'y');
    testing::writeFile(folder.filePath(QStringLiteral("config.json")), many.dump());
    const ModelDetails details = describeModel(folder.path().toStdString(), "folder");
    QCOMPARE(details.settings.size(), std::size_t{2000});
    for (const NamedText& line : details.settings) QVERIFY(line.text.size() <= 200);
}

void TestModelDetails::tensorsAreThoseThatTheFilesList() {
    const ModelDetails fused = describeModel(model("gpt_neox"), "folder");
    const auto found = std::find_if(fused.tensors.begin(), fused.tensors.end(), [](const TensorLine& t) {
        return t.name == "gpt_neox.layers.0.attention.query_key_value.weight";
    });
    QVERIFY(found != fused.tensors.end());
    QCOMPARE(found->type, std::string("F32"));
    QVERIFY((found->shape == std::vector<std::int64_t>{192, 64}));
    QCOMPARE(found->bytes, std::int64_t{192 * 64 * 4});
    const ModelDetails blocks = describeModel(gguf("q4_1_spm"), "file");
    QVERIFY(std::any_of(blocks.tensors.begin(), blocks.tensors.end(), [](const TensorLine& t) {
        return t.type == "Q4_1" && t.name == "blk.0.attn_q.weight" &&
               t.bytes == t.shape[0] * t.shape[1] / 32 * 20;
    }));
    const ModelDetails whole =
        describeModel((golden::root() + QStringLiteral("/malformed/ok_base")).toStdString(), "");
    const ModelDetails sharded =
        describeModel((golden::root() + QStringLiteral("/malformed/ok_sharded")).toStdString(), "");
    QVERIFY(!whole.tensors.empty());
    QCOMPARE(sharded.tensors.size(), whole.tensors.size());
}

void TestModelDetails::tokenizerFactsNameItsTokens() {
    const ModelDetails details = describeModel(gguf("q8_0_bpe"), "file");
    QCOMPARE(text(details.tokenizer, "Kind"), QStringLiteral("byte-level BPE"));
    QCOMPARE(text(details.tokenizer, "Tokens"), QStringLiteral("288"));
    QVERIFY(text(details.tokenizer, "Special tokens").contains(QLatin1Char('\'')));
    const auto ids = std::count_if(details.tokenizer.begin(), details.tokenizer.end(),
                                   [](const NamedText& line) { return line.name.starts_with("Id "); });
    QCOMPARE(ids, std::ptrdiff_t{20});
    QVERIFY(text(details.tokenizer, "Id 19").startsWith(QLatin1Char('\'')));
    QVERIFY(text(details.facts, "End of text").contains(QLatin1Char('\'')));
    QVERIFY(describeModel(model("llama"), "folder").tokenizer.empty());
}

void TestModelDetails::aChatTemplateIsFound() {
    const Copy copy(model("llama"));
    testing::writeFile(copy.file("chat_template.jinja"), "{{ messages }}");
    const ModelDetails details = describeModel(copy.path(), "folder");
    QVERIFY(details.entry.hasChatTemplate);
    QCOMPARE(details.chatTemplate, std::string("{{ messages }}"));
    QVERIFY(describeModel(model("llama"), "folder").chatTemplate.empty());
}

void TestModelDetails::piecesAreShownAsOneLineOfText() {
    QCOMPARE(shownPiece(" caf\xC3\xA9"), std::string("' caf\xC3\xA9'"));
    QCOMPARE(shownPiece("\n\x7F"), std::string("'\\x0A\\x7F'"));
    QCOMPARE(shownPiece("\xE2\x82"), std::string("'\\xE2\\x82'"));
    QCOMPARE(shownPiece("'\\"), std::string("'\\x27\\x5C'"));
    QCOMPARE(shownPiece(""), std::string("''"));
    QVERIFY(shownPiece(std::string(10'000, 'a')).size() < 100);
}

void TestModelDetails::everyUsableModelMeetsEveryOther() {
    std::vector<ModelEntry> entries{
        describeEntry(tiny("tiny-target"), "bundled"), describeEntry("/nowhere/model.gguf", "file"),
        describeEntry(tiny("tiny-draft"), "bundled"), describeEntry(gguf("q4_1_spm"), "file")};
    QVERIFY(!entries[1].usable());
    std::vector<double> fractions;
    const auto cells = pairMatrix(entries, {}, [&](double fraction, const std::string& what) {
        QVERIFY(!what.empty());
        fractions.push_back(fraction);
    });
    QVERIFY(std::is_sorted(fractions.begin(), fractions.end()) && fractions.back() < 1.0);
    QCOMPARE(cells.size(), std::size_t{6});
    for (const PairCell& cell : cells) {
        QVERIFY(cell.target != 1 && cell.draft != 1 && cell.target != cell.draft);
        QVERIFY(!cell.report.checks.empty());
        const bool both = cell.target != 3 && cell.draft != 3;
        QVERIFY(cell.report.compatible);  // the third by the tokens that it shares, with a warning
        QCOMPARE(cell.report.sharedTokens > 0, !both);
        const double ratio = static_cast<double>(entries[static_cast<std::size_t>(cell.draft)].parameters) /
                             static_cast<double>(entries[static_cast<std::size_t>(cell.target)].parameters);
        QCOMPARE(cell.sizeRatio, ratio);
        const auto& warnings = cell.report.warnings;
        const bool warned = std::any_of(warnings.begin(), warnings.end(), [](const std::string& warning) {
            return warning.find("more parameters") != warning.npos;
        });
        QCOMPARE(warned, ratio > 1.0);
        QVERIFY(both || warnings.front().find("tokens that it shares") != std::string::npos);
    }
}

void TestModelDetails::modelsAreOpenedOnceForAllPairs() {
    const Copy target(tiny("tiny-target")), draft(tiny("tiny-draft"));
    const std::vector<ModelEntry> entries{describeEntry(target.path(), ""), describeEntry(draft.path(), "")};
    int opened = 0;
    // Once all are open their files are not needed any more.
    const auto cells = pairMatrix(entries, {}, [&](double, const std::string& what) {
        if (what.starts_with("opening")) ++opened;
        if (what.starts_with("comparing")) {
            QFile::remove(target.file("config.json"));
            QFile::remove(draft.file("tokenizer.model"));
        }
    });
    QCOMPARE(opened, 2);
    QCOMPARE(cells.size(), std::size_t{2});
    for (const PairCell& cell : cells) QVERIFY(cell.report.compatible);
}

void TestModelDetails::aModelThatIsGoneFailsInItsPairs() {
    const Copy draft(tiny("tiny-draft"));
    const std::vector<ModelEntry> entries{describeEntry(tiny("tiny-target"), ""),
                                          describeEntry(draft.path(), "")};
    QVERIFY(QFile::remove(draft.file("model.safetensors")));
    const auto cells = pairMatrix(entries);
    QCOMPARE(cells.size(), std::size_t{2});
    for (const PairCell& cell : cells) {
        QVERIFY(!cell.report.compatible);
        QCOMPARE(cell.report.checks.size(), std::size_t{1});
        QVERIFY(cell.report.checks[0].detail.find("no weight file") != std::string::npos);
    }
}

void TestModelDetails::aStopEndsTheComparison() {
    const std::vector<ModelEntry> entries(3, describeEntry(tiny("tiny-draft"), ""));
    std::stop_source stop;
    const auto cells = pairMatrix(entries, stop.get_token(), [&](double, const std::string& what) {
        if (what.starts_with("comparing")) stop.request_stop();
    });
    QVERIFY(cells.size() < 6);
    QVERIFY(pairMatrix(entries, stop.get_token()).empty());
}

QTEST_APPLESS_MAIN(TestModelDetails)
#include "test_model_details.moc"
