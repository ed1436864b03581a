// Pictures of every page in every format, read back.
#include <QtTest>

#include <QSvgRenderer>

#include "tests/ui/export/full_window.h"
#include "ui/export/exportable.h"
#include "ui/export/picture_file.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/timeline/timeline_strip.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

namespace {

/// How many different colours there are, at most 1000: one means that nothing was drawn.
int coloursOf(const QImage& image) {
    QSet<QRgb> colours;
    for (int y = 0; y < image.height() && colours.size() < 1000; y += 2)
        for (int x = 0; x < image.width(); x += 2) colours.insert(image.pixel(x, y));
    return static_cast<int>(colours.size());
}

/// Whether every block of scale x scale pixels has one colour: then it was enlarged, not drawn.
bool isEnlarged(const QImage& image, int scale) {
    for (int y = 0; y + scale <= image.height(); y += scale)
        for (int x = 0; x + scale <= image.width(); x += scale)
            for (int i = 1; i < scale; ++i)
                if (image.pixel(x, y) != image.pixel(x + i, y + i)) return false;
    return true;
}

/// For a person to look at, into the folder that SPECULA_PICTURES names.
void keep(const QWidget& widget, const char* ending, const QByteArray& bytes) {
    const QString folder = qEnvironmentVariable("SPECULA_PICTURES");
    if (folder.isEmpty()) return;
    QDir().mkpath(folder);
    const QString name =
        QString::fromLatin1(QTest::currentDataTag()) + QLatin1Char('-') + exportFileName(widget);
    QFile file(QDir(folder).filePath(name + QLatin1String(ending)));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

struct Page {
    const char* name;
    std::function<void(MainWindow&)> show;
};

std::vector<Page> pages() {
    const auto page = [](MainPage wanted) {
        return [wanted](MainWindow& window) { window.setPage(wanted); };
    };
    const auto models = [](ModelsView::Page wanted) {
        return [wanted](MainWindow& window) {
            window.setPage(MainPage::Models);
            window.models().setPage(wanted);
        };
    };
    return {{"generate",
             [](MainWindow& window) {
                 window.setPage(MainPage::Generate);
                 window.charts().showRun();
                 window.inspect(window.runLog().tellingToken(0));
             }},
            {"sweep", [](MainWindow& window) { window.charts().showSweep(); }},
            {"costs", [](MainWindow& window) { window.charts().showCosts(); }},
            {"race", page(MainPage::Race)},
            {"audit", page(MainPage::Audit)},
            {"rules", page(MainPage::Rules)},
            {"pairs", models(ModelsView::Page::Pairs)},
            {"get", models(ModelsView::Page::Get)},
            {"models", models(ModelsView::Page::Table)}};
}

}  // namespace

class TestExportPictures : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
        QCoreApplication::setApplicationVersion(QStringLiteral("9.8.7"));
        m_window = fullWindow();
        if (qEnvironmentVariableIsSet("SPECULA_DARK")) m_window->setTheme(ThemeChoice::Dark);
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanupTestCase() { m_window.reset(); }

    void everyPictureOfEveryPageIsWrittenInEveryFormat_data() {
        QTest::addColumn<int>("page");
        int number = 0;
        for (const Page& page : pages()) QTest::newRow(page.name) << number++;
    }

    void everyPictureOfEveryPageIsWrittenInEveryFormat() {
        QFETCH(int, page);
        pages()[static_cast<std::size_t>(page)].show(*m_window);
        QCoreApplication::processEvents();
        const std::vector<QWidget*> found = exportablesIn(*m_window);
        QVERIFY(!found.empty());
        std::vector<QWidget*> all{m_window.get()};
        all.insert(all.end(), found.begin(), found.end());
        QSet<QString> names;
        for (QWidget* widget : all) {
            const ExportNotes notes = exportNotesOf(*widget);
            names.insert(exportNameOf(*widget));
            const QImage one = pictureImage(*widget, 1.0);
            QVERIFY2(coloursOf(one) > 1, qPrintable(notes.title));
            const QImage png = QImage::fromData(pictureBytes(*widget, PictureFormat::Png, 2.0, notes), "PNG");
            QCOMPARE(png.size(), one.size() * 2);
            QVERIFY2(!isEnlarged(png, 2), qPrintable(notes.title));
            QCOMPARE(png.text(QStringLiteral("Software")), QStringLiteral("Specula 9.8.7"));
            QCOMPARE(png.text(QStringLiteral("Title")), notes.title);
            QCOMPARE(png.text(QStringLiteral("Description")), notes.description);
            const QByteArray svg = pictureBytes(*widget, PictureFormat::Svg, 1.0, notes);
            QSvgRenderer renderer;
            QVERIFY2(renderer.load(svg), qPrintable(notes.title));
            QCOMPARE(renderer.viewBox().size(), one.size());
            QVERIFY(svg.contains("<title>"));
            QVERIFY(svg.contains("Specula 9.8.7"));
            const QByteArray pdf = pictureBytes(*widget, PictureFormat::Pdf, 1.0, notes);
            QVERIFY(pdf.startsWith("%PDF-"));
            QVERIFY(pdf.size() > 2000);
            QVERIFY(pdf.trimmed().endsWith("%%EOF"));
            keep(*widget, ".svg", svg);
            keep(*widget, ".pdf", pdf);
            keep(*widget, ".png", pictureBytes(*widget, PictureFormat::Png, 2.0, notes));
        }
        QCOMPARE(static_cast<std::size_t>(names.size()), all.size());  // each can be told from the others
    }

    void textsStayTextsInVectors() {
        m_window->setPage(MainPage::Generate);
        m_window->charts().showSweep();
        QCoreApplication::processEvents();
        Chart& chart = m_window->charts().sweep();
        const QByteArray svg = pictureBytes(chart, PictureFormat::Svg, 1.0, exportNotesOf(chart));
        QVERIFY(svg.contains("<text"));
        QVERIFY(svg.contains("Best at gamma 4"));
        QVERIFY(!svg.contains("<image"));
        const QByteArray tokens = pictureBytes(m_window->tokenView(), PictureFormat::Svg, 1.0, {});
        QVERIFY(tokens.contains("village"));
        // Hatches are lines: a texture would be lost, and with it the channel beside colour.
        RunLog& log = m_window->runLog();
        log.followEnd();
        auto* strip = m_window->timeline().findChild<TimelineStrip*>();
        const QByteArray cells = pictureBytes(*strip, PictureFormat::Svg, 1.0, {});
        QVERIFY(cells.count("<polyline") + cells.count("<path") > 100);
        QVERIFY(!cells.contains("<image"));
    }

    void fourTimesAsManyPixelsAreDrawnNotEnlarged() {
        m_window->setPage(MainPage::Generate);
        m_window->charts().showRun();
        QCoreApplication::processEvents();
        for (QWidget* widget : exportablesIn(*m_window)) {
            const QImage four = pictureImage(*widget, 4.0);
            QVERIFY2(!isEnlarged(four, 4) && !isEnlarged(four, 2), qPrintable(exportNameOf(*widget)));
        }
        // The charts inside a picture of the window too: their own buffers have the screen's pixels.
        const Chart& chart = m_window->charts().findChild<Chart*>() ? *m_window->charts().findChild<Chart*>()
                                                                    : m_window->charts().sweep();
        const QImage whole = pictureImage(*m_window, 4.0);
        const QRect place(chart.mapTo(m_window.get(), QPoint()) * 4, chart.size() * 4);
        QVERIFY(!isEnlarged(whole.copy(place), 4));
    }

    void aRunIsToldByItsPicture() {
        m_window->setPage(MainPage::Generate);
        const QString said = exportNotesOf(m_window->tokenView()).description;
        for (const char* word : {"Made-up target", "Made-up draft", "seed 0", "gamma 4", "Once upon a time"})
            QVERIFY2(said.contains(QLatin1String(word)), qPrintable(said));
    }

    void theTextsPictureHoldsAllOfIt() {
        TokenView& view = m_window->tokenView();
        const QImage image = pictureImage(view, 1.0);
        RunLog longLog;
        FakeRun run;
        run.rounds = 200;
        play(longLog, run);
        TokenView tall;
        tall.setLog(&longLog);
        tall.resize(500, 200);
        QVERIFY(pictureImage(tall, 1.0).height() > 1000);
        QVERIFY(image.height() > 0);
        QVERIFY(pictureImage(tall, 64.0).isNull());
        const QString problem = savePicture(tall, m_folder.filePath(QStringLiteral("x.png")), 64.0, {});
        QVERIFY(problem.contains(QLatin1String("too large")));
        tall.setLog(nullptr);
    }

    void whatCannotBeWrittenIsSaidAndLeavesNothing() {
        Chart& chart = m_window->charts().sweep();
        QVERIFY(savePicture(chart, m_folder.filePath(QStringLiteral("a.bmp")), 1.0, {})
                    .contains(QLatin1String("a.bmp")));
        for (const char* ending : {"png", "svg", "pdf"}) {
            const QString path = m_folder.filePath(QStringLiteral("none/a.") + QLatin1String(ending));
            QVERIFY(savePicture(chart, path, 1.0, {}).contains(path));
        }
        QVERIFY(!QFileInfo::exists(m_folder.filePath(QStringLiteral("none"))));
        QVERIFY(!QFileInfo::exists(m_folder.filePath(QStringLiteral("a.bmp"))));
    }

    void theFramesOfTheFocusStayOnTheScreen() {
        m_window->setPage(MainPage::Generate);
        m_window->inspect(m_window->runLog().tellingToken(0));
        QCoreApplication::processEvents();
        QWidget* strip = m_window->findChild<QWidget*>(QString());
        for (QWidget* widget : exportablesIn(*m_window)) {
            if (!m_window->inspector().isAncestorOf(widget)) continue;
            strip = widget;
            break;
        }
        strip->clearFocus();
        const QImage calm = pictureImage(*strip, 1.0);
        strip->setFocus();
        QCOMPARE(pictureImage(*strip, 1.0), calm);
    }

private:
    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestExportPictures)
#include "test_export_pictures.moc"
