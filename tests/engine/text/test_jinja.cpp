#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "engine/text/jinja/template.h"
#include "engine/trace/error.h"

using namespace specula;
using jinja::Value;
using Json = nlohmann::ordered_json;

// What Python's jinja2 makes of the templates, written by tests/data/templates/make_goldens.py.
static const Json& goldens() {
    static const Json parsed = [] {
        std::ifstream file(SPECULA_TEST_DATA "/templates/goldens.json");
        return Json::parse(file);
    }();
    return parsed;
}

static Value valueOf(const Json& json) {
    if (json.is_null()) return Value::None{};
    if (json.is_boolean()) return json.get<bool>();
    if (json.is_number_integer()) return json.get<std::int64_t>();
    if (json.is_number()) return json.get<double>();
    if (json.is_string()) return json.get<std::string>();
    if (json.is_array()) {
        std::vector<Value> items;
        for (const Json& item : json) items.push_back(valueOf(item));
        return Value::sequence(std::move(items));
    }
    std::vector<std::pair<Value, Value>> entries;
    for (const auto& [key, value] : json.items()) entries.emplace_back(key, valueOf(value));
    return Value::mapping(std::move(entries));
}

static jinja::RenderOptions thursday() {
    jinja::RenderOptions options;
    options.now.tm_year = 2026 - 1900;
    options.now.tm_mon = 2;
    options.now.tm_mday = 5;
    options.now.tm_hour = 14;
    options.now.tm_min = 7;
    options.now.tm_sec = 9;
    options.now.tm_wday = 4;
    options.now.tm_yday = 63;
    return options;
}

static std::string render(const std::string& source, const Json& context) {
    std::vector<std::pair<std::string, Value>> variables;
    for (const auto& [name, value] : context.items()) variables.emplace_back(name, valueOf(value));
    return jinja::Template(source).render(std::move(variables), thursday());
}

// "" when the template does with the context what is expected of it, else what it does instead.
static std::string departure(const std::string& source, const Json& context, const Json& expected) {
    try {
        const std::string found = render(source, context);
        if (expected.contains("error")) return "rendered \"" + found + "\", expected an error";
        const std::string text = expected["text"].get<std::string>();
        return found == text ? "" : "rendered \"" + found + "\", expected \"" + text + "\"";
    } catch (const Error& error) {
        const std::string what = error.what();
        if (what.find("chat template, line ") == std::string::npos) return "error names no line: " + what;
        return expected.contains("error") ? "" : "refused: " + what;
    }
}

static std::string messageOf(const std::string& source) {
    try {
        return "rendered: " + render(source, Json::object()).substr(0, 100);
    } catch (const Error& error) {
        return error.what();
    }
}

class TestJinja : public QObject {
    Q_OBJECT

private slots:
    void everyConversationIsWrittenAsPythonsJinjaWritesIt_data();
    void everyConversationIsWrittenAsPythonsJinjaWritesIt();
    void everyFeatureActsAsInPythonsJinja();
    void errorsNameTheLineAndWhatWasExpected_data();
    void errorsNameTheLineAndWhatWasExpected();
    void whatNeverEndsOrGrowsWithoutBoundIsStopped_data();
    void whatNeverEndsOrGrowsWithoutBoundIsStopped();
    void wholeNumbersBeyond64BitsAreAnError_data();
    void wholeNumbersBeyond64BitsAreAnError();
    void whatIsNotSupportedIsRefusedByName_data();
    void whatIsNotSupportedIsRefusedByName();
    void namespacesThatHoldEachOtherRender();
    void textThatIsNotUtf8IsRead();
    void damagedTemplatesRenderOrAreRefused();
};

void TestJinja::everyConversationIsWrittenAsPythonsJinjaWritesIt_data() {
    QTest::addColumn<int>("index");
    int index = 0;
    for (const Json& family : goldens()["families"]) {
        QTest::newRow(family["name"].get<std::string>().c_str()) << index++;
    }
    QVERIFY(index >= 25);
}

void TestJinja::everyConversationIsWrittenAsPythonsJinjaWritesIt() {
    QFETCH(int, index);
    const Json& family = goldens()["families"][static_cast<std::size_t>(index)];
    int rendered = 0;
    for (const auto& [title, expected] : family["results"].items()) {
        const std::size_t cut = title.find(" / ");
        Json context = goldens()["contexts"][title.substr(cut + 3)];
        context["messages"] = goldens()["conversations"][title.substr(0, cut)];
        const std::string found = departure(family["source"], context, expected);
        QVERIFY2(found.empty(), (title + ": " + found).c_str());
        ++rendered;
    }
    QVERIFY(rendered >= 20);
}

void TestJinja::everyFeatureActsAsInPythonsJinja() {
    QStringList departures;
    for (const Json& feature : goldens()["features"]) {
        const std::string source = feature["source"].get<std::string>();
        const std::string found = departure(source, goldens()["contexts"]["features"], feature);
        if (!found.empty()) departures << QString::fromStdString(source + " " + found);
    }
    QVERIFY(goldens()["features"].size() > 300);
    QVERIFY2(departures.isEmpty(), (QString::number(departures.size()) + QLatin1Char('\n') +
                                    departures.mid(0, 20).join(QLatin1Char('\n')))
                                       .toUtf8()
                                       .constData());
}

void TestJinja::errorsNameTheLineAndWhatWasExpected_data() {
    QTest::addColumn<QString>("source");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* source, const char* message) {
        QTest::newRow(source) << QString::fromUtf8(source) << QString::fromUtf8(message);
    };
    row("a\nb\n{{ 1 + }}", "the chat template, line 3: found }}, expected an expression");
    row("{% if x %}\n\nabc",
        "line 3: found the end of the template, expected {% elif %} or {% else %} or {% endif %}");
    row("\n{{ missing.name }}", "line 2: missing is undefined, so it has no name");
    row("{# \n #}\n{{ raise_exception('no system role') }}",
        "line 3: the template refuses the conversation: no system role");
    row("{% for x in 5 %}{% endfor %}", "line 1: expected something to go through, found a int");
    row("x\r\n\r\n{% nonsense %}", "line 3: found nonsense, expected one of the tags");
    row("{{ 'a' | frobnicate }}", "line 1: there is no filter frobnicate");
    row("{{ 'a'\n + \n 1 }}", "line 2: + takes no str and int");
    row("{{ [1, 2 }}", "line 1: found }, expected ]");
    row("{{ \"open }}", "line 1: a text is not closed, expected \"");
}

void TestJinja::errorsNameTheLineAndWhatWasExpected() {
    QFETCH(QString, source);
    QFETCH(QString, message);
    const std::string found = messageOf(source.toStdString());
    QVERIFY2(QString::fromStdString(found).contains(message), found.c_str());
    QVERIFY(found.find('\n') == std::string::npos);
}

void TestJinja::whatNeverEndsOrGrowsWithoutBoundIsStopped_data() {
    QTest::addColumn<QString>("source");
    QTest::addColumn<QString>("mentions");
    const auto row = [](const char* name, const QString& source, const char* mentions) {
        QTest::newRow(name) << source << QString::fromUtf8(mentions);
    };
    const auto text = [](const char* source) { return QString::fromUtf8(source); };
    const auto many = [](const char* piece, int times) { return QString::fromUtf8(piece).repeated(times); };
    row("loops in loops",
        text("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"), "work");
    row("a macro that calls itself", text("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"), "deep");
    row("macros that call each other",
        text("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}"),
        "deep");
    row("doubling a text",
        text("{% set n = namespace(t='x') %}{% for i in range(99) %}{% set n.t = n.t ~ n.t %}{% endfor %}"),
        "bytes");
    row("multiplying a text", text("{{ 'abc' * 999999999 }}"), "elements");
    row("multiplying a list", text("{{ [1] * 999999999 }}"), "elements");
    row("a long range", text("{{ range(999999999) | list }}"), "100000");
    row("writing without end", text("{% for i in range(99999) %}{{ 'x' * 9999 }}{% endfor %}"), "grows past");
    row("a list of lists of lists",
        text("{% set n = namespace(t=[]) %}{% for i in range(999) %}{% set n.t = [n.t] %}{% endfor %}"),
        "nested");
    row("a tree of shared lists",
        text("{% set n = namespace(t=['x']) %}{% for i in range(50) %}{% set n.t = [n.t, n.t] %}{% endfor "
             "%}{{ n.t }}"),
        "grows past");
    row("comparing trees of shared lists",
        text("{% set n = namespace(t=['x'], u=['x']) %}{% for i in range(50) %}{% set n.t = [n.t, n.t] %}{% "
             "set n.u = [n.u, n.u] %}{% endfor %}{{ n.t == n.u }}"),
        "work");
    row("replacing nothing",
        text("{% set n = namespace(t='x' * 9999) %}{% for i in range(9) %}{% set n.t = n.t.replace('', "
             "'xxxxxxxxx') %}{% endfor %}"),
        "bytes");
    row("joining with a long text", text("{{ range(99999) | join('x' * 9999) }}"), "bytes");
    row("indenting", text("{{ ('\\n' * 99999 ~ 'x') | indent(900, blank=true) }}"), "bytes");
    row("parentheses", many("{{ ", 1) + many("(", 5000) + many(")", 5000) + many(" }}", 1), "nested");
    row("brackets", many("{{ ", 1) + many("[", 5000) + many("]", 5000) + many(" }}", 1), "nested");
    row("nots", many("{{ ", 1) + many("not ", 5000) + many("x }}", 1), "nested");
    row("minuses", many("{{ ", 1) + many("- ", 5000) + many("1 }}", 1), "nested");
    row("a long sum", many("{{ 1", 1) + many(" + 1", 5000) + many(" }}", 1), "operations in a row");
    row("a long chain of attributes", many("{{ a", 1) + many(".b", 5000) + many(" }}", 1),
        "operations in a row");
    row("a long chain of filters", many("{{ a", 1) + many("|trim", 5000) + many(" }}", 1),
        "operations in a row");
    row("conditionals in conditionals", many("{{ ", 1) + many("1 if 0 else ", 5000) + many("1 }}", 1),
        "nested");
    row("blocks in blocks", many("{% if 1 %}", 5000) + many("{% endif %}", 5000),
        "blocks inside one another");
    row("targets in targets", many("{% for ", 1) + many("(", 5000) + many(")", 5000) + many(" in x %}", 1),
        "nested");
    row("a long source", many("x", 2'000'000), "expected at most");
}

void TestJinja::whatNeverEndsOrGrowsWithoutBoundIsStopped() {
    QFETCH(QString, source);
    QFETCH(QString, mentions);
    QElapsedTimer clock;
    clock.start();
    const std::string found = messageOf(source.toStdString());
    QVERIFY2(QString::fromStdString(found).contains(mentions), found.c_str());
    QVERIFY2(clock.elapsed() < 60'000, "it took longer than a minute");
}

void TestJinja::wholeNumbersBeyond64BitsAreAnError_data() {
    QTest::addColumn<QString>("expression");
    for (const char* each : {"9223372036854775807 + 1", "-9223372036854775807 - 2", "9223372036854775807 * 2",
                             "2 ** 63", "99999999999999999999", "'99999999999999999999' | int", "1e30 | int",
                             "10 ** 400", "-(-9223372036854775807 - 1)", "(-9223372036854775807 - 1) // -1",
                             "(-9223372036854775807 - 1) | abs"}) {
        QTest::newRow(each) << QString::fromLatin1(each);
    }
}

void TestJinja::wholeNumbersBeyond64BitsAreAnError() {
    QFETCH(QString, expression);
    const std::string found = messageOf("{{ " + expression.toStdString() + " }}");
    QVERIFY2(found.find("64 bits") != std::string::npos, found.c_str());
    QCOMPARE(
        render(
            "{{ 9223372036854775807 }} {{ -9223372036854775807 - 1 }} {{ (-9223372036854775807 - 1) % -1 }}",
            {}),
        std::string("9223372036854775807 -9223372036854775808 0"));
}

void TestJinja::whatIsNotSupportedIsRefusedByName_data() {
    QTest::addColumn<QString>("source");
    QTest::addColumn<QString>("mentions");
    const auto row = [](const char* source, const char* mentions) {
        QTest::newRow(source) << QString::fromUtf8(source) << QString::fromUtf8(mentions);
    };
    row("{% include 'other' %}", "found include");
    row("{% for x in [] recursive %}{% endfor %}", "recursive");
    row("{{ 'x' | urlize }}", "no filter urlize");
    row("{{ '\\N{BULLET}' }}", "escape");
    row("{{ 'x'.encode('utf-8') }}", "str has no attribute encode");
    row("{{ '{:>5}'.format(1) }}", "{:>5}");
    row("{{ range(3) }}", "|list");
    row("{{ '%c' % 65 }}", "%c");
    row("{{ strftime_now('%Q') }}", "%Q");
}

void TestJinja::whatIsNotSupportedIsRefusedByName() {
    QFETCH(QString, source);
    QFETCH(QString, mentions);
    const std::string found = messageOf(source.toStdString());
    QVERIFY2(QString::fromStdString(found).contains(mentions), found.c_str());
}

// Cycles must not leak; the address sanitiser's run of this test sees them.
void TestJinja::namespacesThatHoldEachOtherRender() {
    QCOMPARE(
        render("{% set a = namespace() %}{% set b = namespace(a=a) %}{% set a.b = b %}{% set a.self = a %}"
               "{% macro m() %}{{ a.b.a.x }}{% endmacro %}{% set a.m = m %}{% set a.x = 5 %}{{ a.m() }}"
               "{% for i in [1, 2] %}{% macro k() %}{{ i }}{% endmacro %}{% set a.k = k %}{% set a.loop = "
               "loop %}{% endfor %}"
               "{{ a.k() }}{{ a.loop.length }}",
               {}),
        std::string("522"));
}

void TestJinja::textThatIsNotUtf8IsRead() {
    QCOMPARE(render("a\xFF{{ '\xC3' ~ 1 }}\xE2\x82", {}), std::string("a\xEF\xBF\xBD\xEF\xBF\xBD"
                                                                      "1\xEF\xBF\xBD"));
}

// Not a crash, not a hang, and no other exception: templates with pieces of one another put in, cut out,
// doubled and swapped.
void TestJinja::damagedTemplatesRenderOrAreRefused() {
    std::vector<std::string> sources;
    for (const Json& family : goldens()["families"]) sources.push_back(family["source"]);
    for (const Json& feature : goldens()["features"]) sources.push_back(feature["source"]);
    const Json& context = goldens()["contexts"]["features"];
    const std::vector<std::string> tokens = {"{{",
                                             "}}",
                                             "{%",
                                             "%}",
                                             "-",
                                             "(",
                                             ")",
                                             "[",
                                             "]",
                                             "'",
                                             "|",
                                             "~",
                                             "not ",
                                             " is ",
                                             " in ",
                                             "{% endif %}",
                                             "{% endfor %}",
                                             "{% set x = ",
                                             "loop",
                                             "ns.",
                                             "**",
                                             "9999999999",
                                             "\xC3",
                                             "\\"};
    std::mt19937 random(20260305);
    const auto below = [&](std::size_t n) {
        return static_cast<std::size_t>(random()) % std::max<std::size_t>(n, 1);
    };
    int rendered = 0;
    int refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string source = sources[below(sources.size())];
        for (std::size_t change = 0; change <= below(4); ++change) {
            const std::size_t at = below(source.size() + 1);
            const std::size_t length = std::min(below(12), source.size() - at);
            const std::string& other = sources[below(sources.size())];
            switch (below(5)) {
                case 0:
                    source.erase(at, length);
                    break;
                case 1:
                    source.insert(at, tokens[below(tokens.size())]);
                    break;
                case 2:
                    source.insert(at, other.substr(below(other.size()), below(40)));
                    break;
                case 3:
                    source.insert(at, source.substr(at, length));
                    break;
                default:
                    if (at < source.size()) source[at] = static_cast<char>(random() & 0xFF);
            }
        }
        try {
            render(source, context);
            ++rendered;
        } catch (const Error&) {
            ++refused;
        }
    }
    QVERIFY(rendered > 1000);
    QVERIFY(refused > 1000);
}

QTEST_APPLESS_MAIN(TestJinja)
#include "test_jinja.moc"
