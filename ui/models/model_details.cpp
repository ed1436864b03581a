#include "ui/models/model_details.h"

#include <algorithm>

#include <QEvent>
#include <QFontDatabase>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTextDocument>
#include <QVBoxLayout>

#include "ui/common/focus_ring.h"
#include "ui/models/detail_tables.h"
#include "ui/models/labels.h"
#include "ui/models/model_text.h"
#include "ui/models/search_table.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

constexpr int kSideBySide = 140;  ///< characters of width from which facts and memory stand beside each other

}  // namespace

ModelDetailsPane::ModelDetailsPane(QWidget* parent)
    : QWidget(parent),
      m_settingLines(new NamedTextTable(this)),
      m_tokenizerLines(new NamedTextTable(this)),
      m_tensorLines(new TensorTable(this)),
      m_memory(new MemoryTable(this)) {
    auto* nothing = new QLabel(tr("Choose a model to see what it holds."));
    nothing->setAlignment(Qt::AlignCenter);
    nothing->setWordWrap(true);
    nothing->setObjectName(QStringLiteral("noDetails"));
    makeTabs();
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(makeHeader());
    m_problem = new NoteBox;
    column->addWidget(m_problem);
    column->addWidget(m_tabs, 1);
    m_stack = new QStackedWidget;
    m_stack->addWidget(nothing);
    m_stack->addWidget(page);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(m_stack);
    applyTheme();
    clear();
}

QWidget* ModelDetailsPane::makeHeader() {
    auto* header = new QWidget;
    m_name = new ElidedLabel;
    makeBold(m_name);
    m_place = new ElidedLabel;
    auto* names = new QVBoxLayout;
    names->setSpacing(0);
    names->addWidget(m_name);
    names->addWidget(m_place);
    m_target = new QPushButton(tr("&Use as target"));
    describe(m_target, tr("Use as target"), tr("Take this model as the one whose text is kept exactly."));
    m_draft = new QPushButton(tr("Use as &draft"));
    describe(m_draft, tr("Use as draft"), tr("Take this model as the one that proposes tokens."));
    m_makeDraft = new QPushButton(tr("Make a draft…"));
    describe(m_makeDraft, tr("Make a draft for this target"),
             tr("Make a draft for this target: it is taught by the target itself."));
    connect(m_makeDraft, &QPushButton::clicked, this, [this] { emit makeDraftRequested(QString(m_path)); });
    // Copies: whoever answers may show another model.
    connect(m_target, &QPushButton::clicked, this, [this] { emit useAsTarget(QString(m_path)); });
    connect(m_draft, &QPushButton::clicked, this, [this] { emit useAsDraft(QString(m_path)); });
    auto* row = new QHBoxLayout(header);
    row->setContentsMargins(0, 4, 0, 0);
    row->setSpacing(8);
    row->addLayout(names, 1);
    row->addWidget(m_makeDraft);
    row->addWidget(m_target);
    row->addWidget(m_draft);
    return header;
}

QWidget* ModelDetailsPane::makeSummary() {
    m_factGrid = new QGridLayout;
    m_factGrid->setHorizontalSpacing(16);
    m_factGrid->setVerticalSpacing(4);
    m_factGrid->setColumnStretch(1, 1);

    m_memoryView = new DataTable;
    m_memoryView->setModel(m_memory);
    m_memoryView->setItemDelegateForColumn(MemoryTable::Bar, new MemoryBarDelegate(*m_memory, m_memoryView));
    m_memoryView->setColumnRule(MemoryTable::Bar, {10, 200, 1});
    m_memoryView->setSelectionMode(QAbstractItemView::NoSelection);
    m_memoryView->setFocusPolicy(Qt::NoFocus);
    m_memoryView->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_memoryView->setAccessibleName(tr("Memory by number format"));
    m_memoryView->setEmptyText(tr("What it takes in memory is not known."));
    m_memoryTitle = new QLabel;
    makeBold(m_memoryTitle);
    m_memoryBox = new QWidget;
    auto* memory = new QVBoxLayout(m_memoryBox);
    memory->setContentsMargins(0, 0, 0, 0);
    memory->setSpacing(4);
    memory->addWidget(m_memoryTitle);
    memory->addWidget(m_memoryView);
    memory->addStretch(1);

    auto* content = new QWidget;
    m_summary = new QBoxLayout(QBoxLayout::LeftToRight, content);
    m_summary->setContentsMargins(12, 12, 12, 12);
    m_summary->setSpacing(24);
    // An alignment would ignore that long values need more lines.
    auto* facts = new QVBoxLayout;
    facts->addLayout(m_factGrid);
    facts->addStretch(1);
    m_summary->addLayout(facts, 1);
    m_summary->addWidget(m_memoryBox, 1);
    m_summaryScroll = new QScrollArea;
    m_summaryScroll->setFrameShape(QFrame::NoFrame);
    m_summaryScroll->setWidgetResizable(true);
    m_summaryScroll->setWidget(content);
    m_summaryScroll->setAccessibleName(tr("Summary"));
    addFocusRing(m_summaryScroll);
    content->setAutoFillBackground(false);
    m_summaryScroll->viewport()->setAutoFillBackground(false);
    return m_summaryScroll;
}

void ModelDetailsPane::makeTabs() {
    m_settings = new SearchTable(m_settingLines, tr("settings"));
    m_tokenizer = new SearchTable(m_tokenizerLines, tr("facts of the tokenizer"));
    for (SearchTable* lines : {m_settings, m_tokenizer}) {
        lines->table().setColumnRule(0, {16, 44, 0});
        lines->table().setColumnRule(1, {20, 60, 1});
    }
    m_tensors = new SearchTable(m_tensorLines, tr("tensors"));
    m_tensors->table().setColumnRule(TensorTable::Name, {20, 60, 1});
    m_tensors->table().setColumnRule(TensorTable::Type, {8, 12, 0});
    m_tensors->table().setColumnRule(TensorTable::Shape, {16, 30, 0});
    m_tensors->table().setColumnRule(TensorTable::Bytes, {10, 20, 0});
    m_template = new QPlainTextEdit;
    m_template->setReadOnly(true);
    m_template->setAcceptDrops(false);
    m_template->setFrameShape(QFrame::NoFrame);
    m_template->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    m_template->setTabChangesFocus(true);
    m_template->document()->setDocumentMargin(8);
    m_template->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_template->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_template->setAccessibleName(tr("Chat template"));

    m_tabs = new QTabWidget;
    m_tabs->setAccessibleName(tr("Details"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(makeSummary(), tr("Su&mmary"));
    m_tabs->addTab(m_settings, tr("Co&nfig"));
    m_tabs->addTab(m_tokenizer, tr("To&kenizer"));
    m_tabs->addTab(m_tensors, tr("&Tensors"));
    m_tabs->addTab(m_template, tr("Chat tem&plate"));
}

void ModelDetailsPane::clear() {
    m_path.clear();
    m_complete = false;
    m_facts.clear();
    m_stack->setCurrentIndex(0);
}

void ModelDetailsPane::setEntry(const ModelEntry& entry) {
    const QString path = fromStd(entry.path);
    if (path == m_path && m_complete) {
        showEntry(entry, m_facts);
        return;
    }
    m_path = path;
    m_complete = false;
    m_facts.clear();
    m_settingLines->setLines({});
    m_tokenizerLines->setLines({});
    m_tensorLines->setTensors({});
    m_tensors->setNote({});
    m_template->clear();
    setEmptyTexts(true, entry.featureHead);
    showEntry(entry, {});
}

void ModelDetailsPane::setDetails(const ModelDetails& details) {
    m_path = fromStd(details.entry.path);
    m_complete = true;
    m_facts = details.facts;
    showEntry(details.entry, details.facts);
    m_settingLines->setLines(details.settings);
    m_tokenizerLines->setLines(details.tokenizer);
    m_tensorLines->setTensors(details.tensors);
    m_tensors->setNote(bytesText(m_tensorLines->bytes()));
    m_template->setPlainText(fromStd(details.chatTemplate));
    setEmptyTexts(false, details.entry.featureHead);
}

void ModelDetailsPane::setEmptyTexts(bool reading, bool featureHead) {
    const auto pick = [&](const QString& sentence) { return reading ? tr("Reading…") : sentence; };
    m_settings->setEmptyText(pick(tr("The files hold no settings.")));
    m_tokenizer->setEmptyText(
        pick(featureHead ? tr("A feature head proposes ids of its target's tokenizer.")
                         : tr("The files hold no tokenizer: this model can only be given token ids.")));
    m_tensors->setEmptyText(pick(tr("The files hold no tensors.")));
    m_template->setPlaceholderText(pick(
        featureHead ? tr("A feature head is no model by itself: the target's chat template counts.")
                    : tr("This model has no chat template: it continues text and was not made to answer.")));
}

void ModelDetailsPane::setMemoryFree(std::int64_t bytes) {
    m_memory->setMemoryFree(bytes);
}

void ModelDetailsPane::addFact(int row, const QString& name, const QString& value) {
    auto* label = new QLabel(name);
    label->setTextFormat(Qt::PlainText);
    label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    makeSecondary(label, palette());
    auto* text = makeTextLabel(value);
    text->setAccessibleName(name);
    m_factGrid->addWidget(label, row, 0);
    m_factGrid->addWidget(text, row, 1);
}

void ModelDetailsPane::showEntry(const ModelEntry& entry, const std::vector<NamedText>& facts) {
    m_stack->setCurrentIndex(1);
    m_name->setText(fromStd(entry.name));
    m_place->setText(fromStd(entry.path));
    m_problem->show(Symbol::No, fromStd(entry.problem));
    m_target->setEnabled(entry.canBeTarget());
    m_makeDraft->setEnabled(entry.canBeTarget());
    m_draft->setEnabled(entry.usable());
    while (QLayoutItem* item = m_factGrid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const QLocale locale;
    const auto number = [&locale](int value) { return value > 0 ? locale.toString(value) : QString(); };
    const std::vector<std::pair<QString, QString>> known{
        {tr("Architecture"), entry.featureHead ? QString() : fromStd(entry.architecture)},
        {tr("Parameters"), entry.parameters > 0
                               ? tr("%1 (%2)").arg(parameterText(entry.parameters),
                                                   locale.toString(qlonglong(entry.parameters)))
                               : QString()},
        {tr("Layers"), number(entry.layers)},
        {tr("Hidden size"), number(entry.hidden)},
        {tr("Vocabulary"), entry.featureHead ? QString() : number(entry.vocabulary)},
        {tr("Context"),
         entry.maxContext > 0 ? tr("%1 tokens").arg(locale.toString(entry.maxContext)) : QString()},
        {tr("Tokenizer"), entry.featureHead         ? QString()
                          : entry.tokenizer.empty() ? tr("none")
                                                    : fromStd(entry.tokenizer)},
        {tr("Chat template"), entry.featureHead       ? QString()
                              : entry.hasChatTemplate ? tr("yes")
                                                      : tr("no")},
        {tr("Stored as"), fromStd(entry.fileFormat)},
        {tr("On disk"), entry.fileBytes > 0 ? bytesText(entry.fileBytes) : QString()},
        {tr("Found in"), fromStd(entry.source)}};
    int row = 0;
    for (const auto& [name, value] : known) {
        if (!value.isEmpty()) addFact(row++, name, value);
    }
    for (const NamedText& fact : facts) {
        const QString name = fromStd(fact.name);
        const bool said = std::any_of(known.begin(), known.end(), [&](const auto& each) {
            return each.first == name && !each.second.isEmpty();
        });
        if (!said) addFact(row++, name, fromStd(fact.text));
    }
    m_memory->setNeeds(entry.memory);
    m_memoryTitle->setText(
        entry.memory.empty() ? tr("In memory")
                             : tr("In memory, for %1 tokens").arg(locale.toString(entry.memory[0].context)));
    fitMemory();
}

void ModelDetailsPane::fitMemory() {
    const int rows = std::max(2, m_memory->rowCount());
    m_memoryView->setFixedHeight(m_memoryView->horizontalHeader()->sizeHint().height() +
                                 rows * m_memoryView->verticalHeader()->defaultSectionSize() +
                                 2 * m_memoryView->frameWidth() + 2);
}

void ModelDetailsPane::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const bool wide = width() >= kSideBySide * fontMetrics().averageCharWidth();
    m_summary->setDirection(wide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

void ModelDetailsPane::applyTheme() {
    makeSecondary(m_place, palette());
    m_memory->setTheme(Theme::of(palette()));
    for (int row = 0; row < m_factGrid->rowCount(); ++row) {
        if (QLayoutItem* item = m_factGrid->itemAtPosition(row, 0)) makeSecondary(item->widget(), palette());
    }
}

void ModelDetailsPane::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_stack) applyTheme();
    if (event->type() == QEvent::FontChange && m_stack) fitMemory();
}

}  // namespace specula
