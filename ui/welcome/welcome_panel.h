#pragma once

#include <optional>
#include <vector>

#include <QFrame>

#include "engine/trace/reports.h"
#include "ui/common/run_log.h"
#include "ui/setup/setup_types.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace specula {

class ElidedLabel;
class RejectionPicture;
class SymbolLabel;

/// The first thing a new user sees, above a recorded run that plays: one rejection large, what it means, and
/// three ways on. It asks by signals and does nothing by itself.
class WelcomePanel : public QFrame {
    Q_OBJECT

public:
    explicit WelcomePanel(QWidget* parent = nullptr);

    /// Shows the clearest rejection of the run in the log.
    void setRun(const RunLog& log);
    /// The rejection that is shown; not valid where the run has none.
    TokenRef rejection() const { return m_rejection; }

    /// The target that is loaded: the chip says that it is ready, and of a tiny one that it only teaches.
    void setReady(const std::optional<ModelInfo>& target);
    /// What is on this computer: OPT-1.3B and OPT-125M are offered unless both are here.
    void setModels(const std::vector<KnownModel>& models);

    QPushButton* stepButton() { return m_step; }
    QPushButton* raceButton() { return m_race; }
    QPushButton* gammaButton() { return m_gamma; }
    QPushButton* getButton() { return m_get; }
    QToolButton* closeButton() { return m_close; }
    QString sentence() const;
    QString ready() const;

signals:
    void stepAsked(specula::TokenRef rejection);
    void raceAsked();
    void gammaAsked();
    void getAsked();
    void closeAsked();

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QWidget* makeHead();
    QWidget* makeButtons();
    QWidget* makeModels();
    void applyTheme();

    TokenRef m_rejection;
    ElidedLabel* m_title = nullptr;
    QToolButton* m_close = nullptr;
    RejectionPicture* m_picture = nullptr;
    QLabel* m_reason = nullptr;
    QLabel* m_sentence = nullptr;
    QPushButton* m_step = nullptr;
    QPushButton* m_race = nullptr;
    QPushButton* m_gamma = nullptr;
    SymbolLabel* m_readySymbol = nullptr;
    ElidedLabel* m_ready = nullptr;
    QPushButton* m_get = nullptr;
    QLabel* m_getHelp = nullptr;
};

}  // namespace specula
