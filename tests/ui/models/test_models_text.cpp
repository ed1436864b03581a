#include <QtTest>

#include "tests/ui/models/fake_models.h"
#include "ui/models/model_text.h"
#include "ui/models/pair_table.h"
#include "ui/models/repository_name.h"

using namespace specula;
using namespace specula::test;

class TestModelsText : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void parameters_are_counted_as_people_count_them() {
        QCOMPARE(parameterText(0), QStringLiteral("–"));
        QCOMPARE(parameterText(700), QStringLiteral("700"));
        QCOMPARE(parameterText(49'152), QStringLiteral("49.2 k"));
        QCOMPARE(parameterText(134'515'008), QStringLiteral("134.5 M"));
        QCOMPARE(parameterText(999'960'000), QStringLiteral("1.00 B"));
        QCOMPARE(parameterText(1'315'758'080), QStringLiteral("1.32 B"));
    }

    void unknown_times_and_speeds_say_nothing() {
        QCOMPARE(durationText(-1.0), QString());
        QCOMPARE(durationText(1e12), QString());
        QCOMPARE(durationText(std::numeric_limits<double>::quiet_NaN()), QString());
        QCOMPARE(speedText(0.0), QString());
        QCOMPARE(durationText(0.2), QStringLiteral("1 s"));
        QCOMPARE(durationText(165.0), QStringLiteral("2 min 45 s"));
        QCOMPARE(durationText(7500.0), QStringLiteral("2 h 5 min"));
    }

    void a_model_that_fits_names_the_format_that_would_run() {
        const ModelEntry entry = model("m", 1000 * kMega, "t");
        const MemoryFit fit = memoryFit({&entry}, 6 * kGiga);
        QCOMPARE(fit.kind, MemoryFit::Kind::Yes);
        QCOMPARE(fit.text, QStringLiteral("1.3 GB as int8x2"));
    }

    void a_model_that_fits_in_part_names_the_formats() {
        const ModelEntry entry = model("m", 1000 * kMega, "t");
        const std::int64_t free = entry.memory[3].total() + 1;
        const MemoryFit fit = memoryFit({&entry}, free);
        QCOMPARE(fit.kind, MemoryFit::Kind::Restricted);
        QVERIFY2(fit.text.startsWith(QStringLiteral("only as int8:")), qPrintable(fit.text));
    }

    void a_model_that_does_not_fit_names_both_numbers() {
        const ModelEntry entry = model("m", 14 * kGiga, "t");
        const MemoryFit fit = memoryFit({&entry}, 6 * kGiga);
        QCOMPARE(fit.kind, MemoryFit::Kind::No);
        QCOMPARE(fit.text, QStringLiteral("no: needs 16.4 GB, 6.0 GB free"));
    }

    void exactly_enough_memory_is_enough() {
        const ModelEntry entry = model("m", 1000 * kMega, "t");
        const std::int64_t needed = entry.memory[2].total();
        QCOMPARE(memoryFit({&entry}, needed).kind, MemoryFit::Kind::Yes);
        QCOMPARE(memoryFit({&entry}, needed - 1).kind, MemoryFit::Kind::Restricted);
    }

    void two_models_must_fit_together() {
        const ModelEntry a = model("a", 1000 * kMega, "t");
        const ModelEntry b = model("b", 1000 * kMega, "t");
        const std::int64_t one = a.memory[2].total();
        QCOMPARE(memoryFit({&a}, 2 * one - 1).kind, MemoryFit::Kind::Yes);
        QVERIFY(memoryFit({&a, &b}, 2 * one - 1).kind != MemoryFit::Kind::Yes);
        QCOMPARE(memoryFit({&a, &b}, 2 * one).kind, MemoryFit::Kind::Yes);
    }

    void without_estimates_nothing_is_claimed() {
        const ModelEntry entry;
        QCOMPARE(memoryFit({&entry}, 6 * kGiga).kind, MemoryFit::Kind::Unknown);
        const ModelEntry known = model("m", 1000 * kMega, "t");
        QCOMPARE(memoryFit({&known}, -1).kind, MemoryFit::Kind::Unknown);
        QVERIFY(memoryFit({&known}, -1).text.contains(QStringLiteral("int8x2")));
    }

    void tooltips_show_markup_to_the_letter() {
        QCOMPARE(plainTip(QStringLiteral("<s> & </s>\nx")),
                 QStringLiteral("<qt>&lt;s&gt; &amp; &lt;/s&gt;<br>x</qt>"));
        QCOMPARE(plainTip({}), QString());
    }

    void a_checklist_is_never_empty() {
        PairCell cell;
        QVERIFY(!checklistText(&cell).isEmpty());
        cell.report.compatible = true;
        QVERIFY(!checklistText(&cell).isEmpty());
        QVERIFY(!checklistText(nullptr).isEmpty());
        cell.report.checks = {{"Same number of tokens", false, "5 and 6"}};
        cell.report.warnings = {"slow"};
        QCOMPARE(checklistText(&cell), QStringLiteral("✗ Same number of tokens: 5 and 6\n! slow"));
    }

    void sizes_of_drafts_read_well_at_any_scale() {
        QCOMPARE(ratioText(0.0), QString());
        QCOMPARE(ratioText(0.0041), QStringLiteral("0.4 %"));
        QCOMPARE(ratioText(0.0786), QStringLiteral("8 %"));
        QCOMPARE(ratioText(1.0), QStringLiteral("100 %"));
        QCOMPARE(ratioText(12.7), QStringLiteral("13×"));
    }

    void names_and_addresses_of_repositories_are_understood_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("repository");
        QTest::addColumn<QString>("revision");
        const auto row = [](const char* text, const char* repository, const char* revision) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(repository)
                                << QString::fromUtf8(revision);
        };
        row("facebook/opt-125m", "facebook/opt-125m", "");
        row("  facebook/opt-125m \n", "facebook/opt-125m", "");
        row("gpt2", "gpt2", "");
        row("facebook/opt-125m@v1.0", "facebook/opt-125m", "v1.0");
        row("https://huggingface.co/facebook/opt-125m", "facebook/opt-125m", "");
        row("https://huggingface.co/facebook/opt-125m/", "facebook/opt-125m", "");
        row("https://huggingface.co/facebook/opt-125m?library=x#files", "facebook/opt-125m", "");
        row("https://huggingface.co/facebook/opt-125m/tree/main", "facebook/opt-125m", "main");
        row("https://huggingface.co/facebook/opt-125m/blob/27dcfa74d334bc871f3234de431e71c6eeba5dd6/"
            "config.json",
            "facebook/opt-125m", "27dcfa74d334bc871f3234de431e71c6eeba5dd6");
        row("https://huggingface.co/gpt2/resolve/main/config.json", "gpt2", "main");
        row("https://huggingface.co/gpt2", "gpt2", "");
        row("huggingface.co/facebook/opt-125m", "facebook/opt-125m", "");
        row("https://mirror.example/facebook/opt-125m/discussions/3", "facebook/opt-125m", "");
        row("https://huggingface.co/org/name.git", "org/name", "");
        row("hf://org/name", "org/name", "");
        row("", "", "");
    }

    void names_and_addresses_of_repositories_are_understood() {
        QFETCH(QString, text);
        const RepositoryName name = readRepositoryName(text);
        QVERIFY2(name.problem.isEmpty(), qPrintable(name.problem));
        QTEST(name.repository, "repository");
        QTEST(name.revision, "revision");
    }

    void what_names_no_repository_is_refused_with_a_sentence_data() {
        QTest::addColumn<QString>("text");
        for (const char* text :
             {"a/b/c", "a b/c", "org/", "/name", "org/na me", "../../etc", "org/..", "org/a--b",
              "https://huggingface.co/datasets/org/name", "https://huggingface.co/",
              "https://huggingface.co/spaces/org/name", "org/-name", "org/<b>"}) {
            QTest::newRow(text) << QString::fromUtf8(text);
        }
    }

    void what_names_no_repository_is_refused_with_a_sentence() {
        QFETCH(QString, text);
        const RepositoryName name = readRepositoryName(text);
        QCOMPARE(name.repository, QString());
        QVERIFY(name.problem.endsWith(QLatin1Char('.')));
    }
};

QTEST_GUILESS_MAIN(TestModelsText)
#include "test_models_text.moc"
