#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tokenizer-more.json: prompts that are easily tokenised wrongly.

    make-tokenizer-more.py > tokenizer-more.json     (needs ftfy and regex)

A second implementation of SPEC 8, over the Python modules that the model's
captions went through. It first proves itself on tokenizer.json, which was made
with the authors' own code. ids are without the padding.
"""
import gzip
import html
import json
import re
import sys
from pathlib import Path

import ftfy
import regex

HERE = Path(__file__).parent
TABLE = HERE / "../../data/tokenizer/bpe_simple_vocab_16e6.txt.gz"
CONTEXT = 77
START, END = 49406, 49407
PIECE = regex.compile(
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d"
    r"|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    regex.IGNORECASE,
)

PRINTING = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
HIDDEN = [b for b in range(256) if b not in PRINTING]
SPELLING = {b: chr(b) for b in PRINTING}
SPELLING |= {b: chr(0x100 + i) for i, b in enumerate(HIDDEN)}

with gzip.open(TABLE, "rt", encoding="utf-8") as table:
    MERGES = [tuple(line.split()) for line in table.read().split("\n")[1:48895]]
SYMBOLS = [SPELLING[b] for b in PRINTING + HIDDEN]
SYMBOLS += [s + "</w>" for s in SYMBOLS] + ["".join(pair) for pair in MERGES]
ID = {symbol: i for i, symbol in enumerate(SYMBOLS)}
RANK = {pair: i for i, pair in enumerate(MERGES)}


def clean(text):
    text = ftfy.fix_text(text.lower())
    text = html.unescape(html.unescape(text))
    return re.sub(r"\s+", " ", text).strip().lower()


def merge(piece):
    symbols = [SPELLING[b] for b in piece.encode()]
    symbols[-1] += "</w>"
    while True:
        ranks = [RANK.get(pair, len(RANK)) for pair in zip(symbols, symbols[1:])]
        best = min(ranks, default=len(RANK))
        if best == len(RANK):
            return [ID[symbol] for symbol in symbols]
        at = ranks.index(best)
        symbols[at : at + 2] = [symbols[at] + symbols[at + 1]]


def encode(text):
    ids = [START]
    for piece in PIECE.findall(clean(text)):
        special = {"<|startoftext|>": START, "<|endoftext|>": END}.get(piece)
        ids += merge(piece) if special is None else [special]
    return ids + [END]


def row(text):
    ids = encode(text)
    cut = ids if len(ids) <= CONTEXT else ids[: CONTEXT - 1] + [END]
    return {"text": text, "ids": cut, "untruncated_length": len(ids)}


PROMPTS = [
    "São Paulo à la carte — «déjà vu» naïve œuvre, cœur, Straße: ÄÖÜ!",
    "ΟΔΥΣΣΕΥΣ ΚΑΙ ΣΟΦΟΣ. Ὀδυσσεύς Σ.Σ' Σ ΑΣ.Β ΑΣ'",
    "Ночь, улица, фонарь, аптека: ЁЖИК в тумане; вії, їжак, ґанок",
    "ｶﾀｶﾅ　ＡＢＣ１２３！ ﾊﾝｶｸ ｶﾞｷﾞ 「桜」 ￥１００",
    "서울의 밤 풍경 한국어 각",
    "שלום עולם, חתול על הגג. مرحبا بالعالم ١٢٣ ﷺ",
    "नमस्ते दुनिया बिल्ली १२३ สวัสดีชาวโลก Tiếng Việt ĐƯỜNG",
    "İstanbul ISPARTA ığdır ŞİŞLİ Łódź ĄĘ Ⅷ ⅻ Ⓐⓩ K Å ẞ",
    "ﬁne ﬂow oﬀer aﬃne ﬅ ﬆ ĳ Ĳ ŉ Ǆ ǅ ǆ Ǉ ǌ Ǳ",
    "“a” „b“ ‚c’ ‘d’ ‛e‟ ʼf ‹g› «h»",
    "it’s I’M YOU’LL they’ve 'tis rock'n'roll O'Neill 'ſo don''t ''s !'s",
    "cafe\u0301 \u00c5\u0327 a\u0323\u0307 \u1100\u1161\u11a8 \u0344 \u212b",
    "a\u200bb a\u200db a\u00adb \ufeffbom \u2066x\u2069 \u206ay",
    "a\u00a0b\u2003c\u3000d\u2028e\u2029f\u0085g\u000bh\u000ci\u001cj",
    "\u001b[31mred\u001b[0m \u001b[x \u0007bell \u007f",
    "\u0093quoted\u0094 it\u0092s \u0080 5 \u0081 caf\u00e9 \u0096 \u009f",
    "a\u0345b \u1fb3 \u0345",
    "😀👍🏽🇫🇷👨‍👩‍👧‍👦❤️☕️ ♥ ★ → ∑ ∞",
    "½ ² ³ ¼ ① ㊙ ª º № ℃ 𝟘 𝒜 Ａ",
    "itâ€™s â€œquotedâ€\x9d â€” dashâ€¦ â‚¬5 â„¢",
    "æ\x9d±äº¬ã\x82¿ã\x83¯ã\x83¼",
    "í•œêµ\xadì–´ ×©×œ×•×\x9d à¤¬à¤¿à¤²à¥\x8dà¤²à¥€",
    "the word itâ€™s in a line with 東京",
    "lost â€œquoteâ€\ufffd here",
    "naÃ¯ve cafÃ© Ã la carte",
    "élan âge ça va où « oui » l’été à l’ombre",
    "&lt;b&gt;bold&lt;/b&gt; &amp;amp;amp; &amp;lt; &ampamp; AT&T R&D",
    "<b>&ldquo;x&rdquo;</b> &eacute;&Eacute;&EACUTE;",
    "&ldquo;x&rdquo; &nbsp; &hearts; &check; &NotEqualTilde; &fjlig;",
    "&notit; &not it &copy2020 &copycat &timesb &foo; &; & &",
    "&#233; &#xE9; &#XE9 &#0; &#x80; &#150 &#xD800; &#x110000; &#1; &#;",
    "&#99999999999999999999; &#x; &#xg &#12a;",
    "first line &lt;\nsecond <i> &rsquo;\nthird &rsquo; line\r\nfourth\rfifth",
    "<|startoftext|>a<|endoftext|> !<|endoftext|> <|StartOfText|> <|x|>",
    "1234567890 3.14159 v2.0.1 1st 2nd 20th-century 50mm f/1.8",
    "!!!!!!!!!!!! ............ ---- ==> <3 :-) ¯\\_(ツ)_/¯ #tag @user",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "donaudampfschifffahrtsgesellschaftskapitän",
    "  \t\n  ",
    " ".join(["autumn leaves"] * 37) + " x",
    " ".join(["autumn leaves"] * 38),
    " ".join(["pneumonoultramicroscopicsilicovolcanoconiosis"] * 9),
]

for known in json.loads((HERE / "tokenizer.json").read_text()):
    mine = row(known["text"])
    ids = mine["ids"] + [0] * (CONTEXT - len(mine["ids"]))
    if ids != known["ids"]:
        sys.exit(f"not what the authors' code gives: {known['text']!r}")

print("[")
print(",\n".join(json.dumps(row(prompt)) for prompt in PROMPTS))
print("]")
