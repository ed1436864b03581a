#pragma once

#include <QString>

class QLabel;
class QMimeData;
class QWidget;

namespace specula {

/// Gives a control its name for assistive technology and its one line of help, as tooltip and as What's This.
void describe(QWidget* control, const QString& name, const QString& help);

/// A label above or beside `buddy`, in the window's own size; its mnemonic moves the focus there.
QLabel* labelFor(QWidget* buddy, const QString& text);

/// The GGUF file or folder in what is being dragged; empty when it is neither.
QString modelPathIn(const QMimeData* data);

}  // namespace specula
