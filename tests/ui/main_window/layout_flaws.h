#pragma once

#include <QAbstractButton>
#include <QAbstractScrollArea>
#include <QLabel>
#include <QLayout>
#include <QScrollBar>
#include <QStringList>
#include <QWidget>

namespace specula::test {

inline QString nameOf(const QWidget* widget) {
    return QStringLiteral("%1 '%2' %3")
        .arg(QLatin1String(widget->metaObject()->className()), widget->objectName(),
             widget->accessibleName());
}

inline QString text(const QRect& r) {
    return QStringLiteral("(%1,%2 %3x%4)").arg(r.x()).arg(r.y()).arg(r.width()).arg(r.height());
}

/// Out of a view that scrolls up and down only.
inline bool reachesOut(const QWidget& widget) {
    for (QWidget* up = widget.parentWidget(); up; up = up->parentWidget()) {
        const auto* area = qobject_cast<QAbstractScrollArea*>(up->parentWidget());
        if (!area || area->viewport() != up) continue;
        const QRect here(widget.mapTo(up, QPoint()), widget.size());
        if (area->horizontalScrollBar()->maximum() > 0 &&
            area->horizontalScrollBarPolicy() != Qt::ScrollBarAlwaysOff)
            return false;
        return here.left() < 0 || here.right() > up->width();
    }
    return false;
}

/// Everything that is wrong with where widgets stand: siblings in a layout that overlap, words that do not
/// fit.
inline QStringList flaws(QWidget& root) {
    QStringList found;
    for (QWidget* widget : root.findChildren<QWidget*>()) {
        if (!widget->isVisible() || widget->visibleRegion().isEmpty()) continue;
        const auto* label = qobject_cast<QLabel*>(widget);
        const auto* button = qobject_cast<QAbstractButton*>(widget);
        const bool elides = widget->accessibleName() == QStringLiteral("State");
        const bool wraps = label && label->wordWrap();
        if ((label && !label->text().isEmpty() && !wraps && !elides) ||
            (button && !button->text().isEmpty())) {
            if (widget->width() < widget->minimumSizeHint().width()) {
                found << QStringLiteral("%1 '%2' is %3 wide and needs %4")
                             .arg(nameOf(widget), label ? label->text() : button->text())
                             .arg(widget->width())
                             .arg(widget->minimumSizeHint().width());
            }
        }
        const bool worded = (label && !label->text().isEmpty()) || (button && !button->text().isEmpty());
        if (worded && reachesOut(*widget))
            found << QStringLiteral("%1 '%2' reaches out of the view to the side")
                         .arg(nameOf(widget), label ? label->text() : button->text());
        if (wraps && !label->text().isEmpty() && label->height() < label->heightForWidth(label->width())) {
            found << QStringLiteral("'%1' is cut: %2 of %3 high")
                         .arg(label->text())
                         .arg(label->height())
                         .arg(label->heightForWidth(label->width()));
        }
    }
    for (const QLayout* layout : root.findChildren<QLayout*>()) {
        if (qstrcmp(layout->metaObject()->className(), "QMainWindowLayout") == 0) continue;
        if (qstrcmp(layout->metaObject()->className(), "QStackedLayout") == 0) continue;
        for (int a = 0; a < layout->count(); ++a) {
            for (int b = a + 1; b < layout->count(); ++b) {
                QWidget* one = layout->itemAt(a)->widget();
                QWidget* two = layout->itemAt(b)->widget();
                if (!one || !two || !one->isVisible() || !two->isVisible()) continue;
                if (one->geometry().intersects(two->geometry()))
                    found << nameOf(one) + text(one->geometry()) + QStringLiteral(" overlaps ") +
                                 nameOf(two) + text(two->geometry());
            }
        }
    }
    return found;
}

}  // namespace specula::test
