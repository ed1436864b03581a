#include "engine/verify/rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/verify/clones.h"

namespace specula {

namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kBlock = 512;
constexpr std::size_t kSkip = 128;

template <typename Real>
double plainSum(const Real* x, std::size_t n) {
    double lanes[kLanes] = {};
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        for (std::size_t l = 0; l < kLanes; ++l) lanes[l] += static_cast<double>(x[i + l]);
    }
    for (; i < n; ++i) lanes[i % kLanes] += static_cast<double>(x[i]);
    double total = 0.0;
    for (const double lane : lanes) total += lane;
    return total;
}

SPECULA_CLONES double sum(const float* x, std::size_t n) {
    return plainSum(x, n);
}
SPECULA_CLONES double sum(const double* x, std::size_t n) {
    return plainSum(x, n);
}

/// Natural logarithm of a positive float to about 1e-7, branch-free so that loops vectorise (only for
/// entropies).
inline float fastLog(float x) {
    std::int32_t bits;
    std::memcpy(&bits, &x, 4);
    const std::int32_t exponent = ((bits - 0x3F3504F3) >> 23);  // mantissa in [sqrt(1/2), sqrt(2))
    bits -= exponent << 23;
    float m;
    std::memcpy(&m, &bits, 4);
    const float s = (m - 1.0F) / (m + 1.0F);
    const float z = s * s;
    const float series =
        2.0F * s * (1.0F + z * (1.0F / 3 + z * (1.0F / 5 + z * (1.0F / 7 + z * (1.0F / 9)))));
    return series + static_cast<float>(exponent) * 0.69314718056F;
}

/// -sum x log x. The 1e-30 makes an entry of 0 count as 0 without a branch, and changes no other.
SPECULA_CLONES double entropySum(const float* x, std::size_t n) {
    double total = 0.0;
    for (std::size_t at = 0; at < n; at += kBlock) {
        const std::size_t count = std::min(kBlock, n - at);
        float terms[kBlock];  // by themselves in a loop that vectorises
        for (std::size_t i = 0; i < count; ++i) terms[i] = x[at + i] * fastLog(x[at + i] + 1e-30F);
        total -= plainSum(terms, count);
    }
    return total;
}

double entropySum(const double* x, std::size_t n) {
    double total = 0.0;
    for (std::size_t i = 0; i < n; ++i) total -= x[i] > 0.0 ? x[i] * std::log(x[i]) : 0.0;
    return total;
}

template <typename Real>
double plainOverlap(const Real* target, const Real* draft, std::size_t n) {
    double lanes[kLanes] = {};
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        for (std::size_t l = 0; l < kLanes; ++l)
            lanes[l] += static_cast<double>(target[i + l] < draft[i + l] ? target[i + l] : draft[i + l]);
    }
    for (; i < n; ++i) lanes[i % kLanes] += static_cast<double>(std::min(target[i], draft[i]));
    double total = 0.0;
    for (const double lane : lanes) total += lane;
    return total;
}

SPECULA_CLONES double overlap(const float* t, const float* d, std::size_t n) {
    return plainOverlap(t, d, n);
}
SPECULA_CLONES double overlap(const double* t, const double* d, std::size_t n) {
    return plainOverlap(t, d, n);
}

template <typename Real>
void plainResidual(const Real* target, Real share, const Real* draft, std::size_t n, Real* out) {
    for (std::size_t i = 0; i < n; ++i) {
        const Real left = share * target[i] - draft[i];
        out[i] = left > Real{0} ? left : Real{0};
    }
}

SPECULA_CLONES void residual(const float* t, float share, const float* d, std::size_t n, float* out) {
    plainResidual(t, share, d, n, out);
}
SPECULA_CLONES void residual(const double* t, double share, const double* d, std::size_t n, double* out) {
    plainResidual(t, share, d, n, out);
}

/// The first place from `at` on that may hold more than `floor`, in whole blocks: most of a vocabulary is
/// passed over without a branch for each token.
template <typename Real>
std::size_t plainSkip(const Real* x, std::size_t at, std::size_t n, Real floor) {
    for (; at + kSkip <= n; at += kSkip) {
        int found = 0;
        for (std::size_t i = 0; i < kSkip; ++i) found |= x[at + i] > floor ? 1 : 0;
        if (found != 0) break;
    }
    return at;
}

SPECULA_CLONES std::size_t skipUpTo(const float* x, std::size_t at, std::size_t n, float floor) {
    return plainSkip(x, at, n, floor);
}
SPECULA_CLONES std::size_t skipUpTo(const double* x, std::size_t at, std::size_t n, double floor) {
    return plainSkip(x, at, n, floor);
}

// In double: what is left of a peaked row may be so little that its inverse is beyond a float.
template <typename Real>
void plainScale(Real* x, std::size_t n, double factor) {
    for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<Real>(static_cast<double>(x[i]) * factor);
}

SPECULA_CLONES void scaleBy(float* x, std::size_t n, double factor) {
    plainScale(x, n, factor);
}
SPECULA_CLONES void scaleBy(double* x, std::size_t n, double factor) {
    plainScale(x, n, factor);
}

}  // namespace

template <typename Real>
TokenId drawFrom(std::span<const Real> weights, double coin) {
    const std::size_t n = weights.size();
    const double threshold = coin * sum(weights.data(), n);
    double running = 0.0;
    std::size_t last = 0;  // start of the last block with any weight
    for (std::size_t at = 0; at < n; at += kBlock) {
        const std::size_t end = std::min(n, at + kBlock);
        const double block = sum(weights.data() + at, end - at);
        if (!(block > 0.0)) continue;
        last = at;
        if (running + block <= threshold) {
            running += block;
            continue;
        }
        double within = running;
        for (std::size_t i = at; i < end; ++i) {
            within += static_cast<double>(weights[i]);
            if (weights[i] > Real{0} && within > threshold) return static_cast<TokenId>(i);
        }
        break;  // the block's sum and its running sum round differently: its last positive weight is the
                // answer
    }
    std::size_t answer = last;
    for (std::size_t i = last; i < std::min(n, last + kBlock); ++i) {
        if (weights[i] > Real{0}) answer = i;
    }
    return static_cast<TokenId>(answer);
}

template <typename Real>
double residualInto(std::span<const Real> target, std::span<const Real> draft, TokenId drafted,
                    std::span<Real> out, double share) {
    const auto part = static_cast<Real>(share);
    if (draft.empty()) {
        for (std::size_t i = 0; i < target.size(); ++i) out[i] = part * target[i];
        Real& left = out[static_cast<std::size_t>(drafted)];
        left = std::max(Real{0}, left - Real{1});
    } else {
        residual(target.data(), part, draft.data(), target.size(), out.data());
    }
    return sum(out.data(), out.size());
}

template <typename Real>
double without(std::span<const Real> row, TokenId token, std::span<Real> out) {
    if (out.data() != row.data()) std::copy(row.begin(), row.end(), out.begin());
    out[static_cast<std::size_t>(token)] = Real{0};
    return sum(out.data(), out.size());
}

template <typename Real>
void scale(std::span<Real> row, double factor) {
    scaleBy(row.data(), row.size(), factor);
}

template <typename Real>
RowSums sumsOf(std::span<const Real> target, std::span<const Real> draft, TokenId drafted) {
    RowSums sums;
    const double total = sum(target.data(), target.size());
    sums.overlap = draft.empty() ? static_cast<double>(target[static_cast<std::size_t>(drafted)])
                                 : overlap(target.data(), draft.data(), target.size());
    sums.residualMass = std::max(0.0, total - sums.overlap);
    sums.entropyTarget = entropySum(target.data(), target.size());
    sums.entropyDraft = draft.empty() ? 0.0 : entropySum(draft.data(), draft.size());
    return sums;
}

template <typename Real>
double entropyOf(std::span<const Real> row) {
    return entropySum(row.data(), row.size());
}

template <typename Real>
std::vector<TokenId> thoseFrom(std::span<const Real> row, Real floor) {
    std::vector<TokenId> ids;
    const Real below = std::nextafter(floor, Real{-1});
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i % kSkip == 0) i = skipUpTo(row.data(), i, row.size(), below);
        if (i < row.size() && row[i] >= floor) ids.push_back(static_cast<TokenId>(i));
    }
    return ids;
}

template <typename Real>
std::vector<TokenId> largestOf(std::span<const Real> row, int count) {
    const auto wanted = static_cast<std::size_t>(std::max(0, count));
    std::vector<TokenId> best;  // a heap whose front is the worst of the best
    const auto better = [&](TokenId a, TokenId b) {
        const Real x = row[static_cast<std::size_t>(a)], y = row[static_cast<std::size_t>(b)];
        return x != y ? x > y : a < b;
    };
    for (std::size_t i = 0; i < row.size() && wanted > 0; ++i) {
        if (best.size() == wanted) {
            const Real worst = row[static_cast<std::size_t>(best.front())];
            if (i % kSkip == 0) i = skipUpTo(row.data(), i, row.size(), worst);
            if (i == row.size()) break;
            if (!(row[i] > worst)) continue;  // ties: the earlier id stays
            std::pop_heap(best.begin(), best.end(), better);
            best.back() = static_cast<TokenId>(i);
        } else {
            best.push_back(static_cast<TokenId>(i));
        }
        std::push_heap(best.begin(), best.end(), better);
    }
    std::sort(best.begin(), best.end(), better);
    return best;
}

#define SPECULA_INSTANTIATE(Real)                                                                        \
    template TokenId drawFrom(std::span<const Real>, double);                                            \
    template double residualInto(std::span<const Real>, std::span<const Real>, TokenId, std::span<Real>, \
                                 double);                                                                \
    template double without(std::span<const Real>, TokenId, std::span<Real>);                            \
    template void scale(std::span<Real>, double);                                                        \
    template RowSums sumsOf(std::span<const Real>, std::span<const Real>, TokenId);                      \
    template double entropyOf(std::span<const Real>);                                                    \
    template std::vector<TokenId> thoseFrom(std::span<const Real>, Real);                                \
    template std::vector<TokenId> largestOf(std::span<const Real>, int);
SPECULA_INSTANTIATE(float)
SPECULA_INSTANTIATE(double)
#undef SPECULA_INSTANTIATE

}  // namespace specula
