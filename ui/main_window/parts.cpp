#include "ui/main_window/parts.h"

#include <QApplication>
#include <QPushButton>
#include <QScrollArea>
#include <QWidget>

#include "ui/common/focus_ring.h"

namespace specula {

namespace {

bool takesFocus(const QWidget& widget) {
    return (widget.focusPolicy() & Qt::TabFocus) && !widget.focusProxy() && widget.isVisible() &&
           widget.isEnabled();
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
        target->window()->setAttribute(Qt::WA_KeyboardFocusChange);
        target->setFocus(forward ? Qt::TabFocusReason : Qt::BacktabFocusReason);
        return;
    }
}

void keepFocusInSight(QObject* context) {
    QObject::connect(qApp, &QApplication::focusChanged, context, [](QWidget*, QWidget* now) {
        if (!now || !now->window()->testAttribute(Qt::WA_KeyboardFocusChange)) return;
        for (QWidget* at = now->parentWidget(); at && !at->isWindow(); at = at->parentWidget())
            if (auto* area = qobject_cast<QScrollArea*>(at)) area->ensureWidgetVisible(now, 4, 4);
        // A default button looks as if it had the focus always, a flat one never.
        const auto* button = qobject_cast<QPushButton*>(now);
        if (button && (button->isDefault() || button->isFlat())) addFocusRing(now);
    });
}

}  // namespace specula
