#include "engine/checkpoint/pickle.h"

#include <array>

namespace specula {
namespace {

struct AllowedName {
    std::string_view full;
    PickleName name;
};

constexpr std::array kAllowed{
    AllowedName{"collections.OrderedDict", PickleName::OrderedDict},
    AllowedName{"torch._utils._rebuild_tensor_v2", PickleName::RebuildTensor},
    AllowedName{"torch._utils._rebuild_parameter", PickleName::RebuildParameter},
    AllowedName{"torch.Size", PickleName::Size},
    AllowedName{"torch.FloatStorage", PickleName::Storage},
    AllowedName{"torch.HalfStorage", PickleName::Storage},
    AllowedName{"torch.BFloat16Storage", PickleName::Storage},
    AllowedName{"torch.DoubleStorage", PickleName::Storage},
    AllowedName{"torch.LongStorage", PickleName::Storage},
    AllowedName{"torch.IntStorage", PickleName::Storage},
    AllowedName{"torch.ShortStorage", PickleName::Storage},
    AllowedName{"torch.CharStorage", PickleName::Storage},
    AllowedName{"torch.ByteStorage", PickleName::Storage},
    AllowedName{"torch.BoolStorage", PickleName::Storage},
};

}  // namespace

std::string_view kindName(Pickle::Kind kind) {
    switch (kind) {
        case Pickle::Kind::None:
            return "None";
        case Pickle::Kind::Bool:
            return "a truth value";
        case Pickle::Kind::Integer:
        case Pickle::Kind::Float:
        case Pickle::Kind::Other:
            return "a number";
        case Pickle::Kind::Text:
            return "a text";
        case Pickle::Kind::Bytes:
            return "bytes";
        case Pickle::Kind::List:
            return "a list";
        case Pickle::Kind::Tuple:
            return "a tuple";
        case Pickle::Kind::Dict:
            return "a dictionary";
        case Pickle::Kind::Name:
            return "an imported name";
        case Pickle::Kind::Storage:
            return "a storage";
        case Pickle::Kind::Tensor:
            return "a tensor";
    }
    return "a value";
}

std::optional<Pickle::Value> allowedName(std::string_view module, std::string_view name) {
    for (const AllowedName& allowed : kAllowed) {
        const std::size_t dot = allowed.full.rfind('.');
        const std::string_view last = allowed.full.substr(dot + 1);
        if (allowed.full.substr(0, dot) != module || last != name) continue;
        return Pickle::Value{
            .kind = Pickle::Kind::Name, .integer = static_cast<std::int64_t>(allowed.name), .text = last};
    }
    return std::nullopt;
}

}  // namespace specula
