#pragma once

#include <QStringList>
#include <QWidget>

class QMimeData;

namespace specula {

/// Lies over a view while a model is dragged across it: a frame and what letting go does.
class DropFrame : public QWidget {
    Q_OBJECT

public:
    explicit DropFrame(QWidget* parent);

protected:
    void paintEvent(QPaintEvent* event) override;
};

/// The folders and .gguf files in what is being dragged.
QStringList modelPathsIn(const QMimeData* data);

}  // namespace specula
