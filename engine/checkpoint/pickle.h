#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

namespace specula {

/// What a name that a pickle may import stands for. Importing any other name is refused; none runs anything.
enum class PickleName : std::uint8_t {
    OrderedDict,       ///< collections.OrderedDict
    RebuildTensor,     ///< torch._utils._rebuild_tensor_v2
    RebuildParameter,  ///< torch._utils._rebuild_parameter
    Size,              ///< torch.Size
    Storage,           ///< torch.FloatStorage and its like
};

/// What a pickle built: values that refer to each other by index, so that shared, nested (however deep) and
/// circular ones are held and freed alike. Texts are views of the pickle's bytes.
struct Pickle {
    enum class Kind : std::uint8_t {
        None,
        Bool,     ///< integer
        Integer,  ///< integer
        Float,    ///< (its value is not kept)
        Text,     ///< text
        Bytes,    ///< text
        List,     ///< items; also sets
        Tuple,    ///< items
        Dict,     ///< items: key, value, key, value...
        Name,     ///< integer: a PickleName; text: its last part, "FloatStorage"
        Storage,  ///< items: the storage type's Name, its key (Text), where it was (Text), elements (Integer)
        Tensor,   ///< items: Storage, offset (Integer), sizes, strides (Tuples of at most 8 Integers); in
                  ///< elements
        Other,    ///< a number of more than 64 bits
    };
    struct Value {
        Kind kind = Kind::None;
        bool ordered = false;  ///< Dict: an OrderedDict
        std::int64_t integer = 0;
        std::string_view text{};
        std::vector<std::uint32_t> items{};
    };

    std::deque<Value> values;
    std::uint32_t root = 0;
};

/// "a list", "a dictionary", for messages.
std::string_view kindName(Pickle::Kind kind);

/// The Name value of an import, absent when it is not allowed.
std::optional<Pickle::Value> allowedName(std::string_view module, std::string_view name);

}  // namespace specula
