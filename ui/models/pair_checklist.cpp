#include "ui/models/pair_checklist.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/common/focus_ring.h"
#include "ui/models/labels.h"
#include "ui/models/model_text.h"
#include "ui/models/pair_table.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

QString verdictText(const PairReport& report) {
    if (!report.compatible) return PairChecklist::tr("Do not work together");
    if (report.sharedTokens > 0) return PairChecklist::tr("Work by shared tokens");
    return report.warnings.empty() ? PairChecklist::tr("Work together")
                                   : PairChecklist::tr("Work together, with something to know");
}

}  // namespace

PairChecklist::PairChecklist(QWidget* parent) : QWidget(parent) {
    m_title = makeTextLabel();
    makeBold(m_title);
    m_verdict = new NoteBox;
    auto* content = new QWidget;
    m_grid = new QGridLayout(content);
    m_grid->setContentsMargins(0, 4, 8, 4);
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(4);
    m_grid->setColumnStretch(1, 1);
    m_scroll = new QScrollArea;
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(content);
    m_scroll->setAccessibleName(tr("Checks of the pair"));
    addFocusRing(m_scroll);
    m_scroll->viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);
    m_use = new QPushButton(tr("&Use this pair"));
    describe(m_use, tr("Use this pair"),
             tr("Take both for generating: the row as target, the column as draft."));
    connect(m_use, &QPushButton::clicked, this, &PairChecklist::useRequested);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_title);
    column->addWidget(m_verdict);
    column->addWidget(m_scroll, 1);
    column->addWidget(m_use);
    clear({});
}

void PairChecklist::clearLines() {
    m_lines.clear();
    m_details.clear();
    while (QLayoutItem* item = m_grid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_grid->setRowStretch(m_rows, 0);
    m_rows = 0;
}

void PairChecklist::clear(const QString& sentence) {
    clearLines();
    m_title->setText(sentence);
    m_verdict->show(Symbol::None, {});
    m_use->setEnabled(false);
}

void PairChecklist::addLine(Symbol symbol, const QString& question, const QString& detail) {
    const int row = m_rows++;
    auto* mark = new SymbolLabel(symbol);
    auto* text = makeTextLabel(question);
    text->setAccessibleName(question);
    text->setAccessibleDescription(symbolWord(symbol) + QStringLiteral(". ") + detail);
    m_grid->addWidget(mark, row, 0, Qt::AlignTop);
    m_grid->addWidget(text, row, 1);
    if (detail.isEmpty()) text->setContentsMargins(0, 0, 0, 4);
    QString line = symbolWord(symbol) + QStringLiteral(": ") + question;
    if (!detail.isEmpty()) {
        auto* more = makeTextLabel(detail);
        more->setContentsMargins(0, 0, 0, 4);
        m_grid->addWidget(more, m_rows++, 1);
        m_details << more;
        line += QStringLiteral(" – ") + detail;
    }
    m_lines << line;
}

void PairChecklist::show(const ModelEntry& target, const ModelEntry& draft, const PairCell* cell,
                         std::int64_t memoryFree) {
    clearLines();
    m_title->setText(tr("Target %1\nDraft %2").arg(fromStd(target.name), fromStd(draft.name)));
    const bool works = cell && cell->report.compatible;
    m_use->setEnabled(works);
    if (!cell) {
        m_verdict->show(Symbol::Unknown, tr("These two have not been compared yet."));
        return;
    }
    m_verdict->show(symbolOf(cell), verdictText(cell->report));
    for (const PairCheck& check : cell->report.checks) {
        addLine(check.passed ? Symbol::Yes : Symbol::No, fromStd(check.question), fromStd(check.detail));
    }
    for (const std::string& warning : cell->report.warnings) addLine(Symbol::Caution, fromStd(warning), {});
    if (cell->report.checks.empty() && cell->report.warnings.empty()) {
        addLine(symbolOf(cell), checklistText(cell), {});
    }
    if (const QString ratio = ratioText(cell->sizeRatio); !ratio.isEmpty()) {
        const bool large = cell->sizeRatio > 0.5;
        const QString words = cell->sizeRatio < 1.995 ? tr("The draft has %1 of the target's parameters")
                                                      : tr("The draft has %1 the target's parameters");
        addLine(
            large ? Symbol::Caution : Symbol::Yes, words.arg(ratio),
            large ? tr("A draft pays when one of its steps costs much less than the target's.") : QString());
    }
    const MemoryFit fit = memoryFit({&target, &draft}, memoryFree);
    if (fit.bytes > 0) {
        const Symbol symbols[]{Symbol::Unknown, Symbol::No, Symbol::Caution, Symbol::Yes};
        const bool sayFree = memoryFree >= 0 && fit.kind != MemoryFit::Kind::No;
        addLine(symbols[static_cast<int>(fit.kind)], tr("Both in memory at once"),
                sayFree ? tr("%1, %2 free").arg(fit.text, bytesText(memoryFree)) : fit.text);
    }
    m_grid->setRowStretch(m_rows, 1);
    applyTheme();
}

void PairChecklist::applyTheme() {
    for (QLabel* detail : m_details) makeSecondary(detail, palette());
}

void PairChecklist::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_use) applyTheme();
}

}  // namespace specula
