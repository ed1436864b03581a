#pragma once

#include <vector>

#include <QDialog>

#include "engine/trace/recommend.h"
#include "ui/setup/setup_types.h"

class QStackedWidget;

namespace specula {

class AnswerPage;
class AskPage;

/// *Find my gamma*, in a window of its own beside the main window: asks, shows the search, gives the answer.
///
/// Shows values only. Whoever owns it answers ask() with setCandidates(), startAsked with setReport() as more
/// becomes known, and stopAsked by ending early. Escape stops a search, else closes.
class FindGamma : public QDialog {
    Q_OBJECT

public:
    explicit FindGamma(QWidget* parent = nullptr);

    /// Begins with the questions, in front of other windows; a search that is under way stays in sight.
    void ask(const RunRequest& present, const std::vector<PromptSuite>& suites);
    void setCandidates(const std::vector<DraftCandidate>& candidates);
    /// Nothing else runs. Where a search was under way it has ended.
    void setReady(bool ready);
    void setReport(const RecommendReport& report);
    void setProgress(double fraction, const QString& what);
    bool running() const;

    AskPage& questions() { return *m_ask; }
    AnswerPage& answer() { return *m_answer; }
    bool showsAnswer() const;

    QSize sizeHint() const override { return {900, 680}; }

    void reject() override;

signals:
    void startAsked(const specula::RecommendRequest& request);
    void stopAsked();
    /// The questions are wanted again.
    void againAsked();
    /// The answer is to be used: the contender, or plain decoding where the report's decision is that.
    void useAsked(const specula::RecommendReport& report);

private:
    void start();

    QStackedWidget* m_pages = nullptr;
    AskPage* m_ask = nullptr;
    AnswerPage* m_answer = nullptr;
};

}  // namespace specula
