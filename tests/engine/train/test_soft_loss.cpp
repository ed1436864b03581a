#include <ATen/ATen.h>

#include <QtTest>

#include "engine/train/soft_loss.h"

// The loss without a graph is held against autograd on the plain formula in float64.

namespace {

using namespace specula;

constexpr std::int64_t kRows = 300, kWidth = 24, kVocabulary = 101;  // more rows than one piece, an odd width
constexpr double kWeight = 1.0 / 300;

struct Inputs {
    at::Tensor hidden, rows, target;
};

Inputs inputs(double mass) {
    at::manual_seed(11);
    const auto p = at::softmax(at::randn({kRows, kVocabulary}) * 2.0, -1) * mass;
    return {at::randn({kRows, kWidth}).to(at::kBFloat16),
            (at::randn({kVocabulary, kWidth}) * 0.4).to(at::kBFloat16), p.to(at::kBFloat16)};
}

struct Plain {
    at::Tensor hiddenGradient, rowsGradient;
    double crossEntropy = 0.0, overlap = 0.0;
};

Plain plainFormula(const Inputs& in, double share) {
    auto hidden = in.hidden.to(at::kDouble), rows = in.rows.to(at::kDouble);
    hidden.requires_grad_(true);
    rows.requires_grad_(true);
    const auto p = in.target.to(at::kDouble);
    const auto logQ = at::log_softmax(at::mm(hidden, rows.t()), -1);
    const auto crossEntropy = -(p * logQ).sum(-1), overlap = at::minimum(p, logQ.exp()).sum(-1);
    const auto loss = kWeight * ((1.0 - share) * crossEntropy + share * 4.0 * (1.0 - overlap)).sum();
    loss.backward();
    return {hidden.grad(), rows.grad(), kWeight * crossEntropy.sum().item<double>(),
            kWeight * overlap.sum().item<double>()};
}

double relative(const at::Tensor& found, const at::Tensor& expected) {
    return ((found.to(at::kDouble) - expected).norm() / expected.norm()).item<double>();
}

}  // namespace

class TestSoftLoss : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void gradientsAndValuesAreThoseOfThePlainFormula_data() {
        QTest::addColumn<double>("share");
        QTest::addColumn<double>("mass");
        QTest::newRow("cross-entropy") << 0.0 << 1.0;
        QTest::newRow("half rejection") << 0.5 << 1.0;
        QTest::newRow("rejection alone") << 1.0 << 1.0;
        QTest::newRow("a target row that lacks some mass") << 0.3 << 0.8;
    }
    void gradientsAndValuesAreThoseOfThePlainFormula() {
        QFETCH(double, share);
        QFETCH(double, mass);
        const Inputs in = inputs(mass);
        const Plain plain = plainFormula(in, share);
        auto hidden = in.hidden.clone(), rows = in.rows.clone();
        hidden.requires_grad_(true);
        rows.requires_grad_(true);
        const SoftLoss loss = softLoss(hidden, rows, in.target, kWeight, share);
        loss.surrogate.backward();
        // The logits and the gradients themselves are rounded to bfloat16, and at share 1 rounding decides
        // which of two nearly equal probabilities is the smaller.
        const double tolerance = share == 1.0 ? 0.03 : 0.015;
        QVERIFY2(relative(hidden.grad(), plain.hiddenGradient) < tolerance,
                 qPrintable(QString::number(relative(hidden.grad(), plain.hiddenGradient))));
        QVERIFY2(relative(rows.grad(), plain.rowsGradient) < tolerance,
                 qPrintable(QString::number(relative(rows.grad(), plain.rowsGradient))));
        QVERIFY(std::abs(loss.value - plain.crossEntropy) < 2e-3 * plain.crossEntropy);
        QVERIFY(std::abs(loss.overlap - plain.overlap) < 2e-3);
    }

    void rowsThatWantNoGradientGetNone() {
        const Inputs in = inputs(1.0);
        auto hidden = in.hidden.clone();
        hidden.requires_grad_(true);
        softLoss(hidden, in.rows, in.target, kWeight, 0.5).surrogate.backward();
        QVERIFY(hidden.grad().defined());
        QVERIFY(!in.rows.grad().defined());
    }

    void noRowsMakeNoLoss() {
        const Inputs in = inputs(1.0);
        auto hidden = in.hidden.narrow(0, 0, 0).clone();
        hidden.requires_grad_(true);
        const SoftLoss loss = softLoss(hidden, in.rows, in.target.narrow(0, 0, 0), kWeight, 0.5);
        QCOMPARE(loss.surrogate.item<double>(), 0.0);
        QCOMPARE(loss.value, 0.0);
    }

    void aDraftThatIsTheTargetHasNoGradient() {
        const Inputs in = inputs(1.0);
        auto hidden = in.hidden.clone();
        hidden.requires_grad_(true);
        const SoftLoss loss = softLoss(hidden, in.rows, softRows(in.hidden, in.rows), 1.0, 0.0);
        loss.surrogate.backward();
        QVERIFY(hidden.grad().to(at::kFloat).abs().max().item<double>() < 0.02);
        QVERIFY(loss.overlap > 0.99 * static_cast<double>(kRows));
    }

    void softRowsAreSoftmaxes() {
        const Inputs in = inputs(1.0);
        const auto expected = at::softmax(at::mm(in.hidden.to(at::kDouble), in.rows.to(at::kDouble).t()), -1);
        const auto found = softRows(in.hidden, in.rows).to(at::kDouble);
        QVERIFY((found - expected).abs().sum(-1).max().item<double>() < 0.02);
        QVERIFY((found.sum(-1) - 1.0).abs().max().item<double>() < 0.005);
    }

    void logitsFarApartMakeNoNan() {
        auto hidden = at::ones({3, 2}, at::kBFloat16) * 100.0;
        hidden.requires_grad_(true);
        const auto rows =
            at::tensor(std::vector<float>{9, 9, -9, -9, 0, 0, 8, 9}).reshape({4, 2}).to(at::kBFloat16);
        const auto target = at::full({3, 4}, 0.25, at::kBFloat16);
        const SoftLoss loss = softLoss(hidden, rows, target, 1.0, 0.5);
        loss.surrogate.backward();
        QVERIFY(std::isfinite(loss.value));
        QVERIFY(hidden.grad().isfinite().all().item<bool>());
    }
};

QTEST_GUILESS_MAIN(TestSoftLoss)
#include "test_soft_loss.moc"
