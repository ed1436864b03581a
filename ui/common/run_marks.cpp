#include "ui/common/run_marks.h"

#include <QCoreApplication>
#include <QEvent>

#include "engine/trace/rules.h"
#include "ui/common/palette.h"
#include "ui/common/run_log.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Marks {
    Q_DECLARE_TR_FUNCTIONS(specula::Marks)
};

QString sentenceOf(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace

std::vector<RunMark> runMarks(const RunOptions& options, const std::string& draft) {
    std::vector<RunMark> marks;
    RunOptions judged = options;
    judged.syntheticAcceptance.reset();
    if (draft == "none") judged.gamma = 0, judged.tree = {};
    if (!lossless(judged))
        marks.push_back(
            {QStringLiteral("LOSSY"), Marks::tr("%1: the text is not distributed as the target's.")
                                          .arg(sentenceOf(ruleTitle(options.rule)))});
    if (options.syntheticAcceptance)
        marks.push_back({QStringLiteral("SYNTHETIC"),
                         Marks::tr("Drafts are kept with chance %1 whatever the models say; the text is "
                                   "not the target's.")
                             .arg(*options.syntheticAcceptance)});
    else if (draft == "oracle" || draft.starts_with("oracle:"))
        marks.push_back({QStringLiteral("SYNTHETIC"),
                         Marks::tr("The oracle draft is made up from the target: it teaches and cannot "
                                   "be faster.")});
    return marks;
}

QString markWords(const std::vector<RunMark>& marks) {
    QStringList words;
    for (const RunMark& mark : marks) words << mark.word;
    return words.join(QStringLiteral(", "));
}

MarkLabel::MarkLabel(Style style, QWidget* parent) : QLabel(parent), m_style(style) {
    setTextFormat(Qt::PlainText);
    setWordWrap(style == Style::Sentences);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    setFont(bold);
    applyTheme();
    setMarks({});
}

void MarkLabel::setMarks(const std::vector<RunMark>& marks) {
    QStringList sentences;
    for (const RunMark& mark : marks) sentences << tr("%1 – %2").arg(mark.word, mark.why);
    const QString whole = sentences.join(QLatin1Char('\n'));
    setText(m_style == Style::Words ? markWords(marks) : whole);
    setToolTip(whole);
    setAccessibleName(whole);
    setVisible(!marks.empty());
}

void MarkLabel::follow(RunLog* log) {
    if (m_log) m_log->disconnect(this);
    m_log = log;
    if (m_log) connect(m_log, &RunLog::cleared, this, &MarkLabel::showRun);
    showRun();
}

void MarkLabel::showRun() {
    if (!m_log || !m_log->hasRun())
        setMarks({});
    else
        setMarks(runMarks(m_log->header().options, m_log->header().draftKind));
}

void MarkLabel::applyTheme() {
    const Theme theme = Theme::of(palette());
    QPalette colors = palette();
    if (colors.color(QPalette::WindowText) == theme.readable(theme.lossy)) return;
    colors.setColor(QPalette::WindowText, theme.readable(theme.lossy));
    setPalette(colors);
}

void MarkLabel::changeEvent(QEvent* event) {
    QLabel::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) applyTheme();
}

}  // namespace specula
