#include "ui/diagnose/diagnosis_card.h"

#include <algorithm>

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/common/number_text.h"
#include "ui/common/palette.h"
#include "ui/diagnose/diagnosis_text.h"
#include "ui/diagnose/term_bar.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

constexpr int kIndent = 22;  // answers stand below their question's words

QFont bold(QFont font, double factor = 1.0) {
    font.setBold(true);
    if (font.pointSizeF() > 0.0) font.setPointSizeF(font.pointSizeF() * factor);
    return font;
}

}  // namespace

DiagnosisCard::DiagnosisCard(QWidget* parent) : QFrame(parent) {
    setFrameShape(QFrame::StyledPanel);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(8);
    m_title = addLabel(column, tr("How fast it is"));
    m_title->setFont(bold(font(), 1.1));
    m_term = addLabel(column, tr("Largest term"));
    m_bar = new TermBar;
    column->addWidget(m_bar);
    m_breakeven = addLabel(column, tr("Acceptance and breakeven"));
    m_changeHeading = addLabel(column, tr("What would change it"));
    m_changeHeading->setFont(bold(font()));
    m_changes = new QGridLayout;
    m_changes->setHorizontalSpacing(12);
    m_changes->setVerticalSpacing(2);
    m_changes->setColumnStretch(1, 1);
    column->addLayout(m_changes);
    m_questionHeading = addLabel(column, tr("Questions"));
    m_questionHeading->setFont(bold(font()));
    m_questions = new QVBoxLayout;
    m_questions->setSpacing(2);
    column->addLayout(m_questions);
    auto* below = new QHBoxLayout;
    m_server = new QPushButton(tr("Take it to a server…"));
    describe(m_server, tr("Take it to a server"),
             tr("The best gamma and the flags for vLLM, SGLang, llama.cpp or Transformers"));
    connect(m_server, &QPushButton::clicked, this, &DiagnosisCard::serverRequested);
    below->addWidget(m_server);
    below->addStretch(1);
    column->addLayout(below);
    column->addStretch(1);
    clear(tr("Generate a text with a draft to see what its speed is made of."));
    applyTheme();
}

QLabel* DiagnosisCard::addLabel(QVBoxLayout* column, const QString& name) {
    auto* label = new QLabel;
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setAccessibleName(name);
    column->addWidget(label);
    return label;
}

void DiagnosisCard::clear(const QString& what) {
    m_diagnosis.reset();
    m_title->setText(what);
    m_bar->setDiagnosis(Diagnosis{});
    for (QWidget* part : std::initializer_list<QWidget*>{m_term, m_bar, m_breakeven, m_server}) part->hide();
    showChanges();
    showAnswers();
}

void DiagnosisCard::setDiagnosis(const Diagnosis& diagnosis) {
    m_diagnosis = diagnosis;
    const QStringList sentences = diagnosisSentences(diagnosis);
    const bool costed = diagnosis.lack == Lack::None;
    m_title->setText(sentences.front());
    m_term->setText(sentences.size() > 1 ? sentences[1] : QString());
    m_term->setVisible(sentences.size() > 1);
    m_bar->setVisible(costed);
    m_breakeven->setVisible(costed);
    if (costed) {
        m_bar->setDiagnosis(diagnosis);
        m_breakeven->setText(breakevenLine(diagnosis));
    }
    m_server->setVisible(m_serverOffered && (diagnosis.lack == Lack::None || diagnosis.lack == Lack::Costs));
    showChanges();
    showAnswers();
}

void DiagnosisCard::showChanges() {
    for (QLabel* label : m_changeLabels) delete label;
    m_changeLabels.clear();
    const bool costed = m_diagnosis && m_diagnosis->lack == Lack::None;
    m_changeHeading->setVisible(costed);
    if (!costed) return;
    m_changeHeading->setText(m_diagnosis->changes.empty()
                                 ? tr("Nothing that the model knows would make it faster (predicted now %1×)")
                                       .arg(fixedText(m_diagnosis->predicted, 2))
                                 : tr("What would change it, each alone (predicted; now %1×)")
                                       .arg(fixedText(m_diagnosis->predicted, 2)));
    int row = 0;
    for (const Remedy& change : m_diagnosis->changes) {
        auto* speedup = new QLabel(tr("%1×").arg(fixedText(change.speedup, 2)));
        speedup->setFont(bold(font()));
        speedup->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        auto* name = new QLabel(changeName(*m_diagnosis, change));
        speedup->setAccessibleName(tr("Predicted speed-up: %1").arg(name->text()));
        m_changes->addWidget(speedup, row, 0);
        m_changes->addWidget(name, row++, 1);
        m_changeLabels.push_back(speedup);
        m_changeLabels.push_back(name);
    }
}

void DiagnosisCard::showAnswers() {
    std::vector<Answer> answers;
    if (m_diagnosis) answers = m_diagnosis->answers;
    m_questionHeading->setVisible(!answers.empty());
    m_questionHeading->setText(tr("Questions"));
    const bool same = answers.size() == m_items.size() &&
                      std::equal(answers.begin(), answers.end(), m_items.begin(),
                                 [](const Answer& a, const Item& b) { return a.question == b.question; });
    if (!same) {
        std::vector<Question> open;
        for (const Item& item : m_items) {
            if (item.button->isChecked()) open.push_back(item.question);
            delete item.button;
            delete item.answer;
        }
        m_items.clear();
        for (const Answer& answer : answers) {
            Item item{answer.question, new QToolButton, new QLabel};
            item.button->setCheckable(true);
            item.button->setAutoRaise(true);
            item.button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
            item.button->setFocusPolicy(Qt::StrongFocus);
            item.answer->setWordWrap(true);
            item.answer->setTextFormat(Qt::PlainText);
            item.answer->setContentsMargins(kIndent, 0, 0, 4);
            item.answer->setTextInteractionFlags(Qt::TextSelectableByMouse);
            m_questions->addWidget(item.button);
            m_questions->addWidget(item.answer);
            const auto show = [button = item.button, label = item.answer](bool shown) {
                button->setArrowType(shown ? Qt::DownArrow : Qt::RightArrow);
                label->setVisible(shown);
            };
            connect(item.button, &QToolButton::toggled, this, show);
            item.button->setChecked(std::find(open.begin(), open.end(), answer.question) != open.end());
            show(item.button->isChecked());
            m_items.push_back(item);
        }
    }
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        const QString question = questionText(m_items[i].question);
        // A word beside the colour: what is a part of the trouble.
        const QString text = answers[i].warns ? tr("! %1").arg(question) : question;
        m_items[i].button->setText(text);
        describe(
            m_items[i].button, question,
            answers[i].warns ? tr("A part of what is wrong here; opens the answer") : tr("Opens the answer"));
        m_items[i].answer->setText(answerText(*m_diagnosis, m_items[i].question));
        m_items[i].answer->setAccessibleName(tr("Answer: %1").arg(question));
    }
}

QString DiagnosisCard::titleText() const {
    return m_title->text();
}

QString DiagnosisCard::termText() const {
    return m_term->isHidden() ? QString() : m_term->text();
}

QString DiagnosisCard::breakevenText() const {
    return m_breakeven->isHidden() ? QString() : m_breakeven->text();
}

QStringList DiagnosisCard::changeTexts() const {
    QStringList texts;
    for (std::size_t i = 0; i + 1 < m_changeLabels.size(); i += 2)
        texts << QStringLiteral("%1 %2").arg(m_changeLabels[i]->text(), m_changeLabels[i + 1]->text());
    return texts;
}

QToolButton* DiagnosisCard::questionButton(Question question) const {
    for (const Item& item : m_items) {
        if (item.question == question) return item.button;
    }
    return nullptr;
}

QString DiagnosisCard::openAnswer(Question question) const {
    for (const Item& item : m_items) {
        if (item.question == question && !item.answer->isHidden()) return item.answer->text();
    }
    return {};
}

void DiagnosisCard::applyTheme() {
    const Theme theme = Theme::of(palette());
    QPalette grey = palette();
    grey.setColor(QPalette::WindowText, theme.secondary);
    m_breakeven->setPalette(grey);
}

void DiagnosisCard::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_server) applyTheme();
}

}  // namespace specula
