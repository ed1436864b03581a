#include "ui/serving/serving_dialog.h"

#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFontDatabase>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTextOption>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/common/palette.h"
#include "ui/help/help_pages.h"
#include "ui/serving/serving_text.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

constexpr int kFlagLines = 6;
constexpr int kPasteLines = 3;

QLabel* wrapped(const QString& name) {
    auto* label = new QLabel;
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setAccessibleName(name);
    return label;
}

QDoubleSpinBox* milliseconds(const QString& unset) {
    auto* box = new QDoubleSpinBox;
    box->setRange(0.0, 100'000.0);
    box->setDecimals(2);
    box->setSpecialValueText(unset);
    return box;
}

void setLines(QPlainTextEdit* edit, int lines) {
    const QMargins margins = edit->contentsMargins();
    edit->setFixedHeight(edit->fontMetrics().lineSpacing() * lines + margins.top() + margins.bottom() + 12);
}

}  // namespace

ServingDialog::ServingDialog(QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Take it to a server"));
    setHelpPage(this, QLatin1String(kHelpServing));
    setModal(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addWidget(makeFields());
    column->addWidget(makeResult(), 1);
    auto* close = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(close, &QDialogButtonBox::rejected, this, &QDialog::reject);
    column->addWidget(close);
    resize(640, 660);
    applyTheme();
    refresh();
}

void ServingDialog::makeCounters() {
    m_metrics = new QPlainTextEdit;
    m_metrics->setTabChangesFocus(true);
    m_metrics->setPlaceholderText(
        tr("vLLM or SGLang: /metrics; llama.cpp: its log, or the timings of an answer"));
    describe(m_metrics, tr("The server's counters"), tr("Pasted counters go before what was counted here."));
    setLines(m_metrics, kPasteLines);
    m_drafted = new QSpinBox;
    m_drafted->setRange(0, 64);
    m_drafted->setSpecialValueText(tr("as the counters say"));
    describe(m_drafted, tr("Drafted there a round"),
             tr("The gamma that the counters were made with, where they do not say."));
    m_found = wrapped(tr("What was found in the counters"));
}

QWidget* ServingDialog::makeFields() {
    auto* fields = new QWidget;
    auto* form = new QFormLayout(fields);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    m_server = new QComboBox;
    for (const Server server : allServers()) {
        const std::string_view title = titleOf(server);
        m_server->addItem(QString::fromUtf8(title.data(), static_cast<qsizetype>(title.size())));
    }
    describe(m_server, tr("Server"), tr("Which program will serve the target."));
    m_draftMs = milliseconds(tr("not known"));
    describe(m_draftMs, tr("Draft, ms a step"),
             tr("One step of the draft on that machine; not known: its share of a target step here."));
    m_verifyMs = milliseconds(tr("not known"));
    describe(m_verifyMs, tr("Target, ms a pass"),
             tr("A pass with one row for each request on that machine; not known: this machine's costs."));
    m_rows = new QSpinBox;
    m_rows->setRange(2, 33);
    m_rows->setValue(5);
    m_rows->setPrefix(tr("with "));
    m_rows->setSuffix(tr(" rows"));
    describe(m_rows, tr("Rows of the second pass"), tr("Gamma drafted tokens make gamma + 1 rows."));
    m_rowsMs = milliseconds(tr("assumed the same"));
    describe(
        m_rowsMs, tr("Target, ms a pass with several rows"),
        tr("The same with so many rows for each request; unset: more rows are assumed to cost nothing."));
    m_batch = new QSpinBox;
    m_batch->setRange(1, 4096);
    describe(m_batch, tr("Requests at once"), tr("How many requests the server works on in one pass."));
    makeCounters();
    auto* passes = new QHBoxLayout;
    passes->addWidget(m_rowsMs, 1);
    passes->addWidget(m_rows);
    form->addRow(tr("&Server"), m_server);
    form->addRow(tr("&Draft, ms a step"), m_draftMs);
    form->addRow(tr("&Target, ms a pass"), m_verifyMs);
    auto* several = new QLabel(tr("… with se&veral rows, ms"));
    several->setBuddy(m_rowsMs);
    form->addRow(several, passes);
    form->addRow(tr("&Requests at once"), m_batch);
    form->addRow(tr("Its &counters"), m_metrics);
    form->addRow(QString(), m_found);
    form->addRow(tr("Drafted there a rou&nd"), m_drafted);
    connect(m_server, &QComboBox::currentIndexChanged, this, &ServingDialog::refresh);
    for (QDoubleSpinBox* box : {m_draftMs, m_verifyMs, m_rowsMs})
        connect(box, &QDoubleSpinBox::valueChanged, this, &ServingDialog::refresh);
    for (QSpinBox* box : {m_rows, m_batch, m_drafted})
        connect(box, &QSpinBox::valueChanged, this, &ServingDialog::refresh);
    connect(m_metrics, &QPlainTextEdit::textChanged, this, &ServingDialog::refresh);
    return fields;
}

QWidget* ServingDialog::makeResult() {
    auto* result = new QWidget;
    auto* column = new QVBoxLayout(result);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    m_result = wrapped(tr("Advice"));
    QFont strong = font();
    strong.setBold(true);
    m_result->setFont(strong);
    m_refusals = wrapped(tr("Why it cannot be done"));
    m_flags = new QPlainTextEdit;
    m_flags->setReadOnly(true);
    m_flags->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_flags->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);  // Copy keeps the lines
    m_flags->setTabChangesFocus(true);
    describe(m_flags, tr("Flags"), tr("As that server spells them."));
    setLines(m_flags, kFlagLines);
    m_copy = new QPushButton(tr("Co&py"));
    describe(m_copy, tr("Copy the flags"), tr("Puts the flags on the clipboard."));
    m_copy->setAutoDefault(false);
    connect(m_copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_flags->toPlainText()); });
    m_notes = wrapped(tr("Where the numbers come from"));
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(m_copy);
    column->addWidget(m_result);
    column->addWidget(m_refusals);
    column->addWidget(m_flags);
    column->addLayout(row);
    column->addWidget(m_notes);
    column->addStretch(1);
    return result;
}

void ServingDialog::setSource(const ServingRequest& source) {
    m_source = source;
    refresh();
}

void ServingDialog::clearSource() {
    m_source.reset();
    refresh();
}

ServingRequest ServingDialog::request() const {
    ServingRequest request = m_source.value_or(ServingRequest{});
    request.server = allServers()[static_cast<std::size_t>(std::max(0, m_server->currentIndex()))];
    request.batch = m_batch->value();
    request.times.reset();
    if (m_verifyMs->value() > 0.0) {
        const bool several = m_rowsMs->value() > 0.0;
        request.times = ServerTimes{m_draftMs->value(), m_verifyMs->value(), several ? m_rows->value() : 0,
                                    m_rowsMs->value()};
    }
    const QString pasted = m_metrics->toPlainText().trimmed();
    request.metrics.reset();
    if (!pasted.isEmpty()) request.metrics = readServerMetrics(pasted.toStdString());
    request.drafted = m_drafted->value();
    return request;
}

void ServingDialog::refresh() {
    if (!m_notes) return;
    const ServingRequest asked = request();
    m_found->setText(asked.metrics ? metricsSentence(*asked.metrics) : QString());
    m_found->setVisible(asked.metrics.has_value());
    m_drafted->setEnabled(asked.metrics.has_value());
    m_rows->setEnabled(m_rowsMs->value() > 0.0);
    if (!m_source) {
        m_result->setText(tr("Generate a text with a draft first: its acceptance is what is taken along."));
        for (QWidget* part : std::initializer_list<QWidget*>{m_refusals, m_flags, m_copy, m_notes})
            part->hide();
        return;
    }
    const ServingAdvice advice = adviseServing(asked);
    m_result->setText(adviceSentence(advice));
    m_refusals->setText(refusalSentences(advice).join(QLatin1Char('\n')));
    m_refusals->setVisible(advice.refused());
    m_flags->setPlainText(specula::flagsText(advice).trimmed());
    m_flags->setVisible(!advice.flags.empty());
    m_copy->setVisible(!advice.flags.empty());
    m_notes->setText(adviceNotes(advice).join(QLatin1Char('\n')));
    m_notes->show();
}

QString ServingDialog::resultText() const {
    return m_result->text();
}
QString ServingDialog::refusalText() const {
    return m_refusals->isHidden() ? QString() : m_refusals->text();
}
QString ServingDialog::notesText() const {
    return m_notes->isHidden() ? QString() : m_notes->text();
}
QString ServingDialog::flagsText() const {
    return m_flags->isHidden() ? QString() : m_flags->toPlainText();
}
QString ServingDialog::metricsText() const {
    return m_found->isHidden() ? QString() : m_found->text();
}

void ServingDialog::applyTheme() {
    const Theme theme = Theme::of(palette());
    const auto ink = [this](QLabel* label, const QColor& color) {
        QPalette colors = palette();
        colors.setColor(QPalette::WindowText, color);
        label->setPalette(colors);
    };
    ink(m_notes, theme.secondary);
    ink(m_found, theme.secondary);
    ink(m_refusals, theme.readable(theme.rejected));
}

void ServingDialog::changeEvent(QEvent* event) {
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_notes) applyTheme();
}

}  // namespace specula
