#include "app/llama_output.h"

#include <algorithm>
#include <cstdio>

#include "app/json_fields.h"
#include "engine/measure/statistics.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr const char* kOrigin = "llama-bench's output";
constexpr std::size_t kMaxTests = 1000;
constexpr int kMaxTokens = 1'000'000;

LlamaBenchTest testFrom(const JsonObject& object) {
    LlamaBenchTest test;
    test.prompt = static_cast<int>(object.integer("n_prompt", 0, kMaxTokens));
    test.generated = static_cast<int>(object.integer("n_gen", 0, kMaxTokens));
    const auto& samples = object.array("samples_ns", kMaxTests);
    std::vector<double> times;
    for (std::size_t i = 0; i < samples.size(); ++i)
        times.push_back(object.numberAt(samples[i], "samples_ns", 1.0, 1e18));
    if (times.empty()) object.fail("samples_ns", "at least one time");
    test.milliseconds = medianOf(times) / 1e6;
    if (object.has("model_type")) test.model = object.bytes("model_type");
    if (object.has("build_commit")) test.build = object.bytes("build_commit");
    return test;
}

}  // namespace

std::vector<LlamaBenchTest> parseLlamaBench(const std::string& text) {
    const nlohmann::json document = parseJson(text, kOrigin);
    if (!document.is_array()) throw Error(std::string(kOrigin) + ": expected a list of tests");
    // JsonObject reads objects: the list is given a name.
    const nlohmann::json named{{"tests", document}};
    const JsonObject top(named, kOrigin);
    const std::size_t count = top.array("tests", kMaxTests).size();
    std::vector<LlamaBenchTest> tests;
    for (std::size_t i = 0; i < count; ++i) tests.push_back(testFrom(top.element("tests", i)));
    return tests;
}

const LlamaBenchTest& findTest(const std::vector<LlamaBenchTest>& tests, int prompt, int generated) {
    const auto found = std::find_if(tests.begin(), tests.end(), [&](const LlamaBenchTest& test) {
        return test.prompt == prompt && test.generated == generated;
    });
    if (found == tests.end())
        throw Error(std::string(kOrigin) + ": expected a test of " + std::to_string(prompt) +
                    " prompt tokens and " + std::to_string(generated) + " generated ones, found none");
    return *found;
}

double parseLlamaSpeculative(const std::string& text) {
    const auto at = text.find("decoded ");
    int tokens = 0;
    double seconds = 0.0, speed = 0.0;
    if (at == text.npos ||
        std::sscanf(text.c_str() + at, "decoded %d tokens in %lf seconds, speed: %lf", &tokens, &seconds,
                    &speed) != 3 ||
        !(speed > 0.0) || speed > 1e9)
        throw Error("llama-speculative's output: expected a line \"decoded N tokens in X seconds\"");
    return speed;
}

}  // namespace specula
