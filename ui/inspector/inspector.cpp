#include "ui/inspector/inspector.h"

#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTimer>

#include <algorithm>

#include "ui/common/palette.h"
#include "ui/common/run_marks.h"
#include "ui/help/help_pages.h"
#include "ui/inspector/decision_page.h"
#include "ui/inspector/full_picture.h"
#include "ui/inspector/what_if_panel.h"

namespace specula {

namespace {

constexpr int kFullRows = 6;  ///< tokens with a row of their own where the window is filled

}  // namespace

Inspector::~Inspector() {
    delete m_full;  // a child of the window
}

void Inspector::setLog(RunLog* log) {
    if (m_log) m_log->disconnect(this);
    m_log = log;
    if (m_log) {
        connect(m_log, &RunLog::cleared, this, [this] { showToken({}); });
        connect(m_log, &RunLog::playheadMoved, this, [this](int rounds) {
            if (m_current.round >= rounds)
                showToken({});
            else
                updateButtons();
        });
    }
    m_marks->follow(log);
    showToken({});
}

void Inspector::showToken(TokenRef token) {
    m_current = m_log && m_log->isShown(token) ? token : TokenRef{};
    m_change = {};
    stopPlaying();
    refresh();
}

void Inspector::setEmptyText(const QString& sentence) {
    m_empty->setText(sentence);
}

void Inspector::setPlainTime(const std::optional<double>& msPerToken) {
    if (m_plainMs == msPerToken) return;
    m_plainMs = msPerToken;
    refresh();
}

FullPicture* Inspector::fullPicture() const {
    return m_full;
}

QString Inspector::title() const {
    return m_current.isValid() ? m_title->text() : QString();
}
QString Inspector::sentence() const {
    return m_current.isValid() ? m_sentence->text() : QString();
}

QSize Inspector::sizeHint() const {
    return {340, 560};
}
QSize Inspector::minimumSizeHint() const {
    constexpr QSize kLeast(260, 200);
    return kLeast.expandedTo({m_back->parentWidget()->minimumSizeHint().width(), 0});
}

// --- What is shown

void Inspector::refresh() {
    updateButtons();
    if (!m_current.isValid()) {
        closeFull();
        m_pictures = {};
        m_page->clear();
        m_stack->setCurrentIndex(0);
        return;
    }
    const RunLog* log = m_log;
    TokenRef ref = m_current;
    Hypothetical supposed;
    if (m_change.any()) {
        supposed = whatIf(*m_log, m_current, m_change);
        if (supposed.problem.isEmpty()) {
            m_supposed.begin(supposed.header);
            m_supposed.append({supposed.round});
            log = &m_supposed;
            ref = supposed.ref;
        }
    }
    showHypothetical(supposed);
    m_marks->follow(const_cast<RunLog*>(log));
    m_pictures = picturesOf(*log, ref, m_plainMs, m_full ? kFullRows : kInspectorRows);
    const Round& round = *m_pictures.place->round;
    setHelpPage(this, helpPageOf(round.rule));
    WhatIfPanel::State state;
    state.problem = whatIfProblem(*m_log, m_current);
    state.temperature = log->header().options.sampling.temperature;
    state.rule = round.rule;
    const bool sameRules =
        m_log->header().options.sampling.greedy() == log->header().options.sampling.greedy();
    state.rules = sameRules ? rulesFor(*m_log, m_current) : std::vector<Rule>{round.rule};
    m_whatIf->setState(state);
    const bool changeable = state.problem.isEmpty();
    const std::uint64_t seed = m_log->header().options.seed;
    m_page->setPictures(m_pictures, seed, changeable);
    if (m_full) m_full->page().setPictures(m_pictures, seed, changeable);
    setMoment(m_moment);
    m_stack->setCurrentIndex(1);
    if (log != m_log) {
        const Proposal* proposal = log->proposalAt(ref);
        emit this->supposed(m_change, proposal && proposal->verdict == Verdict::Accepted);
    }
}

void Inspector::showHypothetical(const Hypothetical& supposed) {
    m_ribbon->setVisible(m_change.any());
    m_ribbonText->setText(supposed.problem.isEmpty()
                              ? tr("Hypothetical: %1.").arg(supposed.words)
                              : tr("Hypothetical, but impossible: %1").arg(supposed.problem));
}

void Inspector::showWords(const DecisionPictures& pictures) {
    const InspectorPicture& main = pictures.main;
    m_title->setText(main.title);
    m_sentence->setText(sentenceOf(pictures, m_moment));
    const bool all = m_moment.step == Step::All;
    const auto show = [](QLabel* label, const QString& text) {
        label->setText(text);
        label->setVisible(!text.isEmpty());
    };
    show(m_candidates, all ? main.candidates : QString());
    show(m_stopped, all ? main.stopped : QString());
    show(m_note, all ? main.note : QString());
    if (!m_full) return;
    m_full->setWords(main.title, m_sentence->text(), m_change.any() ? m_ribbonText->text() : QString());
    m_full->fit();
}

void Inspector::setMoment(Moment moment) {
    m_moment = moment;
    m_track->setStep(moment.step);
    m_page->setMoment(moment);
    if (m_full) m_full->page().setMoment(moment);
    if (m_current.isValid()) showWords(m_pictures);
    updateButtons();
}

void Inspector::setStep(Step step) {
    setMoment({step, 0});
}

void Inspector::focusSteps() {
    m_track->setFocus(Qt::OtherFocusReason);
}

void Inspector::suppose(const Change& change) {
    stopPlaying();
    // The rows may have gone since they were shown.
    m_change = whatIfProblem(*m_log, m_current).isEmpty() ? change : Change{};
    refresh();
}

void Inspector::reset() {
    suppose({});
}

// --- Going on

void Inspector::updateButtons() {
    const int count = m_log ? static_cast<int>(m_log->shownDecisions()) : 0;
    const int at = m_log ? m_log->decisionOf(m_current) : -1;
    bool before = at > 0, after = count > 0 && at < count - 1;
    const bool steps = m_moment.step != Step::All && m_current.isValid() && m_pictures.place;
    if (steps) {
        const std::vector<Moment> moments = momentsOf(m_pictures);
        before = before || !(m_moment == moments.front());
        after = after || !(m_moment == moments.back());
    }
    m_back->setEnabled(before);
    m_next->setEnabled(after);
    m_play->setEnabled(m_current.isValid());
    m_fill->setEnabled(m_current.isValid());
    m_place->setText(at >= 0 ? tr("%L1 of %L2").arg(at + 1).arg(count) : QString());
}

void Inspector::back() {
    stopPlaying();
    advance(-1);
}
void Inspector::next() {
    stopPlaying();
    advance(1);
}

/// To the next step of this decision; where there is none, or all are shown, to the next decision.
bool Inspector::advance(int step) {
    if (m_moment.step == Step::All || !m_current.isValid()) return walk(step);
    const std::vector<Moment> moments = momentsOf(m_pictures);
    const auto here = std::find_if(moments.begin(), moments.end(), [&](const Moment& moment) {
        return moment.step > m_moment.step ||
               (moment.step == m_moment.step && moment.frame >= m_moment.frame);
    });
    auto to = here - moments.begin() + step;
    if (step > 0 && here != moments.end() && !(*here == m_moment)) --to;  // this step has no part here
    if (to >= 0 && to < static_cast<std::ptrdiff_t>(moments.size())) {
        setMoment(moments[static_cast<std::size_t>(to)]);
        return true;
    }
    if (!walk(step)) return false;
    const std::vector<Moment> others = momentsOf(m_pictures);
    setMoment(step > 0 ? others.front() : others.back());
    return true;
}

bool Inspector::walk(int step) {
    if (!m_log) return false;
    const auto& decisions = m_log->decisions();
    const int to = m_log->decisionOf(m_current) + step;
    if (to < 0 || to >= static_cast<int>(m_log->shownDecisions())) return false;
    const bool playing = isPlaying();
    showToken(decisions[static_cast<std::size_t>(to)]);
    if (playing) m_player->start();
    emit currentChanged(m_current);
    return true;
}

bool Inspector::isPlaying() const {
    return m_player->isActive();
}

void Inspector::setPlayInterval(int ms) {
    m_player->setInterval(ms);
}

void Inspector::play() {
    if (isPlaying()) return stopPlaying();
    if (!m_current.isValid()) return;
    const std::vector<Moment> moments = momentsOf(m_pictures);
    if (m_moment.step == Step::All || m_moment == moments.back()) setMoment(moments.front());
    m_player->start();
    m_play->setText(tr("&Pause"));
}

/// The next step; playing ends with the decision.
void Inspector::playOn() {
    if (!m_current.isValid() || m_moment == momentsOf(m_pictures).back()) return stopPlaying();
    advance(1);
    if (m_moment == momentsOf(m_pictures).back()) stopPlaying();
}

void Inspector::stopPlaying() {
    m_player->stop();
    m_play->setText(tr("&Play"));
}

// --- Over the whole window

void Inspector::fill() {
    if (m_full) return closeFull();
    if (!m_current.isValid()) return;
    m_stepBefore = m_moment.step;
    if (m_moment.step == Step::All) m_moment = {m_page->focusedStep(), 0};
    m_full = new FullPicture(window());
    m_full->page().setBroken(m_page->isBroken());
    connectPage(m_full->page());
    connect(m_full, &FullPicture::closeAsked, this, &Inspector::closeFull);
    connect(m_full, &FullPicture::nextAsked, this, &Inspector::next);
    connect(m_full, &FullPicture::backAsked, this, &Inspector::back);
    connect(m_full, &FullPicture::playAsked, this, &Inspector::play);
    refresh();
    m_full->show();
    m_full->raise();
    m_full->fit();
    m_full->setFocus();
}

void Inspector::closeFull() {
    if (!m_full) return;
    m_full->hide();
    m_full->deleteLater();
    m_full = nullptr;
    if (m_stepBefore == Step::All) {
        stopPlaying();
        m_moment = {};
    }
    refresh();
    m_track->setFocus();
}

void Inspector::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    stopPlaying();
}

void Inspector::applyTheme() {
    const Theme theme = Theme::of(palette());
    for (QLabel* label : {m_empty, m_candidates, m_stopped, m_note, m_place}) {
        QPalette quiet = label->palette();
        if (quiet.color(QPalette::WindowText) == theme.secondary) continue;
        quiet.setColor(QPalette::WindowText, theme.secondary);
        label->setPalette(quiet);
    }
    QPalette ribbon = m_ribbon->palette();
    ribbon.setColor(QPalette::Window, theme.tint(theme.accent, 0.25));
    ribbon.setColor(QPalette::WindowText, theme.text);
    if (ribbon != m_ribbon->palette()) m_ribbon->setPalette(ribbon);
}

void Inspector::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_ribbon) applyTheme();
}

}  // namespace specula
