#pragma once

#include <QDialog>

#include "engine/trace/bookmark.h"

class QLineEdit;
class QPlainTextEdit;

namespace specula {

/// Name and note of a bookmark. Accepted: bookmark() is to be kept; removeAsked(): it is to go.
class BookmarkDialog : public QDialog {
    Q_OBJECT

public:
    explicit BookmarkDialog(const Bookmark& bookmark, QWidget* parent = nullptr);

    /// As edited; an empty name becomes the round's.
    Bookmark bookmark() const;

    /// "Round 12"
    static QString defaultName(int round);

signals:
    void removeAsked();

private:
    int m_round = 0;
    QLineEdit* m_name = nullptr;
    QPlainTextEdit* m_note = nullptr;
};

}  // namespace specula
