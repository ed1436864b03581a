#include "ui/learn/lesson_player.h"

#include <utility>

namespace specula {

void LessonPlayer::start(Lesson lesson) {
    m_lesson = std::move(lesson);
    m_answered = m_right = 0;
    m_replaced = false;
    if (isActive()) enter(0);
}

void LessonPlayer::leave() {
    if (!isActive()) return;
    m_lesson = {};
    m_stage.fill(false);
    emit ended();
}

void LessonPlayer::enter(std::size_t index) {
    m_index = index;
    if (std::exchange(m_replaced, false)) m_stage.restoreRun();
    m_chosen.reset();
    m_done = false;
    present();
    emit changed();
}

void LessonPlayer::present() {
    const LessonShow& show = card().show;
    const RunLog& log = m_stage.log();
    const TokenRef token = tokenOfCard(m_lesson, m_index, log);
    switch (show.rounds) {
        case LessonShow::Rounds::Stay:
            break;
        case LessonShow::Rounds::All:
            m_stage.showRounds(static_cast<int>(log.rounds().size()));
            break;
        case LessonShow::Rounds::Count:
            m_stage.showRounds(show.count);
            break;
        case LessonShow::Rounds::Before:
            m_stage.showRounds(token.round);
            break;
        case LessonShow::Rounds::Through:
            m_stage.showRounds(token.round + 1);
            break;
    }
    // A token that is not on screen yet has no pictures.
    const bool shown = show.rounds != LessonShow::Rounds::Before;
    if (show.token && shown) m_stage.showToken(token);
    if (show.step && shown) m_stage.showStep(*show.step);
    if (show.fill || !shown) m_stage.fill(shown && show.fill.value_or(false));
}

QString LessonPlayer::words(const QString& text) const {
    return isActive() ? filledIn(text, m_stage.log(), tokenOfCard(m_lesson, m_index, m_stage.log())) : text;
}

bool LessonPlayer::canGoOn() const {
    return isActive() && (card().kind != LessonCard::Kind::Predict || m_chosen.has_value());
}

void LessonPlayer::next() {
    if (!canGoOn()) return;
    if (m_index + 1 < m_lesson.cards.size())
        enter(m_index + 1);
    else
        leave();
}

void LessonPlayer::back() {
    if (isActive() && m_index > 0) enter(m_index - 1);
}

void LessonPlayer::choose(int choice) {
    if (!isActive() || card().kind != LessonCard::Kind::Predict || m_chosen) return;
    if (choice < 0 || choice >= card().choices.size()) return;
    m_chosen = choice;
    ++m_answered;
    m_right += choice == card().answer ? 1 : 0;
    emit changed();
}

void LessonPlayer::reach(LessonGoal goal, int number) {
    if (!isActive() || m_done || card().goal != goal) return;
    if (goal == LessonGoal::RunWithGamma && number != card().goalNumber) return;
    m_done = true;
    emit changed();
}

void LessonPlayer::coinSupposed(bool kept) {
    reach(kept ? LessonGoal::CoinKept : LessonGoal::CoinRejected);
}
void LessonPlayer::tokenSupposed() {
    reach(LessonGoal::TokenChosen);
}
void LessonPlayer::temperatureSupposed() {
    reach(LessonGoal::TemperatureMoved);
}
void LessonPlayer::drawsDone() {
    reach(LessonGoal::DrawsDone);
}
void LessonPlayer::broken() {
    reach(LessonGoal::Broken);
}
void LessonPlayer::runBegun() {
    m_replaced = true;
}
void LessonPlayer::runEnded(int gamma) {
    reach(LessonGoal::RunFinished);
    reach(LessonGoal::RunWithGamma, gamma);
}

}  // namespace specula
