#pragma once

#include <vector>

#include <QWidget>

#include "ui/setup/setup_types.h"

class QComboBox;
class QToolButton;

namespace specula {

/// Chooses a model: a list of those known here that also takes a path or cache name typed or pasted, a button
/// to look for a file or folder, and a place to drop either.
class ModelChooser : public QWidget {
    Q_OBJECT

public:
    /// `name` and `help` describe the list ("Target", "The model whose text you get").
    ModelChooser(const QString& name, const QString& help, QWidget* parent = nullptr);

    /// Keeps the present choice, also when it is not among them.
    void setModels(const std::vector<KnownModel>& models);

    /// Path of the choice, trimmed; a known model's name stands for its path. "" when there is none.
    QString path() const;
    void setPath(const QString& path);

    /// For labels and tests.
    QComboBox* list() { return m_list; }
    QToolButton* browseButton() { return m_browse; }

signals:
    /// The person settled on another model.
    void chosen(const QString& path);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void browse(bool folder);
    void settle();

    QComboBox* m_list = nullptr;
    QToolButton* m_browse = nullptr;
    QString m_settled;
};

}  // namespace specula
