#include "ui/main_window/cheat_sheet.h"

#include <algorithm>
#include <array>

#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace specula {

namespace {

QString shortcutText(const QAction& action) {
    QStringList keys;
    for (const QKeySequence& sequence : action.shortcuts())
        keys << sequence.toString(QKeySequence::NativeText);
    return keys.join(QStringLiteral(", "));
}

QString plainText(QString text) {
    return text.remove(QLatin1Char('&')).remove(QChar(0x2026));
}

QWidget* block(const KeyGroup& group) {
    auto* part = new QWidget;
    auto* grid = new QGridLayout(part);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(4);
    auto* title = new QLabel(group.title);
    QFont bold = title->font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    grid->addWidget(title, 0, 0, 1, 2);
    int row = 1;
    for (const KeyLine& line : group.lines) {
        grid->addWidget(new QLabel(line.keys), row, 0);
        grid->addWidget(new QLabel(line.does), row, 1);
        ++row;
    }
    grid->setColumnMinimumWidth(0, 160);
    grid->setColumnStretch(1, 1);
    grid->setRowStretch(row, 1);
    return part;
}

}  // namespace

std::vector<KeyGroup> keyGroups(const MainActions& actions) {
    std::vector<KeyGroup> groups;
    for (const MainActions::Group& menu : actions.groups()) {
        KeyGroup group{menu.title, {}};
        for (const QAction* action : menu.actions) {
            const QString keys = shortcutText(*action);
            if (!keys.isEmpty()) group.lines.push_back({keys, plainText(action->text())});
        }
        if (!group.lines.empty()) groups.push_back(std::move(group));
    }
    groups.push_back(
        {CheatSheet::tr("In the text"),
         {{CheatSheet::tr("Left, Right"), CheatSheet::tr("Token before, token after")},
          {CheatSheet::tr("Shift+Left, Shift+Right"), CheatSheet::tr("Round before, round after")},
          {CheatSheet::tr("Up, Down"), CheatSheet::tr("Line above, line below")},
          {CheatSheet::tr("Home, End"), CheatSheet::tr("First token, last token")}}});
    groups.push_back({CheatSheet::tr("In the inspector"),
                      {{CheatSheet::tr("N, B"), CheatSheet::tr("Next step, step before")},
                       {CheatSheet::tr("P"), CheatSheet::tr("Play the steps, or pause")},
                       {CheatSheet::tr("F"), CheatSheet::tr("The picture on the whole window, or back")},
                       {CheatSheet::tr("Arrows"), CheatSheet::tr("Move the coin, mark a token")},
                       {CheatSheet::tr("Return"), CheatSheet::tr("Propose the marked token")}}});
    groups.push_back(
        {CheatSheet::tr("On the timeline"),
         {{CheatSheet::tr("Left, Right"), CheatSheet::tr("One round less, one more")},
          {CheatSheet::tr("Page Up, Page Down"), CheatSheet::tr("Ten rounds less, ten more")},
          {CheatSheet::tr("Home, End"), CheatSheet::tr("The prompt alone, the whole run")},
          {CheatSheet::tr("Shift+Left, Shift+Right"), CheatSheet::tr("Bookmark before, next bookmark")},
          {CheatSheet::tr("Space"), CheatSheet::tr("Play, or pause")},
          {CheatSheet::tr("B"), CheatSheet::tr("Bookmark the round, or not")}}});
    groups.push_back({CheatSheet::tr("In a chart"),
                      {{CheatSheet::tr("Left, Right"), CheatSheet::tr("Point before, point after")},
                       {CheatSheet::tr("Return"), CheatSheet::tr("Choose the point")}}});
    return groups;
}

CheatSheet::CheatSheet(const std::vector<KeyGroup>& groups, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Keys"));
    // Each group goes below the column that is shortest so far.
    const std::array<QVBoxLayout*, 3> column{new QVBoxLayout, new QVBoxLayout, new QVBoxLayout};
    std::array<std::size_t, 3> lines{};
    auto* columns = new QHBoxLayout;
    columns->setSpacing(32);
    for (QVBoxLayout* each : column) {
        each->setSpacing(16);
        columns->addLayout(each);
    }
    for (const KeyGroup& group : groups) {
        const auto shortest =
            static_cast<std::size_t>(std::min_element(lines.begin(), lines.end()) - lines.begin());
        column[shortest]->addWidget(block(group));
        lines[shortest] += group.lines.size() + 2;
    }
    for (QVBoxLayout* each : column) each->addStretch();
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(16, 16, 16, 16);
    outer->setSpacing(16);
    outer->addLayout(columns);
    outer->addWidget(buttons);
}

}  // namespace specula
