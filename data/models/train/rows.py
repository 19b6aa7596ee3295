# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that describe pictures, and what follows from them.

WORK/pictures.npy holds N x 128 x 128 x 3 bytes, WORK/rows.jsonl a line for each:
    id, title   the plain name of what is seen
    captions    [[text, weight], ...]: how often each is drawn
    weight      how often the picture is drawn (1)
    flip        whether its mirror image is as good (true)
    formula     made by a formula: its title is exact (false)
"""
import hashlib
import json
import re

import numpy as np

import bpe

SIZE = 128
COLOURS = r"red|orange|yellow|green|blue|purple|pink|black|white|gr[ae]y|brown|golden|gold|silver|beige|turquoise|violet|cyan"
SAME = re.compile(rf"\b({COLOURS}|light|dark|a|an|the|face|icon|texture|medium|skin|tone|old|small)\b")
ONE_WAY = re.compile(
    r"\b(letter|digit|number|keycap|sign|button|clock|o.clock|text|word|left|right|arrow|latin|symbol|abc|note|flag|"
    r"alphabet|top|soon|back|end|up|free|new|cool|ok|vs|atm|id|ng|cl|sos)\b")


def concept(row):
    """What a picture shows, without colour and style, so that it is held out in all of them or in none.
    Pictures by formula vary without end; there the exact title counts."""
    title = row["title"].lower()
    if row.get("formula"):
        return title
    return " ".join(re.sub(r"[^a-z0-9 ]", " ", SAME.sub(" ", title)).split())


def held_out(row):
    """One concept in a hundred is kept out of training."""
    name = concept(row)
    return bool(name) and int(hashlib.sha256(f"vqdiffusion {name}".encode()).hexdigest(), 16) % 100 == 0


def article(name):
    return ("an " if name[:1] in tuple("aeiou") else "a ") + name


def write(work, rows):
    """rows.jsonl, and captions.npz for training."""
    with open(work / "rows.jsonl", "w") as f:
        f.writelines(json.dumps(r) + "\n" for r in rows)
    tokenizer, memo = bpe.Tokenizer(), {}
    ids, first, weight = [], [0], []
    for row in rows:
        for text, w in row["captions"]:
            if text not in memo:
                memo[text] = tokenizer.encode(text)
            ids.append(memo[text])
            weight.append(w)
        first.append(len(ids))
    table = np.zeros((len(ids), max(map(len, ids))), np.uint16)
    for i, line in enumerate(ids):
        table[i, :len(line)] = line
    held = np.array([held_out(r) for r in rows])
    np.savez_compressed(
        work / "captions.npz", ids=table, first=np.array(first), weight=np.array(weight, np.float32), held=held,
        sample=np.array([r.get("weight", 1) for r in rows], np.float32), flip=np.array([r.get("flip", True) for r in rows]))
    print(f"{len(rows)} pictures, {len(ids)} captions; held out: {held.sum()} pictures of "
          f"{len({concept(r) for r, h in zip(rows, held) if h})} concepts")


def read(work):
    with open(work / "rows.jsonl") as f:
        return [json.loads(line) for line in f]
