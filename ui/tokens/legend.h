#pragma once

#include <QWidget>

namespace specula {

/// What the colours and marks of the token view mean: one chip and word each, wrapping to the width. Drawn
/// with the token view's own painter, so that the two always agree.
class Legend : public QWidget {
    Q_OBJECT

public:
    explicit Legend(QWidget* parent = nullptr);

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Placed {
        int entry;
        QRectF chip;
        QRectF word;
    };
    std::vector<Placed> place(int width, int* height) const;
};

}  // namespace specula
