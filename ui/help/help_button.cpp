#include "ui/help/help_button.h"

#include "ui/help/help_pages.h"

namespace specula {

HelpButton::HelpButton(const QString& about, QWidget* parent) : QToolButton(parent) {
    setText(QStringLiteral("?"));
    setAutoRaise(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(about);
    setToolTip(tr("%1 (F1)").arg(about));
    setWhatsThis(toolTip());
    connect(this, &QToolButton::clicked, this, [this] { emit asked(m_page); });
}

void HelpButton::setPage(QWidget* control, const QString& page) {
    m_page = page;
    setHelpPage(control, page);
    setHelpPage(this, page);
}

}  // namespace specula
