# SPDX-License-Identifier: GPL-3.0-or-later
"""CLIP's byte-pair tokenizer, for captions in plain English.

encode("a red apple") -> [49406, 320, 736, 3055, 49407].  The merges are the
plug-in's table, data/tokenizer/.  The repair of broken Unicode that the plug-in
does is left out: captions are expected to be clean.
"""
import gzip
import html
import re
import unicodedata
from pathlib import Path

TABLE = Path(__file__).parents[2] / "tokenizer" / "bpe_simple_vocab_16e6.txt.gz"
START, END, CONTEXT = 49406, 49407, 77
N_MERGES = 48894
PIECES = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+")


def byte_symbols():
    """A printable character for each of the 256 bytes, in vocabulary order."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    other = [b for b in range(256) if b not in plain]
    return {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(other)}


class Tokenizer:
    def __init__(self, path=TABLE):
        with gzip.open(path) as f:
            lines = f.read().decode("utf-8").split("\n")[1:1 + N_MERGES]
        merges = [tuple(line.split()) for line in lines]
        self.symbols = byte_symbols()
        words = list(self.symbols.values())
        words += [w + "</w>" for w in words] + ["".join(m) for m in merges]
        self.id = {w: i for i, w in enumerate(words)}
        self.words = words
        self.rank = {m: i for i, m in enumerate(merges)}
        self.memo = {}

    def piece(self, text):
        """Token ids of one piece: merge the pair of lowest rank until none is left."""
        if text not in self.memo:
            w = [self.symbols[b] for b in text.encode("utf-8")]
            w[-1] += "</w>"
            while len(w) > 1:
                best = min(zip(w, w[1:]), key=lambda p: self.rank.get(p, N_MERGES))
                if best not in self.rank:
                    break
                out, i = [], 0
                while i < len(w):
                    if tuple(w[i:i + 2]) == best:
                        out.append(w[i] + w[i + 1])
                        i += 2
                    else:
                        out.append(w[i])
                        i += 1
                w = out
            self.memo[text] = [self.id[s] for s in w]
        return self.memo[text]

    def encode(self, text):
        """Ids with start and end, at most CONTEXT (cut, with the end kept)."""
        text = unicodedata.normalize("NFC", html.unescape(text)).lower().strip()
        ids = [i for p in PIECES.findall(text) for i in self.piece(p)]
        return [START, *ids[:CONTEXT - 2], END]
