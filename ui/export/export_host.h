#pragma once

#include <QString>

class QWidget;

namespace specula {

/// What stands inside a picture's file: which run it shows, so that a picture found later can be told.
struct ExportNotes {
    QString title;        ///< what is shown: "Acceptance by draft position"
    QString description;  ///< what ran: models, settings, seed; "" where it shows no run
    QString software;     ///< "Specula 0.1.0"
};

/// A window that exported widgets belong to. Found among their parents; without one, files say only which
/// program wrote them.
class ExportHost {
public:
    virtual ~ExportHost() = default;

    virtual ExportNotes notesFor(const QWidget& exported) const = 0;
    /// One sentence about what was done, or why it was not.
    virtual void tellExport(const QString& sentence, bool failed) = 0;
};

/// The nearest one above; null if none.
ExportHost* exportHostOf(const QWidget* widget);

/// Its notes, once the widget has drawn all that it has; without a host those of the program, with the
/// widget's own title.
ExportNotes exportNotesOf(QWidget& widget);

/// Told to the host; without one a failure opens a message box.
void tellExportOf(QWidget& widget, const QString& sentence, bool failed);

}  // namespace specula
