#pragma once

#include <QWidget>

#include "ui/common/run_log.h"
#include "ui/export/exportable.h"

namespace specula {

/// One rejection, large: the text before it, the token that the draft proposed, struck, and the one that was
/// drawn in its place.
class RejectionPicture : public QWidget, public Exportable {
    Q_OBJECT

public:
    explicit RejectionPicture(QWidget* parent = nullptr);

    /// `rejected` as clearestRejection() finds it; not valid: nothing is shown.
    void show(const RunLog& log, TokenRef rejected);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    QFont largeFont() const;

    QString m_before;
    QString m_rejected;
    QString m_instead;
};

}  // namespace specula
