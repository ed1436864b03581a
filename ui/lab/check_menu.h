#pragma once

#include <vector>

#include <QMenu>
#include <QStringList>
#include <QToolButton>

namespace specula {

/// A button whose menu holds things to tick, several at a time: the menu stays open until it is left. What is
/// ticked stands on the button.
class CheckMenu : public QToolButton {
    Q_OBJECT

public:
    /// `nothing`: the button's words while nothing is ticked.
    explicit CheckMenu(const QString& nothing, QWidget* parent = nullptr);

    /// Entries in their order, in place of those before.
    void setEntries(const QStringList& names, const std::vector<bool>& checked);
    std::vector<bool> checked() const;
    void setChecked(int entry, bool on);
    /// An entry that asks for something, below a line.
    QAction* addCommand(const QString& text);

    QSize minimumSizeHint() const override { return {60, QToolButton::minimumSizeHint().height()}; }

signals:
    void changed();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void say();

    QString m_nothing;
    QMenu* m_menu = nullptr;
    std::vector<QAction*> m_entries;
    QAction* m_line = nullptr;  ///< above the commands
};

}  // namespace specula
