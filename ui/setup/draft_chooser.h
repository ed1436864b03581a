#pragma once

#include <vector>

#include <QWidget>

#include "ui/setup/setup_types.h"

class QComboBox;
class QDoubleSpinBox;
class QLineEdit;
class QSpinBox;
class QStackedWidget;

namespace specula {

class HelpButton;
class ModelChooser;

/// Chooses where proposals come from: a model, an n-gram look-up, layers of the target, an oracle, or
/// nothing.
class DraftChooser : public QWidget {
    Q_OBJECT

public:
    explicit DraftChooser(QWidget* parent = nullptr);

    void setModels(const std::vector<KnownModel>& models);
    /// Layers of the target, the most an early exit can use is one less; 0 = not known.
    void setTargetLayers(int layers);

    /// As EngineOptions::draft: a path, "ngram:N", "early-exit:K", "skip:A-B", "oracle:ALPHA" or "none"; ""
    /// as long as something is missing.
    QString draft() const;
    void setDraft(const QString& draft);

    /// Whether the model in sight is a feature head, which has a page of help of its own.
    void setHead(bool head);

    QComboBox* kinds() { return m_kind; }
    ModelChooser* model() { return m_model; }
    QSpinBox* ngramLength() { return m_ngram; }
    QSpinBox* exitLayer() { return m_exit; }
    QLineEdit* skippedLayers() { return m_skipped; }
    QDoubleSpinBox* oracleAlpha() { return m_alpha; }
    HelpButton* helpButton() { return m_help; }
    /// Everything that can be reached with the Tab key, in order.
    std::vector<QWidget*> tabOrder();
    /// What draft() lacks, and the control to fill in; "" when it lacks nothing.
    QString problem() const;
    QWidget* missing();

signals:
    void chosen(const QString& draft);
    void helpAsked(const QString& page);

private:
    enum Kind { Model, Ngram, EarlyExit, Skip, Oracle, None };
    void makeKinds();
    void showPage(int kind);
    QWidget* makeNgram();
    QWidget* makeEarlyExit();
    QWidget* makeSkip();
    QWidget* makeOracle();
    QWidget* makeNone();
    void settle();

    QComboBox* m_kind = nullptr;
    QStackedWidget* m_stack = nullptr;
    ModelChooser* m_model = nullptr;
    QSpinBox* m_ngram = nullptr;
    QSpinBox* m_exit = nullptr;
    QLineEdit* m_skipped = nullptr;
    QDoubleSpinBox* m_alpha = nullptr;
    HelpButton* m_help = nullptr;
    bool m_head = false;
    QString m_settled;
};

}  // namespace specula
