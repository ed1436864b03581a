#!/usr/bin/env python3
"""Development aid: writes goldens.json beside this file. Neither the build nor the tests run it.

Renders every template below with Python's jinja2 in the environment that transformers builds for chat
templates, and stores what comes out ("text") or that an error comes out ("error"). Needs jinja2 3.1.

The family templates were written for these tests after the form of the published ones: their tags, their white
space and their ways of asking, not their words. The clock stands at 2026-03-05 14:07:09, a Thursday.
"""
import datetime
import json
import pathlib
import sys

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

sys.dont_write_bytecode = True

from features import FEATURES
from families import CONTEXTS, CONVERSATIONS, FAMILIES

NOW = datetime.datetime(2026, 3, 5, 14, 7, 9)


class Generation(jinja2.ext.Extension):
    """{% generation %} marks what the model says; it changes nothing in the text."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_run"), [], [], body).set_lineno(line)

    def _run(self, caller):
        return caller()


class Namespace(jinja2.utils.Namespace):
    def __init__(*args, **kwargs):
        self, args = args[0], args[1:]
        values = dict(*args, **kwargs)
        for name in values:
            Namespace.check(name)
        jinja2.utils.Namespace.__init__(self, values)

    def __setitem__(self, name, value):
        Namespace.check(name)
        jinja2.utils.Namespace.__setitem__(self, name, value)

    @staticmethod
    def check(name):
        if name.startswith("_"):
            raise jinja2.exceptions.SecurityError("underscore")


def environment():
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda format: NOW.strftime(format)
    env.globals["namespace"] = Namespace
    return env


def rendered(source, context):
    try:
        text = environment().from_string(source).render(**context)
        text.encode("utf-8")
        return {"text": text}
    except Exception as problem:  # any failure is "an error", whatever Python calls it
        return {"error": f"{type(problem).__name__}: {problem}"[:100]}


def main():
    families = []
    for name, source in FAMILIES.items():
        results = {}
        for title, messages in CONVERSATIONS.items():
            for kind, context in CONTEXTS.items():
                if kind == "features" or (kind != "plain" and title not in ("user", "with answer")):
                    continue
                results[f"{title} / {kind}"] = rendered(source, {"messages": messages, **context})
        families.append({"name": name, "source": source, "results": results})
    features = [{"source": source, **rendered(source, CONTEXTS["features"])} for source in FEATURES]
    out = {
        "contexts": CONTEXTS,
        "conversations": CONVERSATIONS,
        "families": families,
        "features": features,
    }
    path = pathlib.Path(__file__).with_name("goldens.json")
    path.write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for family in families:
        bad = sum("error" in each for each in family["results"].values())
        print(f"{family['name']}: {len(family['results'])} results, {bad} errors")
    print(f"{len(features)} features, {sum('error' in each for each in features)} errors")


if __name__ == "__main__":
    main()
