#include "app/hub/hub_names.h"

#include <QStringList>
#include <algorithm>
#include <array>

namespace specula {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMaxPart = 96;
constexpr qsizetype kMaxRevision = 200;
constexpr qsizetype kMaxBlob = 128;
constexpr qsizetype kMaxSegment = 255;
constexpr qsizetype kMaxPath = 1024;
constexpr qsizetype kMaxShown = 120;

bool isWordCharacter(QChar c) {
    const char16_t u = c.unicode();
    return (u >= u'a' && u <= u'z') || (u >= u'A' && u <= u'Z') || (u >= u'0' && u <= u'9') || u == u'-' ||
           u == u'_' || u == u'.';
}

bool isControl(QChar c) {
    return c.unicode() < 0x20 || (c.unicode() >= 0x7f && c.unicode() < 0xa0) || c.unicode() == 0x2028 ||
           c.unicode() == 0x2029;
}

bool isNamePart(QStringView part) {
    if (part.isEmpty() || part.size() > kMaxPart) return false;
    for (const QChar end : {part.front(), part.back()}) {
        if (end == u'-' || end == u'.') return false;
    }
    return std::all_of(part.begin(), part.end(), isWordCharacter);
}

}  // namespace

bool isRepositoryName(const QString& text) {
    if (text.contains("--"_L1) || text.contains(".."_L1)) return false;
    const auto parts = QStringView(text).split(u'/');
    return parts.size() <= 2 && std::all_of(parts.begin(), parts.end(), isNamePart);
}

bool isRevisionName(const QString& text) {
    if (text.isEmpty() || text.size() > kMaxRevision || text.contains(".."_L1)) return false;
    for (const QStringView part : QStringView(text).split(u'/')) {
        if (part.isEmpty() || part.front() == u'.' || part.endsWith(".lock"_L1)) return false;
        for (const QChar c : part) {
            if (isControl(c) || u" ~^:?*[\\\"<>|"_s.contains(c)) return false;
        }
    }
    return true;
}

bool isCommit(const QString& text) {
    return text.size() == 40 && std::all_of(text.begin(), text.end(), [](QChar c) {
               return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f');
           });
}

bool isBlobName(const QString& etag) {
    return !etag.isEmpty() && etag.size() <= kMaxBlob && etag.front() != u'.' &&
           std::all_of(etag.begin(), etag.end(), isWordCharacter);
}

QString fileNameProblem(const QString& name) {
    if (name.isEmpty()) return u"is empty"_s;
    if (name.toUtf8().size() > kMaxPath) return u"is longer than 1024 bytes"_s;
    if (std::any_of(name.begin(), name.end(), isControl)) return u"contains a control character"_s;
    if (name.contains(u'\\')) return u"contains a backslash"_s;
    if (name.front() == u'/') return u"is an absolute path"_s;
#ifdef Q_OS_WIN
    if (name.contains(u':')) return u"contains a colon"_s;
#endif
    for (const QStringView part : QStringView(name).split(u'/')) {
        if (part.isEmpty() || part == "."_L1 || part == ".."_L1) return u"leads out of its folder"_s;
        if (part.toUtf8().size() > kMaxSegment) return u"has a part longer than 255 bytes"_s;
    }
    return {};
}

QString repositoryFolder(const QString& repository) {
    return "models--"_L1 + QString(repository).replace(u'/', "--"_L1);
}

QString repositoryOfFolder(const QString& folder) {
    constexpr auto kPrefix = "models--"_L1;
    if (!folder.startsWith(kPrefix)) return {};
    const QString name = folder.mid(kPrefix.size()).replace("--"_L1, "/"_L1);
    return isRepositoryName(name) ? name : QString();
}

QString shownText(const QString& text) {
    QString shown = text.left(kMaxShown);
    std::replace_if(shown.begin(), shown.end(), isControl, QChar(u'?'));
    if (text.size() > kMaxShown) shown += u"..."_s;
    return shown;
}

QString shownBytes(qint64 bytes) {
    constexpr std::array kUnits{"bytes", "kB", "MB", "GB", "TB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1000.0 && unit + 1 < kUnits.size()) {
        value /= 1000.0;
        ++unit;
    }
    return QString::number(value, 'f', unit < 2 ? 0 : 1) + u' ' + QLatin1StringView(kUnits[unit]);
}

RepositoryRequest repositoryRequest(const QString& text) {
    RepositoryRequest request;
    const qsizetype at = text.indexOf(u'@');
    request.repository = text.left(at);
    if (at >= 0) request.revision = text.mid(at + 1);
    request.valid = isRepositoryName(request.repository) && (at < 0 || isRevisionName(request.revision));
    return request;
}

}  // namespace specula
