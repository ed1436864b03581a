#pragma once

#include <optional>
#include <vector>

#include <QString>
#include <QTimer>

#include <qcustomplot.h>

#include "ui/charts/chart_table.h"
#include "ui/common/palette.h"
#include "ui/export/exportable.h"

class QLabel;

namespace specula {

/// A point of a chart that can be pointed at: where it stands and one line of numbers about it.
struct ChartMark {
    QCPAxisRect* rect = nullptr;
    double key = 0.0;    ///< in the units of the rect's bottom axis
    double value = 0.0;  ///< in the units of its left axis
    int tag = 0;         ///< which of the chart's data it stands for; what markClicked says
};

/// What every chart has in common: left and bottom axes, a light horizontal grid, a title that is the
/// finding, a grey sentence while there is nothing to show, and a marker with one line of numbers under the
/// mouse or, with the arrow keys, at the keyboard's point.
///
/// Data may be set as often as wanted: setters only mark the chart dirty. It is rebuilt and drawn at most 5
/// times a second, and not at all while hidden or minimised; showing it draws what was missed. Derived
/// classes keep their data, call markDirty() and fill graphs in rebuild().
///
/// Its context menu (also the menu key) copies and saves its picture and its data.
class Chart : public QCustomPlot, public Exportable {
    Q_OBJECT

public:
    static constexpr int kReplotIntervalMs = 200;

    ~Chart() override;

    /// The finding, "" while there is none.
    QString finding() const { return m_finding; }
    /// A word that must stand before every title ("LOSSY"), in red; "" takes it away.
    void setMark(const QString& word);
    const QString& mark() const { return m_mark; }
    /// The title as drawn, mark and finding, possibly in two lines or elided.
    QString title() const;
    /// The sentence of an empty chart.
    QString emptyText() const;
    bool isEmpty() const { return m_empty; }
    /// The points that answer to mouse and keys, as last drawn.
    const std::vector<ChartMark>& marks() const { return m_marks; }

    /// Rebuilds and draws now if anything changed and the chart can be seen; else does nothing.
    void flush();
    /// How often it was drawn with new data.
    int rebuildCount() const { return m_rebuilds; }

    /// Writes the chart as it is now, also when it is hidden, as ui/export/picture_file.h does. False when
    /// the ending is none of its formats or the file could not be written.
    bool savePicture(const QString& path, double scale = 1.0);

    /// What it shows, as numbers; empty series are left out. Of all data, also where fewer points are drawn.
    virtual ChartTable table() const = 0;
    CellTable exportCells() const override;
    void preparePicture() override;
    QString pictureTitle() const override;

    /// One line of numbers about a mark: "gamma 4, 1.62x (1.52-1.70), acceptance 0.71". Empty when the data
    /// it stood for have gone since.
    virtual QString words(const ChartMark& mark) const = 0;
    /// Where a mark is drawn, in widget coordinates.
    QPointF pixelOf(const ChartMark& mark) const;

    QSize sizeHint() const override { return {320, 180}; }
    QSize minimumSizeHint() const override { return {170, 120}; }

signals:
    /// A point was clicked, or Enter pressed on it.
    void markClicked(int tag);

protected:
    Chart(const QString& name, const QString& emptyText, QWidget* parent);

    /// Fills graphs and axes from the data, calls setFinding() and setMarks(). Returns false when there is
    /// nothing to show. Called only when the chart is about to be drawn.
    virtual bool rebuild() = 0;
    /// Colours of graphs; axes, grid and texts are done already. Called after construction and on
    /// PaletteChange.
    virtual void applyTheme(const Theme& theme) = 0;

    void markDirty();
    void setEmptyText(const QString& text);
    void setFinding(const QString& text) { m_finding = text; }
    void setMarks(std::vector<ChartMark> marks);
    const Theme& theme() const { return m_theme; }

    /// An axis rect with left and bottom axes and their titles, below those made before. Every chart makes at
    /// least one.
    QCPAxisRect* makeRect(const QString& bottomTitle, const QString& leftTitle);
    /// Holds the axis rects, for charts that place them anew.
    QCPLayoutGrid* body() { return m_body; }
    /// A vertical error-bar plottable on `graph`.
    QCPErrorBars* makeErrorBars(QCPAbstractPlottable* graph);
    /// A dashed line across a rect at one value, with words at its end.
    struct Reference {
        QCPItemStraightLine* line = nullptr;
        QCPItemText* label = nullptr;
        Qt::Orientation orientation = Qt::Horizontal;

        void setVisible(bool visible);
        /// At `value` of the left axis (horizontal) or of the bottom axis (vertical).
        void set(double value, const QString& words);
        /// `ground` keeps the words readable where a curve passes behind them.
        void setColor(const QColor& color, const QColor& ink, QColor ground);
    };
    Reference makeReference(QCPAxisRect* rect, Qt::Orientation orientation);
    /// Whole numbers on the bottom axis, first to last.
    static void setWholeTicks(QCPAxis* axis, int first, int last);

    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void refresh();
    bool canBeSeen() const;
    void makeMarker();
    void styleAxes();
    void themeChanged();
    void fitTitle();
    QColor titleColor() const;
    void drawFrame();
    int markNear(QPointF pixel) const;
    void showMark(int index);

    Theme m_theme;
    QString m_name;
    QString m_finding;
    QString m_mark;
    std::vector<ChartMark> m_marks;
    int m_shownMark = -1;
    bool m_dirty = true;
    bool m_empty = true;
    int m_rebuilds = 0;
    QTimer m_pause;  ///< runs while the next drawing has to wait

    QLabel* m_emptyLabel = nullptr;
    QCPTextElement* m_title = nullptr;
    QCPLayoutGrid* m_body = nullptr;
    QCPItemEllipse* m_marker = nullptr;
    QCPItemText* m_markerText = nullptr;
};

}  // namespace specula
