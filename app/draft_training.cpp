#include "app/draft_training.h"

#include <malloc.h>

#include <QCryptographicHash>
#include <QFile>

#include "app/default_models.h"
#include "app/training_prompts.h"
#include "engine/train/train_draft.h"

namespace specula {

namespace {

// What the C library starts with (mallopt(3)).
constexpr int kUsualMaps = 65'536;
constexpr int kUsualTrim = 128 * 1024;

}  // namespace

TrainingMemory::TrainingMemory() {
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
}

TrainingMemory::~TrainingMemory() {
    mallopt(M_MMAP_MAX, kUsualMaps);
    mallopt(M_TRIM_THRESHOLD, kUsualTrim);
    malloc_trim(0);
}

std::string fileHash(const std::string& path) {
    QFile file(QFile::decodeName(path.c_str()));
    QCryptographicHash hash(QCryptographicHash::Sha256);
    if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file)) return {};
    return hash.result().toHex().toStdString();
}

Trainer engineTrainer() {
    return [](const TrainRequest& asked, std::stop_token stop,
              const std::function<void(const TrainProgress&)>& progress) {
        TrainRequest request = asked;
        request.target = resolveModelPath("target", asked.target);
        if (request.prompts.empty()) {
            TrainingPrompts prompts = bundledTrainingPrompts(request.seed);
            request.prompts = std::move(prompts.training);
            request.heldOut = std::move(prompts.heldOut);
        }
        if (request.targetHash.empty()) request.targetHash = fileHash(request.target);
        const TrainingMemory memory;
        return trainDraft(request, std::move(stop), progress);
    };
}

}  // namespace specula
