#include "ui/learn/learn_view.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

#include "ui/models/labels.h"
#include "ui/setup/help.h"

namespace specula {

namespace {

QString keyOf(const QString& path) {
    return QStringLiteral("learn/taken/") + QFileInfo(path).completeBaseName();
}

}  // namespace

LearnView::LearnView(QWidget* parent) : QWidget(parent) {
    m_list = new QListWidget;
    m_list->setSpacing(4);
    describe(m_list, tr("Lessons"), tr("Choose a lesson; Enter begins it"));
    m_title = makeTextLabel();
    QFont large = m_title->font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setBold(true);
    m_title->setFont(large);
    m_summary = makeTextLabel();
    m_length = makeTextLabel();
    m_begin = new QPushButton(tr("&Begin"));
    describe(m_begin, tr("Begin the lesson"),
             tr("Plays it in this window, on a stored run of the tiny pair"));
    m_worksheet = new QPushButton(tr("&Worksheet…"));
    describe(m_worksheet, tr("Worksheet"),
             tr("The lesson's questions on paper, with or without the answers"));
    m_open = new QPushButton(tr("&Open a lesson…"));
    describe(m_open, tr("Open a lesson"),
             tr("A lesson file of your own; Help > Contents says how to write one"));

    auto* intro = makeTextLabel(tr(
        "Each lesson drives this window on a stored run: predict, see, explain, try. Page Down and Page Up "
        "turn its cards; View > Presentation makes everything large."));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_begin);
    buttons->addWidget(m_worksheet);
    buttons->addStretch(1);
    auto* right = new QVBoxLayout;
    right->addWidget(m_title);
    right->addWidget(m_summary);
    right->addWidget(m_length);
    right->addSpacing(8);
    right->addLayout(buttons);
    right->addStretch(1);
    right->addWidget(m_open, 0, Qt::AlignLeft);
    auto* halves = new QHBoxLayout;
    halves->setSpacing(24);
    halves->addWidget(m_list, 2);
    halves->addLayout(right, 3);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addWidget(intro);
    column->addLayout(halves, 1);

    const auto begin = [this] {
        if (const LessonEntry* lesson = selected(); lesson && lesson->problem.isEmpty())
            emit lessonRequested(lesson->path);
    };
    connect(m_list, &QListWidget::currentRowChanged, this, &LearnView::showSelected);
    connect(m_list, &QListWidget::itemActivated, this, begin);
    connect(m_begin, &QPushButton::clicked, this, begin);
    connect(m_open, &QPushButton::clicked, this, &LearnView::openRequested);
    connect(m_worksheet, &QPushButton::clicked, this, [this] {
        if (const LessonEntry* lesson = selected()) emit worksheetRequested(lesson->path);
    });
    showSelected();
}

void LearnView::setLessons(const std::vector<LessonEntry>& lessons) {
    m_lessons = lessons;
    m_list->clear();
    for (int row = 0; row < static_cast<int>(m_lessons.size()); ++row) {
        m_list->addItem(QString());
        describeItem(row);
    }
    m_list->setCurrentRow(m_lessons.empty() ? -1 : 0);
    showSelected();
}

void LearnView::describeItem(int row) {
    const LessonEntry& lesson = m_lessons[static_cast<std::size_t>(row)];
    QString text = tr("%1. %2").arg(row + 1).arg(lesson.title);
    if (isTaken(lesson.path)) text = tr("%1   ✓ taken").arg(text);
    m_list->item(row)->setText(text);
    m_list->item(row)->setToolTip(lesson.summary);
}

bool LearnView::isTaken(const QString& path) const {
    return QSettings().value(keyOf(path), false).toBool();
}

void LearnView::setTaken(const QString& path) {
    QSettings().setValue(keyOf(path), true);
    for (int row = 0; row < static_cast<int>(m_lessons.size()); ++row) {
        if (m_lessons[static_cast<std::size_t>(row)].path == path) describeItem(row);
    }
}

const LessonEntry* LearnView::selected() const {
    const int row = m_list->currentRow();
    return row >= 0 && row < static_cast<int>(m_lessons.size()) ? &m_lessons[static_cast<std::size_t>(row)]
                                                                : nullptr;
}

QString LearnView::summary() const {
    return m_summary->text();
}

void LearnView::showSelected() {
    const LessonEntry* lesson = selected();
    m_title->setText(lesson ? lesson->title : QString());
    m_summary->setText(!lesson                      ? tr("There are no lessons here; open one of your own.")
                       : !lesson->problem.isEmpty() ? lesson->problem
                                                    : lesson->summary);
    m_length->setText(lesson && lesson->problem.isEmpty() ? tr("About %1 min").arg(lesson->minutes)
                                                          : QString());
    m_begin->setEnabled(lesson && lesson->problem.isEmpty());
    m_worksheet->setEnabled(m_begin->isEnabled());
}

}  // namespace specula
