#pragma once

#include <vector>

#include <QDialog>
#include <QPointer>

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace specula {

/// Chooses one of the things that can be exported, a format, a scale and a file, and writes it. What goes
/// wrong is said in the dialog, which stays open then.
class ExportDialog : public QDialog {
    Q_OBJECT

public:
    enum Format { Png, Svg, Pdf, Csv };

    /// `items` as exportablesIn() finds them; those that go away meanwhile can no longer be chosen.
    ExportDialog(const std::vector<QWidget*>& items, QWidget* parent);

    QListWidget* items() { return m_items; }
    QComboBox* format() { return m_format; }
    QComboBox* scale() { return m_scale; }
    QLineEdit* file() { return m_file; }
    QLabel* note() { return m_note; }
    QPushButton* exportButton() { return m_export; }
    QPushButton* browseButton() { return m_browse; }

    /// The file that is written, with the format's ending.
    QString path() const;

public slots:
    /// Writes; closes when that went well.
    void accept() override;

private:
    QWidget* chosen() const;
    Format chosenFormat() const;
    void showChosen();
    void offerFormats();
    void nameFile();
    void refresh();
    void browse();

    std::vector<QPointer<QWidget>> m_widgets;
    QListWidget* m_items = nullptr;
    QLabel* m_preview = nullptr;
    QComboBox* m_format = nullptr;
    QComboBox* m_scale = nullptr;
    QLineEdit* m_file = nullptr;
    QPushButton* m_browse = nullptr;
    QPushButton* m_export = nullptr;
    QLabel* m_note = nullptr;
    QString m_suggested;  ///< the file's name as long as nobody has written another
};

}  // namespace specula
