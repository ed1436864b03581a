// Mouse, keys, selection and spoken text of the token view; its layout and painting are in token_view.cpp.
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

#include "ui/common/token_sentences.h"
#include "ui/export/export_menu.h"
#include "ui/tokens/token_view.h"

namespace specula {

namespace {
constexpr int kWheelStep = 120;
}  // namespace

void TokenView::setCurrent(TokenRef ref) {
    if (ref == m_current) return;
    updateItem(itemOf(m_current));
    m_current = m_log && m_log->isShown(ref) ? ref : TokenRef{};
    const int item = itemOf(m_current);
    updateItem(item);
    if (item >= 0) ensureVisible(item);
    describeCurrent();
}

void TokenView::setCurrentItem(int item) {
    if (item < 0) return;
    setCurrent(m_laid.layout().item(item).ref);
    emit tokenActivated(m_current);
}

void TokenView::ensureVisible(int item) {
    const std::span<const Fragment> fragments = m_laid.layout().fragmentsOf(item);
    if (fragments.empty()) return;
    // The whole line, with its ghosts, so that what explains a token comes into view with it.
    ensureVisible(m_laid.layout().lineTop(fragments.front().line),
                  m_laid.layout().lineTop(fragments.back().line) + m_laid.layout().style().pitch);
}

void TokenView::ensureVisible(double from, double to) {
    const int top = static_cast<int>(from) - static_cast<int>(m_laid.layout().style().margin);
    const int bottom = static_cast<int>(std::ceil(to));
    QScrollBar* bar = verticalScrollBar();
    if (top < bar->value()) {
        bar->setValue(top);
    } else if (bottom > bar->value() + viewport()->height()) {
        bar->setValue(bottom - viewport()->height());
    }
}

void TokenView::describeCurrent() {
    const QString title = m_log ? tokenTitle(*m_log, m_current) : QString();
    setAccessibleDescription(
        title.isEmpty() ? QString() : title + QStringLiteral(". ") + tokenSentence(*m_log, m_current));
}

int TokenView::stepItem(int from, int direction) const {
    const int shown = shownItems();
    for (int item = from + direction; item >= 0 && item < shown; item += direction) {
        if (m_laid.layout().item(item).role != TokenRole::Prompt) return item;
    }
    return -1;
}

int TokenView::lineNeighbour(int from, int direction) const {
    const std::span<const Fragment> fragments = m_laid.layout().fragmentsOf(from);
    if (fragments.empty()) return -1;
    const Fragment& edge = direction < 0 ? fragments.front() : fragments.back();
    for (int line = edge.line + direction; line >= 0 && line < m_laid.layout().lineCount();
         line += direction) {
        const double y = m_laid.layout().lineTop(line) + m_laid.layout().style().ghostBand + 1;
        int best = -1;
        double nearest = 0;
        for (const Fragment& f : m_laid.layout().textBetween(y, y)) {
            if (m_laid.layout().item(f.item).role == TokenRole::Prompt || f.item >= shownItems()) continue;
            const double distance = std::abs(f.rect.center().x() - edge.rect.center().x());
            if (best < 0 || distance < nearest) {
                best = f.item;
                nearest = distance;
            }
        }
        if (best >= 0 && best != from) return best;
    }
    return -1;
}

/// First token of the next round, or of this round, or (from there) of the round before.
int TokenView::roundNeighbour(int from, int direction) const {
    const auto roundOf = [this](int item) { return m_laid.layout().item(item).ref.round; };
    if (direction > 0) {
        for (int item = stepItem(from, 1); item >= 0; item = stepItem(item, 1)) {
            if (roundOf(item) != roundOf(from)) return item;
        }
        return -1;
    }
    int item = stepItem(from, -1);
    if (item < 0) return -1;
    for (int before = stepItem(item, -1); before >= 0 && roundOf(before) == roundOf(item);
         before = stepItem(item, -1)) {
        item = before;
    }
    return item;
}

bool TokenView::moveCursor(QKeyEvent* event) {
    const bool shift = event->modifiers() == Qt::ShiftModifier;
    if (event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) return false;
    const int first = stepItem(-1, 1);
    const int last = stepItem(shownItems(), -1);
    const int here = itemOf(m_current);
    const int key = event->key();
    int to = -1;
    switch (key) {
        case Qt::Key_Home:
            to = first;
            break;
        case Qt::Key_End:
            to = last;
            break;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            to = here;
            break;
        case Qt::Key_Left:
        case Qt::Key_Right: {
            const int direction = key == Qt::Key_Left ? -1 : 1;
            to = here < 0 ? (direction > 0 ? first : last)
                          : (shift ? roundNeighbour(here, direction) : stepItem(here, direction));
            break;
        }
        case Qt::Key_Up:
        case Qt::Key_Down: {
            const int direction = key == Qt::Key_Up ? -1 : 1;
            to = here < 0 ? (direction > 0 ? first : last) : lineNeighbour(here, direction);
            break;
        }
        default:
            return false;
    }
    setCurrentItem(to);
    return true;
}

bool TokenView::handleEditKey(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        copy();
    } else if (event->matches(QKeySequence::SelectAll)) {
        select(m_laid.promptItems(), shownItems() - 1);
    } else if (event->matches(QKeySequence::ZoomIn) ||
               (event->modifiers() & Qt::ControlModifier &&
                (event->key() == Qt::Key_Plus || event->key() == Qt::Key_Equal))) {
        zoomIn();
    } else if (event->matches(QKeySequence::ZoomOut)) {
        zoomOut();
    } else if (event->key() == Qt::Key_0 && event->modifiers() & Qt::ControlModifier) {
        resetZoom();
    } else if (event->key() == Qt::Key_Escape && hasSelection()) {
        select(-1, -1);
    } else {
        return false;
    }
    return true;
}

void TokenView::keyPressEvent(QKeyEvent* event) {
    if (handleEditKey(event) || moveCursor(event)) {
        event->accept();
        return;
    }
    QAbstractScrollArea::keyPressEvent(event);
}

void TokenView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    select(-1, -1);
    m_dragging = false;
    m_pressedAt = event->pos();
    m_anchorItem = std::min(m_laid.layout().nearestTextItem(toContent(event->pos())), shownItems() - 1);
}

void TokenView::mouseMoveEvent(QMouseEvent* event) {
    if (!(event->buttons() & Qt::LeftButton) || m_anchorItem < 0) return;
    if (!m_dragging && (event->pos() - m_pressedAt).manhattanLength() < QApplication::startDragDistance())
        return;
    m_dragging = true;
    const int item = std::min(m_laid.layout().nearestTextItem(toContent(event->pos())), shownItems() - 1);
    if (item < 0) return;
    select(std::min(m_anchorItem, item), std::max(m_anchorItem, item));
    ensureVisible(item);
}

void TokenView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    const bool click = !m_dragging;
    m_dragging = false;
    m_anchorItem = -1;
    if (!click) return;
    const int item = m_laid.layout().itemAt(toContent(event->pos()));
    if (item >= 0 && item < shownItems() && m_laid.layout().item(item).ref.isValid()) setCurrentItem(item);
}

void TokenView::wheelEvent(QWheelEvent* event) {
    if (!(event->modifiers() & Qt::ControlModifier)) {
        QAbstractScrollArea::wheelEvent(event);
        return;
    }
    m_wheelRest += event->angleDelta().y();
    for (; m_wheelRest >= kWheelStep; m_wheelRest -= kWheelStep) zoomIn();
    for (; m_wheelRest <= -kWheelStep; m_wheelRest += kWheelStep) zoomOut();
    event->accept();
}

void TokenView::contextMenuEvent(QContextMenuEvent* event) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const bool any = m_log && m_log->shownOutput() > 0;
    QAction* copyAction =
        menu->addAction(tr("Copy"), QKeySequence(QKeySequence::Copy), this, &TokenView::copy);
    copyAction->setEnabled(hasSelection());
    menu->addAction(tr("Copy all"), this, &TokenView::copyAll)->setEnabled(any);
    menu->addAction(tr("Copy with prompt"), this, &TokenView::copyWithPrompt)->setEnabled(any);
    menu->addSeparator();
    QAction* ghosts = menu->addAction(tr("Show rejected drafts"));
    ghosts->setCheckable(true);
    ghosts->setChecked(m_ghostsVisible);
    connect(ghosts, &QAction::toggled, this, &TokenView::setGhostsVisible);
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    addExportEntries(*menu, *this);
    emit menuAboutToOpen(menu, byKey ? m_current : tokenAt(event->pos()));
    menu->popup(event->globalPos());
}

void TokenView::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    updateItem(itemOf(m_current));
}

void TokenView::focusOutEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusOutEvent(event);
    updateItem(itemOf(m_current));
}

bool TokenView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        showTokenTip(help->globalPos(), help->pos());
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void TokenView::showTokenTip(QPoint globalPoint, QPoint viewportPoint) {
    const TokenRef ref = tokenAt(viewportPoint);
    if (!ref.isValid()) {
        QToolTip::hideText();
        return;
    }
    QString facts = tokenFacts(*m_log, ref).toHtmlEscaped();
    facts.replace(QLatin1Char('\n'), tr("<br>"));
    const QString text =
        QStringLiteral("<p><b>%1</b></p><p>%2</p><p>%3</p>")
            .arg(tokenTitle(*m_log, ref).toHtmlEscaped(), tokenSentence(*m_log, ref).toHtmlEscaped(), facts);
    QToolTip::showText(globalPoint, text, viewport(), tokenRect(ref));
}

bool TokenView::hasSelection() const {
    return m_selectFrom >= 0 && m_selectTo >= m_selectFrom;
}

void TokenView::select(int from, int to) {
    if (from == m_selectFrom && to == m_selectTo) return;
    m_selectFrom = from;
    m_selectTo = to;
    viewport()->update();
}

QString TokenView::textOfItems(int from, int to) const {
    std::string bytes;
    for (int item = from; item <= to && item < m_laid.layout().itemCount(); ++item) {
        if (!isGhost(m_laid.layout().item(item).role)) bytes += m_laid.bytesOf(item);
    }
    return plainText(bytes);
}

QString TokenView::copyText() const {
    if (!m_log) return {};
    return hasSelection() ? textOfItems(m_selectFrom, m_selectTo)
                          : plainText(m_log->outputBytes(m_log->shownOutput()));
}

QString TokenView::textWithPrompt() const {
    if (!m_log) return {};
    const RunHeader& header = m_log->header();
    // The prompt of a branch ends with output of its parents.
    const std::size_t parents =
        header.branch && !header.promptPieces.empty() ? static_cast<std::size_t>(header.branch->tokens) : 0;
    const std::size_t own = m_laid.promptPieces().size() - std::min(parents, m_laid.promptPieces().size());
    std::string read;
    std::string output;
    for (std::size_t i = 0; i < m_laid.promptPieces().size(); ++i)
        (i < own ? read : output) += m_laid.promptPieces()[i];
    output += m_log->outputBytes(m_log->shownOutput());
    // A chat template stands between the prompt and the answer; a blank line stands for it.
    const bool joined = read.ends_with(header.prompt);
    return plainText(header.prompt) + (joined ? QString() : QStringLiteral("\n\n")) + plainText(output);
}

void TokenView::copy() {
    QApplication::clipboard()->setText(copyText());
}

void TokenView::copyAll() {
    if (m_log) QApplication::clipboard()->setText(plainText(m_log->outputBytes(m_log->shownOutput())));
}

void TokenView::copyWithPrompt() {
    QApplication::clipboard()->setText(textWithPrompt());
}

}  // namespace specula
