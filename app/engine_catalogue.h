#pragma once

#include "app/catalogue_worker.h"

namespace specula {

/// findModels(), and the engine's description of what it found.
CatalogueReader engineCatalogue();

/// describeEntry() and describeModel() under the name that the catalogue gives the model where it has one.
ModelEntry describeFound(const FoundModel& model);
ModelDetails detailsOfFound(const FoundModel& model);

}  // namespace specula
