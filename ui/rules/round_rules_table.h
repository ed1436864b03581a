#pragma once

#include <QAbstractTableModel>
#include <QColor>

#include <vector>

#include "engine/trace/reports.h"

namespace specula {

/// One round under several rules, one row each: what it emits with the round's own coins, what is to be
/// expected over all coins, and how likely each place is kept.
class RoundRulesTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { RuleName, Exactness, Tokens, Expected, FirstPlace };

    using QAbstractTableModel::QAbstractTableModel;

    /// `places`: the drafted tokens, as the headers of their columns.
    void set(std::vector<RoundOutcome> outcomes, QStringList places);
    const std::vector<RoundOutcome>& outcomes() const { return m_outcomes; }
    /// The colour of LOSSY.
    void setLossyColor(const QColor& color);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const RoundOutcome& outcome, int column) const;

    std::vector<RoundOutcome> m_outcomes;
    QStringList m_places;
    QColor m_lossy;
};

}  // namespace specula
