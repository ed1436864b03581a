#include "ui/main_window/parts.h"

#include <QApplication>
#include <QWidget>

namespace specula {

namespace {

bool takesFocus(const QWidget& widget) {
    return (widget.focusPolicy() & Qt::TabFocus) && !widget.focusProxy() && widget.isVisible() &&
           widget.isEnabled() && !widget.visibleRegion().isEmpty();
}

/// What the focus goes to in this part, null where nothing takes it.
QWidget* targetIn(QWidget& part) {
    QWidget* last = part.focusWidget();
    if (last && (last == &part || part.isAncestorOf(last)) && takesFocus(*last)) return last;
    QWidget* at = &part;
    do {
        if ((at == &part || part.isAncestorOf(at)) && takesFocus(*at)) return at;
        at = at->nextInFocusChain();
    } while (at != &part);
    return nullptr;
}

}  // namespace

void focusNextPart(const std::vector<QWidget*>& parts, bool forward) {
    const QWidget* focus = QApplication::focusWidget();
    const auto count = static_cast<int>(parts.size());
    int from = forward ? -1 : count;
    for (int i = 0; i < count; ++i)
        if (focus && (parts[static_cast<std::size_t>(i)] == focus ||
                      parts[static_cast<std::size_t>(i)]->isAncestorOf(focus)))
            from = i;
    for (int step = 1; step <= count; ++step) {
        const int at = ((forward ? from + step : from - step) + 2 * count) % count;
        QWidget* part = parts[static_cast<std::size_t>(at)];
        QWidget* target = part->isVisible() ? targetIn(*part) : nullptr;
        if (!target || target == focus) continue;
        target->setFocus(forward ? Qt::TabFocusReason : Qt::BacktabFocusReason);
        return;
    }
}

}  // namespace specula
