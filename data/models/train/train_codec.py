# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the codec of WORK on pictures.npy and, where there is one, photos.npy.

    python train_codec.py WORK --minutes 25             from nothing, or goes on
    python train_codec.py WORK --minutes 60 --polish    the decoder alone

Encoder, codebook and decoder learn together: some hundred steps without a
quantiser until colours are right, k-means, then a codebook that follows by
exponential means.  --polish leaves encoder and codebook as they are, so tokens
stay valid, and asks for sharp edges and textures: as much going on in each small
square as in the original, no line between two cells that is stronger than there,
and a discriminator of patches.  Half of its pictures are busy ones, and the weights
are averaged.  A quarter are of tokens that the denoiser drew, where there are some
(drawn.py): no line between their cells either, and the discriminator sees them, too.
Crops of 64 pixels, now and then and at the end whole pictures.
"""
import argparse
import os
import signal
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import codec
import ops

WARM, BATCH, RATE, POLISH_RATE = 350, 16, 1e-3, 3e-4
DRAWN = 1 / 4  # share of a batch of the decoder's polish
BUSYNESS, LINES = 2.0, 2.0  # weights there
EXCESS, GROUND = 2.0, 0.02  # what goes on where nothing does counts so much more; steps of ground that is not even any more
ADVERSARIAL, ADVERSARIAL_FROM = 0.15, 200  # its gradient over the other losses'; the step from which it is heard
AVERAGE = 0.995  # of the polished weights
CELL = 8  # pixels of a token
EVEN = 0.005  # a step that no one sees
SAVE_S = 300


class Discriminator(nn.Module):
    """One judgement for each patch of about 34 pixels; it sees pictures and their errors alone."""

    def __init__(self, c=48):
        super().__init__()
        widths = [3, c, 2 * c, 4 * c]
        self.layers = nn.Sequential(*(m for a, b in zip(widths, widths[1:]) for m in (
            nn.utils.spectral_norm(nn.Conv2d(a, b, 4, 2, 1)), nn.LeakyReLU(0.2))), nn.Conv2d(widths[-1], 1, 4, 1, 1))

    def forward(self, x):
        return self.layers(x)


def halves(x, k=2):
    return F.avg_pool2d(x, k)


def picture_loss(y, x):
    """Mean difference, of pixels, of steps between neighbours at two scales, and of the colours of small squares."""
    d = y - x
    loss = d.abs().mean() + 0.5 * d.square().mean()
    loss = loss + sum(halves(d, k).abs().mean() for k in (4, 8))
    for _ in range(2):
        loss = loss + 0.5 * sum(torch.diff(d, dim=axis).abs().mean() for axis in (2, 3))
        d = halves(d)
    return loss


def busyness(x):
    """What goes on around each point of brightness and of two differences of colours: root mean squares of steps between
    neighbours, and of how those change, in squares of 8 points, at three scales.  Without the second of them, stripes of
    single pixels would do for any texture."""
    red, green, blue = x.unbind(1)
    x, out = torch.stack([(red + green + blue) / 3, (red - green) / 2, (blue - green) / 2], 1), []
    for _ in range(3):
        for order in (1, 2):
            steps = [torch.diff(x, order, dim=axis).square() for axis in (2, 3)]
            out.append((F.avg_pool2d(steps[0][..., order:] + steps[1][:, :, order:], 8, 4) + 1e-5).sqrt())
        x = halves(x)
    return out


def lines(x):
    """Mean step over a line, by its place in a cell, over that of all lines: B x 16, of columns and rows."""
    out = []
    for axis in (2, 3):
        steps = torch.diff(x, dim=axis).abs().mean((1, 5 - axis))[:, :1 - CELL].view(len(x), -1, CELL).mean(1) + EVEN
        out.append(steps / steps.mean(1, keepdim=True))
    return torch.cat(out, 1)


def polish_loss(y, x):
    """Of pictures y, the first of which shall be as x."""
    n = len(x)
    busy = 0
    for a, b in zip(busyness(y[:n]), busyness(x)):
        d = a - b
        busy = busy + (d.abs() + EXCESS * GROUND / (GROUND + b) * d.clamp_min(0)).mean()
    wanted = torch.cat([lines(x), torch.ones(len(y) - n, 2 * CELL, device=x.device)])
    return BUSYNESS * busy + LINES * (lines(y) - wanted).abs().mean()


class Pictures:
    def __init__(self, work, seed, polish):
        self.random = np.random.default_rng(seed)
        self.sets = [np.load(work / f, mmap_mode="r") for f in ("pictures.npy", "photos.npy") if (work / f).exists()]
        self.share = [1.0] if len(self.sets) == 1 else [0.75, 0.25]
        self.busy = [self.chances(s) for s in self.sets] if polish else None
        self.tokens = np.load(work / "drawn.npy") if polish and (work / "drawn.npy").exists() else None

    @staticmethod
    def chances(pictures):
        """In proportion to what goes on in them."""
        steps = np.concatenate([np.abs(np.diff(pictures[k:k + 512, ::16].astype(np.int16), axis=2)).mean((1, 2, 3))
                                for k in range(0, len(pictures), 512)])
        return (steps / steps.sum()).cumsum()

    def choice(self):
        r, i = self.random, self.random.choice(len(self.sets), p=self.share)
        if self.busy and r.random() < 0.5:
            return self.sets[i][min(np.searchsorted(self.busy[i], r.random()), len(self.sets[i]) - 1)]
        return self.sets[i][r.integers(len(self.sets[i]))]

    def batch(self, n, size):
        a, r = np.empty((n, size, size, 3), np.uint8), self.random
        for i in range(n):
            p = self.choice()
            y, x = r.integers(0, p.shape[0] - size + 1, 2)
            p = p[y:y + size, x:x + size]
            p = p[:, ::-1] if r.random() < 0.5 else p
            p = p[..., r.permutation(3)] if r.random() < 0.15 else p
            a[i] = 255 - p if r.random() < 0.05 else p
        return codec.from_pictures(a)

    def drawn(self, n, size):
        """Tokens of n drawn pictures, or of crops, B x side x side."""
        side, r = size // CELL, self.random
        a = self.tokens[r.integers(len(self.tokens), size=n)].astype(np.int64)
        a = a.reshape(n, round(a.shape[1]**0.5), -1)
        y, x = r.integers(0, a.shape[1] - side + 1, 2)
        return torch.from_numpy(a[:, y:y + side, x:x + side])

    def sample(self):
        """The same few pictures each time, for the figure that is logged."""
        return codec.from_pictures(np.concatenate([s[7::max(1, len(s) // 24)][:24] for s in self.sets]))


class Trainer:
    def __init__(self, work, polish, size="small"):
        self.work, self.polish, self.path = work, polish, work / "codec.pt"
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        state = torch.load(self.path, weights_only=True) if self.path.exists() else {}
        if polish and not state:
            raise SystemExit(f"{self.path}: no codec to polish")
        self.shape = state.get("shape", getattr(codec, size.upper()))
        self.model = codec.Codec(**self.shape).to(self.device)
        self.model.load_state_dict(state.get("model", {}), strict=False)
        self.step, self.quantised = state.get("step", 0), polish or state.get("quantised", bool(state))
        self.pictures = Pictures(work, time.time_ns() % 2**31, polish)
        if polish:
            for part in self.model.encoder, self.model.quant_conv:
                part.requires_grad_(False)
            self.critic = Discriminator().to(self.device)
            self.critic_adam = torch.optim.AdamW(self.critic.parameters(), lr=POLISH_RATE, betas=(0.5, 0.99))
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.mean = [p.detach().clone() for p in self.parameters]
        self.adam = torch.optim.AdamW(self.parameters, lr=RATE, betas=(0.9, 0.99), weight_decay=1e-4)
        if "adam" in state and not polish:
            self.adam.load_state_dict(state["adam"])

    def autocast(self):
        return ops.autocast(self.device)

    def weights(self):
        """Those to keep: of a polish the averaged ones."""
        if not self.polish:
            return self.model.state_dict()
        return self.model.state_dict() | dict(zip((n for n, p in self.model.named_parameters() if p.requires_grad), self.mean))

    def save(self):
        part = self.path.with_suffix(".part")
        torch.save(dict(model=self.weights(), shape=self.shape, step=self.step, quantised=self.quantised,
                        **({} if self.polish else {"adam": self.adam.state_dict()})), part)
        os.replace(part, self.path)

    @torch.no_grad()
    def features(self, n, size):
        with self.autocast():
            z = self.model.features(self.pictures.batch(n, size).to(self.device)).float()
        return z.permute(0, 2, 3, 1).flatten(0, 2)

    @torch.no_grad()
    def k_means(self):
        z, q = torch.cat([self.features(BATCH, 64) for _ in range(40)]), self.model.quantize
        k = len(q.embedding)
        q.embedding.copy_(z[torch.randint(len(z), (k,), device=z.device)])
        for _ in range(10):
            i = q.nearest(z)
            n = torch.bincount(i, minlength=k)
            mean = torch.zeros_like(q.embedding).index_add_(0, i, z) / n.clamp_min(1)[:, None]
            other = z[torch.randint(len(z), (k,), device=z.device)]
            q.embedding.copy_(torch.where(n[:, None] > 0, mean, other))
        q.seed(torch.arange(k, device=z.device), q.embedding.clone(), BATCH * 64 / k)
        self.quantised = True

    @torch.no_grad()
    def revive(self):
        """Codes that hardly anything is assigned to start anew at features of today."""
        q = self.model.quantize
        dead = (q.cluster_size < 0.02 * q.cluster_size.mean()).nonzero()[:, 0]
        z = self.features(BATCH, 64)
        dead = dead[:len(z) // 4]
        q.seed(dead, z[torch.randperm(len(z), device=z.device)[:len(dead)]], 0.3 * q.cluster_size.mean().item())

    def forward(self, x, drawn=None):
        """The pictures as they come back, after them those of drawn tokens, and the commitment loss."""
        with torch.set_grad_enabled(not self.polish), self.autocast():
            z = self.model.features(x)
        if self.quantised:
            z, commit, _ = self.model.quantize(z.detach() if self.polish else z)
            z = z.detach() if self.polish else z
        else:
            commit = z.float().square().mean() * 0.04
        if drawn is not None:
            z = torch.cat([z, F.embedding(drawn, self.model.quantize.embedding).permute(0, 3, 1, 2).to(z.dtype)])
        with self.autocast():
            return self.model.picture(z.contiguous(memory_format=torch.channels_last)).float(), commit

    def criticise(self, x, y):
        """A step of the discriminator (hinge loss); its wish for the decoder."""
        with self.autocast():
            real, fake = self.critic(x), self.critic(y.detach())
        loss = F.relu(1 - real.float()).mean() + F.relu(1 + fake.float()).mean()
        self.critic_adam.zero_grad()
        loss.backward()
        self.critic_adam.step()
        with self.autocast():
            return -self.critic(y).float().mean()

    def weighed(self, wish, loss):
        """The discriminator's wish, so that at the last layer its gradient is ADVERSARIAL times the loss's."""
        last = self.model.decoder.conv_out.weight
        a, b = (torch.autograd.grad(v, last, retain_graph=True)[0].norm() for v in (wish, loss))
        return wish * (ADVERSARIAL * b / (a + 1e-6)).clamp(max=10).detach()

    def one_step(self, share):
        """share: how much of the time is over, 0 ... 1."""
        peak = POLISH_RATE if self.polish else RATE
        fall = 1 if share < 0.4 else 0.51 + 0.49 * np.cos(np.pi * (share - 0.4) / 0.6)
        for g in self.adam.param_groups:
            g["lr"] = peak * fall * min(1, (self.run_steps + 1) / 50)
        if not self.quantised and self.step >= WARM:
            self.k_means()
        whole = share > 0.85 or self.step % 8 == 7
        n, size = (BATCH // 4, 128) if whole else (BATCH, 64)
        drawn = None
        if self.pictures.tokens is not None:
            drawn = self.pictures.drawn(round(n * DRAWN), size).to(self.device)
            n -= len(drawn)
        x = self.pictures.batch(n, size).to(self.device)
        y, commit = self.forward(x, drawn)
        loss = picture_loss(y[:n], x)
        total = loss
        if self.polish:
            total = total + polish_loss(y, x)
            wish = self.criticise(x, y)
            if self.run_steps >= ADVERSARIAL_FROM:
                total = total + self.weighed(wish, total)
        else:
            total = total + 0.25 * commit
        self.adam.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.adam.step()
        if self.polish:
            torch._foreach_lerp_(self.mean, [p.detach() for p in self.parameters], max(1 - AVERAGE, 1 / (self.run_steps + 1)))
        if self.quantised and not self.polish and self.step % 50 == 0 and share < 0.8:
            self.revive()
        self.step += 1
        self.run_steps += 1
        return loss.item()

    @torch.no_grad()
    def figure(self):
        """Peak signal-to-noise ratio of the sample's mean error, and how much goes on in it beside the originals."""
        self.model.eval()
        parts, sums = self.pictures.sample().to(self.device).split(8), torch.zeros(3)
        for x in parts:
            y = self.model.decode(self.model.encode(x))
            sums += torch.tensor([(y - x).square().mean() / 4, *(busyness(v)[0][:, 0].sum() for v in (y, x))])
        return f"{-10 * (sums[0] / len(parts)).log10():.2f} dB, {sums[1] / sums[2]:.2f} of the originals' steps"

    def run(self, minutes):
        stop, self.run_steps, losses = [], 0, []
        for s in (signal.SIGTERM, signal.SIGINT):
            signal.signal(s, lambda *_: stop.append(1))
        self.model.train()
        if self.polish:
            self.model.quantize.eval()
        start = logged = saved = time.time()
        while not stop and time.time() - start < minutes * 60:
            losses.append(self.one_step((time.time() - start) / (minutes * 60)))
            now = time.time()
            if now - logged > 30:
                print(f"step {self.step}, loss {np.mean(losses):.4f}, {len(losses) / (now - logged):.2f} steps/s, "
                      f"{minutes - (now - start) / 60:.0f} min left", flush=True)
                logged, losses = now, []
            if now - saved > SAVE_S:
                self.save()
                saved = time.time()
        self.save()
        self.model.load_state_dict(self.weights())
        print(f"saved {self.path}; {self.figure()}" if self.quantised else f"saved {self.path}, not quantised yet")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--polish", action="store_true")
    parser.add_argument("--size", choices=["small", "tiny"], default="small")
    options = parser.parse_args()
    Trainer(options.work, options.polish, options.size).run(options.minutes)
