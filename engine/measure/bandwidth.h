#pragma once

#include <cstdint>

#include "engine/model/thread_pool.h"

namespace specula {

/// How fast all threads of the pool together read a buffer of `bytes` from end to end, in GB/s: the median of
/// `passes` passes after one that is not counted. The buffer lies in huge pages where the system gives them,
/// and each thread reads several places at once, as a matrix's rows are read. 0 where there is no memory for
/// it.
double readBandwidth(ThreadPool& pool, std::int64_t bytes, int passes);

}  // namespace specula
