# SPDX-License-Identifier: GPL-3.0-or-later
"""What the formulas share: colours, random numbers, noise, mixing."""

import numpy as np

S = 128


RGB = dict(
    red=(205, 45, 40),
    orange=(240, 140, 40),
    yellow=(245, 210, 60),
    green=(70, 150, 60),
    blue=(50, 105, 205),
    purple=(130, 70, 170),
    pink=(240, 145, 180),
    brown=(125, 80, 45),
    black=(35, 35, 38),
    white=(240, 240, 238),
    gray=(140, 140, 142),
    beige=(222, 202, 165),
    turquoise=(60, 185, 185),
    gold=(215, 170, 60),
    silver=(185, 190, 196),
    copper=(190, 112, 70),
    cream=(245, 232, 205),
    teal=(20, 120, 125),
    navy=(25, 40, 95),
    lime=(165, 210, 60),
)


RGB |= {
    "dark red": (120, 22, 26),
    "dark green": (30, 82, 40),
    "dark blue": (22, 42, 105),
    "dark brown": (72, 44, 26),
    "dark gray": (72, 74, 78),
    "light blue": (140, 190, 235),
    "light green": (150, 205, 125),
    "light brown": (190, 145, 95),
    "light gray": (200, 202, 204),
    "reddish brown": (135, 62, 40),
    "golden yellow": (235, 185, 70),
    "sky blue": (110, 175, 235),
}


class G:

    def __init__(self, i):
        self.r = np.random.default_rng(77000 + i)

    def u(self, a=0.0, b=1.0):
        return float(self.r.uniform(a, b))

    def n(self, a, b):
        return int(self.r.integers(a, b + 1))

    def pick(self, *a):
        a = a[0] if len(a) == 1 else a
        return a[int(self.r.integers(len(a)))]

    def yes(self, p):
        return self.r.random() < p

    def rgb(self, name, j=9):
        return np.clip(
            np.array(RGB[name], float) + self.r.normal(0, j, 3) * 0.7 + self.r.normal(0, j), 0, 255
        )

    def noise(self, beta=2.0, sx=1.0, sy=1.0, size=S):
        f = np.fft.fftfreq(size) * size
        r = np.sqrt((f[None] / sx) ** 2 + (f[:, None] / sy) ** 2)
        a = np.maximum(r, 0.5) ** (-beta / 2)
        a[0, 0] = 0
        x = np.fft.ifft2(np.fft.fft2(self.r.normal(size=(size, size))) * a).real
        return x / x.std()

    def cells(self, n, jitter=1.0):
        k = max(2, round(n**0.5))
        p = (
            (
                np.stack(np.meshgrid(np.arange(k), np.arange(k)), -1).reshape(-1, 2)
                + 0.5
                + self.r.uniform(-0.5, 0.5, (k * k, 2)) * jitter
            )
            * S
            / k
        )
        y, x = np.mgrid[:S, :S]
        d = np.abs(np.stack([x, y], -1)[:, :, None].astype(np.float32) - p.astype(np.float32))
        d = np.minimum(d, S - d)
        d = np.sqrt((d * d).sum(-1))
        o = np.argpartition(d, 1, -1)[..., :2]
        v = np.take_along_axis(d, o, -1)
        s = v[..., 0] > v[..., 1]
        return (v.min(-1), v.max(-1), np.where(s, o[..., 1], o[..., 0]), k * k)


def layout(g, n=2):
    """One of n streams of numbers: what stands in a few places is learned long before what may stand anywhere."""
    return G(-g.n(1, n))


Y, X = np.mgrid[:S, :S].astype(float)


def offset(a, at):
    """a - at in a picture that repeats: -S / 2 ... S / 2."""
    return (a - at + S / 2) % S - S / 2


def mix(a, b, t):
    t = np.clip(np.asarray(t, float), 0, 1)[..., None]
    return np.asarray(a) * (1 - t) + np.asarray(b) * t


def shade(c, v):
    return np.asarray(c) * (1 + np.asarray(v)[..., None])


def ramp(t, *stops):
    t = np.clip(t, 0, 1) * (len(stops) - 1)
    i = np.minimum(t.astype(int), len(stops) - 2)
    s = np.array(stops, float)
    return s[i] + (s[i + 1] - s[i]) * (t - i)[..., None]


def light(h, k=1.0):
    return (h - np.roll(h, (2, 2), (0, 1))) * k


def art(s):
    return ("an " if s[0] in "aeiou" else "a ") + s
