#pragma once

#include "ui/common/run_log.h"
#include "ui/inspector/picture.h"

namespace specula {

/// One round on the clock: proposing, one pass of the target, deciding; below, on the same axis, the same
/// tokens by plain decoding.
struct GanttPicture {
    struct Draft {
        QString label;
        Verdict verdict = Verdict::Discarded;
    };
    std::vector<Draft> drafts;  ///< each shown with an equal part of draftMs
    int current = -1;           ///< the draft in focus
    double draftMs = 0.0, verifyMs = 0.0, decideMs = 0.0;
    int tokens = 0;                 ///< emitted by the round
    std::optional<double> plainMs;  ///< of one token, measured
    QString missing;                ///< why nothing is shown

    double totalMs() const { return draftMs + verifyMs + decideMs; }
    double endMs() const;  ///< of the axis
};

/// The round that a token belongs to. `plainMs`: of a token by plain decoding, where that was measured.
GanttPicture ganttPicture(const Round& round, int proposal, const std::optional<double>& plainMs);

/// "3 tokens in 11.2 ms; plain decoding takes 24.3 ms for as many."
QString ganttFinding(const GanttPicture& picture);

class RoundGantt : public Picture {
    Q_OBJECT

public:
    explicit RoundGantt(QWidget* parent = nullptr);

    void setPicture(const GanttPicture& picture);
    const GanttPicture& picture() const { return m_picture; }
    CellTable exportCells() const override;

    QRectF draftBar(std::size_t draft) const;
    QRectF verifyBar() const;
    QRectF decideBar() const;
    QRectF plainBar(int token) const;

protected:
    double heightNeeded() const override;
    void paint(QPainter& painter, const Theme& theme) override;

private:
    enum Lane { Drafting, Verifying, Deciding, Plain };
    double left() const;
    double pitch() const;
    QRectF bar(Lane lane, double fromMs, double toMs) const;
    void paintNames(QPainter& painter, const Theme& theme) const;
    void paintDrafts(QPainter& painter, const Theme& theme) const;
    void paintAxis(QPainter& painter, const Theme& theme) const;

    GanttPicture m_picture;
};

}  // namespace specula
