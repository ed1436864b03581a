#include "ui/setup/draft_chooser.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/setup/help.h"
#include "ui/setup/model_chooser.h"

namespace specula {

namespace {

constexpr int kNgramDefault = 3;
constexpr int kExitDefault = 5;
constexpr int kLayersMost = 512;

const QLatin1String kNgram("ngram");
const QLatin1String kEarlyExit("early-exit");
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

QWidget* rowWith(const QString& text, QWidget* control) {
    auto* page = new QWidget;
    auto* row = new QHBoxLayout(page);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(labelFor(control, text));
    row->addWidget(control, 1);
    return page;
}

}  // namespace

DraftChooser::DraftChooser(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    m_kind = new QComboBox;
    m_kind->addItem(tr("Draft model"), Model);
    m_kind->addItem(tr("N-gram look-up"), Ngram);
    m_kind->addItem(tr("Early exit of the target"), EarlyExit);
    m_kind->addItem(tr("None (plain decoding)"), None);
    describe(m_kind, tr("Draft"), tr("Where the cheap proposals come from that the target then checks."));

    m_model = new ModelChooser(tr("Draft model"), tr("A small model with the target's tokenizer."));
    m_ngram = new QSpinBox;
    m_ngram->setRange(1, 16);
    m_ngram->setValue(kNgramDefault);
    describe(m_ngram, tr("Longest match"),
             tr("Tokens that must repeat before what followed them is proposed; tries this many first."));
    m_exit = new QSpinBox;
    m_exit->setRange(1, kLayersMost);
    m_exit->setValue(kExitDefault);
    describe(m_exit, tr("Exit after layer"),
             tr("The target's first layers alone, with its own head, make the proposals."));

    auto* none = new QLabel(tr("Every token comes from the target."));
    none->setWordWrap(true);
    m_stack = new QStackedWidget;
    m_stack->addWidget(m_model);
    m_stack->addWidget(rowWith(tr("Longest &match"), m_ngram));
    m_stack->addWidget(rowWith(tr("After la&yer"), m_exit));
    m_stack->addWidget(none);
    m_stack->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    column->addWidget(m_kind);
    column->addWidget(m_stack);
    setFocusProxy(m_kind);

    connect(m_kind, &QComboBox::currentIndexChanged, m_stack, &QStackedWidget::setCurrentIndex);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &DraftChooser::settle);
    connect(m_model, &ModelChooser::chosen, this, &DraftChooser::settle);
    for (QSpinBox* box : {m_ngram, m_exit}) {
        box->setKeyboardTracking(false);
        connect(box, &QSpinBox::valueChanged, this, &DraftChooser::settle);
    }
    setDraft(kNgram + QStringLiteral(":3"));
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
    } else {
        m_model->setPath(draft);
        m_kind->setCurrentIndex(Model);
    }
    m_settled = this->draft();
}

QWidget* DraftChooser::missing() {
    return m_kind->currentIndex() == Model ? m_model->focusProxy() : m_kind;
}

void DraftChooser::settle() {
    const QString now = draft();
    if (now == m_settled) return;
    m_settled = now;
    emit chosen(now);
}

}  // namespace specula
