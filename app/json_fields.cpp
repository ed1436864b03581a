#include "app/json_fields.h"

#include <QByteArray>
#include <cmath>

#include "engine/trace/error.h"

namespace specula {

using nlohmann::json;

namespace {

bool isUtf8(std::string_view bytes) {
    return QByteArray::fromRawData(bytes.data(), static_cast<qsizetype>(bytes.size())).isValidUtf8();
}

std::string describe(const json& value) {
    if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
    if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
    if (value.is_number() || value.is_boolean()) return value.dump();
    if (value.is_string()) {
        const std::string& text = value.get_ref<const std::string&>();
        return text.size() <= 40 ? value.dump(-1, ' ', true, json::error_handler_t::replace)
                                 : "a long string";
    }
    if (value.is_array()) return "an array of " + std::to_string(value.size());
    return value.is_null() ? "null" : "an object";
}

std::string plainNumber(double value) {
    return json(value).dump();
}

}  // namespace

std::string hexOf(std::string_view bytes) {
    return QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())).toHex().toStdString();
}

std::optional<std::string> bytesOfHex(std::string_view hex) {
    if (hex.size() % 2 != 0 || hex.find_first_not_of("0123456789abcdefABCDEF") != hex.npos)
        return std::nullopt;
    return QByteArray::fromHex(QByteArray(hex.data(), static_cast<qsizetype>(hex.size()))).toStdString();
}

json bytesToJson(std::string_view bytes) {
    if (isUtf8(bytes)) return json(std::string(bytes));
    return json{{"hex", hexOf(bytes)}};
}

JsonObject::JsonObject(const json& value, std::string origin, std::string place)
    : m_value(value), m_origin(std::move(origin)), m_place(std::move(place)) {
    if (!m_value.is_object()) failAt(m_place.empty() ? "the top" : m_place, "an object", &m_value);
}

std::string JsonObject::placeOf(const std::string& key) const {
    return m_place.empty() ? key : m_place + "." + key;
}

void JsonObject::failAt(const std::string& place, const std::string& expected, const json* found) const {
    throw Error(m_origin + ": expected " + expected + " at " + place + ", found " +
                (found ? describe(*found) : std::string("nothing")));
}

void JsonObject::fail(const std::string& key, const std::string& expected) const {
    const auto found = m_value.find(key);
    failAt(placeOf(key), expected, found == m_value.end() ? nullptr : &*found);
}

const json& JsonObject::at(const char* key) const {
    const auto found = m_value.find(key);
    if (found == m_value.end()) failAt(placeOf(key), "a value", nullptr);
    return *found;
}

bool JsonObject::has(const char* key) const {
    const auto found = m_value.find(key);
    return found != m_value.end() && !found->is_null();
}

bool JsonObject::isWord(const char* key, std::string_view word) const {
    const auto found = m_value.find(key);
    return found != m_value.end() && found->is_string() && found->get_ref<const std::string&>() == word;
}

bool JsonObject::boolean(const char* key) const {
    const json& value = at(key);
    if (!value.is_boolean()) fail(key, "true or false");
    return value.get<bool>();
}

std::int64_t JsonObject::integerAt(const json& value, const std::string& place, std::int64_t low,
                                   std::int64_t high) const {
    const bool huge = value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX};
    const bool fits = value.is_number_integer() && !huge && value.get<std::int64_t>() >= low &&
                      value.get<std::int64_t>() <= high;
    if (!fits)
        failAt(placeOf(place), "a whole number from " + std::to_string(low) + " to " + std::to_string(high),
               &value);
    return value.get<std::int64_t>();
}

double JsonObject::numberAt(const json& value, const std::string& place, double low, double high) const {
    const bool fits = value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= low &&
                      value.get<double>() <= high;
    if (!fits) {
        const bool bounded = low > std::numeric_limits<double>::lowest();
        failAt(placeOf(place),
               bounded ? "a number from " + plainNumber(low) + " to " + plainNumber(high) : "a number",
               &value);
    }
    return value.get<double>();
}

std::string JsonObject::bytesAt(const json& value, const std::string& place) const {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_object() && value.size() == 1 && value.contains("hex") && value["hex"].is_string()) {
        if (auto bytes = bytesOfHex(value["hex"].get_ref<const std::string&>())) return *bytes;
    }
    failAt(placeOf(place), "a string or {\"hex\": ...}", &value);
}

std::int64_t JsonObject::integer(const char* key, std::int64_t low, std::int64_t high) const {
    return integerAt(at(key), key, low, high);
}

std::uint64_t JsonObject::unsignedInteger(const char* key) const {
    const json& value = at(key);
    if (!value.is_number_unsigned()) fail(key, "a whole number from 0 to 18446744073709551615");
    return value.get<std::uint64_t>();
}

double JsonObject::number(const char* key, double low, double high) const {
    return numberAt(at(key), key, low, high);
}

std::optional<double> JsonObject::optionalNumber(const char* key, double low, double high) const {
    if (!has(key)) return std::nullopt;
    return number(key, low, high);
}

std::string JsonObject::bytes(const char* key) const {
    return bytesAt(at(key), key);
}

JsonObject JsonObject::object(const char* key) const {
    return JsonObject(at(key), m_origin, placeOf(key));
}

const json& JsonObject::array(const char* key, std::size_t maxCount) const {
    const json& value = at(key);
    if (!value.is_array() || value.size() > maxCount)
        fail(key, "an array of at most " + std::to_string(maxCount) + " values");
    return value;
}

JsonObject JsonObject::element(const char* key, std::size_t index) const {
    return JsonObject(at(key).at(index), m_origin, placeOf(key) + "[" + std::to_string(index) + "]");
}

}  // namespace specula
