#pragma once

#include <QByteArray>
#include <QString>

namespace specula {

/// Writes a file in one piece: whoever reads it sees the old content or the new one, never half of it. A
/// destination that is not a regular file (a pipe, /dev/full) is written directly and never replaced.
/// Returns "" or one sentence for people that names the file and says why.
QString saveBytes(const QString& path, const QByteArray& bytes);

}  // namespace specula
