#include "app/engine_catalogue.h"

#include "app/catalogue.h"
#include "engine/decode/model_details.h"
#include "engine/decode/pair_matrix.h"

namespace specula {

ModelEntry describeFound(const FoundModel& model) {
    ModelEntry entry = describeEntry(model.path, model.source);
    if (hasOwnName(model)) entry.name = model.name;
    return entry;
}

ModelDetails detailsOfFound(const FoundModel& model) {
    ModelDetails details = describeModel(model.path, model.source);
    if (hasOwnName(model)) details.entry.name = model.name;
    return details;
}

CatalogueReader engineCatalogue() {
    CatalogueReader reader;
    reader.find = [](const std::vector<std::string>& extraPaths, const std::stop_token& stop) {
        return findModels(extraPaths, stop);
    };
    reader.describe = describeFound;
    reader.details = detailsOfFound;
    reader.pairs = [](const std::vector<ModelEntry>& entries, const std::stop_token& stop,
                      const CatalogueReader::Progress& progress) {
        return pairMatrix(entries, stop, progress);
    };
    return reader;
}

}  // namespace specula
