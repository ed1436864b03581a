#pragma once

#include <optional>
#include <vector>

#include <QWidget>

#include "engine/trace/options.h"
#include "ui/setup/setup_types.h"

class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QRadioButton;
class QSpinBox;
class QToolButton;

namespace specula {

class ModelChooser;

/// What kind of draft to make, for which target, how long to teach it, and where it goes.
class DraftForm : public QWidget {
    Q_OBJECT

public:
    explicit DraftForm(QWidget* parent = nullptr);

    void setModels(const std::vector<KnownModel>& models);
    void setTarget(const QString& path);
    /// New drafts get a folder of their own in this one, until the person names another.
    void setDraftsFolder(const QString& folder);

    /// As the controls stand; prompts and hash are for whoever trains.
    TrainRequest request() const;
    void setRequest(const TrainRequest& request);

    /// Why request() cannot be trained as it stands, and the control to mend it in.
    struct Problem {
        QString text;
        QWidget* control = nullptr;
    };
    std::optional<Problem> problem() const;

    /// The folder holds an unfinished training, which will go on.
    bool resumes() const;

    ModelChooser& target() { return *m_target; }
    QRadioButton* headKind() { return m_head; }
    QRadioButton* smallKind() { return m_small; }
    QSpinBox* minutes() { return m_minutes; }
    QLineEdit* folder() { return m_folder; }
    QLabel* sentence() { return m_sentence; }
    QLabel* diskLine() { return m_disk; }

signals:
    void changed();

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeFolderRow();
    QWidget* makeKinds();
    void settle();
    void applyTheme();
    QString targetName() const;

    std::vector<KnownModel> m_models;
    QString m_draftsFolder;
    QString m_proposed;  ///< the folder that was filled in and not edited since
    ModelChooser* m_target = nullptr;
    QRadioButton* m_head = nullptr;
    QRadioButton* m_small = nullptr;
    QLabel* m_headHelp = nullptr;
    QLabel* m_smallHelp = nullptr;
    QSpinBox* m_minutes = nullptr;
    QLineEdit* m_folder = nullptr;
    QToolButton* m_browse = nullptr;
    QLabel* m_sentence = nullptr;
    QLabel* m_disk = nullptr;
};

}  // namespace specula
