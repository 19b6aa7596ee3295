# SPDX-License-Identifier: GPL-3.0-or-later
"""Simple flat landscapes by formula, drawn at three times the size."""

import numpy as np
from PIL import Image, ImageDraw

from .canvas import RGB, S, art, layout, ramp

K = 3


B = S * K


SKY = dict(
    day=((70, 140, 225), (185, 220, 250)),
    sunset=((110, 70, 140), (250, 130, 80), (255, 205, 120)),
    night=((8, 12, 38), (32, 46, 98)),
    cloudy=((140, 148, 160), (200, 205, 212)),
    dawn=((120, 150, 215), (250, 190, 200), (255, 225, 190)),
)


WHEN = dict(
    day=("", "on a sunny day", "under a blue sky", "by day"),
    sunset=("at sunset", "under an orange sky", "in the evening"),
    night=("at night", "under the night sky", "under a starry sky"),
    cloudy=("under a gray sky", "on a cloudy day"),
    dawn=("at dawn", "in the morning", "under a pink sky"),
)


DIM = dict(day=1.0, sunset=0.82, night=0.6, cloudy=0.85, dawn=0.92)


TINT = dict(
    day=(1, 1, 1),
    sunset=(1.1, 0.88, 0.8),
    night=(0.8, 0.9, 1.3),
    cloudy=(1, 1, 1.02),
    dawn=(1.05, 0.95, 0.97),
)


def ridge(g, base, amp, rough=2.4):
    f = np.fft.rfftfreq(B) * B
    a = np.where((f > 0) & (f < 40), np.maximum(f, 1) ** (-rough / 2 - 0.5), 0) * np.exp(
        2j * np.pi * layout(g).r.random(len(f))
    )
    y = np.fft.irfft(a, B)
    return base - amp * y / (np.abs(y).max() + 1e-09)


class Scene:

    def __init__(self, g, when):
        self.g, self.when = (g, when)
        st = [np.array(c, float) + g.r.normal(0, 2, 3) for c in SKY[when]]
        self.im = Image.fromarray(
            np.clip(np.broadcast_to(ramp(np.linspace(0, 1.5, B), *st)[:, None], (B, B, 3)), 0, 255).astype(
                np.uint8
            )
        )
        self.d = ImageDraw.Draw(self.im)

    def c(self, rgb, dim=True):
        v = np.array(rgb, float) * (np.array(TINT[self.when]) * DIM[self.when] if dim else 1)
        return tuple((int(x) for x in np.clip(v, 0, 255)))

    def line(self, y, rgb):
        self.d.polygon([(0, B)] + list(zip(range(B), y.tolist())) + [(B, y[-1]), (B, B)], fill=self.c(rgb))

    def disc(self, x, y, r, rgb, dim=True):
        self.d.ellipse((x - r, y - r, x + r, y + r), fill=self.c(rgb, dim))

    def rect(self, a, b, c, d, rgb, dim=True):
        self.d.rectangle((a, b, c, d), fill=self.c(rgb, dim))

    def poly(self, p, rgb, dim=True):
        self.d.polygon(p, fill=self.c(rgb, dim))


def heaven(s):
    g, w, at = (s.g, s.when, layout(s.g))
    words = []
    if w == "night":
        for _ in range(11):
            s.disc(at.u(0, B), at.u(0, B * 0.55), at.pick(5, 6, 8), (255, 255, 235), False)
        words.append("stars")
        k = g.pick("full moon", "crescent moon", "", "full moon")
        if k:
            x, y, r = (g.pick(84, 300), 72, 38)
            sky = s.im.getpixel((int(x + r * 0.5), int(y)))
            s.disc(x, y, r, (250, 245, 215), False)
            words.append(k)
            if "cres" in k:
                s.d.ellipse((x - r * 0.45, y - r * 1.1, x + r * 1.45, y + r * 0.8), fill=sky)
    elif w != "cloudy" and g.yes(0.65):
        x, r = (g.pick(84, 300), 34)
        y = 72 if w == "day" else 160
        s.disc(
            x,
            y,
            r,
            (255, 225, 80) if w == "day" else (255, 190, 90) if w == "dawn" else (255, 120, 60),
            False,
        )
        words.append("sun")
    if w in ("day", "cloudy", "sunset", "dawn") and (w == "cloudy" or g.yes(0.55)):
        col = dict(day=(255, 255, 255), cloudy=(225, 228, 232), sunset=(255, 190, 150), dawn=(255, 235, 235))[
            w
        ]
        for _ in range(at.n(2, 3)):
            x, y, r = (at.u(20, B - 20), at.u(40, 120), at.u(18, 30))
            for dx, dy, q in (
                (-1.4, 0.25, 0.75),
                (0, 0, 1.1),
                (1.2, 0.2, 0.85),
                (2.2, 0.45, 0.55),
                (-2.2, 0.5, 0.5),
            ):
                s.disc(x + dx * r, y + dy * r, q * r, col, False)
            s.d.rectangle((x - 2.2 * r, y + 0.4 * r, x + 2.2 * r, y + r * 0.98), fill=s.c(col, False))
        words.append("clouds")
    if w == "day" and g.yes(0.1):
        x, y = (B * 0.5, B * 0.72)
        for k, c in enumerate(
            ((225, 50, 50), (245, 150, 40), (250, 230, 70), (70, 180, 80), (60, 110, 220), (140, 70, 180))
        ):
            r = B * 0.55 - k * 9
            s.d.arc((x - r, y - r, x + r, y + r), 180, 360, fill=c, width=10)
        words.append("rainbow")
    if w in ("day", "sunset", "dawn") and g.yes(0.15):
        for _ in range(4):
            x, y, r = (at.u(40, B - 40), at.u(40, 130), at.u(7, 11))
            s.d.arc((x - 2 * r, y - r, x, y + r), 200, 340, fill=(30, 30, 40), width=3)
            s.d.arc((x, y - r, x + 2 * r, y + r), 200, 340, fill=(30, 30, 40), width=3)
        words.append("birds")
    return words


def tree(s, x, y, h, kind, light=1.0):
    g = s.g
    s.rect(x - h * 0.05, y - h * 0.4, x + h * 0.05, y, (105, 70, 42))
    if kind == "pine tree":
        for k in range(3):
            b = y - h * (0.18 + 0.25 * k)
            w = h * (0.3 - 0.07 * k)
            s.poly([(x - w, b), (x + w, b), (x, b - h * 0.36)], light * np.array((34, 95 + 8 * k, 55)))
    elif kind == "palm tree":
        s.poly(
            [(x - h * 0.04, y), (x + h * 0.04, y), (x + h * 0.09, y - h * 0.8), (x + h * 0.03, y - h * 0.8)],
            (140, 100, 60),
        )
        for a in np.linspace(-2.9, -0.2, 7):
            px, py = (x + h * 0.06 + np.cos(a) * h * 0.38, y - h * 0.8 + np.sin(a) * h * 0.25 + h * 0.08)
            s.poly([(x + h * 0.06, y - h * 0.84), (px, py), (x + h * 0.06, y - h * 0.76)], (45, 135, 60))
    else:
        c = np.array(
            {"autumn tree": (215, 120, 40), "cherry tree": (245, 170, 195)}.get(kind, (60, 140, 60))
        )
        for dx, dy, r in ((-0.17, 0.5, 0.2), (0.17, 0.52, 0.2), (0, 0.7, 0.24), (0, 0.5, 0.2)):
            s.disc(x + dx * h, y - dy * h, r * h, c)


def house(s, x, y, h, col, roof):
    w = h * 0.62
    s.rect(x - w, y - h * 0.7, x + w, y, RGB[col])
    s.poly([(x - w * 1.2, y - h * 0.7), (x + w * 1.2, y - h * 0.7), (x, y - h * 1.35)], roof)
    lit = (255, 230, 120) if s.when in ("night",) else (190, 225, 245)
    s.rect(x - w * 0.2, y - h * 0.38, x + w * 0.2, y, (95, 60, 40))
    for k in (-0.65, 0.65):
        s.rect(x + (k - 0.18) * w, y - h * 0.52, x + (k + 0.18) * w, y - h * 0.28, lit, s.when != "night")
    s.rect(x + w * 0.5, y - h * 1.3, x + w * 0.72, y - h * 0.9, (130, 70, 60))


def sail(s, x, y, h, col):
    s.poly(
        [(x - h * 0.5, y - h * 0.2), (x + h * 0.5, y - h * 0.2), (x + h * 0.32, y), (x - h * 0.34, y)],
        (120, 72, 42),
    )
    s.rect(x - 2, y - h, x + 2, y - h * 0.2, (90, 60, 40))
    s.poly([(x + 4, y - h), (x + 4, y - h * 0.26), (x + h * 0.45, y - h * 0.26)], RGB[col])
    s.poly(
        [(x - 4, y - h * 0.9), (x - 4, y - h * 0.26), (x - h * 0.35, y - h * 0.26)], np.array(RGB[col]) * 0.9
    )


def balloon(s, x, y, r, col):
    s.disc(x, y, r, RGB[col])
    s.d.ellipse(
        (x - r * 0.4, y - r, x + r * 0.4, y + r), fill=s.c(np.minimum(np.array(RGB[col]) * 1.15 + 18, 255))
    )
    s.poly(
        [
            (x - r * 0.75, y + r * 0.65),
            (x + r * 0.75, y + r * 0.65),
            (x + r * 0.2, y + r * 1.35),
            (x - r * 0.2, y + r * 1.35),
        ],
        np.array(RGB[col]) * 0.9,
    )
    s.rect(x - r * 0.22, y + r * 1.45, x + r * 0.22, y + r * 1.8, (120, 80, 45))


def castle(s, x, y, h, c=(170, 170, 176)):
    s.rect(x - h * 0.5, y - h * 0.6, x + h * 0.5, y, c)
    for k in (-0.55, 0.55):
        s.rect(x + (k - 0.15) * h, y - h * 0.9, x + (k + 0.15) * h, y, np.array(c) * 0.93)
        s.poly(
            [(x + (k - 0.2) * h, y - h * 0.9), (x + (k + 0.2) * h, y - h * 0.9), (x + k * h, y - h * 1.25)],
            (170, 50, 50),
        )
        if s.when == "night":
            s.rect(x + (k - 0.05) * h, y - h * 0.7, x + (k + 0.05) * h, y - h * 0.5, (255, 230, 120), False)
    for k in np.arange(-0.36, 0.4, 0.18):
        s.rect(x + (k - 0.05) * h, y - h * 0.7, x + (k + 0.05) * h, y - h * 0.6, c)
    s.rect(x - h * 0.13, y - h * 0.3, x + h * 0.13, y, (80, 55, 40))
    s.disc(x, y - h * 0.3, h * 0.13, (80, 55, 40))


def lighthouse(s, x, y, h, col="red"):
    for k in range(5):
        a, b = (0.16 - 0.014 * k, 0.16 - 0.014 * (k + 1))
        s.poly(
            [
                (x - a * h, y - k * h * 0.16),
                (x + a * h, y - k * h * 0.16),
                (x + b * h, y - (k + 1) * h * 0.16),
                (x - b * h, y - (k + 1) * h * 0.16),
            ],
            RGB[col] if k % 2 == 0 else RGB["white"],
        )
    s.rect(x - h * 0.08, y - h * 0.93, x + h * 0.08, y - h * 0.8, (255, 235, 130), False)
    s.poly([(x - h * 0.12, y - h * 0.93), (x + h * 0.12, y - h * 0.93), (x, y - h * 1.06)], RGB[col])


def cactus(s, x, y, h):
    c = (60, 130, 65)
    s.d.rounded_rectangle((x - h * 0.1, y - h, x + h * 0.1, y), h * 0.1, fill=s.c(c))
    for k, q in ((-1, 0.45), (1, 0.6)):
        s.rect(
            min(x, x + k * h * 0.3), y - h * q - h * 0.06, max(x, x + k * h * 0.3), y - h * q + h * 0.06, c
        )
        s.d.rounded_rectangle(
            (x + k * h * 0.3 - h * 0.07, y - h * (q + 0.3), x + k * h * 0.3 + h * 0.07, y - h * q + h * 0.06),
            h * 0.07,
            fill=s.c(c),
        )


def tent(s, x, y, h, col):
    s.poly([(x - h * 0.8, y), (x + h * 0.8, y), (x, y - h)], RGB[col])
    s.poly([(x - h * 0.25, y), (x + h * 0.25, y), (x, y - h * 0.8)], np.array(RGB[col]) * 0.5)


def mill(s, x, y, h):
    s.poly(
        [(x - h * 0.28, y), (x + h * 0.28, y), (x + h * 0.17, y - h * 0.75), (x - h * 0.17, y - h * 0.75)],
        (235, 225, 205),
    )
    s.poly([(x - h * 0.22, y - h * 0.75), (x + h * 0.22, y - h * 0.75), (x, y - h)], (150, 60, 50))
    for k in range(4):
        a = 0.6 + k * 1.571
        s.d.line(
            (x, y - h * 0.72, x + np.cos(a) * h * 0.5, y - h * 0.72 + np.sin(a) * h * 0.5),
            fill=s.c((95, 75, 60)),
            width=8,
        )


def mountains(s, y, snow, col):
    g = layout(s.g)
    n = g.n(2, 3)
    for x, h in sorted([(g.u(0.1 * B, 0.9 * B), g.u(130, 215)) for _ in range(n)], key=lambda v: v[1]):
        w = h * g.u(0.75, 1.0)
        c = np.array(col, float) * g.u(0.88, 1.1)
        p = (x, y - h)
        s.poly([(x - w, y), (x + w, y), p], c)
        s.poly([(x, y), (x + w, y), p], c * 0.85)
        if snow:
            t = 0.42
            s.poly(
                [
                    p,
                    (x - w * t, y - h * (1 - t)),
                    (x - w * t * 0.4, y - h * (1 - t * 0.75)),
                    (x, y - h * (1 - t * 1.1)),
                    (x + w * t * 0.45, y - h * (1 - t * 0.75)),
                    (x + w * t, y - h * (1 - t)),
                ],
                (245, 248, 252),
            )


def landscape(g):
    when = g.pick("day", "day", "day", "sunset", "sunset", "night", "night", "cloudy", "dawn")
    s = Scene(g, when)
    sky = heaven(s)
    col = g.pick("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "gray")
    hy = 240
    place = g.pick(
        "hill",
        "hill",
        "hills",
        "mountains",
        "mountains",
        "sea",
        "sea",
        "desert",
        "forest",
        "snow",
        "beach",
        "lake",
        "field",
        "city",
        "island",
        "volcano",
        "road",
        "autumn",
    )
    obj = ""
    x = 0.5 * B
    green = np.array(g.pick((85, 165, 70), (110, 180, 80)), float)
    if place in ("hill", "hills", "field", "autumn"):
        if place == "hills":
            s.line(ridge(g, hy - 25, 28, 3.2), green * 0.8)
        if g.yes(0.25) and place != "hill":
            mountains(s, hy, g.yes(0.5), (120, 125, 145))
            back = True
        else:
            back = False
        y0 = (
            ridge(g, hy + 20, 14, 3.5)
            if place != "hill"
            else hy + 50 - 75 * np.exp(-(((np.arange(B) - x) / 110) ** 2))
        )
        s.line(y0, green if place != "autumn" else np.array((190, 150, 70)))
        y = float(y0[int(x)]) + 8
        o = g.pick(
            "house", "house", "house", "tree", "tree", "castle", "castle", "windmill", "tent", "trees", "", "balloon"
        )
        ground = {
            "hill": "a green hill",
            "hills": "green hills",
            "field": "a green field",
            "autumn": "an autumn field",
        }[place]
        on = "on" if place in ("hill", "hills") else "in"
        if place == "field" and g.yes(0.5):
            fc = g.pick("red", "yellow", "pink", "purple", "white")
            ground = f"a field of {fc} flowers"
            at = layout(g)
            for _ in range(150):
                s.disc(at.u(0, B), at.u(hy + 35, B), at.u(3, 5.5), RGB[fc])
        tk = g.pick("tree", "pine tree", "cherry tree") if place != "autumn" else "autumn tree"
        if o == "house":
            house(
                s,
                x,
                y,
                140,
                col,
                np.array(g.pick((150, 55, 45), (90, 70, 65), (60, 80, 120), (120, 60, 40))),
            )
            obj = f"{col} house"
        if o == "house" and g.yes(0.4):
            tx = x + g.pick(-1, 1) * 135
            tree(s, tx, float(y0[int(tx)]) + 8, 100, tk)
            obj += f" and a {tk}" if tk[0] != "a" else f" and an {tk}"
        if o == "tree":
            tree(s, x, y, 144, tk)
            obj = tk
        if o == "trees":
            at = layout(g)
            for tx in sorted(at.r.uniform(20, B - 20, 5)):
                tree(s, tx, float(y0[int(tx)]) + at.u(4, 30), at.u(75, 105), tk)
            obj = tk + "s"
        if o == "castle":
            castle(s, x, y, 160)
            obj = "castle"
        if o == "windmill":
            mill(s, x, y, 140)
            obj = "windmill"
        if o == "tent":
            tent(s, x, y, 96, col)
            obj = f"{col} tent"
        if o == "balloon":
            balloon(s, x, 108, 54, col)
            t = f"{art(col)} hot air balloon over {ground}"
        else:
            t = f"{(obj if obj.endswith('s') else art(obj))} {on} {ground}" if obj else ground
        if back:
            t += " with mountains"
    elif place == "mountains":
        snow = g.yes(0.6)
        mc = g.pick("gray", "brown", "blue", "purple")
        mountains(
            s,
            hy + 20,
            snow,
            {
                "gray": (125, 128, 138),
                "brown": (135, 100, 75),
                "blue": (80, 110, 165),
                "purple": (115, 90, 140),
            }[mc],
        )
        f = g.pick("meadow", "lake", "forest", "")
        if f == "lake":
            s.rect(0, hy + 18, B, B, (70, 130, 190))
            at = layout(g)
            for _ in range(14):
                s.rect((a := at.u(0, B)), (b := at.u(hy + 30, B)), a + at.u(30, 80), b + 3, (130, 180, 225))
        else:
            s.line(ridge(g, hy + 20, 10, 3.5), green)
        if f == "forest":
            for k, q in enumerate(np.linspace(10, B - 10, 11)):
                tree(s, q, hy + 60 + 40 * (k % 2), 85, "pine tree")
        t = (
            ("snowy " if snow else mc + " ")
            + "mountains"
            + {"meadow": " and a green meadow", "lake": " by a lake", "forest": " and a pine forest", "": ""}[
                f
            ]
        )
    elif place in ("sea", "lake", "beach", "island"):
        hy = 216
        sea = np.array(g.pick((40, 105, 185), (60, 165, 180))) * 1.0
        if place == "lake":
            s.line(ridge(g, hy - 5, 25, 3), green * 0.85)
        s.rect(0, hy, B, B, sea)
        at = layout(g)
        for _ in range(26):
            s.rect(
                (a := at.u(-20, B)),
                (b := (hy + 8 + at.u() ** 1.5 * 170)),
                a + at.u(25, 70),
                b + 3,
                np.minimum(sea * 1.25 + 25, 255),
            )
        if place == "beach":
            s.line(ridge(g, hy + 95, 12, 3.5), (235, 215, 160))
            o = g.pick("palm tree", "palm tree", "palm trees", "umbrella", "")
            if o == "palm tree":
                tree(s, x, hy + 130, 200, o)
            if o == "palm trees":
                tree(s, 80, hy + 125, 170, "palm tree")
                tree(s, B - 90, hy + 140, 190, "palm tree")
            if o == "umbrella":
                s.rect(x - 3, hy + 20, x + 3, hy + 140, (120, 90, 60))
                s.d.pieslice((x - 70, hy - 40, x + 70, hy + 100), 180, 360, fill=s.c(RGB[col]))
                s.poly([(x - 22, hy + 30), (x + 22, hy + 30), (x, hy - 40)], (250, 250, 250))
                o = f"{col} beach umbrella"
            t = (
                f"{(o if o.endswith('s') else art(o))} on the beach by the sea"
                if o
                else "a sandy beach by the sea"
            )
        elif place == "island":
            s.d.ellipse((x - 100, hy + 20, x + 100, hy + 85), fill=s.c((235, 215, 160)))
            o = g.pick("palm tree", "palm tree", "house", "lighthouse", "castle")
            {
                "palm tree": lambda: tree(s, x, hy + 50, 170, "palm tree"),
                "house": lambda: house(s, x, hy + 50, 100, col, (150, 60, 50)),
                "lighthouse": lambda: lighthouse(s, x, hy + 50, 170),
                "castle": lambda: castle(s, x, hy + 50, 130),
            }[o]()
            t = f"{art(col + ' house' if o == 'house' else o)} on an island in the sea"
        else:
            o = (
                g.pick("sailboat", "sailboat", "sailboat", "lighthouse", "", "balloon")
                if place == "sea"
                else g.pick("sailboat", "sailboat", "")
            )
            body = "the sea" if place == "sea" else "a lake"
            if o == "sailboat":
                sail(s, x, hy + 60, 132, col)
                t = f"{art(col)} sailboat on {body}"
            elif o == "lighthouse":
                s.poly(
                    [(x - 75, hy + 60), (x + 75, hy + 60), (x + 40, hy + 5), (x - 40, hy + 5)], (110, 100, 95)
                )
                lc = g.pick("red", "red", "blue")
                lighthouse(s, x, hy + 10, 165, lc)
                t = f"{art(lc)} and white lighthouse by the sea"
            elif o == "balloon":
                balloon(s, x, 96, 50, col)
                t = f"{art(col)} hot air balloon over the sea"
            else:
                t = "the calm sea" if place == "sea" else "a lake with green hills"
    elif place == "desert":
        s.line(ridge(g, hy - 15, 22, 3), (215, 165, 95))
        s.line(ridge(g, hy + 25, 24, 3), (232, 185, 112))
        o = g.pick("cactus", "cactus", "pyramid", "pyramids", "", "tent")
        if o == "cactus":
            cactus(s, x, hy + 60, 120)
        if o.startswith("pyr"):
            for a, h in ((x, 110),) if o == "pyramid" else ((110, 75), (260, 105)):
                s.poly([(a - h, hy + 45), (a + h, hy + 45), (a, hy + 45 - h)], (220, 175, 100))
                s.poly([(a, hy + 45 - h), (a + h, hy + 45), (a + h * 0.35, hy + 45)], (180, 135, 75))
        if o == "tent":
            tent(s, x, hy + 60, 70, col)
            o = col + " tent"
        t = (
            f"{(o if o.endswith('s') and o != 'cactus' else art(o))} in the desert"
            if o
            else "desert with sand dunes"
        )
    elif place == "forest":
        tk = g.pick("pine tree", "pine tree", "tree", "autumn tree")
        s.line(ridge(g, hy, 15, 3), green * 0.8)
        at = layout(g)
        for k in range(2):
            for tx in np.linspace(38 - 38 * k, B - 38 + 38 * k, 5 + k):
                tree(s, tx + at.u(-10, 10), hy + 20 + 75 * k, at.u(165, 195), tk, 0.75 + 0.65 * k)
        t = {"pine tree": "a pine forest", "tree": "a green forest", "autumn tree": "an autumn forest"}[tk]
    elif place == "snow":
        if g.yes(0.5):
            mountains(s, hy, True, (130, 135, 155))
        s.line(ridge(g, hy + 5, 18, 3.2), (238, 243, 250))
        o = g.pick("house", "pine tree", "pine trees", "snowman", "snowman", "")
        if o == "house":
            house(s, x, hy + 45, 140, col, (240, 244, 250))
            o = col + " house"
        if o == "pine tree":
            tree(s, x, hy + 55, 144, o)
        if o == "pine trees":
            at = layout(g)
            for tx in sorted(at.r.uniform(20, B - 20, 6)):
                tree(s, tx, hy + at.u(35, 75), at.u(75, 110), "pine tree")
        if o == "snowman":
            y = hy + 80
            for a, r in ((30, 40), (85, 28), (125, 20)):
                s.disc(x, y - a, r, (250, 252, 255))
            for k in (-1, 1):
                s.disc(x + k * 7, y - 130, 3, (20, 20, 20))
            s.poly([(x, y - 124), (x, y - 118), (x + 22, y - 119)], (240, 130, 40))
            s.rect(x - 16, y - 168, x + 16, y - 142, (30, 30, 35))
            s.rect(x - 24, y - 146, x + 24, y - 140, (30, 30, 35))
            s.d.ellipse((x - 40, y - 6, x + 40, y + 12), fill=s.c((215, 222, 235)))
        if g.yes(0.4):
            at = layout(g)
            for _ in range(50):
                s.disc(at.u(0, B), at.u(0, B), at.u(3, 5), (255, 255, 255), False)
            fall = " with falling snow"
        else:
            fall = ""
        t = (f"{(o if o.endswith('s') else art(o))} in the snow" if o else "a snowy landscape") + fall
    elif place == "city":
        base = g.pick((90, 95, 115), (120, 110, 120), (70, 90, 120))
        e, at = -10, layout(g)
        while e < B:
            w, h = (at.u(28, 55), at.u(80, 220))
            c = np.array(base) * at.u(0.7, 1.15)
            s.rect(e, hy + 60 - h, e + w, B, c)
            for a in np.arange(e + 6, e + w - 8, 13):
                for b in np.arange(hy + 70 - h, B - 60, 18):
                    s.rect(
                        a,
                        b,
                        a + 6,
                        b + 8,
                        (
                            (255, 230, 130)
                            if (s.when == "night" or s.when == "sunset") and at.yes(0.6)
                            else c * 1.35
                        ),
                        not s.when == "night",
                    )
            e += w + at.u(-2, 6)
        s.rect(0, B - 40, B, B, (70, 72, 78))
        t = g.pick("a city with tall buildings", "a city skyline")
    elif place == "volcano":
        h, w = (180, 150)
        y = hy + 30
        s.poly([(x - w, y), (x - 28, y - h), (x + 28, y - h), (x + w, y)], (100, 78, 72))
        s.poly(
            [
                (x - 28, y - h),
                (x + 28, y - h),
                (x + 40, y - h * 0.75),
                (x + 14, y - h * 0.55),
                (x + 4, y - h * 0.8),
                (x - 14, y - h * 0.6),
                (x - 36, y - h * 0.8),
            ],
            (245, 95, 25),
            False,
        )
        for k in range(4):
            s.disc(x + 20 * (-1) ** k, y - h - 18 - k * 16, 15 + k * 4, (120, 118, 122))
        s.line(ridge(g, hy + 25, 8, 3.5), g.pick((70, 110, 60), (85, 75, 70)))
        t = "an erupting volcano"
    else:
        s.line(ridge(g, hy - 5, 15, 3.2), green)
        s.poly([(x - 8, hy), (x + 8, hy), (B * 0.85, B), (B * 0.15, B)], (95, 97, 102))
        for u in (0.1, 0.32, 0.54, 0.76):
            s.poly(
                [
                    (x - 5 * u - 1, hy + (B - hy) * u),
                    (x + 5 * u + 1, hy + (B - hy) * u),
                    (x + 6 * u + 1, hy + (B - hy) * (u + 0.1)),
                    (x - 6 * u - 1, hy + (B - hy) * (u + 0.1)),
                ],
                (245, 240, 225),
            )
        tk = g.pick("tree", "pine tree", "autumn tree")
        n = g.yes(0.6)
        if n:
            tree(s, 50, hy + 60, 130, tk)
            tree(s, B - 55, hy + 50, 110, tk)
        t = "a road through green hills" + (f" with {tk}s" if n else "")
    when_words = [w for w in WHEN[when]]
    ww = g.pick(when_words) if when != "day" else g.pick("", when_words[1], when_words[2])
    full = (t + " " + ww).strip()
    sk = [k for k in sky if k not in t]
    extra = g.pick(sk) if sk else ""
    extra = {
        "sun": "the sun",
        "stars": "stars",
        "clouds": "clouds",
        "birds": "birds",
        "rainbow": "a rainbow",
        "full moon": "a full moon",
        "crescent moon": "a crescent moon",
    }.get(extra, "")
    above = g.pick(sky) if when == "night" else ""
    by_night = f"{t} under a {'starry sky' if above == 'stars' else above}" if above else full
    caps = [
        full,
        by_night,
        t if when == "day" else full,
        full + (" with " + extra if extra and " with " not in full else " and " + extra if extra else ""),
        "flat landscape, " + full,
        "simple drawing of " + full,
    ]
    return (np.asarray(s.im.reduce(K), float), full, caps, "landscape")
