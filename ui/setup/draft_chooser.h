#pragma once

#include <vector>

#include <QWidget>

#include "ui/setup/setup_types.h"

class QComboBox;
class QSpinBox;
class QStackedWidget;

namespace specula {

class ModelChooser;

/// Chooses where proposals come from: a model, an n-gram look-up, an early exit of the target, or nothing.
class DraftChooser : public QWidget {
    Q_OBJECT

public:
    explicit DraftChooser(QWidget* parent = nullptr);

    void setModels(const std::vector<KnownModel>& models);
    /// Layers of the target, the most an early exit can use is one less; 0 = not known.
    void setTargetLayers(int layers);

    /// As EngineOptions::draft: a path, "ngram:N", "early-exit:K" or "none". "" while a model is wanted and
    /// none chosen.
    QString draft() const;
    void setDraft(const QString& draft);

    QComboBox* kinds() { return m_kind; }
    ModelChooser* model() { return m_model; }
    QSpinBox* ngramLength() { return m_ngram; }
    QSpinBox* exitLayer() { return m_exit; }
    /// The control to fill in when draft() is empty.
    QWidget* missing();

signals:
    void chosen(const QString& draft);

private:
    enum Kind { Model, Ngram, EarlyExit, None };
    void settle();

    QComboBox* m_kind = nullptr;
    QStackedWidget* m_stack = nullptr;
    ModelChooser* m_model = nullptr;
    QSpinBox* m_ngram = nullptr;
    QSpinBox* m_exit = nullptr;
    QString m_settled;
};

}  // namespace specula
