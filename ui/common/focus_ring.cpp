#include "ui/common/focus_ring.h"

#include <QEvent>
#include <QPainter>
#include <QWidget>

#include "ui/common/palette.h"

namespace specula {

namespace {

const QString kName = QStringLiteral("focusRing");

/// Lies over the widget, lets the mouse through, and follows its size.
class FocusRing : public QWidget {
public:
    explicit FocusRing(QWidget* around) : QWidget(around) {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setAttribute(Qt::WA_NoSystemBackground);
        setFocusPolicy(Qt::NoFocus);
        setObjectName(kName);
        around->installEventFilter(this);
        hide();
        if (around->hasFocus()) appear();
    }

    bool eventFilter(QObject*, QEvent* event) override {
        if (event->type() == QEvent::FocusOut) hide();
        if (event->type() == QEvent::Resize) setGeometry(parentWidget()->rect());
        if (event->type() == QEvent::FocusIn) appear();
        return false;
    }

protected:
    void paintEvent(QPaintEvent*) override {
        const Theme theme = Theme::of(window()->palette());
        QPainter painter(this);
        // Two colours: on a button of the accent's own colour one of them is seen.
        painter.setPen(QPen(theme.base, 1));
        painter.drawRect(rect().adjusted(1, 1, -2, -2));
        painter.setPen(QPen(theme.accent, 1, Qt::DotLine));
        painter.drawRect(rect().adjusted(1, 1, -2, -2));
    }

private:
    void appear() {
        if (!window()->testAttribute(Qt::WA_KeyboardFocusChange)) return;
        setGeometry(parentWidget()->rect());
        raise();
        show();
    }
};

}  // namespace

void addFocusRing(QWidget* widget) {
    if (!widget->findChild<QWidget*>(kName, Qt::FindDirectChildrenOnly)) new FocusRing(widget);
}

}  // namespace specula
