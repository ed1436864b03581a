#include "engine/checkpoint/foreign_content.h"

#include <algorithm>
#include <string_view>

namespace specula {
namespace {

constexpr std::size_t kLooked = 512;

// Upper-case ASCII letters made small; leading white space and a byte order mark left out.
std::string start(std::span<const std::byte> bytes) {
    std::string text(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kLooked));
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

}  // namespace

std::string foreignContent(std::span<const std::byte> bytes) {
    if (bytes.empty()) return "it is empty (an unfinished download?)";
    const std::string text = start(bytes);
    for (const std::string_view tag : {"<!doctype html", "<html", "<head", "<body", "<!--"}) {
        if (text.starts_with(tag)) return "it is an HTML page, not weights (did the download need a login?)";
    }
    if (text.starts_with("<?xml")) return "it is an XML document, not weights (a failed download?)";
    if (text.starts_with("version https://git-lfs")) {
        return "it is a Git LFS pointer, not the weights themselves (fetch them with: git lfs pull)";
    }
    if (text.starts_with("{\"error\"")) return "it is a server's error message, not weights";
    return "";
}

}  // namespace specula
