#!/usr/bin/env python3
"""Measures a draft against plain decoding over suites, temperatures and number formats, and prints the README's table.

    packaging/measure_draft.py [--target T] [--draft D] [--formats int8x2,int8,fp16] [--out raw.jsonl]

Every cell is `specula compare`: the same prompts, seeds and settings for both sides, alternating, prompt processing apart.
The chain and the tree of a format are the fastest of a few, chosen on other seeds than those that are then reported.
Nothing else may run meanwhile.
"""
import argparse
import json
import pathlib
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
program = root / "build" / "release" / "specula"

CHAINS = [("--gamma", "1"), ("--gamma", "2"), ("--gamma", "3")]
TREES = [("--tree", shape) for shape in ("2,1", "3,1", "2,1,1")]
SUITES = ("creative", "structured", "code", "chat")
TEMPERATURES = ("0", "0.7")


def compare(options, plan, suite, temperature, weights, repeats, seed, tokens):
    command = [program, "compare", "--json", "--prompts", f"suite:{suite}", "--temperature", temperature,
               "--weights", weights, "--repeats", str(repeats), "--seed", str(seed), "--max-tokens", str(tokens)]
    for name in ("target", "draft", "threads"):
        if getattr(options, name):
            command += [f"--{name}", getattr(options, name)]
    run = subprocess.run([str(part) for part in command + list(plan)], capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    return json.loads(run.stdout)


def fastest(options, plans, weights):
    """The plan with the largest product of speed-ups over the suites, at one temperature or the other, on short runs."""
    def score(plan):
        product = 1.0
        for i, suite in enumerate(SUITES):
            result = compare(options, plan, suite, TEMPERATURES[i % 2], weights, 1, 1000, 48)
            product *= result["speedup"]["median"]
        print(f"    {weights} {' '.join(plan)}: {product ** (1 / len(SUITES)):.3f}", file=sys.stderr)
        return product
    return max(plans, key=score)


def row(weights, suite, temperature, label, result):
    speed = result["speedup"]
    return (f"| {weights} | {suite} | {temperature} | {label} | {result['tokens_per_round']:.2f} | {result['plain']['tokens_per_s']['median']:.0f} | "
            f"{result['speculative']['tokens_per_s']['median']:.0f} | {speed['median']:.2f} ({speed['low']:.2f}-{speed['high']:.2f}) |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target")
    parser.add_argument("--draft")
    parser.add_argument("--threads")
    parser.add_argument("--formats", default="int8x2,int8,fp16")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=96)
    parser.add_argument("--out", help="also write every result as a line of JSON")
    options = parser.parse_args()
    raw = open(options.out, "w") if options.out else None
    print("| weights | suite | temperature | draft | tokens a round | plain tok/s | tok/s | speed-up (95 %) |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for weights in options.formats.split(","):
        plans = [fastest(options, CHAINS, weights), fastest(options, TREES, weights), ()]
        for suite in SUITES:
            for temperature in TEMPERATURES:
                for plan in plans:
                    label = {"--gamma": "chain ", "--tree": "tree "}.get(plan[0], "") + plan[1] if plan else "auto"
                    result = compare(options, plan, suite, temperature, weights, options.repeats, 0, options.tokens)
                    print(row(weights, suite, temperature, label, result), flush=True)
                    if raw:
                        raw.write(json.dumps({"weights": weights, "suite": suite, "plan": label, "temperature": temperature,
                                              "result": result}) + "\n")
                        raw.flush()


if __name__ == "__main__":
    main()
