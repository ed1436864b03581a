#!/usr/bin/env python3
"""Development aid: writes structures/*.json beside this file. Neither the build nor the tests run it.

Small tokenizers with the structure of the published ones (their normalizers, pre-tokenizers, models, added
tokens, post-processors and decoders), trained on the text below, and what the Python package `tokenizers` makes
of the sample texts. Needs tokenizers 0.2x and, for the normalisation table, sentencepiece.
"""
import io
import json
import pathlib
import tempfile

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CORPUS = [
    "Hello world, it's a test. Hello there, World! The quick brown fox jumps over the lazy dog.",
    "In 2024 there were 12345 tests; 99 of them failed and 7 didn't. I'll say we've seen IT'S before.",
    "def function(x):\n    return x + 1\n\n\n\tif x == 2: print('two')\r\n",
    "café naïve résumé über straße 你好 世界 こんにちは мир привет 🙂🙂",
    "the the the and and and ing ing tion tion   spaces    here  ",
] * 4

TEXTS = [
    "",
    " ",
    "Hello world",
    " Hello  world ",
    "   leading and trailing   ",
    "Hello\nworld\n\nagain\r\n\ttabs",
    "it's IT'S I'll we've don't 'tis",
    "1 12 123 1234 12345.67 ½ ² ٣",
    "café cafe\u0301 naïve ÀÉÎ straße İ",
    "你好世界 こんにちは 한국어 мир",
    "🙂 👩\u200d👩\u200d👧 🇩🇪",
    "a\u00a0b\u2003c\u200bd\u3000e\u180ef",
    "<s>Hello</s> <s> x </s>",
    "x<|a|>y <|a|> z  <|b|>  w<|c|>v  <|c|>",
    "word W wordW W.",
    "def f(x):\n        return x  # comment\n",
    "!?.,;:-_()[]{}<>@#$%^&*+=~`|\\/\"'",
    "ﬁ ﬂ Ⅷ ① ｆｕｌｌ",
    "\u0000\u0001\u007f",
    "MixedCASE camelCase snake_case",
    "▁ already ▁marked▁",
    "https://example.org/a?b=c&d=1",
    "aaaaaaaaaaaaaaaaaaaaaaaa ababababab",
    "é\u0301\u0301 q\u0307\u0323",
    "the\n\n\n\nend",
]

GPT2_LIKE = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN_LIKE = GPT2_LIKE.replace(r"\p{N}{1,3}", r"\p{N}")
BYTES = [f"<0x{i:02X}>" for i in range(256)]


def special(content, **flags):
    return AddedToken(content, special=True, normalized=False, **flags)


def trained(tokenizer, size, specials, alphabet=None):
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=specials, initial_alphabet=alphabet or [],
                                  show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def byte_level(size=380, normalizer=None, pre=None, specials=("<|endoftext|>",), **model):
    tokenizer = Tokenizer(models.BPE(**model))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre or pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trained(tokenizer, size, list(specials), pre_tokenizers.ByteLevel.alphabet())
    return tokenizer


def split_and_bytes(pattern):
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated", invert=False),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def converted(size=330, pre=None, normalizer=None, decoder=None, merge_over=None):
    """BPE over marked characters with byte fallback, as converters of sentencepiece models write it: every pair
    of pieces that makes a piece is a merge, the better piece first."""
    base = Tokenizer(models.BPE())
    base.normalizer = normalizers.Replace(" ", "▁")
    base.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    trained(base, size, [])
    scores = {}
    old = json.loads(base.to_str())["model"]
    characters = sorted(t for t in old["vocab"] if len(t) == 1 and t not in "你世🙂и")
    pieces = [t for t in sorted(old["vocab"], key=old["vocab"].get) if len(t) > 1
              and all(c in characters for c in t)]
    if merge_over:
        pieces += merge_over
    tokens = ["<unk>", "<s>", "</s>"] + BYTES + pieces + characters
    vocab = {token: i for i, token in enumerate(tokens)}
    merges = []
    for piece in pieces:
        local = [(piece[:i], piece[i:]) for i in range(1, len(piece)) if piece[:i] in vocab and piece[i:] in vocab]
        merges += sorted(local, key=lambda pair: (vocab[pair[0]], vocab[pair[1]]))
    tokenizer = Tokenizer(models.BPE(vocab, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre:
        tokenizer.pre_tokenizer = pre
    if decoder:
        tokenizer.decoder = decoder
    tokenizer.add_special_tokens([special("<unk>"), special("<s>"), special("</s>")])
    return tokenizer


def frame(single, *tokens):
    return processors.TemplateProcessing(single=single, special_tokens=list(tokens))


STRIPPING = lambda: decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                       decoders.Strip(" ", 1, 0)])
MARKING = lambda: normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])


def llama_2():
    t = converted(normalizer=MARKING(), decoder=STRIPPING())
    t.post_processor = frame("<s> $A", ("<s>", 1))
    return t


def llama_2_normalised_tokens():
    t = converted(normalizer=MARKING(), decoder=STRIPPING())
    t.add_special_tokens([AddedToken("<|a|>", special=True, normalized=True)])
    t.add_tokens([AddedToken("<|b|>", normalized=True)])
    return t


def metaspace(scheme, split=False):
    t = converted(pre=pre_tokenizers.Metaspace("▁", prepend_scheme=scheme, split=split),
                  decoder=STRIPPING() if scheme != "never" else
                  decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]))
    t.post_processor = frame("<s> $A", ("<s>", 1))
    return t


def gemma():
    t = converted(normalizer=normalizers.Replace(" ", "▁"), pre=pre_tokenizers.Split(" ", "merged_with_previous"),
                  decoder=decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]))
    t.add_special_tokens([special("<|a|>")])
    t.add_tokens([AddedToken(text, normalized=False) for text in ("\n\n", "\n\n\n", "▁▁", "▁▁▁", "\t\t", "<|b|>")])
    t.post_processor = frame("<s> $A", ("<s>", 1))
    return t


def phi_3():
    t = converted(normalizer=MARKING(), decoder=STRIPPING())
    t.add_special_tokens([special("<|a|>", rstrip=True), special("<|b|>", lstrip=True, rstrip=True),
                          special("<|c|>", lstrip=True)])
    t.add_tokens([AddedToken("W", single_word=True, normalized=False)])
    t.post_processor = frame("<s> $A", ("<s>", 1))
    return t


def both_ends():
    t = llama_2()
    t.post_processor = frame("<s> $A </s>", ("<s>", 1), ("</s>", 2))
    return t


def competing_merges():
    """Pairs that make the same piece compete: what merges first is decided by the pair, not by the piece."""
    return converted(normalizer=MARKING(), decoder=STRIPPING(), merge_over=["ab", "ba", "aba", "bab", "abab"])


def llama_3():
    t = byte_level(pre=split_and_bytes(GPT2_LIKE), specials=("<|begin|>", "<|a|>"), ignore_merges=True)
    data = json.loads(t.to_str())
    data["model"]["vocab"]["Ġtestify"] = len(data["model"]["vocab"])
    data["model"]["ignore_merges"] = True
    t = Tokenizer.from_str(json.dumps(data))
    t.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False),
                                            frame("<|begin|> $A", ("<|begin|>", 0))])
    return t


def qwen_2():
    return byte_level(normalizer=normalizers.NFC(), pre=split_and_bytes(QWEN_LIKE), specials=("<|endoftext|>", "<|a|>"))


def gpt_neox():
    t = byte_level(normalizer=normalizers.NFC())
    t.add_tokens([AddedToken(" " * n, normalized=True) for n in (4, 3, 2)])
    t.add_tokens([AddedToken("\u1112\u1161\u11ab", normalized=True), AddedToken("W", single_word=True, normalized=True)])
    return t


def gpt_2_prefix():
    t = byte_level(pre=pre_tokenizers.ByteLevel(add_prefix_space=True))
    t.post_processor = processors.ByteLevel(trim_offsets=True)
    return t


def olmo_2():
    return byte_level(pre=split_and_bytes(GPT2_LIKE))


def smollm():
    return byte_level(pre=pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                                   pre_tokenizers.ByteLevel(add_prefix_space=False)]))


def deepseek_coder():
    pieces = [r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", "[一-龥ࠀ-一가-퟿]+"]
    return byte_level(pre=pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(each), "isolated") for each in pieces]
        + [pre_tokenizers.Digits(individual_digits=True),
           pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]))


def unknown_bytes():
    t = byte_level(unk_token="<|endoftext|>")
    data = json.loads(t.to_str())
    vocab = data["model"]["vocab"]
    dropped = {token for token in vocab if "ð" in token or "Ŀ" in token or "Ð" in token}
    data["model"]["merges"] = [m for m in data["model"]["merges"] if not dropped & {m[0], m[1], "".join(m)}]
    kept = [token for token in sorted(vocab, key=vocab.get) if token not in dropped]
    data["model"]["vocab"] = {token: i for i, token in enumerate(kept)}
    return Tokenizer.from_str(json.dumps(data))


def characters(fuse, normalizer, pre):
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=fuse))
    t.normalizer = normalizer
    t.pre_tokenizer = pre
    t.decoder = decoders.Fuse()
    trainer = trainers.BpeTrainer(vocab_size=160, special_tokens=["<unk>", "<|a|>"], limit_alphabet=60,
                                  show_progress=False)
    t.train_from_iterator(CORPUS, trainer)
    return t


def unigram(table):
    t = Tokenizer(models.Unigram())
    t.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always")
    trainer = trainers.UnigramTrainer(vocab_size=150, special_tokens=["<unk>", "</s>", "<|a|>"], unk_token="<unk>",
                                      show_progress=False)
    t.train_from_iterator(CORPUS, trainer)
    if table:
        t.normalizer = normalizers.Precompiled(table)
        t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(),
                                                   pre_tokenizers.Metaspace("▁", prepend_scheme="always")])
    t.decoder = decoders.Metaspace("▁", prepend_scheme="always")
    t.post_processor = frame("$A </s>", ("</s>", 1))
    return t


def fields(message):
    """Field number -> values of one protobuf message."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            value = varint()
        else:
            size = varint() if tag & 7 == 2 else 4 if tag & 7 == 5 else 8
            value, at = message[at:at + size], at + size
        found.setdefault(tag >> 3, []).append(value)
    return found


def small_table():
    rules = pathlib.Path(tempfile.mkdtemp()) / "rules.tsv"
    rules.write_text("FB01\t66 69\n2160\t49\nFF46\t66\n41\t61\n49\t69\nA0\t20\n9\t20\nA\t20\nD\t20\n3000\t20\n")
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(CORPUS), model_writer=model, vocab_size=100,
                                             normalization_rule_tsv=str(rules), minloglevel=2)
    return fields(fields(model.getvalue())[3][-1])[2][-1]


BEHAVIOURS = ("isolated", "removed", "contiguous", "merged_with_previous", "merged_with_next")


def pieces_of(behaviour, invert):
    t = byte_level(size=300, pre=pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"[aeiou]|\s"), behaviour, invert=invert),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]))
    return t


def structures():
    lowered = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()])
    compact = normalizers.Sequence([normalizers.NFKC(), normalizers.Strip(), normalizers.Replace(Regex(r"\s+"), " ")])
    return {
        "llama-2": llama_2(), "llama-2-normalised-tokens": llama_2_normalised_tokens(),
        "metaspace-always": metaspace("always"), "metaspace-first": metaspace("first"),
        "metaspace-never": metaspace("never"), "metaspace-first-split": metaspace("first", True),
        "gemma": gemma(), "phi-3": phi_3(), "both-ends": both_ends(), "competing-merges": competing_merges(),
        "llama-3": llama_3(), "qwen-2": qwen_2(), "gpt-neox": gpt_neox(), "gpt-2-prefix": gpt_2_prefix(),
        "olmo-2": olmo_2(), "smollm": smollm(), "deepseek-coder": deepseek_coder(), "unknown-bytes": unknown_bytes(),
        "characters-fused": characters(True, lowered, pre_tokenizers.Sequence([pre_tokenizers.Whitespace(),
                                                                               pre_tokenizers.Punctuation()])),
        "characters": characters(False, compact, pre_tokenizers.Sequence([
            pre_tokenizers.Punctuation("merged_with_previous"), pre_tokenizers.Digits(), pre_tokenizers.WhitespaceSplit()])),
        "unigram": unigram(None), "unigram-precompiled": unigram(small_table()),
        **{f"split-{b}{'-inverted' if i else ''}": pieces_of(b, i) for b in BEHAVIOURS for i in (False, True)},
        "nfkd": byte_level(size=300, normalizer=normalizers.NFKD()),
    }


def main():
    folder = pathlib.Path(__file__).with_name("structures")
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for name, tokenizer in structures().items():
        # The reference writes tokens that are looked for after normalisation in their normal form.
        decodes = name not in ("llama-2-normalised-tokens", "gpt-neox")
        lines = []
        for text in TEXTS:
            ids = tokenizer.encode(text).ids
            lines.append({"text": text, "ids": ids, "plain": tokenizer.encode(text, add_special_tokens=False).ids,
                          "decoded": tokenizer.decode(ids) if decodes else None,
                          "written": tokenizer.decode(ids, skip_special_tokens=False) if decodes else None})
        data = {"tokenizer": json.loads(tokenizer.to_str()), "lines": lines}
        (folder / f"{name}.json").write_text(json.dumps(data, ensure_ascii=False) + "\n", encoding="utf-8")
        print(name, tokenizer.get_vocab_size(), sum(len(line["ids"]) for line in lines))


if __name__ == "__main__":
    main()
