#include "engine/checkpoint/config_fields.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {

using nlohmann::json;

namespace {

std::string shownValue(const json& value) {
    if (value.is_structured()) return std::string(value.is_array() ? "an array" : "an object");
    return sanitised(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace

void ConfigFields::fail(const std::string& field, const std::string& what) const {
    throw Error(sanitised(m_file) + ": " + m_prefix + field + " " + what);
}

const json* ConfigFields::find(const std::string& field) const {
    const auto found = m_object.find(field);
    return found == m_object.end() || found->is_null() ? nullptr : &*found;
}

bool ConfigFields::mentions(const std::string& field) const {
    return m_object.contains(field);
}

int ConfigFields::integer(const std::string& field, Bounds bounds, std::optional<int> fallback) const {
    const json* value = find(field);
    if (!value) {
        if (!fallback) fail(field, "is missing, expected a whole number");
        return *fallback;
    }
    if (!value->is_number_integer()) fail(field, "is " + shownValue(*value) + ", expected a whole number");
    const bool fits = value->is_number_unsigned() ? value->get<std::uint64_t>() <= std::uint64_t(bounds.high)
                                                  : value->get<std::int64_t>() <= bounds.high;
    if (!fits || value->get<std::int64_t>() < bounds.low) {
        fail(field, "is " + shownValue(*value) + ", expected " + std::to_string(bounds.low) + " to " +
                        std::to_string(bounds.high));
    }
    return static_cast<int>(value->get<std::int64_t>());
}

double ConfigFields::number(const std::string& field, double low, double high,
                            std::optional<double> fallback) const {
    const json* value = find(field);
    if (!value) {
        if (!fallback) fail(field, "is missing, expected a number");
        return *fallback;
    }
    if (!value->is_number()) fail(field, "is " + shownValue(*value) + ", expected a number");
    const double number = value->get<double>();
    if (!(number >= low && number <= high))
        fail(field, "is " + shownValue(*value) + ", which is out of range");
    return number;
}

bool ConfigFields::flag(const std::string& field, bool fallback) const {
    const json* value = find(field);
    if (value && !value->is_boolean()) fail(field, "is " + shownValue(*value) + ", expected true or false");
    return value ? value->get<bool>() : fallback;
}

std::string ConfigFields::text(const std::string& field, const std::string& fallback) const {
    const json* value = find(field);
    if (value && !value->is_string()) fail(field, "is " + shownValue(*value) + ", expected a string");
    return value ? value->get<std::string>() : fallback;
}

std::vector<double> ConfigFields::numbers(const std::string& field, std::size_t count) const {
    const json* value = find(field);
    if (!value) return {};
    const bool fits = value->is_array() && value->size() == count &&
                      std::all_of(value->begin(), value->end(), [](const json& each) {
                          return each.is_number() && std::isfinite(each.get<double>());
                      });
    if (!fits) fail(field, "must be a list of " + std::to_string(count) + " numbers");
    return value->get<std::vector<double>>();
}

std::optional<ConfigFields> ConfigFields::object(const std::string& field) const {
    const json* value = find(field);
    if (!value) return std::nullopt;
    if (!value->is_object()) fail(field, "is " + shownValue(*value) + ", expected an object");
    return ConfigFields(m_file, *value, m_prefix + field + ".");
}

void ConfigFields::refuseInnerObjects(const std::string& why) const {
    for (const auto& [key, value] : m_object.items()) {
        if (value.is_object()) fail(sanitised(key), why);
    }
}

void ConfigFields::expectFlag(const std::string& field, bool expected) const {
    if (flag(field, expected) != expected)
        fail(field, std::string("is ") + (expected ? "false" : "true") + ", which is not supported");
}

void GgufKeys::fail(const std::string& key, const std::string& what) const {
    throw Error(sanitised(m_file.path()) + ": the key " + m_prefix + key + " " + what);
}

int GgufKeys::integer(const std::string& key, Bounds bounds, std::optional<int> fallback) const {
    const auto value = m_file.integer(m_prefix + key);
    if (!value && !fallback) fail(key, "is missing, expected an integer");
    if (!value) return *fallback;
    if (*value < bounds.low || *value > bounds.high) {
        fail(key, "is " + std::to_string(*value) + ", expected " + std::to_string(bounds.low) + " to " +
                      std::to_string(bounds.high));
    }
    return static_cast<int>(*value);
}

double GgufKeys::number(const std::string& key, double low, double high, double fallback) const {
    const auto value = m_file.number(m_prefix + key);
    if (!value) return fallback;
    if (*value < low || *value > high) fail(key, "is " + std::to_string(*value) + ", which is out of range");
    return *value;
}

std::string GgufKeys::text(const std::string& key, const std::string& fallback) const {
    return m_file.text(m_prefix + key).value_or(fallback);
}

const RawTensor* GgufKeys::tensor(std::string_view name) const {
    const auto found = std::find_if(m_file.tensors().begin(), m_file.tensors().end(),
                                    [&](const RawTensor& tensor) { return tensor.name == name; });
    return found == m_file.tensors().end() ? nullptr : &*found;
}

}  // namespace specula
