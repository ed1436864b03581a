#include "ui/lab/check_menu.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>

namespace specula {

namespace {

constexpr int kNamed = 2;  ///< entries that the button names

/// A menu that ticking does not close.
class StayingMenu : public QMenu {
public:
    using QMenu::QMenu;

protected:
    void mouseReleaseEvent(QMouseEvent* event) override {
        if (!toggle(actionAt(event->position().toPoint()))) QMenu::mouseReleaseEvent(event);
    }
    void keyPressEvent(QKeyEvent* event) override {
        const bool ticks =
            event->key() == Qt::Key_Space || event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
        if (!ticks || !toggle(activeAction())) QMenu::keyPressEvent(event);
    }

private:
    static bool toggle(QAction* action) {
        if (!action || !action->isCheckable() || !action->isEnabled()) return false;
        action->trigger();
        return true;
    }
};

}  // namespace

CheckMenu::CheckMenu(const QString& nothing, QWidget* parent)
    : QToolButton(parent), m_nothing(nothing), m_menu(new StayingMenu(this)) {
    setPopupMode(InstantPopup);
    setToolButtonStyle(Qt::ToolButtonTextOnly);
    setMenu(m_menu);
    m_menu->setToolTipsVisible(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    say();
}

void CheckMenu::setEntries(const QStringList& names, const std::vector<bool>& checked) {
    for (QAction* entry : m_entries) delete entry;
    m_entries.clear();
    for (qsizetype i = 0; i < names.size(); ++i) {
        auto* entry = new QAction(QString(names[i]).replace(QLatin1Char('&'), QStringLiteral("&&")), m_menu);
        entry->setCheckable(true);
        entry->setChecked(static_cast<std::size_t>(i) < checked.size() &&
                          checked[static_cast<std::size_t>(i)]);
        connect(entry, &QAction::toggled, this, [this] {
            say();
            emit changed();
        });
        m_menu->insertAction(m_line, entry);
        m_entries.push_back(entry);
    }
    say();
}

std::vector<bool> CheckMenu::checked() const {
    std::vector<bool> on;
    for (const QAction* entry : m_entries) on.push_back(entry->isChecked());
    return on;
}

void CheckMenu::setChecked(int entry, bool on) {
    m_entries[static_cast<std::size_t>(entry)]->setChecked(on);
}

QAction* CheckMenu::addCommand(const QString& text) {
    QAction* command = m_menu->addAction(text);
    if (!m_line) m_line = m_menu->insertSeparator(command);
    return command;
}

void CheckMenu::say() {
    QStringList names;
    for (const QAction* entry : m_entries) {
        if (entry->isChecked()) names << entry->text();
    }
    QString text = m_nothing;
    const auto more = static_cast<int>(names.size()) - kNamed;
    if (more > 0)
        text = tr("%1 + %2 more").arg(names.mid(0, kNamed).join(tr(", "))).arg(more);
    else if (!names.isEmpty())
        text = names.join(tr(", "));
    setAccessibleDescription(text);
    // What is cut stands in the menu.
    constexpr int kArrow = 20;
    setText(fontMetrics().elidedText(text, Qt::ElideRight, std::max(0, width() - kArrow)));
}

void CheckMenu::resizeEvent(QResizeEvent* event) {
    QToolButton::resizeEvent(event);
    say();
}

}  // namespace specula
