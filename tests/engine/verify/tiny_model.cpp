#include "tests/engine/verify/tiny_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "engine/verify/rows.h"

namespace specula::test {

namespace {

Row normalised(Row row) {
    const double total = std::accumulate(row.begin(), row.end(), 0.0);
    for (double& value : row) value /= total;
    return row;
}

Row onlyLargest(const Row& row, int count) {
    Row out(row.size(), 0.0);
    for (const TokenId token : largestOf(std::span<const double>(row), count))
        out[static_cast<std::size_t>(token)] = row[static_cast<std::size_t>(token)];
    return normalised(out);
}

}  // namespace

const Row& TinyModel::row(const Text& text) const {
    const auto found = m_rows.find(text);
    return found != m_rows.end() ? found->second : m_rows.emplace(text, m_rowOf(text)).first->second;
}

TinyModel randomModel(int vocabulary, unsigned seed, double zeros) {
    return {vocabulary, [=](const Text& text) {
                std::vector<unsigned> key{seed};
                for (const TokenId token : text) key.push_back(static_cast<unsigned>(token) + 1);
                std::seed_seq sequence(key.begin(), key.end());
                std::mt19937_64 random(sequence);
                std::uniform_real_distribution<double> uniform(0.0, 1.0);
                Row row(static_cast<std::size_t>(vocabulary));
                for (double& weight : row)
                    weight = uniform(random) < zeros ? 0.0 : -std::log(1.0 - uniform(random));
                if (std::accumulate(row.begin(), row.end(), 0.0) == 0.0) row[0] = 1.0;
                return normalised(row);
            }};
}

TinyModel constantModel(const Row& row) {
    return {static_cast<int>(row.size()), [row](const Text&) { return row; }};
}

TinyModel topTwoOf(const TinyModel& model) {
    return {model.vocabulary(), [model](const Text& text) { return onlyLargest(model.row(text), 2); }};
}

TinyModel greedyOf(const TinyModel& model) {
    return {model.vocabulary(), [model](const Text& text) { return onlyLargest(model.row(text), 1); }};
}

TinyModel mixtureOf(const TinyModel& target, const TinyModel& draft, double weight, std::size_t until) {
    return {target.vocabulary(), [=](const Text& text) {
                Row row = target.row(text);
                if (text.size() >= until) return row;
                const Row& other = draft.row(text);
                for (std::size_t i = 0; i < row.size(); ++i)
                    row[i] = (1.0 - weight) * row[i] + weight * other[i];
                return row;
            }};
}

Law plainLaw(const TinyModel& model, int length, TokenId ending) {
    Law law;
    Text text;
    const std::function<void(double)> extend = [&](double weight) {
        const bool ended = !text.empty() && text.back() == ending;
        if (ended || static_cast<int>(text.size()) == length) {
            law[text] += weight;
            return;
        }
        const Row& row = model.row(text);
        for (TokenId token = 0; token < model.vocabulary(); ++token) {
            const double chance = row[static_cast<std::size_t>(token)];
            if (chance <= 0.0) continue;
            text.push_back(token);
            extend(weight * chance);
            text.pop_back();
        }
    };
    extend(1.0);
    return law;
}

double totalVariation(const Law& a, const Law& b) {
    double distance = 0.0;
    for (const auto& [text, weight] : a) {
        const auto found = b.find(text);
        distance += std::fabs(weight - (found == b.end() ? 0.0 : found->second));
    }
    for (const auto& [text, weight] : b) {
        if (!a.contains(text)) distance += weight;
    }
    return distance / 2.0;
}

std::vector<int> planOf(const std::vector<int>& children) {
    std::vector<int> plan, level{-1};
    for (const int count : children) {
        std::vector<int> next;
        for (const int parent : level) {
            for (int i = 0; i < count; ++i) {
                next.push_back(static_cast<int>(plan.size()));
                plan.push_back(parent);
            }
        }
        level = next;
    }
    return plan;
}

int depthOf(const std::vector<int>& plan) {
    std::vector<int> depths;
    for (const int parent : plan)
        depths.push_back(parent < 0 ? 1 : depths[static_cast<std::size_t>(parent)] + 1);
    return depths.empty() ? 0 : *std::max_element(depths.begin(), depths.end());
}

}  // namespace specula::test
