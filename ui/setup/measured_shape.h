#pragma once

#include <QPushButton>
#include <QString>

#include "engine/trace/recommend.h"

namespace specula {

/// What was measured best for the loaded pair.
struct MeasuredShape {
    DraftShape shape;
    QString brief;  ///< "gamma 2: 1.42× (1.36–1.48)"
    QString words;  ///< "gamma 2: measured 1.42× (1.36–1.48) on 30 Nov"
};

/// A flat button with such words that gives way where it is narrow; a press asks for the shape. While the
/// shape is set already it says so with a check mark and does nothing.
class MeasuredShapeButton : public QPushButton {
    Q_OBJECT

public:
    explicit MeasuredShapeButton(QWidget* parent = nullptr);

    void show(const MeasuredShape& measured, bool isSet);

    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace specula
