#pragma once

#include <QToolButton>

namespace specula {

/// A small "?" beside a control: asks for the page that explains its present choice.
class HelpButton : public QToolButton {
    Q_OBJECT

public:
    /// `about` names the control, for assistive technology: "Help on the rule".
    explicit HelpButton(const QString& about, QWidget* parent = nullptr);

    /// The page for `control` and this button from now on.
    void setPage(QWidget* control, const QString& page);
    const QString& page() const { return m_page; }

signals:
    void asked(const QString& page);

private:
    QString m_page;
};

}  // namespace specula
