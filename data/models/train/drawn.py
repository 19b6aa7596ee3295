# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens as the denoiser draws them, for the decoder's polish -> WORK/drawn.npy.

    python drawn.py WORK [--pictures 3072]

Tokens that are drawn fit their neighbours less well than those of a picture that
was encoded, and a decoder that has never seen such shows where its cells lie.  The
captions are those of training; all tokens are decided in a few rounds, at random
places, without guidance.
"""
import argparse
from pathlib import Path

import numpy as np
import torch

import tokens
import train

ROUNDS, BATCH, KEPT = 6, 64, 0.9  # KEPT: share of the probability that is drawn from


def load(work):
    """The averaged weights of the checkpoint."""
    state = torch.load(work / "denoiser.pt", weights_only=True)
    model = train.with_table(state["shape"], work)
    model.load_state_dict(state["mean"], strict=False)
    return model.eval()


def chosen(logits):
    """A code for each position, from the likeliest that make up KEPT."""
    p, codes = logits.float().softmax(-1).sort(-1, descending=True)
    p = torch.where(p.cumsum(-1) - p < KEPT, p, 0)
    return codes.gather(-1, torch.multinomial(p, 1))[..., 0]


@torch.no_grad()
def draw(model, ids):
    n, steps = model.grid**2, model.blocks[0].ln1.emb.num_embeddings
    x, order = torch.full((len(ids), n), model.codes), torch.rand(len(ids), n).argsort(1)
    y = model.condition(ids)
    for r in range(ROUNDS):
        at = order[:, r * n // ROUNDS:(r + 1) * n // ROUNDS]
        where = torch.zeros_like(x, dtype=torch.bool).scatter_(1, at, True)
        t = torch.full((len(ids),), round(steps * (1 - r / ROUNDS)) - 1)
        x[where] = chosen(model(x, t, y, where))
    return x


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--pictures", type=int, default=3072)
    options = parser.parse_args()
    model, data = load(options.work), train.Data(options.work, 77, 1)
    drawn = np.concatenate([draw(model, data.batch(BATCH)[1]).numpy() for _ in range(-(-options.pictures // BATCH))])
    tokens.save(options.work / "drawn.npy", drawn.astype(np.uint16))
