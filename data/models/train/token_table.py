# SPDX-License-Identifier: GPL-3.0-or-later
"""WORK/token-table.npy: a vector for each of CLIP's tokens, from a sentence encoder.

    python token_table.py MINILM WORK [--width 256]

MINILM: folder with model.safetensors and tokenizer.json of all-MiniLM-L6-v2.
The table stays as it is in training, so that words which no caption holds still
lie near related ones.  Only for a model from nothing; needs the package
tokenizers.  A model of ours brings its table along (prepare.py --from).
"""
import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import bpe
import modelfile

LAYERS, HEADS, WIDTH = 6, 12, 384


class Sentence:
    """all-MiniLM-L6-v2: a BERT of six layers, its outputs averaged."""

    def __init__(self, folder):
        from tokenizers import Tokenizer

        self.w = modelfile.tensors_of(folder / "model.safetensors")[1]
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(16)

    def linear(self, x, name):
        return F.linear(x, self.w[name + ".weight"], self.w[name + ".bias"])

    def norm(self, x, name):
        return F.layer_norm(x, (WIDTH,), self.w[name + ".weight"], self.w[name + ".bias"], 1e-12)

    def embed(self, ids):
        """B x n ids of one length -> B x WIDTH."""
        e = "embeddings."
        x = self.w[e + "word_embeddings.weight"][ids] + self.w[e + "position_embeddings.weight"][:ids.shape[1]]
        x = self.norm(x + self.w[e + "token_type_embeddings.weight"][0], e + "LayerNorm")
        for i in range(LAYERS):
            p = f"encoder.layer.{i}."
            q, k, v = (self.linear(x, f"{p}attention.self.{s}").unflatten(-1, (HEADS, -1)).transpose(1, 2)
                       for s in ("query", "key", "value"))
            a = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
            x = self.norm(x + self.linear(a, p + "attention.output.dense"), p + "attention.output.LayerNorm")
            h = F.gelu(self.linear(x, p + "intermediate.dense"))
            x = self.norm(x + self.linear(h, p + "output.dense"), p + "output.LayerNorm")
        return F.normalize(x.mean(1), dim=-1)

    @torch.no_grad()
    def __call__(self, texts):
        ids = [e.ids for e in self.tokenizer.encode_batch(texts)]
        out = torch.zeros(len(ids), WIDTH)
        for n in sorted({len(i) for i in ids}):
            where = torch.tensor([j for j, i in enumerate(ids) if len(i) == n])
            for part in where.split(512):
                out[part] = self.embed(torch.tensor([ids[j] for j in part]))
        return out


def texts():
    """The text of each token; its bytes where they are a character."""
    tokenizer = bpe.Tokenizer()
    byte = {s: b for b, s in tokenizer.symbols.items()}
    return [bytes(byte[c] for c in w.removesuffix("</w>")).decode("utf8", "replace") for w in tokenizer.words] + ["", "."]


def table(x, width):
    """Principal components, partly whitened, rows of one length; start, end and padding random."""
    words = slice(512, -2)
    x = x - x[words].mean(0)
    _, s, v = torch.linalg.svd(x[words], full_matrices=False)
    y = (x @ v[:width].T) / (s[:width] / s[0]) ** 0.5
    y = y / y.square().mean(1, keepdim=True).sqrt().clamp_min(1e-6) * 0.5
    for row, seed, sd in (-2, 1, 0.5), (-1, 2, 0.5), (0, 3, 0.25):
        y[row] = torch.from_numpy(np.random.default_rng(seed).normal(0, sd, width))
    return y


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minilm", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--width", type=int, default=256)
    options = parser.parse_args()
    rows = table(Sentence(options.minilm)(texts()), options.width)
    np.save(options.work / "token-table.npy", rows.numpy().astype(np.float16))
