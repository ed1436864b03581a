#pragma once

#include <vector>

#include <QColor>
#include <QString>
#include <QWidget>

#include "engine/explain/diagnosis.h"

namespace specula {

struct Theme;

/// What a token takes of a plain token's time: the target's own row, rows beyond it, the draft's steps and
/// overhead, one after the other, against the dashed line of plain decoding; hatched what rejected drafts
/// cost of it. A line of words below says the same, so that colour is never the only channel. All of it is
/// predicted.
class TermBar : public QWidget {
    Q_OBJECT

public:
    explicit TermBar(QWidget* parent = nullptr);

    /// One whose terms are known (Lack::None); otherwise the bar is empty.
    void setDiagnosis(const Diagnosis& diagnosis);

    /// One piece of the bar.
    struct Part {
        QString name;
        double length = 0.0;  ///< plain tokens' time
        bool operator==(const Part&) const = default;
    };
    const std::vector<Part>& parts() const { return m_parts; }
    double total() const;                       ///< T / E
    double wasted() const { return m_wasted; }  ///< of it

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    /// Where a part's words stand.
    struct Word {
        QRect swatch;
        QRect text;
    };
    std::vector<Word> placeWords(int width, int top, int* bottom) const;
    QString wordsOf(std::size_t part) const;
    QColor colorOf(std::size_t part, const Theme& theme) const;

    std::vector<Part> m_parts;
    double m_wasted = 0.0;
};

}  // namespace specula
