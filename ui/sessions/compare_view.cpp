#include "ui/sessions/compare_view.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/common/palette.h"
#include "ui/models/data_table.h"
#include "ui/sessions/comparison_table.h"
#include "ui/sessions/paired_text.h"

namespace specula {

CompareView::CompareView(QWidget* parent) : QWidget(parent) {
    auto* heads = new QHBoxLayout;
    heads->setContentsMargins(16, 8, 16, 4);
    heads->setSpacing(24);
    heads->addWidget(makeHead(true), 1);
    heads->addWidget(makeHead(false), 1);

    m_sentence = new QLabel;
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    QFont bold = m_sentence->font();
    bold.setWeight(QFont::DemiBold);
    m_sentence->setFont(bold);
    m_note = new QLabel;
    m_note->setWordWrap(true);
    m_goTo = new QPushButton(tr("Show the difference"));
    m_goTo->setToolTip(tr("Scroll to the first token that differs (D)"));
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(m_sentence);
    words->addWidget(m_note);
    auto* said = new QHBoxLayout;
    said->setContentsMargins(16, 4, 16, 8);
    said->setSpacing(12);
    said->addLayout(words, 1);
    said->addWidget(m_goTo, 0, Qt::AlignTop);

    m_texts = new PairedText;
    m_rows = new ComparisonTable(this);
    m_table = new DataTable;
    m_table->setModel(m_rows);
    m_table->setAccessibleName(tr("Settings and measurements of both runs"));
    m_table->setEmptyText(tr("Choose two sessions to compare."));
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setColumnRule(ComparisonTable::Differs, {2, 2, 0});
    m_table->setColumnRule(ComparisonTable::What, {12, 26, 0});
    m_table->setColumnRule(ComparisonTable::Left, {16, 60, 1});
    m_table->setColumnRule(ComparisonTable::Right, {16, 60, 1});
    auto* split = new QSplitter(Qt::Vertical);
    split->addWidget(m_texts);
    split->addWidget(m_table);
    split->setStretchFactor(0, 2);
    split->setStretchFactor(1, 3);
    split->setSizes({200, 300});
    split->setChildrenCollapsible(false);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(heads);
    column->addLayout(said);
    column->addWidget(split, 1);
    connect(m_goTo, &QPushButton::clicked, m_texts, &PairedText::showDivergence);
    refresh();
    applyTheme();
}

QWidget* CompareView::makeHead(bool left) {
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    QLabel*& name = m_names[left ? 0 : 1];
    name = new QLabel;
    name->setTextFormat(Qt::PlainText);
    name->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* choose = new QPushButton(left ? tr("Choose &left…") : tr("Choose &right…"));
    choose->setToolTip(tr("Compare another session file"));
    row->addWidget(name, 1);
    row->addWidget(choose);
    connect(choose, &QPushButton::clicked, this, [this, left] { emit fileAsked(left); });
    return head;
}

void CompareView::setLeft(ComparedRun run) {
    m_left = std::move(run);
    refresh();
}

void CompareView::setRight(ComparedRun run) {
    m_right = std::move(run);
    refresh();
}

QString CompareView::sentence() const {
    return m_sentence->text();
}

QString CompareView::note() const {
    return m_note->text();
}

void CompareView::refresh() {
    m_names[0]->setText(m_left ? tr("Left: %1").arg(m_left->name) : tr("Left: nothing chosen"));
    m_names[1]->setText(m_right ? tr("Right: %1").arg(m_right->name) : tr("Right: nothing chosen"));
    m_comparison.reset();
    if (m_left && m_right) m_comparison = compareRuns(*m_left, *m_right);
    m_sentence->setText(m_comparison ? m_comparison->sentence
                                     : tr("Choose two sessions to see where their texts part."));
    m_note->setText(m_comparison ? m_comparison->note : QString());
    m_goTo->setEnabled(m_comparison && m_comparison->divergence);
    m_rows->setRows(m_comparison ? m_comparison->rows : std::vector<ComparedRow>());
    m_texts->setTexts(m_left ? m_left->tokens : std::vector<Emitted>(),
                      m_right ? m_right->tokens : std::vector<Emitted>(),
                      m_comparison ? m_comparison->divergence : std::nullopt);
}

void CompareView::applyTheme() {
    QPalette grey = palette();
    grey.setColor(QPalette::WindowText, Theme::of(palette()).secondary);
    m_note->setPalette(grey);
}

void CompareView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_note) applyTheme();
}

}  // namespace specula
