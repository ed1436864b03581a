#include <QTest>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "tests/layering/layering.h"

namespace fs = std::filesystem;
using namespace specula;
using namespace Qt::StringLiterals;

namespace {

std::string contentOf(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Every source, header and CMakeLists.txt of the project: path from the root -> text.
std::map<std::string, std::string> projectFiles() {
    std::map<std::string, std::string> files;
    const fs::path root(SPECULA_SOURCE_DIR);
    for (const char* area : {"engine", "ui", "app", "tests"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / area)) {
            const std::string extension = entry.path().extension().string();
            const bool wanted =
                extension == ".h" || extension == ".cpp" || entry.path().filename() == "CMakeLists.txt";
            if (!entry.is_regular_file() || !wanted) continue;
            files[entry.path().lexically_relative(root).generic_string()] = contentOf(entry.path());
        }
    }
    return files;
}

std::vector<Breach> breachesOf(LayerRule rule, const std::vector<Breach>& all) {
    std::vector<Breach> found;
    std::copy_if(all.begin(), all.end(), std::back_inserter(found),
                 [rule](const Breach& b) { return b.rule == rule; });
    return found;
}

}  // namespace

Q_DECLARE_METATYPE(specula::LayerRule)

class TestLayering : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void theScanSeesTheWholeProject();
    void theProjectKeeps_data();
    void theProjectKeeps();
    void everyIncludeFromTheRootExists();
    void aBreachIsFound_data();
    void aBreachIsFound();
    void allowedCodePasses_data();
    void allowedCodePasses();
    void theLengthLimitIsExact();
    void includesInCommentsDoNotCount();

private:
    std::map<std::string, std::string> m_files;
    std::vector<Breach> m_breaches;
};

void TestLayering::initTestCase() {
    m_files = projectFiles();
    for (const auto& [path, content] : m_files) {
        const auto found = checkFile(path, content);
        m_breaches.insert(m_breaches.end(), found.begin(), found.end());
    }
}

void TestLayering::theScanSeesTheWholeProject() {
    for (const std::string& folder : engineFolders()) {
        const std::string prefix = "engine/" + folder + "/";
        const auto seen = std::count_if(m_files.begin(), m_files.end(),
                                        [&](const auto& file) { return file.first.starts_with(prefix); });
        QVERIFY2(seen > 0, ("no file seen in " + prefix).c_str());
    }
    for (const char* file : {"ui/CMakeLists.txt", "app/CMakeLists.txt", "engine/trace/round.h"}) {
        QVERIFY2(m_files.contains(file), file);
    }
    // A folder that the table does not know would go unchecked.
    for (const auto& [path, content] : m_files) {
        if (!path.starts_with("engine/") || path == "engine/CMakeLists.txt") continue;
        const std::string folder = path.substr(7, path.find('/', 7) - 7);
        const auto& known = engineFolders();
        QVERIFY2(std::find(known.begin(), known.end(), folder) != known.end(), path.c_str());
    }
}

void TestLayering::theProjectKeeps_data() {
    QTest::addColumn<LayerRule>("rule");
    QTest::newRow("engine without Qt") << LayerRule::EngineWithoutQt;
    QTest::newRow("ui without torch") << LayerRule::UiWithoutTorch;
    QTest::newRow("ui knows only trace, verify and explain") << LayerRule::UiKnowsValuesAndRules;
    QTest::newRow("ui without threads") << LayerRule::UiWithoutThreads;
    QTest::newRow("torch in headers of model, draft, train only") << LayerRule::HeadersWithoutTorch;
    QTest::newRow("layers of the engine") << LayerRule::Layers;
    QTest::newRow("libraries of each folder") << LayerRule::Libraries;
    QTest::newRow("links of each folder") << LayerRule::Links;
    QTest::newRow("includes from the root") << LayerRule::FromRoot;
    QTest::newRow("at most 500 lines a file") << LayerRule::FileLength;
}

void TestLayering::theProjectKeeps() {
    QFETCH(LayerRule, rule);
    std::string all;
    for (const Breach& breach : breachesOf(rule, m_breaches)) all += "\n  " + breach.text;
    QVERIFY2(all.empty(), all.c_str());
}

void TestLayering::everyIncludeFromTheRootExists() {
    std::string missing;
    for (const auto& [path, content] : m_files) {
        if (path.ends_with("CMakeLists.txt")) continue;
        for (const Include& include : includesOf(content)) {
            if (include.angled || include.target.ends_with(".moc")) continue;
            if (!fs::exists(fs::path(SPECULA_SOURCE_DIR) / include.target)) {
                missing += "\n  " + path + ":" + std::to_string(include.line) + ": " + include.target;
            }
        }
    }
    QVERIFY2(missing.empty(), missing.c_str());
}

void TestLayering::aBreachIsFound_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("content");
    QTest::addColumn<LayerRule>("rule");
    const auto row = [](const char* name, const QString& path, const QString& content, LayerRule rule) {
        QTest::newRow(name) << path << content << rule;
    };
    using enum LayerRule;
    row("Qt class in the engine", u"engine/model/a.cpp"_s, u"#include <QString>\n"_s, EngineWithoutQt);
    row("Qt module path in the engine", u"engine/trace/a.h"_s, u"#include <QtCore/qstring.h>\n"_s,
        EngineWithoutQt);
    row("lower-case Qt header", u"engine/decode/a.h"_s, u"#include <qglobal.h>\n"_s, EngineWithoutQt);
    row("QCustomPlot in the engine", u"engine/measure/a.cpp"_s, u"#include <qcustomplot.h>\n"_s,
        EngineWithoutQt);
    row("spaces around the hash", u"engine/text/a.cpp"_s, u"  #  include  <QFile>\n"_s, EngineWithoutQt);
    row("torch in the window", u"ui/tokens/a.cpp"_s, u"#include <torch/torch.h>\n"_s, UiWithoutTorch);
    row("ATen in the window", u"ui/a.h"_s, u"#include <ATen/ATen.h>\n"_s, UiWithoutTorch);
    row("c10 in the window", u"ui/a.h"_s, u"#include <c10/core/Device.h>\n"_s, UiWithoutTorch);
    row("window knows decode", u"ui/a.cpp"_s, u"#include \"engine/decode/session.h\"\n"_s,
        UiKnowsValuesAndRules);
    row("window knows text", u"ui/a.cpp"_s, u"#include \"engine/text/tokenizer.h\"\n"_s,
        UiKnowsValuesAndRules);
    row("window knows app", u"ui/a.cpp"_s, u"#include \"app/mailbox.h\"\n"_s, UiKnowsValuesAndRules);
    row("std thread in the window", u"ui/a.cpp"_s, u"#include <thread>\n"_s, UiWithoutThreads);
    row("Qt thread in the window", u"ui/a.h"_s, u"#include <QThread>\n"_s, UiWithoutThreads);
    row("QtConcurrent in the window", u"ui/a.h"_s, u"#include <QtConcurrent/QtConcurrent>\n"_s,
        UiWithoutThreads);
    row("torch in a header of decode", u"engine/decode/a.h"_s, u"#include <ATen/ATen.h>\n"_s,
        HeadersWithoutTorch);
    row("torch in a header of app", u"app/a.h"_s, u"#include <c10/util/Exception.h>\n"_s,
        HeadersWithoutTorch);
    row("fbgemm in a header of measure", u"engine/measure/a.h"_s, u"#include <fbgemm/Fbgemm.h>\n"_s,
        HeadersWithoutTorch);
    row("trace includes text", u"engine/trace/a.h"_s, u"#include \"engine/text/tokenizer.h\"\n"_s, Layers);
    row("verify includes model", u"engine/verify/a.cpp"_s, u"#include \"engine/model/model.h\"\n"_s, Layers);
    row("explain includes verify", u"engine/explain/a.h"_s, u"#include \"engine/verify/a.h\"\n"_s, Layers);
    row("text includes checkpoint", u"engine/text/a.cpp"_s,
        u"#include \"engine/checkpoint/checkpoint.h\"\n"_s, Layers);
    row("model includes draft", u"engine/model/a.cpp"_s, u"#include \"engine/draft/a.h\"\n"_s, Layers);
    row("draft includes verify", u"engine/draft/a.cpp"_s, u"#include \"engine/verify/a.h\"\n"_s, Layers);
    row("decode includes measure", u"engine/decode/a.cpp"_s, u"#include \"engine/measure/a.h\"\n"_s, Layers);
    row("measure includes train", u"engine/measure/a.cpp"_s, u"#include \"engine/train/a.h\"\n"_s, Layers);
    row("engine includes ui", u"engine/trace/a.h"_s, u"#include \"ui/common/palette.h\"\n"_s, Layers);
    row("engine includes app", u"engine/decode/a.h"_s, u"#include \"app/mailbox.h\"\n"_s, Layers);
    row("engine includes a test", u"engine/decode/a.h"_s, u"#include \"tests/a.h\"\n"_s, Layers);
    row("app includes a test", u"app/a.cpp"_s, u"#include \"tests/a.h\"\n"_s, Layers);
    row("unknown folder of the engine", u"engine/other/a.h"_s, u"#include \"engine/trace/round.h\"\n"_s,
        Layers);
    row("json in trace", u"engine/trace/a.cpp"_s, u"#include <nlohmann/json.hpp>\n"_s, Libraries);
    row("json in explain", u"engine/explain/a.cpp"_s, u"#include <nlohmann/json.hpp>\n"_s, Libraries);
    row("torch in verify", u"engine/verify/a.cpp"_s, u"#include <ATen/ATen.h>\n"_s, Libraries);
    row("torch in checkpoint", u"engine/checkpoint/a.cpp"_s, u"#include <ATen/ATen.h>\n"_s, Libraries);
    row("json in the window", u"ui/a.cpp"_s, u"#include <nlohmann/json.hpp>\n"_s, Libraries);
    row("command line in a library", u"engine/train/loop.cpp"_s, u"#include <CLI/CLI.hpp>\n"_s, Libraries);
    row("a library that nobody asked for", u"engine/model/a.cpp"_s, u"#include <boost/any.hpp>\n"_s,
        Libraries);
    row("ui links decode", u"ui/CMakeLists.txt"_s, u"target_link_libraries(specula_ui specula_decode)\n"_s,
        Links);
    row("ui folder links model", u"ui/tokens/CMakeLists.txt"_s, u"x(specula_ui PUBLIC specula_model)\n"_s,
        Links);
    row("verify links text", u"engine/verify/CMakeLists.txt"_s, u"x(specula_verify PUBLIC specula_text)\n"_s,
        Links);
    row("beside the file", u"engine/model/a.cpp"_s, u"#include \"rope.h\"\n"_s, FromRoot);
    row("up the tree", u"ui/tokens/a.cpp"_s, u"#include \"../common/palette.h\"\n"_s, FromRoot);
    row("ours in angle brackets", u"app/a.cpp"_s, u"#include <engine/trace/round.h>\n"_s, FromRoot);
    row("a library in quotes", u"ui/a.cpp"_s, u"#include \"qcustomplot.h\"\n"_s, FromRoot);
    row("a test beside the file", u"tests/ui/a.cpp"_s, u"#include \"helper.h\"\n"_s, FromRoot);
    row("long source", u"engine/model/a.cpp"_s, QString(501, u'\n'), FileLength);
    row("long header of app", u"app/a.h"_s, QString(501, u'\n'), FileLength);
}

void TestLayering::aBreachIsFound() {
    QFETCH(QString, path);
    QFETCH(QString, content);
    QFETCH(LayerRule, rule);
    const auto found = checkFile(path.toStdString(), content.toStdString());
    const auto meant = breachesOf(rule, found);
    QCOMPARE(meant.size(), std::size_t{1});
    QVERIFY2(meant[0].text.starts_with(path.toStdString()), meant[0].text.c_str());
}

void TestLayering::allowedCodePasses_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("content");
    const auto row = [](const QString& path, const QString& content) {
        QTest::newRow(qPrintable(path)) << path << content;
    };
    row(u"engine/trace/a.h"_s, u"#pragma once\n#include <vector>\n#include \"engine/trace/options.h\"\n"_s);
    row(u"engine/verify/a.cpp"_s, u"#include <cmath>\n#include \"engine/trace/round.h\"\n"_s);
    row(u"engine/text/a.cpp"_s,
        u"#include <pcre2.h>\n#include <sentencepiece_processor.h>\n#include <utf8proc.h>\n"_s);
    row(u"engine/checkpoint/a.cpp"_s,
        u"#include <sys/mman.h>\n#include <nlohmann/json.hpp>\n"
        "#include \"engine/text/tokenizer.h\"\n#include \"engine/trace/error.h\"\n"_s);
    row(u"engine/model/a.h"_s, u"#include <ATen/core/Tensor.h>\n#include \"engine/text/tokenizer.h\"\n"_s);
    row(u"engine/draft/a.h"_s, u"#include <ATen/core/Tensor.h>\n#include \"engine/model/model.h\"\n"_s);
    row(u"engine/decode/a.cpp"_s, u"#include <ATen/ATen.h>\n#include \"engine/verify/rule.h\"\n"_s);
    row(u"engine/train/a.cpp"_s, u"#include \"engine/measure/measure.h\"\n"_s);
    row(u"engine/train/a.h"_s, u"#include <ATen/core/Tensor.h>\n#include \"engine/decode/session.h\"\n"_s);
    row(u"ui/a.cpp"_s,
        u"#include <QWidget>\n#include <qcustomplot.h>\n#include <vector>\n"
        "#include \"engine/trace/round.h\"\n#include \"engine/verify/rule.h\"\n#include \"ui/b.h\"\n"_s);
    row(u"app/a.cpp"_s,
        u"#include <CLI/CLI.hpp>\n#include <QThread>\n#include <thread>\n"
        "#include \"engine/decode/session.h\"\n#include \"ui/b.h\"\n"_s);
    row(u"tests/ui/a.cpp"_s, u"#include <QTest>\n#include \"ui/b.h\"\n#include \"a.moc\"\n"_s);
    row(u"ui/CMakeLists.txt"_s,
        u"# not specula_decode\nx(specula_ui PRIVATE specula_flags PUBLIC specula_trace)\n"_s);
    row(u"engine/decode/CMakeLists.txt"_s, u"x(specula_decode PUBLIC specula_draft specula_verify)\n"_s);
}

void TestLayering::allowedCodePasses() {
    QFETCH(QString, path);
    QFETCH(QString, content);
    const auto found = checkFile(path.toStdString(), content.toStdString());
    QVERIFY2(found.empty(), found.empty() ? "" : found[0].text.c_str());
}

void TestLayering::theLengthLimitIsExact() {
    QVERIFY(checkFile("engine/model/a.cpp", std::string(500, '\n')).empty());
    QCOMPARE(checkFile("engine/model/a.cpp", std::string(501, '\n')).size(), std::size_t{1});
    QVERIFY(checkFile("tests/engine/a.cpp", std::string(501, '\n')).empty());
}

void TestLayering::includesInCommentsDoNotCount() {
    const auto found = includesOf(
        "// #include <QA>\n"
        "/* #include <QB>\n"
        "#include <QC>\n"
        "*/ #include <vector>  // see \"ui/x.h\"\n"
        "const char* text = \"/*\";\n"
        "#include \"engine/trace/round.h\"\n");
    QCOMPARE(found.size(), std::size_t{2});
    QCOMPARE(found[0].target, std::string("vector"));
    QVERIFY(found[0].angled);
    QCOMPARE(found[0].line, 4);
    QCOMPARE(found[1].target, std::string("engine/trace/round.h"));
    QVERIFY(!found[1].angled);
    QCOMPARE(found[1].line, 6);
}

QTEST_GUILESS_MAIN(TestLayering)
#include "test_layering.moc"
