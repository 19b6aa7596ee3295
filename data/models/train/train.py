# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the denoiser with its text encoder on the arrays in WORK (see README.md).

    python train.py WORK [--minutes M] [--decay M] [--batch 128] [--from FILE]

Goes on from WORK/denoiser.pt where there is one, else from the model FILE, else
from nothing.  Without --minutes it trains until it is stopped; Ctrl-C or SIGTERM
saves first, and a cut-off run loses at most five minutes.  The rate is constant;
when the time for training ends for good, --decay M lets it fall to nothing over
M minutes, which is worth as much as many hours before it.
"""
import argparse
import functools
import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch

import denoiser
import modelfile
import ops

RATE_MUON, RATE_ADAM = 0.012, 2e-3  # times --rate
DROP = 0.1  # share of samples with the empty text
UNMASKED = 0.03  # share of the known positions that count in the loss too
# Bands of t: from what share of T on, what share of the positions the model sees, what share of the samples; see bands
BANDS = ((0, 9 / 16, 0.2), (0.625, 1 / 2, 0.22), (0.8, 3 / 8, 0.23), (0.9, 1 / 4, 0.35))
WHOLE_EVERY = 6
PLAIN, KEPT = 0.01, 1 / 3  # a code that is such a share of all tokens is plain ground; so many of its masked tokens are looked at
PADDING = None if ops.BF16 else 8  # so many positions behind the text are read; all in bf16: attention in C weighs all alike
WARM_STEPS, SAVE_S, EXPORT_S, HELD_EVERY = 40, 300, 1200, 50000


@functools.cache
def workers(cpu):
    """On the CPU a thread for each piece of a batch: they wait less than threads that share a piece."""
    return ThreadPoolExecutor(torch.get_num_threads() if cpu else 1, initializer=torch.set_num_threads if cpu else None,
                              initargs=(1,) if cpu else ())


class Muon:
    """Momentum, orthogonalised by Newton-Schulz steps, for the matrices; those of one shape in one batch."""

    def __init__(self, parameters):
        self.parameters = parameters  # name -> parameter
        self.momentum = {n: torch.zeros_like(p) for n, p in parameters.items()}
        self.groups = {}
        for n, p in parameters.items():
            a, b = p.shape
            pieces = a // b if "in_proj" in n else 1  # queries, keys and values are three matrices
            for i in range(pieces):
                shape = tuple(sorted((a // pieces, b)))
                self.groups.setdefault(shape, []).append((n, slice(i * (a // pieces), (i + 1) * (a // pieces))))

    @staticmethod
    def orthogonal(g):
        x = g.to(torch.bfloat16 if g.is_cuda else ops.NARROW)
        x = x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
        for _ in range(5):
            s = x @ x.transpose(1, 2)
            x = 3.4445 * x + (-4.7750 * s + 2.0315 * s @ s) @ x
        return x.float()

    @torch.no_grad()
    def step(self, rate, decay=0.01):
        for n, p in self.parameters.items():
            self.momentum[n].mul_(0.95).add_(p.grad)
        for shape, items in self.groups.items():
            updates = [(self.parameters[n].grad + 0.95 * self.momentum[n])[rows] for n, rows in items]
            updates = self.orthogonal(torch.stack([u if u.shape == shape else u.T for u in updates]))
            for (n, rows), u in zip(items, updates):
                p = self.parameters[n][rows]
                u = u if u.shape == p.shape else u.T
                p.mul_(1 - rate * decay).add_(u, alpha=-rate * max(1, p.shape[0] / p.shape[1]) ** 0.5)


class Data:
    """Tokens and captions of WORK; rows of held-out concepts are never drawn."""

    def __init__(self, work, context, seed):
        z = np.load(work / "captions.npz")
        self.ids, self.first, self.context = z["ids"], z["first"], context
        self.tokens = np.load(work / "tokens.npy", mmap_mode="r")
        flipped = work / "tokens-flipped.npy"
        self.flipped = np.load(flipped, mmap_mode="r") if flipped.exists() else self.tokens
        self.flip, self.held, self.weight = z["flip"], z["held"], z["sample"]
        share = np.where(self.held, 0, self.weight).astype(np.float64)
        self.drawn = np.count_nonzero(share)
        self.ends = np.cumsum(share / share.sum())
        self.caption_ends = [np.cumsum(w / w.sum()) for w in np.split(z["weight"].astype(np.float64), self.first[1:-1])]
        self.random = np.random.default_rng(seed)
        n, codes = self.tokens.shape[1], 1 + int(max(self.tokens.max(), self.flipped.max()))
        self.plain = torch.from_numpy(np.bincount(self.tokens.ravel(), np.repeat(share / share.sum(), n), codes) / n > PLAIN)

    def rows(self, r, captions, mirrored):
        x = np.stack([(self.flipped if m else self.tokens)[i] for i, m in zip(r, mirrored)]).astype(np.int64)
        ids = np.zeros((len(r), self.context), np.int64)
        ids[:, :self.ids.shape[1]] = self.ids[captions]
        return torch.from_numpy(x), torch.from_numpy(ids)

    def batch(self, n):
        r = np.searchsorted(self.ends, self.random.random(n)).clip(0, len(self.ends) - 1)
        pick = [min(np.searchsorted(self.caption_ends[i], self.random.random()), len(self.caption_ends[i]) - 1) for i in r]
        return self.rows(r, self.first[r] + np.array(pick), self.flip[r] & (self.random.random(n) < 0.5))


def draw_steps(n, steps, start=0, end=1):
    """n steps t in rising order, stratified over a part of all."""
    u = start + (end - start) * (torch.rand(n) + torch.arange(n)) / max(n, 1)
    return (u * steps).long().clamp_max(steps - 1)


def bands(n, steps):
    """n samples by band, stratified: (steps t in rising order, share of the positions seen) of each band.

    A picture with few known tokens costs as much as any, and its masked ones say nothing but where they are.  So most
    steps show a part of each picture: where most is masked (the upper bands) all known tokens and some masked ones, else
    a square window.  More pictures are seen for it, and where most is masked more yet: what binds pictures to text is
    learned there, from many pictures rather than from many tokens of one.  Every WHOLE_EVERY-th step shows whole
    pictures with t uniform, as in drawing."""
    ends = [start for start, _, _ in BANDS[1:]] + [1]
    counts = [round(n * share) for _, _, share in BANDS[:-1]]
    for (start, share, _), end, count in zip(BANDS, ends, [*counts, n - sum(counts)]):
        yield draw_steps(count, steps, start, end), share


def view(masked, spare, share, generator=None):
    """The positions of each picture (B x n) that the model sees: all known ones first, those to be spared last; or a window
    where most are known."""
    grid = round(masked.shape[1] ** 0.5)
    if share <= BANDS[1][1]:
        return (torch.rand(masked.shape, generator=generator) + masked + spare).argsort(1)[:, :round(share * grid * grid)]
    side = round(share**0.5 * grid)
    corner = torch.randint(grid - side + 1, (len(masked), 2, 1, 1), generator=generator)
    y, x = corner[:, 0] + torch.arange(side)[:, None], corner[:, 1] + torch.arange(side)
    return (y * grid + x).flatten(1)


def masked_loss(model, x0, t, ids, drop, mask, generator=None, unmasked=UNMASKED, share=1, plain=None, padding=None):
    """Cross-entropy of the masked positions (and of a few others): losses, and for each its picture, whether it was masked,
    and how many it stands for.
    share: of the positions that the model sees; plain: which codes are plain ground, of which fewer are looked at;
    padding: how many positions behind the text it reads, None for all."""
    u = torch.rand(x0.shape, dtype=torch.float64, generator=generator)
    masked, at, weight = u > 1 - mask[t][:, None], None, torch.ones(x0.shape)
    if share < 1:
        spare = torch.zeros_like(masked)
        if plain is not None and share <= BANDS[1][1]:
            of_ground = masked & plain[x0]
            spare = of_ground & (torch.rand(x0.shape, generator=generator) > KEPT)
            weight[of_ground] = 1 / KEPT
        at = view(masked, spare, share, generator)
        x0, u, masked, weight = (v.gather(1, at) for v in (x0, u, masked, weight))
    where = masked | (u < unmasked * (1 - mask[t][:, None]))
    x = torch.where(masked, torch.tensor(model.codes), x0)
    device = model.empty_text_embed.device
    ids = ids.to(device)
    read, log_weight = denoiser.thinned(ids, padding, generator)
    with ops.autocast(device):
        y = model.condition(ids, None if drop is None else drop.to(device), read, log_weight)
        logits = model(x.to(device), t.to(device), y, where.to(device), None if at is None else at.to(device), log_weight)
        loss = ops.cross_entropy(logits, x0[where].to(device))
    return loss, where.nonzero()[:, 0], masked[where], weight[where]


@torch.no_grad()
def held_out(model, data, draws=8, batch=32):
    """Masked cross-entropy on held-out concepts by quarter of t, always with the same captions, steps and masks."""
    g, steps = torch.Generator().manual_seed(5), model.blocks[0].ln1.emb.num_embeddings
    rows = np.flatnonzero(data.held & (data.weight > 0)).repeat(draws)
    _, mask = denoiser.schedule(steps)
    sums = torch.zeros(4, 2, dtype=torch.float64)
    model.eval()
    for k in range(0, len(rows), batch):
        r = rows[k:k + batch]
        x0, ids = data.rows(r, data.first[r], np.zeros(len(r), bool))
        t = ((torch.arange(k, k + len(r)) % draws + torch.rand(len(r), generator=g)) * steps / draws).long()
        loss, picture, _, _ = masked_loss(model, x0, t, ids, None, mask, g, unmasked=0)
        w = torch.from_numpy(data.weight[r].astype(np.float64))[picture]
        sums.index_add_(0, (t * 4 // steps)[picture], torch.stack([loss.cpu().double() * w, w], 1))
    model.train()
    by_t = (sums[:, 0] / sums[:, 1].clamp_min(1e-9)).tolist()
    return float(sums[:, 0].sum() / sums[:, 1].sum()), by_t


def with_table(shape, work):
    """A model without training but for WORK's vectors of the tokens of text."""
    model = denoiser.Denoiser(**shape)
    table = np.load(work / "token-table.npy").astype(np.float32)
    model.condition_emb.token_embedding.weight.data.copy_(torch.from_numpy(table))
    return model


class Trainer:
    def __init__(self, work, options):
        self.work, self.options = work, options
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.checkpoint = work / "denoiser.pt"
        state = torch.load(self.checkpoint, weights_only=True) if self.checkpoint.exists() else None
        given = modelfile.read(options.start) if options.start and state is None else None
        self.shape = state["shape"] if state else given["shape"] if given else getattr(denoiser, options.size.upper())
        if given:
            self.model = denoiser.Denoiser(**self.shape)
            self.model.load_state_dict(given["denoiser"])
        else:
            self.model = with_table(self.shape, work)
        self.parameters = {n: p for n, p in self.model.named_parameters() if p.requires_grad}
        self.model.to(self.device)
        matrix = [n for n, p in self.parameters.items() if p.ndim == 2 and not n.startswith(("to_logits", "empty"))
                  and not n.endswith(("emb.weight", "embedding")) and "ln1" not in n]
        self.muon = Muon({n: self.parameters[n] for n in matrix})
        self.rest = [p for n, p in self.parameters.items() if n not in self.muon.parameters]
        groups = [dict(params=[p for p in self.rest if (p.ndim > 1) == big], weight_decay=0.01 * big) for big in (True, False)]
        self.adam = torch.optim.AdamW(groups, lr=RATE_ADAM, betas=(0.9, 0.98), eps=1e-9)
        self.mean = {n: p.detach().clone() for n, p in self.parameters.items()}
        self.step, self.seen, self.spent, self.since, self.log = 0, options.seen, 0.0, 0, []
        if state:
            self.restore(state)

    def restore(self, c):
        self.model.load_state_dict(c["model"], strict=False)
        for name, held in ("mean", self.mean), ("momentum", self.muon.momentum):
            for n, v in c[name].items():
                held[n].copy_(v)
        self.adam.load_state_dict(c["adam"])
        self.step, self.seen, self.spent, self.since, self.log = (c[k] for k in ("step", "seen", "spent", "since", "log"))

    def save(self):
        state = dict(model={n: p.detach() for n, p in self.parameters.items()}, mean=self.mean, momentum=self.muon.momentum,
                     adam=self.adam.state_dict(), step=self.step, seen=self.seen, spent=self.spent, since=self.since,
                     log=self.log, shape=self.shape)
        part = self.checkpoint.with_suffix(".part")
        torch.save(state, part)
        os.replace(part, self.checkpoint)

    def averaged(self):
        """A model with the averaged weights."""
        model = denoiser.Denoiser(**self.shape)
        model.load_state_dict({**self.model.state_dict(), **self.mean})
        return model

    def export(self):
        folder = self.work / "export"
        folder.mkdir(exist_ok=True)
        codec = torch.load(self.work / "codec.pt", weights_only=True)
        description = self.work / "model.json"
        about = json.loads(description.read_text()) if description.exists() else {}
        modelfile.write(folder / f"{about.get('name', 'model')}.safetensors", self.averaged(), self.shape, codec, about)

    def rate(self, elapsed):
        decay = self.options.decay * 60
        left = 1.0 if not decay else max(0.0, 1 - elapsed / decay)
        return self.options.rate * left * min(1, self.since / self.options.batch / WARM_STEPS)

    def one_piece(self, x0, t, ids, drop, share, plain, seed):
        """Adds a piece's gradients; how many losses it stands for and, by quarter of t, their sum and count."""
        loss, picture, masked, weight = masked_loss(self.model, x0, t, ids, drop, self.mask, torch.Generator().manual_seed(seed),
                                                    share=share, plain=plain, padding=PADDING)
        (loss * weight.to(loss.device)).sum().backward()
        by_t, of_masked = torch.zeros(4, 2, dtype=torch.float64), weight[masked].double()
        by_t.index_add_(0, (t * 4 // self.shape["steps"])[picture][masked],
                        torch.stack([loss.detach().cpu()[masked] * of_masked, of_masked], 1))
        return float(weight.sum()), by_t

    def one_step(self, data, rate):
        """One step over a batch, in pieces that suit the caches, a thread for each; returns sum and count of the losses by
        quarter of t."""
        n, steps, cpu = self.options.batch, self.shape["steps"], self.device.type == "cpu"
        x0, ids = data.batch(n)
        drop = torch.rand(n) < DROP
        parts = bands(n, steps) if self.step % WHOLE_EVERY else [(draw_steps(n, steps), 1)]
        for p in self.parameters.values():
            p.grad = None
        first, pieces = 0, []
        for of_band, share in parts:
            for t in of_band.split(self.options.piece or (int(20 / share) if cpu else n)):
                s = slice(first, first + len(t))
                first += len(t)
                seed = int(torch.randint(2**62, ()))
                pieces.append(workers(cpu).submit(self.one_piece, x0[s], t, ids[s], drop[s], share, data.plain, seed))
        losses, by_t = (sum(v) for v in zip(*(p.result() for p in pieces)))
        for p in self.parameters.values():
            p.grad = torch.zeros_like(p) if p.grad is None else p.grad / losses
        torch.nn.utils.clip_grad_norm_(self.rest, 1.0)
        for g in self.adam.param_groups:
            g["lr"] = RATE_ADAM * rate
        self.adam.step()
        self.muon.step(RATE_MUON * rate)
        self.step += 1
        self.seen += n
        self.since += n
        self.average(n)
        return by_t

    @torch.no_grad()
    def average(self, n):
        """Averaged weights reach back over an eighth of the samples seen since the start, at most over 80,000."""
        reach = min(80000, max(4 * n, self.since / 8))
        torch._foreach_lerp_(list(self.mean.values()), [p.detach() for p in self.parameters.values()], n / reach)

    def held(self, data):
        if not (data.held & (data.weight > 0)).any():
            return  # few pictures: no concept is held out
        model = self.averaged().to(self.device)
        loss, by_t = held_out(model, data)
        with open(self.work / "curve.jsonl", "a") as f:
            f.write(json.dumps(dict(seen=self.seen, hours=round(self.spent / 3600, 3), held=loss, by_t=by_t)) + "\n")
        print(f"held out: {loss:.4f} by t", *(f"{v:.3f}" for v in by_t), flush=True)

    def run(self):
        torch.manual_seed(time.time_ns() % 2**31)
        _, self.mask = denoiser.schedule(self.shape["steps"])
        data = Data(self.work, self.shape["context"], time.time_ns() % 2**31)
        stop = []
        for s in (signal.SIGTERM, signal.SIGINT):
            signal.signal(s, lambda *_: stop.append(1))
        limit = (self.options.decay or self.options.minutes) * 60
        start = saved = exported = logged = time.time()
        sums, at = torch.zeros(4, 2, dtype=torch.float64), self.seen
        print(f"{sum(p.numel() for p in self.parameters.values()) / 1e6:.1f} M parameters on {self.device}, "
              f"{data.drawn} pictures; {self.seen} samples seen", flush=True)
        if not (self.work / "curve.jsonl").exists():
            self.held(data)
        while not stop and not (limit and time.time() - start > limit):
            last = time.time()
            rate = self.rate(last - start)
            sums += self.one_step(data, rate)
            now = time.time()
            self.spent += now - last
            if now - logged > 60:
                by_t = (sums[:, 0] / sums[:, 1].clamp_min(1)).tolist()
                mean = float(sums[:, 0].sum() / sums[:, 1].sum())
                self.log.append((self.seen, self.spent, mean, by_t))
                left = f", {(limit - now + start) / 60:.0f} min left" if limit else ""
                print(f"{self.spent / 3600:.2f} h, {self.seen} samples, loss {mean:.4f} by t", *(f"{v:.2f}" for v in by_t),
                      f"rate {rate:.3f}, {(self.seen - at) / (now - logged):.1f} samples/s{left}", flush=True)
                sums.zero_()
                logged, at = now, self.seen
            if now - saved > SAVE_S:
                self.save()
                saved = time.time()
            if now - exported > EXPORT_S:
                self.export()
                exported = time.time()
            if self.seen // HELD_EVERY != (self.seen - self.options.batch) // HELD_EVERY:
                self.held(data)
        self.save()
        self.export()
        if not stop:
            self.held(data)
        print("saved", self.checkpoint, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--decay", type=float, default=0, help="minutes over which the rate falls to nothing")
    parser.add_argument("--rate", type=float, default=0.8, help="learning rate; 1 from nothing")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--piece", type=int, default=0, help="pictures worked on at once")
    parser.add_argument("--from", dest="start", type=Path, help="a model file to start from")
    parser.add_argument("--seen", type=int, default=0, help="samples that model had seen, for the log")
    parser.add_argument("--size", choices=["small", "tiny"], default="small")
    options = parser.parse_args()
    Trainer(options.work, options).run()
