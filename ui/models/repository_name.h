#pragma once

#include <QString>

namespace specula {

/// A repository on the hub as a person names it.
struct RepositoryName {
    QString repository;  ///< "org/name", or "name" for the few that have no owner; "" when it is none
    QString revision;    ///< branch, tag or commit where the address names one, else ""
    QString problem;     ///< one sentence, when `repository` is ""
};

/// Reads "org/name", "org/name@revision", or the address of a model's page or of one of its files, on any
/// host: the hub's mirrors use the same paths. "" gives an empty name without a problem.
RepositoryName readRepositoryName(const QString& text);

}  // namespace specula
