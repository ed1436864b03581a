#pragma once

#include <vector>

#include <QDialog>

#include "ui/main_window/main_actions.h"

namespace specula {

/// One line of the cheat sheet.
struct KeyLine {
    QString keys;  ///< as the desktop writes them, several parted by commas
    QString does;
};

/// A heading and its lines.
struct KeyGroup {
    QString title;
    std::vector<KeyLine> lines;
};

/// Every action that has a shortcut, by menu, then the keys of the text and of the charts, which are no
/// actions.
std::vector<KeyGroup> keyGroups(const MainActions& actions);

/// Shows keyGroups() in columns.
class CheatSheet : public QDialog {
    Q_OBJECT

public:
    explicit CheatSheet(const std::vector<KeyGroup>& groups, QWidget* parent = nullptr);
};

}  // namespace specula
