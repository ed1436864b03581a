#pragma once

#include <QFrame>
#include <QLabel>

#include "ui/models/symbols.h"

class QLineEdit;

namespace specula {

/// One line of text that gives way: cut in the middle, whole in its tooltip.
class ElidedLabel : public QLabel {
    Q_OBJECT

public:
    explicit ElidedLabel(QWidget* parent = nullptr);

    void setText(const QString& text);

    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
};

/// A sentence on a tinted ground with the symbol of what it is: that something works, is unusual or fails.
class NoteBox : public QFrame {
    Q_OBJECT

public:
    explicit NoteBox(QWidget* parent = nullptr);

    /// "" hides the box.
    void show(Symbol symbol, const QString& text);
    QString text() const { return m_text->text(); }
    Symbol symbol() const { return m_symbol->symbol(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    SymbolLabel* m_symbol;
    QLabel* m_text;
};

/// A field for words that narrow a list: a clear button, no drops, Escape clears.
QLineEdit* makeFilterField(const QString& name, const QString& help);

/// A label that wraps, takes text to the letter and lets it be copied.
QLabel* makeTextLabel(const QString& text = {});

/// Lets a widget's words stand in the colour of explanations. Call again on PaletteChange.
void makeSecondary(QWidget* label, const QPalette& palette);

/// Lets a label's words be heavier than those around it.
void makeBold(QWidget* label);

}  // namespace specula
