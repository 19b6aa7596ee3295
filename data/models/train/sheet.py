# SPDX-License-Identifier: GPL-3.0-or-later
"""A contact sheet of what a model draws.

    python sheet.py MODEL.safetensors PROMPTS.txt OUT.png [--section objects]

PROMPTS.txt: one prompt a line; a line "# name" begins a section.  This sampler is
for looking during training; the figures that count come from the plug-in's.
"""
import argparse

import numpy as np
import torch
from PIL import Image, ImageDraw

import bpe
import codec
import denoiser
import modelfile
import ops

FLOOR = -70.0


def load(path):
    m = modelfile.read(path)
    d, c = denoiser.Denoiser(**m["shape"]), codec.Codec(**m["codec_shape"])
    d.load_state_dict(m["denoiser"])
    c.load_state_dict(m["codec"], strict=False)
    return d.eval(), c.eval()


class Sampler:
    """Draws tokens for a batch of caption ids, both strategies of the plug-in."""

    def __init__(self, model, ids, o):
        self.model, self.o, self.random = model, o, torch.Generator().manual_seed(o.seed)
        self.n, self.codes = model.grid**2, model.codes
        self.steps = model.blocks[0].ln1.emb.num_embeddings
        _, self.mask = denoiser.schedule(self.steps)
        with ops.autocast(torch.device("cpu")):
            y = model.condition(ids)
        self.y = torch.cat([y, model.empty_text_embed.expand_as(y)])

    def log_p(self, x, t):
        """log p(x_0), guided and truncated: B x N x K."""
        with ops.autocast(torch.device("cpu")):
            logits = self.model(x.repeat(2, 1), torch.full((2 * len(x),), t), self.y)
        text, empty = torch.log_softmax(logits.float(), -1).clamp(FLOOR, 0).chunk(2)
        p = torch.log_softmax(empty + self.o.guidance * (text - empty), -1).clamp(FLOOR, 0)
        if self.o.truncation < 1:
            s, order = p.sort(-1, descending=True)
            keep = s.exp().cumsum(-1) - s.exp() < self.o.truncation
            p = p.masked_fill(~torch.zeros_like(keep).scatter(-1, order, keep), FLOOR)
        return p

    def pick(self, log_p):
        u = torch.rand(log_p.shape, generator=self.random)
        return (log_p - torch.log(-torch.log(u + 1e-30) + 1e-30)).argmax(-1)

    def purity(self, x):
        """Each step reveals the positions the model is surest of."""
        count = -(-self.n // self.o.steps)
        while (x == self.codes).any():
            left = int((x == self.codes).sum(1)[0])
            p = self.log_p(x, int((left / self.n - self.mask).abs().argmin()))
            sure = p.exp().amax(-1)
            sure = sure / (sure.amax(1, keepdim=True) + 1e-10)
            code = self.pick(((1 + self.o.weight * sure)[..., None] * p).log_softmax(-1).clamp(FLOOR, 0))
            w = torch.where(x == self.codes, sure.clamp_min(1e-6), torch.zeros(()))
            chosen = torch.multinomial(w, min(count, left), generator=self.random)
            x = x.scatter(1, chosen, code.gather(1, chosen))
        return x

    def original(self, x):
        """The paper's chain, in strides; replaced tokens (one in a million) are left out."""
        ts = list(range(self.steps - 1, -1, -max(1, self.steps // self.o.steps)))
        for t, after in zip(ts, [*ts[1:], None]):
            code = self.pick(self.log_p(x, t))
            stays = self.mask[after] / self.mask[t] if after is not None else 0.0
            u = torch.rand(x.shape, generator=self.random, dtype=torch.float64)
            x = torch.where((x == self.codes) & (u >= stays), code, x)
        return x

    @torch.no_grad()
    def draw(self):
        x = torch.full((len(self.y) // 2, self.n), self.codes)
        return getattr(self, self.o.strategy)(x)


def sections(path):
    """The prompts of each section by its name; "" before the first."""
    name, out = "", {}
    for line in open(path):
        line = line.strip()
        if line.startswith("#"):
            name = line.strip("# ")
        elif line:
            out.setdefault(name, []).append(line)
    return out


def prompts(path, section):
    """Those of a section; all where that is ""."""
    return [text for name, texts in sections(path).items() if section in ("", name) for text in texts]


def sheet(pictures, texts, path, columns=8, shown=128):
    """Pictures, shown pixels wide, with a text under each."""
    w, h = shown + 4, shown + 14
    im = Image.new("RGB", (columns * w, -(-len(pictures) // columns) * h), "white")
    draw = ImageDraw.Draw(im)
    for i, (picture, text) in enumerate(zip(pictures, texts)):
        x, y = i % columns * w, i // columns * h
        im.paste(Image.fromarray(picture).resize((shown, shown), Image.BICUBIC), (x, y))
        draw.text((x + 1, y + shown + 1), text[:24], fill="black")
    im.save(path)


@torch.no_grad()
def main(o):
    torch.set_num_threads(o.threads)
    model, c = load(o.model)
    texts, tokenizer = prompts(o.prompts, o.section)[:o.n], bpe.Tokenizer()
    ids = torch.zeros(len(texts), bpe.CONTEXT, dtype=torch.long)
    for i, text in enumerate(texts):
        line = tokenizer.encode(text)
        ids[i, :len(line)] = torch.tensor(line)
    out = []
    for part in ids.split(16):
        tokens = Sampler(model, part, o).draw()
        with ops.autocast(torch.device("cpu")):
            out.append(codec.to_pictures(c.decode(tokens)))
    sheet(np.concatenate(out), texts, o.out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in "model", "prompts", "out":
        parser.add_argument(name)
    parser.add_argument("--section", default="")
    parser.add_argument("--n", type=int, default=64)
    parser.add_argument("--guidance", type=float, default=3.0)
    parser.add_argument("--truncation", type=float, default=0.9)
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--strategy", choices=["purity", "original"], default="purity")
    parser.add_argument("--weight", type=float, default=1.0, help="purity weight")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    main(parser.parse_args())
