#include <QtTest>

#include <QAbstractButton>
#include <QHeaderView>
#include <QLabel>
#include <QLayout>
#include <QLineEdit>
#include <QScreen>
#include <QTabBar>
#include <QTabWidget>

#include <functional>

#include "tests/ui/models/fake_models.h"
#include "tests/ui/pictures.h"
#include "ui/common/palette.h"
#include "ui/models/data_table.h"
#include "ui/models/get_models.h"
#include "ui/models/labels.h"
#include "ui/models/model_details.h"
#include "ui/models/model_list.h"
#include "ui/models/model_table.h"
#include "ui/models/models_view.h"
#include "ui/models/pair_checklist.h"
#include "ui/models/pair_grid.h"
#include "ui/models/pair_page.h"

using namespace specula;
using namespace specula::test;

namespace {

constexpr qint64 kFree = 6'200 * kMega;

QString nameOf(const QWidget* widget) {
    return QStringLiteral("%1 '%2'").arg(QLatin1String(widget->metaObject()->className()),
                                         widget->accessibleName());
}

/// Siblings in a layout that overlap, words that do not fit where nothing says that they may be cut.
QStringList flaws(QWidget& root) {
    QStringList found;
    for (QWidget* widget : root.findChildren<QWidget*>()) {
        if (!widget->isVisible() || widget->visibleRegion().isEmpty()) continue;
        const auto* label = qobject_cast<QLabel*>(widget);
        const auto* button = qobject_cast<QAbstractButton*>(widget);
        const bool wraps = label && label->wordWrap();
        const bool elides = qobject_cast<ElidedLabel*>(widget);
        if ((label && !label->text().isEmpty() && !wraps && !elides) ||
            (button && !button->text().isEmpty())) {
            if (widget->width() < widget->minimumSizeHint().width()) {
                found << QStringLiteral("%1 '%2' is %3 wide and needs %4")
                             .arg(nameOf(widget), label ? label->text() : button->text())
                             .arg(widget->width())
                             .arg(widget->minimumSizeHint().width());
            }
        }
        if (wraps && !label->text().isEmpty() && label->height() < label->heightForWidth(label->width())) {
            found << QStringLiteral("'%1' is cut: %2 of %3 high")
                         .arg(label->text())
                         .arg(label->height())
                         .arg(label->heightForWidth(label->width()));
        }
    }
    for (const QLayout* layout : root.findChildren<QLayout*>()) {
        if (qstrcmp(layout->metaObject()->className(), "QStackedLayout") == 0) continue;
        for (int a = 0; a < layout->count(); ++a) {
            for (int b = a + 1; b < layout->count(); ++b) {
                QWidget* one = layout->itemAt(a)->widget();
                QWidget* two = layout->itemAt(b)->widget();
                if (!one || !two || !one->isVisible() || !two->isVisible()) continue;
                if (one->geometry().intersects(two->geometry())) {
                    found << nameOf(one) + QStringLiteral(" overlaps ") + nameOf(two);
                }
            }
        }
    }
    return found;
}

std::vector<ModelEntry> longNames() {
    std::vector<ModelEntry> models = someModels();
    const std::string tail =
        "-a-name-that-goes-on-for-much-longer-than-any-column-can-be-wide-and-then-some-more-Q4_K_M";
    for (ModelEntry& entry : models) {
        entry.name += tail;
        entry.path += tail + "/snapshots/8c7b10754972749675d22364c25c428b29face51";
        if (entry.usable()) entry.architecture = "an-architecture-with-a-name";
    }
    models[1].name = "<b>markup & \"quotes\"</b>";
    return models;
}

std::vector<ModelEntry> manyModels() {
    std::vector<ModelEntry> models;
    for (int i = 0; i < 300; ++i) {
        if (i % 17 == 16) {
            models.push_back(broken(numbered("org", i) + "/broken", "config.json is missing"));
        } else {
            models.push_back(model(numbered("org", i % 7) + numbered("/model-", i),
                                   1'000'000LL * (i + 1) * (i + 1), numbered("kind ", i % 5)));
        }
    }
    return models;
}

struct Scene {
    QString name;
    std::function<void(ModelsView&)> set;
};

std::vector<Scene> scenes() {
    const auto fill = [](ModelsView& view, const std::vector<ModelEntry>& models) {
        view.setMemoryFree(kFree);
        view.setModels(models);
        view.setPairs(pairsOf(models));
        view.setSelectedPath(QString::fromStdString(models[1].path));
        view.showDetails(detailsOf(models[1]));
    };
    const auto tab = [fill](int index) {
        return [fill, index](ModelsView& view) {
            fill(view, someModels());
            view.details().tabs().setCurrentIndex(index);
        };
    };
    const auto page = [fill](ModelsView::Page which, const std::vector<ModelEntry>& models) {
        return [=](ModelsView& view) {
            fill(view, models);
            view.setPage(which);
        };
    };
    return {
        {QStringLiteral("empty"), [](ModelsView&) {}},
        {QStringLiteral("searching"),
         [](ModelsView& view) { view.setBusy(true, QStringLiteral("Looking in /models…")); }},
        {QStringLiteral("summary"), tab(0)},
        {QStringLiteral("config"), tab(1)},
        {QStringLiteral("tokenizer"), tab(2)},
        {QStringLiteral("tensors"), tab(3)},
        {QStringLiteral("template"), tab(4)},
        {QStringLiteral("problem"),
         [fill](ModelsView& view) {
             fill(view, someModels());
             view.setSelectedPath(QStringLiteral("/models/bert-base-uncased"));
         }},
        {QStringLiteral("long"), [fill](ModelsView& view) { fill(view, longNames()); }},
        {QStringLiteral("many"), [fill](ModelsView& view) { fill(view, manyModels()); }},
        {QStringLiteral("pairs"), page(ModelsView::Page::Pairs, someModels())},
        {QStringLiteral("pairs-not"),
         [fill](ModelsView& view) {
             fill(view, someModels());
             view.setPage(ModelsView::Page::Pairs);
             view.setSelectedPair(QStringLiteral("/models/facebook/opt-1.3b"),
                                  QStringLiteral("/models/tiny-target"));
         }},
        {QStringLiteral("pairs-long"), page(ModelsView::Page::Pairs, longNames())},
        {QStringLiteral("pairs-many"), page(ModelsView::Page::Pairs, manyModels())},
        {QStringLiteral("pairs-none"), [](ModelsView& view) { view.setPage(ModelsView::Page::Pairs); }},
        {QStringLiteral("get-first"), [](ModelsView& view) { view.setPage(ModelsView::Page::Get); }},
        {QStringLiteral("get"),
         [](ModelsView& view) {
             view.setPage(ModelsView::Page::Get);
             view.get().repository().setText(QStringLiteral("facebook/opt-1.3b"));
             QTest::keyClick(&view.get().repository(), Qt::Key_Return);
             view.setListing(someListing());
             view.setDownloads(someDownloads());
         }},
        {QStringLiteral("get-gated"),
         [](ModelsView& view) {
             view.setPage(ModelsView::Page::Get);
             HubListing listing;
             listing.repository = QStringLiteral("meta-llama/Llama-3.2-1B");
             listing.error = QStringLiteral(
                 "meta-llama/Llama-3.2-1B is gated: open its page on the hub, accept the licence, set "
                 "HF_TOKEN to a "
                 "token of that account, then list its files again.");
             view.setListing(listing);
             auto rows = someDownloads();
             rows.erase(rows.begin(), rows.begin() + 3);
             view.setDownloads(rows);
         }},
    };
}

}  // namespace

class TestModelsLayout : public QObject {
    Q_OBJECT

private slots:
    void cleanup() { QApplication::setPalette(lightPalette()); }

    void nothing_overlaps_or_is_cut_at_any_size_data() {
        QTest::addColumn<QSize>("size");
        QTest::newRow("narrow") << QSize(580, 480);
        QTest::newRow("centre") << QSize(1100, 640);
        QTest::newRow("laptop") << QSize(1366, 768);
        QTest::newRow("large") << QSize(1920, 1080);
        QTest::newRow("huge") << QSize(3840, 2160);
    }

    void nothing_overlaps_or_is_cut_at_any_size() {
        QFETCH(QSize, size);
        QStringList all;
        const bool twice = qApp->devicePixelRatio() > 1.5;
        const bool pictures = !qEnvironmentVariable("SPECULA_PICTURES").isEmpty();
        for (const bool dark : {false, true}) {
            if (dark && !pictures) continue;
            QApplication::setPalette(dark ? darkPalette() : lightPalette());
            for (const Scene& scene : scenes()) {
                ModelsView view;
                view.resize(size);
                view.show();
                scene.set(view);
                QTest::qWait(30);
                // A layout whose heights follow its widths takes some rounds of events.
                static_cast<void>(QTest::qWaitFor([&] { return flaws(view).isEmpty(); }, 1000));
                for (const QString& flaw : flaws(view)) all << scene.name + QLatin1String(": ") + flaw;
                if (view.size() != size) {
                    all << QStringLiteral("%1 needs %2 x %3")
                               .arg(scene.name)
                               .arg(view.width())
                               .arg(view.height());
                }
                savePicture(view, QStringLiteral("%1x%2%3-%4-%5")
                                      .arg(size.width())
                                      .arg(size.height())
                                      .arg(twice ? QStringLiteral("@2x") : QString(), scene.name,
                                           dark ? QStringLiteral("dark") : QStringLiteral("light")));
            }
        }
        QVERIFY2(all.isEmpty(), qPrintable(all.join(QLatin1Char('\n'))));
    }
};

int main(int argc, char** argv) {
    QApplication app(argc, argv);
    QApplication::setStyle(QStringLiteral("Fusion"));
    QApplication::setPalette(lightPalette());
    TestModelsLayout test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_models_layout.moc"
