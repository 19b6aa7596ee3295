# SPDX-License-Identifier: GPL-3.0-or-later
"""The denoiser (text to tokens) with its text encoder.

Tensor names are those of the published checkpoints, so that modelfile.py only
has to add prefixes.  One difference inside: text features are kept near 1
(times the root of their width), which modelfile.py folds into the keys, the
values and the learned empty text.
Shapes: B pictures, N tokens, D width, K codes, T steps.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

import ops

SMALL = dict(codes=2048, layers=8, width=256, heads=4, grid=16, steps=100,
             text_layers=3, text_heads=4, text_width=256, context=77)
TINY = dict(codes=64, layers=2, width=64, heads=2, grid=16, steps=100,
            text_layers=1, text_heads=2, text_width=64, context=77)
VOCABULARY = 49408


def linear(a, b, sd=None):
    m = nn.Linear(a, b)
    nn.init.normal_(m.weight, 0, 0.6 * a**-0.5 if sd is None else sd)
    nn.init.zeros_(m.bias)
    return m


def joined(x, layers):
    """Several linear layers of the same x in one product; their results side by side."""
    return F.linear(x, torch.cat([m.weight for m in layers]), torch.cat([m.bias for m in layers]))


class AdaNorm(nn.Module):
    """Scale and shift of a norm, from the step."""

    def __init__(self, d, steps):
        super().__init__()
        self.emb = nn.Embedding(steps, d)
        nn.init.normal_(self.emb.weight, 0, 0.5)
        self.linear = linear(d, 2 * d, 1e-3)

    def forward(self, t):
        return self.linear(F.silu(self.emb(t)))[:, None].chunk(2, -1)


class Attention(nn.Module):
    def __init__(self, d, heads, condition=None):
        super().__init__()
        self.heads = heads
        self.query, self.proj = linear(d, d), linear(d, d, 0.15 * d**-0.5)
        self.key, self.value = linear(condition or d, d), linear(condition or d, d)

    def forward(self, x, y=None, log_weight=None):
        """Attends to x itself, or to the condition y, whose positions count for several where log_weight says so."""
        own = (self.query,) if y is not None else (self.query, self.key, self.value)
        q = joined(x, own)
        kv = None if y is None else joined(y, (self.key, self.value))
        return self.proj(ops.attention(q, kv, self.heads, log_weight=log_weight))


class Block(nn.Module):
    def __init__(self, d, heads, steps, condition):
        super().__init__()
        self.ln1, self.ln1_1, self.ln2 = AdaNorm(d, steps), AdaNorm(d, steps), nn.LayerNorm(d)
        self.attn1, self.attn2 = Attention(d, heads), Attention(d, heads, condition)
        self.mlp = nn.ModuleDict({"0": linear(d, 4 * d), "2": linear(4 * d, d, 0.15 * (4 * d) ** -0.5)})

    def forward(self, h, o, t, y, log_weight):
        """h + o is the stream so far: each sum is taken together with the norm that follows it."""
        h, x = ops.norm_add(h, o, *self.ln1(t))
        h, x = ops.norm_add(h, self.attn1(x), *self.ln1_1(t))
        h, x = ops.norm_add(h, self.attn2(x, y, log_weight), self.ln2.weight - 1, self.ln2.bias)
        return h, self.mlp["2"](ops.gelu2(self.mlp["0"](x)))


class TextBlock(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads, self.attn = heads, nn.Module()
        self.attn.in_proj_weight = nn.Parameter(torch.randn(3 * d, d) * 0.6 * d**-0.5)
        self.attn.in_proj_bias = nn.Parameter(torch.zeros(3 * d))
        self.attn.out_proj = linear(d, d, 0.3 * d**-0.5)
        self.ln_1, self.ln_2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.mlp = nn.ModuleDict(dict(c_fc=linear(d, 4 * d), c_proj=linear(4 * d, d, 0.3 * (4 * d) ** -0.5)))

    def forward(self, h, o, log_weight):
        h, x = ops.norm_add(h, o, self.ln_1.weight - 1, self.ln_1.bias)
        qkv = F.linear(x, self.attn.in_proj_weight, self.attn.in_proj_bias)
        o = self.attn.out_proj(ops.attention(qkv, None, self.heads, causal=True, log_weight=log_weight))
        h, x = ops.norm_add(h, o, self.ln_2.weight - 1, self.ln_2.bias)
        return h, self.mlp["c_proj"](ops.gelu2(self.mlp["c_fc"](x)))


class Text(nn.Module):
    def __init__(self, d, layers, heads, context):
        super().__init__()
        self.token_embedding = nn.Embedding(VOCABULARY, d)
        self.token_embedding.weight.requires_grad_(False)  # from sentence embeddings: unseen words lie near known ones
        self.positional_embedding = nn.Parameter(torch.randn(context, d) * 0.1)
        self.transformer = nn.Module()
        self.transformer.resblocks = nn.ModuleList(TextBlock(d, heads) for _ in range(layers))
        self.ln_final = nn.LayerNorm(d)

    def forward(self, ids, at=slice(None), log_weight=None):
        h, o = self.token_embedding(ids[:, at]) + self.positional_embedding[at], None
        for block in self.transformer.resblocks:
            h, o = block(h, o, log_weight)
        _, x = ops.norm_add(h, o, self.ln_final.weight - 1, self.ln_final.bias)
        return F.normalize(x.float(), dim=-1) * x.shape[-1] ** 0.5


class Denoiser(nn.Module):
    def __init__(self, codes, layers, width, heads, grid, steps, text_layers, text_heads, text_width, context):
        super().__init__()
        self.codes, self.grid, d = codes, grid, width
        self.condition_emb = Text(text_width, text_layers, text_heads, context)
        self.empty_text_embed = nn.Parameter(torch.randn(context, text_width))
        self.content_emb = nn.ModuleDict(dict(
            emb=nn.Embedding(codes + 1, d), height_emb=nn.Embedding(grid, d), width_emb=nn.Embedding(grid, d)))
        for e in self.content_emb.values():
            nn.init.normal_(e.weight, 0, 0.2)
        self.blocks = nn.ModuleList(Block(d, heads, steps, text_width) for _ in range(layers))
        self.to_logits = nn.ModuleList([nn.LayerNorm(d), linear(d, codes)])

    def condition(self, ids, drop=None, at=slice(None), log_weight=None):
        """B x 77 ids -> B x 77 x width features, or those at some positions; where drop is true, the learned empty text."""
        y = self.condition_emb(ids, at, log_weight)
        return y if drop is None else torch.where(drop[:, None, None], self.empty_text_embed[at], y)

    def forward(self, x, t, y, where=None, at=None, log_weight=None):
        """Tokens B x N, steps B, features -> logits B x N x K, or those of the tokens `where` (B x N) alone.
        at: positions B x N of the tokens, where they are not all of the grid; log_weight: see thinned."""
        e = self.content_emb
        place = (e["height_emb"].weight[:, None] + e["width_emb"].weight).flatten(0, 1)
        h = e["emb"](x) + (place if at is None else place[at])
        o = None
        for block in self.blocks:
            h, o = block(h, o, t, y, log_weight)
        norm, head = self.to_logits
        _, x = ops.norm_add(h, o, norm.weight - 1, norm.bias)
        return head(x if where is None else x[where])


def thinned(ids, padding, generator=None):
    """Which positions of the text to read, and the log of how many each stands for: all of the longest text, and some of the
    padding behind it (None: all), whose features are much alike.  Drawn anew each time, so that on average nothing changes."""
    n, longest = ids.shape[1], int((ids > 0).sum(1).max())
    if padding is None or n - longest <= padding:
        return slice(None), None
    at = torch.cat([torch.arange(longest), longest + torch.randperm(n - longest, generator=generator)[:padding].sort().values])
    log_weight = torch.zeros(len(at), device=ids.device)
    log_weight[longest:] = math.log((n - longest) / padding)
    return at, log_weight


def schedule(steps):
    """Cumulative probabilities to be kept and to be masked after step t (the paper's alpha1)."""
    keep = torch.linspace(0.99999, 0.000009, steps, dtype=torch.float64)
    return keep, keep.flip(0)
