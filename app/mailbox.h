#pragma once

#include <mutex>
#include <utility>
#include <vector>

namespace specula {

/// Hands values from one thread to another, in order. Any number of threads may post; one drains.
///
/// The lock is held only to append or to swap a vector, so neither side ever waits for the other's work.
/// Nothing is ever dropped: what bounds the box is the run itself (its maximum number of tokens). Standard
/// library only, so that it can be tested under ThreadSanitizer by itself.
template <typename T>
class Mailbox {
public:
    void post(T value) {
        const std::lock_guard lock(m_mutex);
        m_values.push_back(std::move(value));
    }

    /// Everything posted since the last call, oldest first.
    std::vector<T> drain() {
        std::vector<T> taken;
        const std::lock_guard lock(m_mutex);
        taken.swap(m_values);
        return taken;
    }

private:
    std::mutex m_mutex;
    std::vector<T> m_values;  // guarded by m_mutex
};

}  // namespace specula
