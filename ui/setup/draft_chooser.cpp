#include "ui/setup/draft_chooser.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpressionValidator>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/common/run_marks.h"
#include "ui/help/help_button.h"
#include "ui/help/help_pages.h"
#include "ui/setup/help.h"
#include "ui/setup/model_chooser.h"

namespace specula {

namespace {

constexpr int kNgramDefault = 3;
constexpr int kExitDefault = 5;
constexpr double kAlphaDefault = 0.7;
constexpr int kLayersMost = 512;

const QLatin1String kNgram("ngram");
const QLatin1String kEarlyExit("early-exit");
const QLatin1String kSkip("skip");
const QLatin1String kOracle("oracle");
const QLatin1String kNone("none");

/// "ngram:3" -> 3; `otherwise` when there is no usable number.
int numberAfterColon(const QString& text, int otherwise) {
    bool isNumber = false;
    const int number = text.section(QLatin1Char(':'), 1).toInt(&isNumber);
    return isNumber ? number : otherwise;
}

bool isKind(const QString& draft, QLatin1String kind) {
    return draft == kind || draft.startsWith(kind + QLatin1Char(':'));
}

QSpinBox* layerBox(int value) {
    auto* box = new QSpinBox;
    box->setRange(1, kLayersMost);
    box->setValue(value);
    return box;
}

/// A page of the stack: rows of controls, each after its label.
struct Labelled {
    QString text;
    QWidget* control;
};
QHBoxLayout* rowOf(QWidget* page, std::initializer_list<Labelled> controls) {
    auto* row = new QHBoxLayout(page);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    for (const Labelled& each : controls) {
        row->addWidget(labelFor(each.control, each.text));
        row->addWidget(each.control, 1);
    }
    return row;
}

}  // namespace

DraftChooser::DraftChooser(QWidget* parent) : QWidget(parent) {
    makeKinds();
    m_model = new ModelChooser(tr("Draft model"), tr("A small model with the target's tokenizer."));
    m_stack = new QStackedWidget;
    m_stack->addWidget(m_model);
    for (QWidget* page : {makeNgram(), makeEarlyExit(), makeSkip(), makeOracle(), makeNone()})
        m_stack->addWidget(page);
    m_stack->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    auto* first = new QHBoxLayout;
    first->setSpacing(4);
    first->addWidget(m_kind, 1);
    first->addWidget(m_help);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addLayout(first);
    column->addWidget(m_stack);

    connect(m_kind, &QComboBox::currentIndexChanged, this, &DraftChooser::showPage);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &DraftChooser::settle);
    connect(m_model, &ModelChooser::chosen, this, &DraftChooser::settle);
    for (QSpinBox* box : {m_ngram, m_exit}) {
        box->setKeyboardTracking(false);
        connect(box, &QSpinBox::valueChanged, this, &DraftChooser::settle);
    }
    connect(m_skipped, &QLineEdit::editingFinished, this, &DraftChooser::settle);
    m_alpha->setKeyboardTracking(false);
    connect(m_alpha, &QDoubleSpinBox::valueChanged, this, &DraftChooser::settle);
    showPage(m_kind->currentIndex());
    setDraft(kNgram + QStringLiteral(":3"));
}

void DraftChooser::showPage(int kind) {
    // As high as the page in sight, not as the highest.
    for (int i = 0; i < m_stack->count(); ++i)
        m_stack->widget(i)->setSizePolicy(QSizePolicy::Preferred,
                                          i == kind ? QSizePolicy::Preferred : QSizePolicy::Ignored);
    m_stack->setCurrentIndex(kind);
    m_stack->updateGeometry();
}

void DraftChooser::makeKinds() {
    m_kind = new QComboBox;
    m_kind->addItem(tr("Draft model"), Model);
    m_kind->addItem(tr("N-gram look-up"), Ngram);
    m_kind->addItem(tr("Early exit of the target"), EarlyExit);
    m_kind->addItem(tr("Target without some layers"), Skip);
    m_kind->addItem(tr("Oracle – SYNTHETIC"), Oracle);
    m_kind->addItem(tr("None (plain decoding)"), None);
    m_kind->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    describe(m_kind, tr("Draft"), tr("Where the cheap proposals come from that the target then checks."));
    m_help = new HelpButton(tr("Help on the draft"));
    connect(m_help, &HelpButton::asked, this, &DraftChooser::helpAsked);
}

QWidget* DraftChooser::makeNgram() {
    m_ngram = new QSpinBox;
    m_ngram->setRange(1, 16);
    m_ngram->setValue(kNgramDefault);
    describe(m_ngram, tr("Longest match"),
             tr("Tokens that must repeat before what followed them is proposed; tries this many first."));
    auto* page = new QWidget;
    rowOf(page, {{tr("Longest &match"), m_ngram}});
    return page;
}

QWidget* DraftChooser::makeEarlyExit() {
    m_exit = layerBox(kExitDefault);
    describe(m_exit, tr("Exit after layer"),
             tr("The target's first layers alone, with its own head, make the proposals."));
    auto* page = new QWidget;
    rowOf(page, {{tr("After la&yer"), m_exit}});
    return page;
}

QWidget* DraftChooser::makeSkip() {
    m_skipped = new QLineEdit(QStringLiteral("3-9"));
    static const QRegularExpression layers(
        QStringLiteral("[1-9]\\d{0,2}(-[1-9]\\d{0,2})?(,[1-9]\\d{0,2}(-[1-9]\\d{0,2})?)*"));
    m_skipped->setValidator(new QRegularExpressionValidator(layers, m_skipped));
    describe(m_skipped, tr("Layers left out"),
             tr("The target without these layers makes the proposals: from-to, such as 3-9 or 3,5-7."));
    auto* page = new QWidget;
    rowOf(page, {{tr("Lay&ers left out"), m_skipped}});
    return page;
}

QWidget* DraftChooser::makeOracle() {
    m_alpha = new QDoubleSpinBox;
    m_alpha->setRange(0.0, 1.0);
    m_alpha->setSingleStep(0.05);
    m_alpha->setDecimals(3);
    m_alpha->setValue(kAlphaDefault);
    describe(m_alpha, tr("Acceptance rate"), tr("How much of the target's row the oracle's has in common."));
    auto* note = new MarkLabel(MarkLabel::Style::Sentences);
    note->setMarks(runMarks({}, "oracle"));
    note->setMinimumWidth(1);
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    auto* row = new QWidget;
    rowOf(row, {{tr("Alp&ha"), m_alpha}});
    column->addWidget(row);
    column->addWidget(note);
    return page;
}

QWidget* DraftChooser::makeNone() {
    auto* none = new QLabel(tr("Every token comes from the target."));
    none->setWordWrap(true);
    return none;
}

std::vector<QWidget*> DraftChooser::tabOrder() {
    return {m_kind, m_help, m_model->list(), m_model->browseButton(), m_ngram, m_exit, m_skipped, m_alpha};
}

void DraftChooser::setModels(const std::vector<KnownModel>& models) {
    m_model->setModels(models);
}

void DraftChooser::setTargetLayers(int layers) {
    // The choice stays as it is where it no longer fits: loading says so, a silent change would not.
    const int most = layers > 1 ? layers - 1 : kLayersMost;
    m_exit->setMaximum(std::max(most, m_exit->value()));
    m_exit->setSuffix(layers > 1 ? tr(" of %1").arg(layers) : QString());
}

QString DraftChooser::draft() const {
    switch (m_kind->currentIndex()) {
        case Model:
            return m_model->path();
        case Ngram:
            return kNgram + QStringLiteral(":%1").arg(m_ngram->value());
        case EarlyExit:
            return kEarlyExit + QStringLiteral(":%1").arg(m_exit->value());
        case Skip:
            return m_skipped->hasAcceptableInput() ? kSkip + QStringLiteral(":%1").arg(m_skipped->text())
                                                   : QString();
        case Oracle:
            return kOracle + QStringLiteral(":%1").arg(m_alpha->value());
        default:
            return kNone;
    }
}

void DraftChooser::setDraft(const QString& draft) {
    const QSignalBlocker quiet(this);
    if (draft == kNone) {
        m_kind->setCurrentIndex(None);
    } else if (isKind(draft, kNgram)) {
        m_ngram->setValue(numberAfterColon(draft, kNgramDefault));
        m_kind->setCurrentIndex(Ngram);
    } else if (isKind(draft, kEarlyExit)) {
        m_exit->setMaximum(std::max(m_exit->maximum(), std::min(kLayersMost, numberAfterColon(draft, 1))));
        m_exit->setValue(numberAfterColon(draft, kExitDefault));
        m_kind->setCurrentIndex(EarlyExit);
    } else if (isKind(draft, kSkip)) {
        m_skipped->setText(draft.section(QLatin1Char(':'), 1));
        m_kind->setCurrentIndex(Skip);
    } else if (isKind(draft, kOracle)) {
        bool isNumber = false;
        const double alpha = draft.section(QLatin1Char(':'), 1).toDouble(&isNumber);
        m_alpha->setValue(isNumber ? alpha : kAlphaDefault);
        m_kind->setCurrentIndex(Oracle);
    } else {
        m_model->setPath(draft);
        m_kind->setCurrentIndex(Model);
    }
    m_settled = this->draft();
    m_help->setPage(this, helpPageOf(m_settled, m_head));
}

void DraftChooser::setHead(bool head) {
    m_head = head;
    m_help->setPage(this, helpPageOf(draft(), m_head));
}

QString DraftChooser::problem() const {
    if (!draft().isEmpty()) return {};
    return m_kind->currentIndex() == Skip
               ? tr("Write which layers are left out, such as 3-9 or 3,5-7, or choose another kind of draft.")
               : tr("Choose a draft model, or another kind of draft.");
}

QWidget* DraftChooser::missing() {
    if (m_kind->currentIndex() == Skip) return m_skipped;
    return m_kind->currentIndex() == Model ? m_model->list() : m_kind;
}

void DraftChooser::settle() {
    const QString now = draft();
    m_help->setPage(this, helpPageOf(now, m_head));
    if (now == m_settled) return;
    m_settled = now;
    emit chosen(now);
}

}  // namespace specula
