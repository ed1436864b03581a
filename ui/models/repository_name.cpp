#include "ui/models/repository_name.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QStringList>
#include <QUrl>

namespace specula {

namespace {

struct Names {
    Q_DECLARE_TR_FUNCTIONS(specula::RepositoryName)
};

constexpr int kLongestName = 96;  // the hub's own limit for each half

bool isName(const QString& part) {
    static const QRegularExpression form(QStringLiteral("^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$"));
    return part.size() <= kLongestName && form.match(part).hasMatch() &&
           !part.contains(QLatin1String("--")) && !part.contains(QLatin1String(".."));
}

RepositoryName problem(const QString& sentence) {
    return {{}, {}, sentence};
}

/// Whether the text is an address rather than a name: it has a scheme or starts with a host.
bool isAddress(const QString& text) {
    if (text.contains(QLatin1String("://"))) return true;
    const QString first = text.section(QLatin1Char('/'), 0, 0);
    return text.count(QLatin1Char('/')) >= 2 && first.contains(QLatin1Char('.'));
}

}  // namespace

RepositoryName readRepositoryName(const QString& text) {
    QString given = text.trimmed();
    if (given.isEmpty()) return {};
    RepositoryName found;
    QStringList parts;
    if (isAddress(given)) {
        if (!given.contains(QLatin1String("://"))) given.prepend(QLatin1String("https://"));
        const QUrl url(given);
        parts = url.path().split(QLatin1Char('/'), Qt::SkipEmptyParts);
        if (url.scheme() == QLatin1String("hf")) parts.prepend(url.host());
        if (!parts.isEmpty() &&
            (parts.first() == QLatin1String("datasets") || parts.first() == QLatin1String("spaces"))) {
            return problem(
                Names::tr("That address is not of a model: it leads to the hub's %1.").arg(parts.first()));
        }
        for (qsizetype i = 1; i + 1 < parts.size() && i <= 2; ++i) {
            const QString& kind = parts[i];
            if (kind == QLatin1String("tree") || kind == QLatin1String("blob") ||
                kind == QLatin1String("resolve")) {
                found.revision = parts[i + 1];
                parts.resize(i);
            }
        }
        while (parts.size() > 2) parts.removeLast();
    } else {
        const qsizetype at = given.indexOf(QLatin1Char('@'));
        if (at > 0) {
            found.revision = given.mid(at + 1);
            given.truncate(at);
        }
        parts = given.split(QLatin1Char('/'));
    }
    if (parts.isEmpty() || parts.size() > 2) {
        return problem(
            Names::tr("\"%1\" names no repository, expected org/name or the address of a model's page.")
                .arg(text.trimmed()));
    }
    if (parts.last().endsWith(QLatin1String(".git"))) parts.last().chop(4);
    for (const QString& part : parts) {
        if (isName(part)) continue;
        return problem(
            Names::tr("\"%1\" is no name of a repository, expected letters, digits, '-', '_' and '.'.")
                .arg(part));
    }
    found.repository = parts.join(QLatin1Char('/'));
    return found;
}

}  // namespace specula
