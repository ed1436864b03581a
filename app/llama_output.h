#pragma once

#include <string>
#include <vector>

namespace specula {

/// One test of `llama-bench -o json`.
struct LlamaBenchTest {
    int prompt = 0;             ///< n_prompt: tokens read in one batch; 0 where it generates
    int generated = 0;          ///< n_gen
    double milliseconds = 0.0;  ///< of the whole test, the median of its repetitions
    std::string model;          ///< "llama 256M Q8_0"
    std::string build;          ///< commit

    double tokensPerSecond() const { return (prompt + generated) * 1000.0 / milliseconds; }
};

/// What llama-bench printed. Throws Error where it is not that.
std::vector<LlamaBenchTest> parseLlamaBench(const std::string& json);

/// The test that read `prompt` tokens and generated `generated`. Throws Error where there is none.
const LlamaBenchTest& findTest(const std::vector<LlamaBenchTest>& tests, int prompt, int generated);

/// Tokens a second in "decoded   66 tokens in    0.566 seconds, speed:  116.535 t/s" among what
/// llama-speculative printed. Throws Error where there is no such line.
double parseLlamaSpeculative(const std::string& text);

}  // namespace specula
