#include "ui/setup/run_form.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRandomGenerator>
#include <QRegularExpressionValidator>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include "engine/trace/names.h"
#include "ui/setup/help.h"
#include "ui/setup/rule_form.h"
#include "ui/setup/tree_text.h"

namespace specula {

namespace {

constexpr int kMaxTokensMost = 100000;
constexpr std::uint64_t kShortSeeds = 1000000;  ///< seeds made by the button are short enough to read out

QSpinBox* whole(int low, int high, int value, const QString& lowWord = {}) {
    auto* box = new QSpinBox;
    box->setRange(low, high);
    box->setValue(value);
    box->setSpecialValueText(lowWord);
    return box;
}

QString gammaHelp() {
    return RunForm::tr("Tokens drafted a round; auto chooses from the costs measured, 0 is plain.");
}

QString textOf(const TreeShape& tree) {
    return QString::fromStdString(treeText(tree));
}

QDoubleSpinBox* real(double low, double high, double step, double value, const QString& lowWord = {}) {
    auto* box = new QDoubleSpinBox;
    box->setDecimals(3);
    box->setRange(low, high);
    box->setSingleStep(step);
    box->setValue(value);
    box->setSpecialValueText(lowWord);
    return box;
}

}  // namespace

RunForm::RunForm(QWidget* parent) : QWidget(parent) {
    makeLengths();
    makeSampling();
    makeWeightsAndSeed();
    m_rules = new RuleForm;
    layOut();
    connect(m_gamma, &QSpinBox::valueChanged, this, &RunForm::settle);
    connect(m_temperature, &QDoubleSpinBox::valueChanged, this, &RunForm::settle);
    offerTree(false);
}

void RunForm::makeLengths() {
    m_gamma = whole(kGammaAuto, kGammaMax, kGammaAuto, tr("auto"));
    describe(m_gamma, tr("Gamma"), gammaHelp());
    m_tree = new QComboBox;
    m_tree->setEditable(true);
    m_tree->setInsertPolicy(QComboBox::NoInsert);
    m_tree->setCompleter(nullptr);  // it would make 4,2,1,1 of 4,2,1
    m_tree->addItems(
        {tr("auto"), tr("off"), QStringLiteral("2,1"), QStringLiteral("3,2,1"), QStringLiteral("4,2,1,1")});
    describe(m_tree, tr("Tree"),
             tr("Candidates side by side: auto chooses from the costs measured, 3,2,1 is 3 tokens, 2 under "
                "each, 1 "
                "under each of those."));
    connect(m_tree, &QComboBox::currentTextChanged, this, &RunForm::settle);
    m_maxTokens = whole(1, kMaxTokensMost, RunOptions{}.maxTokens);
    describe(m_maxTokens, tr("Maximum tokens"), tr("The run ends after this many new tokens."));
}

void RunForm::makeSampling() {
    const Sampling standard;
    m_temperature = real(0.0, 5.0, 0.1, standard.temperature, tr("greedy"));
    describe(m_temperature, tr("Temperature"),
             tr("Below 1 sharpens the choice, above 1 flattens it; 0 always takes the likeliest token."));
    m_topK = whole(0, 1000000, standard.topK, tr("off"));
    describe(m_topK, tr("Top-k"), tr("Keeps only this many of the likeliest tokens."));
    m_topP = real(0.0, 1.0, 0.05, standard.topP);
    describe(m_topP, tr("Top-p"),
             tr("Keeps the likeliest tokens that together reach this probability; 1 is off."));
    m_minP = real(0.0, 1.0, 0.01, standard.minP, tr("off"));
    describe(m_minP, tr("Min-p"), tr("Drops tokens less likely than this share of the likeliest one."));
    m_penalty = real(0.1, 5.0, 0.05, standard.repetitionPenalty);
    describe(m_penalty, tr("Repetition penalty"),
             tr("Above 1 makes tokens that already occurred less likely; 1 is off."));
}

void RunForm::makeWeightsAndSeed() {
    m_weights = new QComboBox;
    for (const WeightFormat format : {WeightFormat::Auto, WeightFormat::Fp32, WeightFormat::Fp16,
                                      WeightFormat::Int8x2, WeightFormat::Int8}) {
        const std::string_view word = name(format);
        m_weights->addItem(QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size())),
                           static_cast<int>(format));
    }
    describe(m_weights, tr("Weights"),
             tr("How weights are multiplied: int8 is fastest, fp16 most faithful, fp32 the reference."));
    m_seed = new QLineEdit(QStringLiteral("0"));
    static const QRegularExpression digits(QStringLiteral("\\d{1,20}"));
    m_seed->setValidator(new QRegularExpressionValidator(digits, m_seed));
    describe(m_seed, tr("Seed"), tr("Same seed, same settings, same text."));
    m_reseed = new QToolButton;
    m_reseed->setText(tr("New"));
    describe(m_reseed, tr("New seed"), tr("Draws another seed."));
    connect(m_reseed, &QToolButton::clicked, this, &RunForm::reseed);
    connect(m_weights, &QComboBox::activated, this, &RunForm::weightsChosen);
}

QWidget* RunForm::makeTreeRow() {
    m_treeRow = new QWidget;
    auto* row = new QHBoxLayout(m_treeRow);
    row->setContentsMargins(0, 4, 0, 6);
    row->setSpacing(8);
    row->addWidget(labelFor(m_tree, tr("Tree")));
    row->addWidget(m_tree, 1);
    return m_treeRow;
}

/// Below gamma: what was measured best, and the tree.
QWidget* RunForm::makeShapeRows() {
    m_measuredButton = new MeasuredShapeButton;
    m_measuredButton->hide();
    connect(m_measuredButton, &QPushButton::clicked, this, [this] {
        if (m_measured) useShape(m_measured->shape);
    });
    auto* rows = new QWidget;
    auto* column = new QVBoxLayout(rows);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_measuredButton);
    column->addWidget(makeTreeRow());
    return rows;
}

QWidget* RunForm::makeSeedRow() {
    auto* seed = new QWidget;
    auto* row = new QHBoxLayout(seed);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(labelFor(m_seed, tr("See&d")));
    row->addWidget(m_seed, 1);
    row->addWidget(m_reseed);
    return seed;
}

void RunForm::layOut() {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(2);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    place(grid, 0, 0, tr("&Gamma"), m_gamma);
    place(grid, 0, 1, tr("Ma&x tokens"), m_maxTokens);
    grid->addWidget(makeShapeRows(), 2, 0, 1, 2);
    place(grid, 1, 0, tr("&Temperature"), m_temperature);
    place(grid, 1, 1, tr("Top-&k"), m_topK);
    place(grid, 2, 0, tr("Top-p"), m_topP);
    place(grid, 2, 1, tr("Min-p"), m_minP);
    place(grid, 3, 0, tr("&Repetition"), m_penalty);
    place(grid, 3, 1, tr("&Weights"), m_weights);
    grid->addWidget(makeSeedRow(), 12, 0, 1, 2);
    grid->setRowMinimumHeight(13, 2);
    grid->addWidget(m_rules, 14, 0, 1, 2);
}

void RunForm::setDrafting(bool drafting) {
    m_drafting = drafting;
    settle();
}

void RunForm::offerTree(bool offered) {
    m_treeOffered = offered;
    m_treeRow->setVisible(offered);
    settle();
}

void RunForm::setMeasured(const std::optional<MeasuredShape>& measured) {
    m_measured = measured;
    if (!measured) m_measuredButton->hide();
    const QString help = gammaHelp();
    describe(m_gamma, tr("Gamma"), measured ? tr("%1 Here %2.").arg(help, measured->words) : help);
    settle();
}

void RunForm::useShape(const DraftShape& shape) {
    if (m_treeOffered) setTree(shape.tree);
    m_gamma->setValue(shape.tree.off() ? shape.gamma : shape.depth());
    settle();
}

bool RunForm::isSet(const DraftShape& shape) const {
    const TreeShape now =
        m_treeOffered ? tree().value_or(TreeShape{.automatic = true, .children = {}}) : TreeShape{};
    return now == shape.tree && (!now.off() || m_gamma->value() == shape.gamma);
}

std::optional<TreeShape> RunForm::tree() const {
    return treeNamed(m_tree->currentText());
}

void RunForm::setTree(const TreeShape& tree) {
    m_tree->setCurrentText(textOf(tree));
}

void RunForm::setBestTree(const TreeShape& tree) {
    if (tree.off() || m_tree->findText(textOf(tree)) >= 0) return;
    const QSignalBlocker quiet(m_tree);
    const QString now = m_tree->currentText();
    m_tree->insertItem(2, textOf(tree));
    m_tree->setItemData(2, tr("measured fastest when this head was made"), Qt::ToolTipRole);
    m_tree->setCurrentText(now);
}

void RunForm::settle() {
    const auto shape = tree();
    const bool used = m_treeOffered && shape && !shape->off();
    m_gamma->setEnabled(!used);
    if (m_measured) m_measuredButton->show(*m_measured, isSet(m_measured->shape));
    m_rules->setSituation({.greedy = m_temperature->value() == 0.0,
                           .tree = used,
                           .treeOffered = m_treeOffered,
                           .plain = !m_drafting || (!used && m_gamma->value() == 0)});
}

void RunForm::place(QGridLayout* grid, int row, int column, const QString& label, QWidget* control,
                    int span) {
    // Label above its control: two columns fit the dock in every language. A row of spacing follows each
    // pair.
    grid->addWidget(labelFor(control->focusProxy() ? control->focusProxy() : control, label), row * 3, column,
                    1, span);
    grid->addWidget(control, row * 3 + 1, column, 1, span);
    grid->setRowMinimumHeight(row * 3 + 2, 4);
}

void RunForm::write(RunOptions& options) const {
    options.gamma = m_gamma->value();
    options.tree = m_treeOffered ? tree().value_or(TreeShape{}) : TreeShape{};
    if (!options.tree.off()) options.gamma = kGammaAuto;
    m_rules->write(options);
    options.sampling.temperature = m_temperature->value();
    options.sampling.topK = m_topK->value();
    options.sampling.topP = m_topP->value();
    options.sampling.minP = m_minP->value();
    options.sampling.repetitionPenalty = m_penalty->value();
    options.maxTokens = m_maxTokens->value();
    options.seed = seed().value_or(options.seed);
}

void RunForm::read(const RunOptions& options) {
    m_gamma->setValue(options.gamma);
    if (m_treeOffered) setTree(options.tree);
    m_temperature->setValue(options.sampling.temperature);
    m_topK->setValue(options.sampling.topK);
    m_topP->setValue(options.sampling.topP);
    m_minP->setValue(options.sampling.minP);
    m_penalty->setValue(options.sampling.repetitionPenalty);
    m_maxTokens->setValue(options.maxTokens);
    m_seed->setText(QString::number(options.seed));
    m_rules->read(options);
}

WeightFormat RunForm::weights() const {
    return static_cast<WeightFormat>(m_weights->currentData().toInt());
}

void RunForm::setWeights(WeightFormat format) {
    m_weights->setCurrentIndex(m_weights->findData(static_cast<int>(format)));
}

std::optional<std::uint64_t> RunForm::seed() const {
    bool fits = false;
    const qulonglong value = m_seed->text().toULongLong(&fits);
    if (!fits) return std::nullopt;
    return static_cast<std::uint64_t>(value);
}

void RunForm::reseed() {
    m_seed->setText(QString::number(QRandomGenerator::global()->generate64() % kShortSeeds));
}

}  // namespace specula
