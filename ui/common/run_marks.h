#pragma once

#include <vector>

#include <QLabel>
#include <QPointer>
#include <QString>

#include "engine/trace/options.h"

namespace specula {

class RunLog;

/// A word that must stand wherever a run is shown, and why.
struct RunMark {
    QString word;  ///< "LOSSY", "SYNTHETIC"; the same in every language
    QString why;   ///< one sentence
    bool operator==(const RunMark&) const = default;
};

/// What must be said of a run with these options. `draft` as in EngineOptions, or DraftInfo::kind.
std::vector<RunMark> runMarks(const RunOptions& options, const std::string& draft);

/// "LOSSY, SYNTHETIC"; "" for none.
QString markWords(const std::vector<RunMark>& marks);

/// The marks of a run in red, as words alone or with their reasons; hidden while there are none.
class MarkLabel : public QLabel {
    Q_OBJECT

public:
    enum class Style { Words, Sentences };

    explicit MarkLabel(Style style, QWidget* parent = nullptr);

    void setMarks(const std::vector<RunMark>& marks);
    /// Shows the marks of whatever run the log holds; not owned, may be null.
    void follow(RunLog* log);

protected:
    void changeEvent(QEvent* event) override;

private:
    void showRun();
    void applyTheme();

    const Style m_style;
    QPointer<RunLog> m_log;
};

}  // namespace specula
