#pragma once

#include <QProgressBar>

namespace specula {

/// Progress as a line three pixels high that keeps its place when there is nothing to show.
class ProgressLine : public QProgressBar {
    Q_OBJECT

public:
    explicit ProgressLine(QWidget* parent = nullptr);

    /// 0..1; negative: nothing is under way.
    void setFraction(double fraction);
    bool isActive() const { return m_active; }

    QSize sizeHint() const override { return {100, 3}; }
    QSize minimumSizeHint() const override { return {0, 3}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    bool m_active = false;
};

}  // namespace specula
