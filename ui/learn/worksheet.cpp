#include "ui/learn/worksheet.h"

#include <QCoreApplication>

namespace specula {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("Worksheet", text);
}

QString choicesHtml(const LessonCard& card, const RunLog& log, TokenRef token, bool withAnswers) {
    QString html;
    for (int i = 0; i < card.choices.size(); ++i) {
        const bool right = withAnswers && i == card.answer;
        const QString words = filledIn(card.choices[i], log, token).toHtmlEscaped();
        html += QStringLiteral("<p style='margin-left:24px'>%1 %2</p>")
                    .arg(right ? QStringLiteral("☒") : QStringLiteral("☐"),
                         right ? QStringLiteral("<b>%1</b>").arg(words) : words);
    }
    return html;
}

/// Room to write.
QString linesHtml(int lines) {
    QString html;
    for (int i = 0; i < lines; ++i)
        html += QStringLiteral("<p style='margin-left:24px'>%1</p>").arg(QString(64, QLatin1Char('_')));
    return html;
}

}  // namespace

QString worksheetHtml(const Lesson& lesson, const RunLog& log, bool withAnswers) {
    QString html = QStringLiteral("<h1>%1</h1><p><i>%2</i></p>")
                       .arg(lesson.title.toHtmlEscaped(), lesson.summary.toHtmlEscaped());
    html += withAnswers ? QStringLiteral("<p>%1</p>").arg(tr("With answers, for the teacher."))
                        : QStringLiteral("<p>%1 %2</p>").arg(tr("Name:"), QString(40, QLatin1Char('_')));
    int question = 0;
    for (std::size_t i = 0; i < lesson.cards.size(); ++i) {
        const LessonCard& card = lesson.cards[i];
        const TokenRef token = tokenOfCard(lesson, i, log);
        const QString text = filledIn(card.text, log, token).toHtmlEscaped();
        const bool asks = card.kind == LessonCard::Kind::Predict || card.kind == LessonCard::Kind::Try;
        if (!asks) {
            html += QStringLiteral("<p>%1</p>").arg(text);
            continue;
        }
        html += QStringLiteral("<p><b>%1.</b> %2</p>").arg(++question).arg(text);
        html += choicesHtml(card, log, token, withAnswers);
        if (withAnswers && !card.because.isEmpty())
            html += QStringLiteral("<p style='margin-left:24px'><i>%1</i></p>")
                        .arg(filledIn(card.because, log, token).toHtmlEscaped());
        else if (!withAnswers)
            html += linesHtml(card.kind == LessonCard::Kind::Try ? 3 : 2);
    }
    return html;
}

}  // namespace specula
