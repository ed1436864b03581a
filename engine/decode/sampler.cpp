#include "engine/decode/sampler.h"

#include "engine/model/kernels.h"

namespace specula {

void SeenTokens::push(TokenId id) {
    if (m_counts[static_cast<std::size_t>(id)]++ == 0) m_distinct.push_back(id);
    m_pushed.push_back(id);
}

void SeenTokens::pop() {
    const TokenId id = m_pushed.back();
    m_pushed.pop_back();
    if (--m_counts[static_cast<std::size_t>(id)] == 0) m_distinct.pop_back();
}

Sampler::Sampler(const Sampling& settings) : m_pipeline(settings, {kernels().softmax, kernels().argmax}) {}

}  // namespace specula
