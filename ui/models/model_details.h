#pragma once

#include <QWidget>

#include <cstdint>

#include "engine/trace/models.h"

class QLabel;
class QBoxLayout;
class QGridLayout;
class QPlainTextEdit;
class QPushButton;
class QScrollArea;
class QStackedWidget;
class QTabWidget;

namespace specula {

class DataTable;
class ElidedLabel;
class MemoryTable;
class NamedTextTable;
class NoteBox;
class SearchTable;
class TensorTable;

/// All that is known of one model: facts and memory, its settings, tokenizer, tensors and chat template. What
/// the list knows shows at once; the rest when it has been read.
class ModelDetailsPane : public QWidget {
    Q_OBJECT

public:
    explicit ModelDetailsPane(QWidget* parent = nullptr);

    /// No model.
    void clear();
    /// A model of which only the entry is known so far. Keeps what was read of the same path.
    void setEntry(const ModelEntry& entry);
    void setDetails(const ModelDetails& details);
    void setMemoryFree(std::int64_t bytes);

    const QString& path() const { return m_path; }
    bool complete() const { return m_complete; }

    QTabWidget& tabs() { return *m_tabs; }
    SearchTable& settings() { return *m_settings; }
    SearchTable& tokenizer() { return *m_tokenizer; }
    SearchTable& tensors() { return *m_tensors; }
    DataTable& memory() { return *m_memoryView; }
    QPlainTextEdit& chatTemplate() { return *m_template; }
    QPushButton* targetButton() { return m_target; }
    QPushButton* draftButton() { return m_draft; }
    QPushButton* makeDraftButton() { return m_makeDraft; }

signals:
    void useAsTarget(const QString& path);
    void useAsDraft(const QString& path);
    void makeDraftRequested(const QString& target);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeHeader();
    QWidget* makeSummary();
    void makeTabs();
    void showEntry(const ModelEntry& entry, const std::vector<NamedText>& facts);
    void addFact(int row, const QString& name, const QString& value);
    void setEmptyTexts(bool reading, bool featureHead);
    void fitMemory();
    void applyTheme();

    QString m_path;
    bool m_complete = false;
    std::vector<NamedText> m_facts;

    NamedTextTable* m_settingLines;
    NamedTextTable* m_tokenizerLines;
    TensorTable* m_tensorLines;
    MemoryTable* m_memory;

    QStackedWidget* m_stack = nullptr;
    ElidedLabel* m_name = nullptr;
    ElidedLabel* m_place = nullptr;
    QPushButton* m_target = nullptr;
    QPushButton* m_draft = nullptr;
    QPushButton* m_makeDraft = nullptr;
    NoteBox* m_problem = nullptr;
    QTabWidget* m_tabs = nullptr;
    QBoxLayout* m_summary = nullptr;
    QScrollArea* m_summaryScroll = nullptr;
    QLabel* m_memoryTitle = nullptr;
    QWidget* m_memoryBox = nullptr;
    QGridLayout* m_factGrid = nullptr;
    DataTable* m_memoryView = nullptr;
    SearchTable* m_settings = nullptr;
    SearchTable* m_tokenizer = nullptr;
    SearchTable* m_tensors = nullptr;
    QPlainTextEdit* m_template = nullptr;
};

}  // namespace specula
