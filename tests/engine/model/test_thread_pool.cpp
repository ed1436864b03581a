#include <QtTest>

#include <atomic>
#include <chrono>
#include <vector>

#include "engine/model/thread_pool.h"

using specula::ThreadPool;

class TestThreadPool : public QObject {
    Q_OBJECT

private slots:
    void everyShareRunsExactlyOnce_data() {
        QTest::addColumn<int>("threads");
        for (const int threads : {1, 2, 3, 8}) QTest::addRow("%d threads", threads) << threads;
    }
    void everyShareRunsExactlyOnce() {
        QFETCH(int, threads);
        ThreadPool pool(threads);
        for (int round = 0; round < 2000; ++round) {
            const int count = round % 37;
            std::vector<std::atomic<int>> hits(static_cast<std::size_t>(count));
            pool.run(count, [&](int index) { hits[static_cast<std::size_t>(index)].fetch_add(1); });
            for (const auto& hit : hits) QCOMPARE(hit.load(), 1);
        }
    }

    void splitCoversTheRangeWithoutOverlap() {
        ThreadPool pool(3);
        for (const int count : {0, 1, 2, 11, 12, 13, 1000}) {
            std::vector<std::atomic<int>> hits(static_cast<std::size_t>(count));
            pool.split(count, [&](int begin, int end) {
                for (int i = begin; i < end; ++i) hits[static_cast<std::size_t>(i)].fetch_add(1);
            });
            for (const auto& hit : hits) QCOMPARE(hit.load(), 1);
        }
    }

    void guidedCoversTheRangeWithoutOverlap() {
        for (const int threads : {1, 2, 3, 8}) {
            ThreadPool pool(threads);
            for (const int count : {0, 1, 3, 4, 5, 37, 192, 3072, 16001}) {
                std::vector<std::atomic<int>> hits(static_cast<std::size_t>(count));
                pool.guided(count, 4, [&](int begin, int end) {
                    for (int i = begin; i < end; ++i) hits[static_cast<std::size_t>(i)].fetch_add(1);
                });
                for (const auto& hit : hits) QCOMPARE(hit.load(), 1);
            }
        }
    }

    void aThreadThatIsHeldUpHoldsOnlyItsShare() {
        ThreadPool pool(2);
        const std::thread::id caller = std::this_thread::get_id();
        std::atomic<int> done{0};
        std::atomic<bool> held{false};
        constexpr int kShares = 16;
        // The other thread stays in its first share until the caller has done all the rest.
        pool.run(kShares, [&](int) {
            if (std::this_thread::get_id() != caller && !held.exchange(true)) {
                while (done.load() < kShares - 1) std::this_thread::yield();
            } else if (std::this_thread::get_id() == caller) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));  // lets the other thread begin
            }
            done.fetch_add(1);
        });
        QCOMPARE(done.load(), kShares);
    }

    void callersTakeTurns() {
        ThreadPool pool(2);
        std::atomic<int> inside{0}, overlaps{0}, total{0};
        const auto caller = [&] {
            for (int i = 0; i < 500; ++i) {
                pool.run(4, [&](int index) {
                    if (index == 0 && inside.fetch_add(1) > 0) overlaps.fetch_add(1);
                    total.fetch_add(1);
                    if (index == 0) inside.fetch_sub(1);
                });
            }
        };
        std::thread other(caller);
        caller();
        other.join();
        QCOMPARE(total.load(), 4000);
        QCOMPARE(overlaps.load(), 0);
    }
};

QTEST_GUILESS_MAIN(TestThreadPool)
#include "test_thread_pool.moc"
