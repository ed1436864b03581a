#include "ui/welcome/welcome_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/common/palette.h"
#include "ui/common/token_sentences.h"
#include "ui/models/labels.h"
#include "ui/setup/help.h"
#include "ui/welcome/rejection_picture.h"
#include "ui/welcome/welcome_text.h"

namespace specula {

namespace {

/// Parameters below which a target only teaches: a pass of it costs no more than the program around it.
constexpr std::int64_t kTinyBelow = 20'000'000;

}  // namespace

WelcomePanel::WelcomePanel(QWidget* parent) : QFrame(parent) {
    m_picture = new RejectionPicture;
    m_reason = makeTextLabel();
    m_sentence = makeTextLabel(tr("Every token is exactly as the target would have drawn it."));
    makeBold(m_sentence);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 8, 16, 12);
    column->setSpacing(8);
    column->addWidget(makeHead());
    column->addWidget(m_picture);
    column->addWidget(m_reason);
    column->addWidget(m_sentence);
    column->addWidget(makeButtons());
    column->addWidget(makeModels());
    setReady({});
    setModels({});
    applyTheme();
}

QWidget* WelcomePanel::makeHead() {
    m_title = new ElidedLabel;
    m_title->setText(
        tr("A recorded run of the bundled tiny pair: a small draft proposes, the target decides"));
    m_close = new QToolButton;
    m_close->setAutoRaise(true);
    m_close->setIcon(style()->standardIcon(QStyle::SP_TitleBarCloseButton));
    describe(m_close, tr("Close the welcome"), tr("Close; Help > Welcome brings it back"));
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_title, 1);
    row->addWidget(m_close);
    connect(m_close, &QToolButton::clicked, this, &WelcomePanel::closeAsked);
    return head;
}

QWidget* WelcomePanel::makeButtons() {
    m_step = new QPushButton(tr("See one &step"));
    describe(m_step, tr("See one step"), tr("This rejection in the inspector, with every number"));
    m_race = new QPushButton(tr("R&ace"));
    describe(m_race, tr("Race"), tr("Plain and speculative decoding side by side on one clock"));
    m_gamma = new QPushButton(tr("&Find my gamma"));
    describe(m_gamma, tr("Find my gamma"),
             tr("A sweep: how many drafted tokens a round are fastest on this computer"));
    auto* buttons = new QWidget;
    auto* row = new QHBoxLayout(buttons);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    for (QPushButton* button : {m_step, m_race, m_gamma}) row->addWidget(button);
    row->addSpacing(8);
    m_readySymbol = new SymbolLabel(Symbol::Yes);
    m_ready = new ElidedLabel;
    row->addWidget(m_readySymbol);
    row->addWidget(m_ready, 1);
    connect(m_step, &QPushButton::clicked, this, [this] { emit stepAsked(m_rejection); });
    connect(m_race, &QPushButton::clicked, this, &WelcomePanel::raceAsked);
    connect(m_gamma, &QPushButton::clicked, this, &WelcomePanel::gammaAsked);
    return buttons;
}

QWidget* WelcomePanel::makeModels() {
    m_get = new QPushButton(tr("&Get OPT-1.3B + OPT-125M (2.9 GB)"));
    describe(m_get, tr("Get OPT-1.3B and OPT-125M"),
             tr("Opens Models > Get; nothing is downloaded before you press Download there"));
    m_getHelp = makeTextLabel(tr("A pair large enough for a real speed-up. Nothing is downloaded yet."));
    auto* models = new QWidget;
    auto* row = new QHBoxLayout(models);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_get);
    row->addWidget(m_getHelp, 1);
    connect(m_get, &QPushButton::clicked, this, &WelcomePanel::getAsked);
    return models;
}

void WelcomePanel::setRun(const RunLog& log) {
    m_rejection = clearestRejection(log);
    const bool there = m_rejection.isValid();
    m_picture->show(log, m_rejection);
    m_reason->setText(there ? tokenSentence(log, m_rejection) : QString());
    for (QWidget* part : {static_cast<QWidget*>(m_picture), static_cast<QWidget*>(m_reason)})
        part->setVisible(there);
    m_step->setEnabled(there);
}

void WelcomePanel::setReady(const std::optional<ModelInfo>& target) {
    QString line;
    if (target && target->parameters < kTinyBelow)
        line = tr("Tiny pair ready: teaches, too small to show speed");
    else if (target)
        line = tr("%1 ready").arg(QString::fromStdString(target->name));
    m_ready->setText(line);
    m_readySymbol->setVisible(target.has_value());
}

void WelcomePanel::setModels(const std::vector<KnownModel>& models) {
    const auto isHere = [&models](const char* name) {
        return std::any_of(models.begin(), models.end(), [name](const KnownModel& model) {
            return model.name.endsWith(QLatin1String(name), Qt::CaseInsensitive);
        });
    };
    const bool offered = !isHere("opt-1.3b") || !isHere("opt-125m");
    m_get->setVisible(offered);
    m_getHelp->setVisible(offered);
}

QString WelcomePanel::sentence() const {
    return m_sentence->text();
}

QString WelcomePanel::ready() const {
    return m_ready->text();
}

void WelcomePanel::applyTheme() {
    for (QLabel* label : {static_cast<QLabel*>(m_title), m_reason, m_getHelp})
        makeSecondary(label, palette());
}

void WelcomePanel::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_getHelp) applyTheme();
}

void WelcomePanel::paintEvent(QPaintEvent* event) {
    QFrame::paintEvent(event);
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(0, height() - 1, width(), 1, theme.line);
}

}  // namespace specula
