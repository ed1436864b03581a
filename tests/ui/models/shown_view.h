#pragma once

#include <QtTest>

#include <QAbstractItemView>

#include <memory>

#include "tests/ui/models/fake_models.h"
#include "ui/models/models_view.h"

namespace specula::test {

inline QString path(const char* name) {
    return QStringLiteral("/models/") + QLatin1String(name);
}

/// A view that is on the screen, without a model.
inline std::unique_ptr<ModelsView> emptyView() {
    auto view = std::make_unique<ModelsView>();
    view->resize(1200, 800);
    view->show();
    view->activateWindow();
    return view;
}

/// The same with seven models and 6.2 GB free.
inline std::unique_ptr<ModelsView> shownView() {
    auto view = emptyView();
    view->setMemoryFree(6'200 * kMega);
    view->setModels(someModels());
    QCoreApplication::processEvents();
    return view;
}

/// Texts of a column, from the top.
inline QStringList column(const QAbstractItemModel* model, int column) {
    QStringList texts;
    for (int row = 0; row < model->rowCount(); ++row) texts << model->index(row, column).data().toString();
    return texts;
}

/// Where a cell is, for the mouse.
inline QPoint middleOf(const QAbstractItemView& view, int row, int column) {
    return view.visualRect(view.model()->index(row, column)).center();
}

}  // namespace specula::test
