// Prints, as Markdown, what exact enumeration finds: how far each lossless rule is from the target's law, and
// each mutant of it.

#include <algorithm>
#include <cstdio>

#include "engine/trace/mutants.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "tests/engine/verify/proofs.h"

using namespace specula;
using namespace specula::test;

namespace {

void printRules() {
    std::printf("| rule | drafts | V | depth 1 | depth 2 | depth 3 | depth 4 |\n");
    std::printf("| --- | --- | --- | --- | --- | --- | --- |\n");
    double worst = 0.0;
    for (const Proof& proof : proofs()) {
        for (const int vocabulary : kVocabularies) {
            std::printf("| %s | %s, %s | %d |", std::string(name(proof.rule)).c_str(),
                        proof.tree ? "trees" : "chains", proof.draft.c_str(), vocabulary);
            for (const int depth : kDepths) {
                const double distance = worstDistance(proof, vocabulary, depth);
                worst = std::max(worst, distance);
                std::printf(" %.0e |", distance);
            }
            std::printf("\n");
            std::fflush(stdout);
        }
    }
    std::printf("\nLargest of all: %.1e\n\n", worst);
}

void printCell(Mutant mutant, Rule rule, bool tree) {
    if (tree ? !judgesTrees(rule) : !judgesChains(rule)) return;
    const double distance = mutantDistance(mutant, rule, tree);
    if (distance > 1e-12)
        std::printf(" %.3f |", distance);
    else
        std::printf(" 0 |");
}

void printMutants() {
    std::string head = "| mutant |", line = "| --- |";
    for (const Rule rule : losslessRules()) {
        for (const bool tree : {false, true}) {
            if (tree ? !judgesTrees(rule) : !judgesChains(rule)) continue;
            head.append(" ").append(name(rule)).append(tree ? ", trees |" : ", chains |");
            line += " --- |";
        }
    }
    std::printf("%s\n%s\n", head.c_str(), line.c_str());
    for (const Mutant mutant : lawMutants()) {
        std::printf("| %s |", std::string(name(mutant)).c_str());
        for (const Rule rule : losslessRules()) {
            for (const bool tree : {false, true}) printCell(mutant, rule, tree);
        }
        std::printf("\n");
    }
}

}  // namespace

int main() {
    printRules();
    printMutants();
    return 0;
}
