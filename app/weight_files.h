#pragma once

#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "app/run_record.h"

namespace specula {

/// The files of weights of a model: a GGUF file itself, or the *.safetensors (else *.bin) of a folder, by
/// name, at most 1000; none for a draft that has no files. Never throws: what is not there is not listed.
std::vector<WeightFile> weightFilesOf(const std::string& model);

/// SHA-256 of files, computed once and remembered by path, size and time of change in the user's cache
/// folder ("weight-hashes.json"). Any thread.
class HashCache {
public:
    /// `path` of the cache's own file; "" = in the user's cache folder.
    explicit HashCache(std::string path = {});

    /// Fills in the hashes that are known; reads none of the files themselves.
    void fillKnown(std::vector<WeightFile>& files);

    /// Computes those that are missing, polled for a stop every MiB; what was finished is remembered even
    /// if another file cannot be read or the cache cannot be written. True when all are known.
    bool compute(std::vector<WeightFile>& files, std::stop_token stop);

private:
    std::mutex m_mutex;
    const std::string m_path;
};

/// Lists the files of a run that was made here, with the hashes that are known; reads none of them.
void addKnownWeightFiles(RunRecord& record);

}  // namespace specula
