#include "ui/setup/tree_text.h"

#include <QCoreApplication>
#include <QStringList>

namespace specula {

std::optional<TreeShape> treeNamed(const QString& text) {
    QString words = text.trimmed().toLower();
    words.remove(QLatin1Char(' '));
    if (words == QLatin1String("off")) return TreeShape{};
    if (words == QLatin1String("auto")) return TreeShape{.automatic = true, .children = {}};
    TreeShape tree;
    int level = 1;
    int nodes = 0;
    for (const QString& word : words.split(QLatin1Char(','))) {
        bool isNumber = false;
        const int children = word.toInt(&isNumber);
        if (!isNumber || children < 1 || children > kTreeNodesMax) return std::nullopt;
        level *= children;
        nodes += level;
        if (nodes > kTreeNodesMax) return std::nullopt;
        tree.children.push_back(children);
    }
    return tree;
}

QString treeProblem(const QString& text) {
    return QCoreApplication::translate("specula::SetupPanel",
                                       "Tree: write auto, off, or the children at each depth such as 3,2,1 "
                                       "(at most %1 tokens in all), not \"%2\".")
        .arg(QString::number(kTreeNodesMax), text.trimmed());
}

}  // namespace specula
