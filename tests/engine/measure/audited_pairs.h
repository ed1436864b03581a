#pragma once

#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <map>

#include "engine/measure/audit.h"
#include "engine/measure/target_law.h"
#include "engine/verify/rows.h"
#include "tests/tools/likely_head.h"
#include "tests/tools/random_head.h"

// Tiny pairs to audit, and what audits of them say.

namespace specula::test {

inline std::string resource(const char* folder) {
    return (std::filesystem::path(SPECULA_SOURCE_DIR) / "resources" / "models" / folder).string();
}

/// An untrained feature head for the tiny target.
inline std::string headFolder() {
    static const QTemporaryDir folder;
    static const bool written = [] {
        writeLikelyHead(folder.path().toStdString(), {});
        return true;
    }();
    Q_UNUSED(written)
    return folder.path().toStdString();
}

inline const char* const kNarrowPrompt = "Once upon a time, there was a little";

/// A head with random weights that proposes only the target's six likeliest tokens after kNarrowPrompt: rows
/// that overlap, siblings that repeat.
inline std::string narrowHeadFolder() {
    static const QTemporaryDir folder;
    static const bool written = [] {
        EngineOptions options;
        options.target = resource("tiny-target");
        options.threads = 1;
        const auto engine = Engine::load(options);
        TargetLaw law(engine, engine->encodePrompt(kNarrowPrompt), {.temperature = 1.0});
        RandomHead head;
        head.ids = largestOf(law.row({}), 6);
        std::sort(head.ids.begin(), head.ids.end());
        writeRandomHead(folder.path().toStdString(), options.target, head);
        return true;
    }();
    Q_UNUSED(written)
    return folder.path().toStdString();
}

/// Tiny pairs by a short name of the draft: model, head, narrow head, or what EngineOptions::draft takes.
inline std::shared_ptr<const Engine> engineFor(const std::string& draft,
                                               WeightFormat weights = WeightFormat::Auto) {
    static std::map<std::pair<std::string, WeightFormat>, std::shared_ptr<const Engine>> engines;
    auto& engine = engines[{draft, weights}];
    if (!engine) {
        EngineOptions options;
        options.target = resource("tiny-target");
        options.draft = draft == "model"         ? resource("tiny-draft")
                        : draft == "head"        ? headFolder()
                        : draft == "narrow head" ? narrowHeadFolder()
                                                 : draft;
        options.weights = options.draftWeights = weights;
        options.threads = 2;
        engine = Engine::load(options);
    }
    return engine;
}

inline AuditRequest request(int draws, double temperature, Mutant mutant = Mutant::None) {
    AuditRequest out;
    out.draws = draws;
    out.options.sampling.temperature = temperature;
    out.options.mutant = mutant;
    return out;
}

inline QString failures(const AuditReport& report) {
    QString text;
    for (const AuditCheck& check : report.checks) {
        if (!check.passed)
            text += QString::fromStdString(check.name + ": " + check.detail) + QLatin1Char('\n');
    }
    return text;
}

/// Runs until a check fails: what a broken rule must lead to.
inline std::string firstFailure(const std::shared_ptr<const Engine>& engine, const AuditRequest& request) {
    std::stop_source stop;
    std::string failed;
    audit(engine, request, stop.get_token(), {}, [&](const AuditCheck& check) {
        if (check.passed || !failed.empty()) return;
        failed = check.name;
        stop.request_stop();
    });
    return failed;
}

}  // namespace specula::test
