# SPDX-License-Identifier: GPL-3.0-or-later
"""Textures by formula: each function returns a picture, its names and an adjective."""

import numpy as np
from PIL import Image, ImageDraw

from .canvas import S, X, Y, layout, light, mix, offset, ramp, shade


def wood(g):
    c = g.pick("brown", "dark brown", "light brown", "reddish brown", "gray", "beige")
    base = g.rgb(c)
    n = g.pick(4, 8)
    w = S / n
    kind = g.pick("planks", "planks", "grain", "parquet")
    ring = lambda b: np.sin(b * g.u(4, 7) + g.noise(3, 0.25, 3) * 1.2)
    if kind == "grain":
        v = 0.16 * ring(g.noise(3.2, 0.2, 2.5) * 1.5) + 0.05 * g.noise(1, 0.08, 2)
        im = shade(base, v)
        names = ("wood grain", "wood", "wooden surface")
    elif kind == "planks":
        row = (Y // w).astype(int)
        k = g.r.normal(0, 0.13, n)[row]
        off = layout(g).r.integers(0, S // 8, n)[row] * 8
        v = 0.09 * np.sin(g.noise(3.6, 0.2, 3.5) * 3 + row * 9) + 0.03 * g.noise(1, 0.08, 2) + k
        e = np.minimum(Y % w, w - Y % w)
        j = np.abs((X + off) % S - S / 2)
        im = shade(base, v)
        im = shade(im, -0.6 * (e < 1.5) - 0.6 * ((e >= 1.5) & (j < 1.5)))
        names = ("wood planks", "wooden planks", "wooden floor", "wooden boards")
    else:
        b = g.pick(16, 32)
        cell = ((X // b + Y // b) % 2).astype(bool)
        p = np.where(cell, Y, X) % b
        lane = p // (b / 4)
        u = g.noise(2, 0.3, 3)
        v = (
            0.1 * np.where(cell, u, u.T)
            + g.r.normal(0, 0.08, (9, 9, 4))[(X // b).astype(int), (Y // b).astype(int), lane.astype(int)]
        )
        im = shade(base, v - 0.45 * (p % (b / 4) < 1) - 0.3 * ((X % b < 1) | (Y % b < 1)))
        names = ("parquet floor", "wood parquet")
    if g.yes(0.4) and kind == "planks":
        im = im.transpose(1, 0, 2)
    return (im, names, c)


def marble(g):
    c = g.pick("white", "black", "green", "pink", "gray", "beige", "blue")
    b = g.rgb(c)
    at = layout(g, 4)
    v = np.abs(np.sin(np.pi * (X + Y * at.pick(1, -1)) / S * at.pick(2, 3) + at.noise(5) * at.u(1.2, 1.8)))
    v = 0.35 * v**0.7 + 0.65 * np.clip(v * g.u(1.6, 2.6), 0, 1)
    vein = np.array((235, 232, 228.0)) if c in ("black", "green", "blue") else b * 0.5
    return (
        mix(vein, b, v + 0.06 * g.noise(3)),
        ("marble", "marble texture", "polished marble"),
        c,
    )


def bricks(g):
    c = g.pick("red", "red", "brown", "gray", "white", "yellow", "orange", "dark red", "blue", "beige")
    n = g.pick(4, 4, 8)
    h = S // n
    w = h * 2
    row = (Y // h).astype(int)
    x = (X + row % 2 * h) % S
    col = (x // w).astype(int)
    k = g.r.normal(0, 0.1, (n, n))[row, col]
    e = np.minimum.reduce([x % w, w - 1 - x % w, Y % h, h - 1 - Y % h]) + 0.4 * g.noise(3)
    mort = (95, 92, 90) if c in ("white", "yellow", "beige") else (205, 200, 190)
    b = shade(g.rgb(c), k + 0.03 * g.noise(1.2))
    b = shade(b, 0.18 * (Y % h < h * 0.3) - 0.15 * (Y % h > h * 0.8))
    return (
        mix(shade(mort, 0.05 * g.noise(1)), b, (e - 1.4) * 1.2),
        ("brick wall", "bricks", "wall of bricks"),
        c,
    )


def cobble(g):
    c = g.pick("gray", "brown", "dark gray", "beige", "gray", "reddish brown")
    a, b, i, n = layout(g).cells(16, 0.75)
    e = (b - a) / (S / n**0.5)
    k = g.r.normal(0, 0.13, n)[i]
    h = np.clip(e * 2.5, 0, 1) ** 0.5
    im = shade(g.rgb(c), k + light(h * 2, 0.35) + 0.03 * g.noise(1.5))
    return (
        mix(np.array((52, 48, 44.0)), im, h * 1.7 - 0.6),
        ("cobblestone", "cobblestone path", "stone pavement", "cobblestones"),
        c,
    )


def pebbles(g):
    a, b, i, n = g.cells(g.pick(36, 49, 64), 0.9)
    e = np.clip((b - a) / (S / n**0.5) * 2.2, 0, 1)
    cs = np.array(
        [g.rgb(g.pick("gray", "beige", "brown", "light gray", "white", "dark gray"), 12) for _ in range(n)]
    )
    return (
        mix(np.array((45, 42, 40.0)), shade(cs[i], light(e**0.5, 0.5) + 0.04 * g.noise(1)), e * 1.7 - 0.2),
        ("pebbles", "small stones", "gravel"),
        g.pick("gray", ""),
    )


def sand(g):
    c = g.pick("beige", "golden yellow", "light brown", "white", "orange")
    b = g.rgb(c)
    if g.yes(0.5):
        v = 0.1 * np.sin(2 * np.pi * Y / S * g.pick(5, 7, 9) + g.noise(3.6) * 1.6) + 0.05 * g.noise(0.3)
        names = ("rippled sand", "desert sand", "sand dunes texture")
    else:
        v = 0.05 * g.noise(0.4) + 0.04 * g.noise(3)
        names = ("sand", "beach sand", "sand texture")
    return (shade(b, v), names, c)


def water(g):
    c = g.pick("blue", "turquoise", "dark blue", "light blue", "teal", "green")
    b = g.rgb(c)
    k = g.pick("ripples", "caustics", "waves")
    if k == "caustics":
        a, d, i, n = g.cells(g.pick(16, 25, 36), 0.9)
        wx, wy = (g.noise(3) * 4, g.noise(3) * 4)
        e = (d - a)[((Y + wy) % S).astype(int), ((X + wx) % S).astype(int)]
        im = mix(np.array((235, 250, 255.0)), b, np.clip(e / 7, 0, 1) ** 0.4)
        names = ("water", "clear water", "swimming pool water")
    else:
        v = (
            np.sin(2 * np.pi * Y / S * g.pick(6, 8, 11) + g.noise(3.2, 0.5, 1.2) * 2.6)
            if k == "waves"
            else g.noise(2.4, 0.6, 2.2)
        )
        im = mix(b * 0.72, np.minimum(b * 1.3 + 25, 255), 0.5 + 0.33 * v)
        im = mix(im, np.array((245, 250, 255.0)), np.clip(v - 1.35, 0, 1) * 0.8)
        names = ("water", "water with ripples", "sea waves")
    return (im, names, c)


def fire(g):
    n = g.noise(2.8, 1.6, 0.7) * 0.17
    t = Y / S
    v = (
        np.clip(t * 1.15 + n - 0.1 + 0.12 * np.abs(g.noise(2.6, 2, 0.5)), 0, 1)
        if g.yes(0.7)
        else np.clip(0.5 + n * 1.6, 0, 1)
    )
    return (
        ramp(v, (12, 4, 4), (80, 8, 4), (190, 36, 6), (240, 110, 12), (252, 190, 45), (255, 244, 170)),
        ("fire", "flames", "burning fire"),
        g.pick("orange", "red", ""),
    )


def lava(g):
    at = layout(g)
    a, b, i, n = at.cells(at.pick(9, 16), 1)
    v = np.clip(1 - (b - a + at.noise(3.2) * 2.5) / 13, 0, 1)
    rock = shade((46, 38, 38), 0.08 * g.noise(2) + 0.1 * light(g.noise(2.6)))
    glow = ramp(v, (46, 38, 38), (150, 24, 8), (225, 62, 8), (255, 130, 20), (255, 205, 80))
    return (mix(rock, glow, v * 5), ("lava", "molten lava", "lava and black rock"), g.pick("red", "orange", ""))


def metal(g):
    c = g.pick("silver", "gold", "copper", "gray", "dark gray", "blue")
    b = g.rgb(c)
    k = g.pick("brushed", "plate", "rusty", "diamond")
    v = 0.07 * g.noise(0.6, 0.03, 2) + 0.16 * np.sin((X + Y) / S * 2 * np.pi + g.u(0, 6))
    if k == "brushed":
        return (shade(b, v), ("brushed metal", "metal", "metal surface"), c)
    if k == "rusty":
        n = g.noise(2.2)
        return (
            mix(shade(b, 0.05 * g.noise(1)), shade((145, 72, 30), 0.18 * g.noise(1.4)), n * 1.2 + 0.4),
            ("rusty metal", "rust on metal", "old rusty iron"),
            "",
        )
    if k == "plate":
        p = g.pick(32, 64)
        x, y = (X % p, Y % p)
        e = np.minimum.reduce([x, y, p - 1 - x, p - 1 - y])
        r = np.hypot(np.minimum(x, p - x) - 6, np.minimum(y, p - y) - 6)
        im = shade(b, v * 0.5 - 0.45 * (e < 1) + 0.2 * (e == 1))
        return (
            shade(im, np.where(r < 3.2, 0.25 - 0.1 * r, 0) - 0.3 * ((r >= 3.2) & (r < 4.2))),
            ("metal plates with rivets", "metal panel", "riveted metal"),
            c,
        )
    p = 16
    q = ((X // p + Y // p) % 2).astype(bool)
    x, y = (X % p - p / 2 + 0.5, Y % p - p / 2 + 0.5)
    a, d = ((x + y) / 1.41, (x - y) / 1.41)
    a, d = (np.where(q, a, d), np.where(q, d, a))
    h = np.clip(1.15 - np.hypot(a / 8, d / 2.6), 0, 0.5) * 2
    return (
        shade(b, v * 0.4 + light(h, 0.35) + 0.12 * h),
        ("diamond plate metal", "metal floor plate", "steel tread plate"),
        c,
    )


def leather(g):
    c = g.pick("brown", "black", "red", "dark brown", "light brown", "white", "blue", "green")
    a, b, i, n = g.cells(g.pick(225, 400, 324), 1)
    e = np.clip((b - a) / (S / n**0.5) * 3, 0, 1)
    return (
        shade(g.rgb(c), -0.28 * (1 - e) + 0.1 * g.noise(3) + light(e, 0.15)),
        ("leather", "leather texture", "smooth leather"),
        c,
    )


COL = (
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "white",
    "gray",
    "turquoise",
)


def fabric(g):
    c = g.pick(COL)
    b = g.rgb(c)
    k = g.pick("weave", "knit", "plaid", "stripes", "dots", "denim", "burlap")
    w = g.pick(4, 8)
    thread = lambda p: 0.12 * np.where(
        (X // p + Y // p) % 2 > 0, np.abs(np.sin(np.pi * X / p)), np.abs(np.sin(np.pi * Y / p))
    ) + 0.04 * g.noise(0.5)
    if k == "weave":
        return (shade(b, thread(w) * 2.4 - 0.15), ("woven fabric", "fabric", "cloth texture"), c)
    if k == "denim":
        b = g.rgb(g.pick("dark blue", "blue"))
        return (
            shade(
                b, 0.16 * np.sin(2 * np.pi * (X + Y) / 4) + 0.1 * g.noise(0.6, 0.3, 1) + 0.06 * g.noise(2.5)
            ),
            ("denim", "denim fabric", "jeans fabric"),
            "blue",
        )
    if k == "burlap":
        b = g.rgb("light brown")
        return (
            shade(b, thread(4) * 3 - 0.2 + 0.08 * g.noise(0.8, 0.1, 1) + 0.08 * g.noise(0.8, 1, 0.1)),
            ("burlap", "burlap sack cloth", "sackcloth"),
            "brown",
        )
    if k == "knit":
        p = g.pick(8, 16)
        x = X % p
        y = (Y + np.abs(x - p / 2) * 1.1) % p
        h = np.minimum(y, p - y) / p * 2 * np.clip(np.abs(np.sin(np.pi * X / (p / 2))) * 1.6, 0, 1)
        return (shade(b, 0.75 * h - 0.45), ("knitted wool", "knitted sweater texture", "knit fabric"), c)
    if k == "dots":
        d, q = (g.pick(COL), g.pick(16, 32))
        d = d if d != c else "white"
        if d == c:
            d = "black"
        x, y = (X % q, (Y + X // q % 2 * q / 2) % q)
        r = np.hypot(x - q / 2 + 0.5, y - q / 2 + 0.5)
        return (mix(g.rgb(d), b, r - q * 0.27), (f"fabric with {d} polka dots", "polka dots"), c)
    d = g.pick(COL)
    d = d if d != c else "white" if c != "white" else "blue"
    if k == "stripes":
        p = g.pick(16, 32, 64)
        t = (np.abs((X if g.yes(0.5) else Y if g.yes(0.5) else X + Y) % p - p / 2 + 0.5) - p / 4) * 1.0 + 0.5
        return (shade(mix(b, g.rgb(d), t), thread(4)), (f"and {d} striped fabric", f"and {d} stripes"), c)
    p = g.pick(32, 64)
    f = lambda z: (z % p < p / 2) * 0.5 + ((z % p >= p * 0.7) & (z % p < p * 0.76)) * 0.45
    return (
        shade(mix(b, g.rgb(d), (f(X) + f(Y)) * 0.7), 0.06 * np.sin(2 * np.pi * (X + Y) / 4)),
        (f"and {d} plaid", f"and {d} tartan fabric", f"and {d} checkered cloth"),
        c,
    )


def stone(g):
    c = g.pick("gray", "brown", "beige", "dark gray", "reddish brown", "light gray")
    k = g.pick("rough stone", "rock", "granite", "concrete")
    n = g.noise(2.2)
    if k == "granite":
        v = g.noise(0.7)
        im = shade(g.rgb(g.pick("gray", "pink", "light gray")), 0.06 * g.noise(2))
        im = mix(im, np.array((40, 40, 42.0)), (v - 0.9) * 3)
        im = mix(im, np.array((235, 232, 228.0)), (-v - 1.0) * 3)
        return (im, ("granite", "speckled granite"), "")
    if k == "concrete":
        return (
            shade(g.rgb(g.pick("gray", "light gray")), 0.05 * n + 0.04 * g.noise(0.6)),
            ("concrete", "concrete wall", "cement"),
            "gray",
        )
    return (shade(g.rgb(c), light(n, 0.28) + 0.08 * g.noise(1.4)), (k, k + " texture", "stone surface"), c)


def stars(g):
    c = g.pick("black", "dark blue", "purple", "navy")
    neb = g.yes(0.45)
    base = np.array(
        dict(
            zip(
                ("black", "dark blue", "purple", "navy"),
                ((8, 8, 18), (12, 20, 60), (38, 16, 62), (14, 20, 52)),
            )
        )[c],
        float,
    )
    im = np.broadcast_to(base, (S, S, 3)).copy()
    if neb:
        a = g.pick("purple", "blue", "pink", "turquoise", "red")
        n = g.noise(3)
        im = mix(im, g.rgb(a), np.clip(n * 0.35 + 0.15, 0, 0.75))
        im = mix(im, g.rgb(g.pick("blue", "pink", "orange")), np.clip(g.noise(3) * 0.3 - 0.15, 0, 0.6))
    at = layout(g)
    for _ in range(24):
        y, x, b, r = (at.u(0, S), at.u(0, S), at.u(0.8, 1), at.pick(1.6, 2.2, 2.8))
        dx, dy = (offset(X, x), offset(Y, y))
        v = np.exp(-((np.hypot(dx, dy) / r) ** 2))
        if r > 2.5:  # rays
            v = v + np.exp(-np.abs(dx) / 3 - dy**2) + np.exp(-np.abs(dy) / 3 - dx**2)
        im = mix(im, np.array((255, 250, 240.0)), v * b)
    return (
        im,
        (
            (f"{a} nebula with stars", f"{a} galaxy in space", "outer space with a nebula")
            if neb
            else ("night sky with stars", "starry night sky", "stars in the sky")
        ),
        "" if neb else g.pick(c, ""),
    )


def snow(g):
    return (
        shade((238, 243, 250), 0.05 * light(g.noise(2.6), 0.6) + 0.012 * g.noise(0.4)),
        ("snow", "fresh snow", "snow surface"),
        g.pick("white", ""),
    )


def clouds(g):
    k = g.pick("day", "day", "sunset", "storm")
    n = layout(g, 4).noise(3.8, 0.7, 1.2) * 0.9 + 0.4
    sky, cl = dict(
        day=((85, 150, 225), (250, 252, 255)),
        sunset=((235, 130, 90), (255, 220, 170)),
        storm=((70, 76, 88), (150, 155, 165)),
    )[k]
    im = mix(np.array(sky, float), np.array(cl, float), n)
    return (
        shade(im, 0.04 * light(n)),
        dict(
            day=("clouds in a blue sky", "cloudy sky", "white clouds"),
            sunset=("clouds at sunset", "sunset clouds", "orange cloudy sky"),
            storm=("storm clouds", "dark cloudy sky", "gray clouds"),
        )[k],
        "",
    )


def strokes(g, base, cols, count, length, width, spread, direction=None):
    im = Image.new("RGB", (S * 2, S * 2), tuple((int(v) for v in base)))
    d = ImageDraw.Draw(im)
    for _ in range(count):
        x, y, a, l = (
            g.u(0, 256),
            g.u(0, 256),
            g.u(0, 6.3) if direction is None else direction + g.u(-spread, spread),
            g.u(0.6, 1) * length,
        )
        c = tuple((int(v) for v in cols[g.n(0, len(cols) - 1)]))
        for ox in (-256, 0, 256):
            for oy in (-256, 0, 256):
                if -40 < x + ox < 296 and -40 < y + oy < 296:
                    d.line(
                        (x + ox, y + oy, x + ox + l * np.cos(a), y + oy + l * np.sin(a)), fill=c, width=width
                    )
    return np.asarray(im.reduce(2), float)


def grass(g):
    c = g.pick("green", "dark green", "light green", "yellow", "green", "lime")
    b = g.rgb(c)
    return (
        strokes(
            g, b * 0.55, [np.clip(b * g.u(0.6, 1.25), 0, 255) for _ in range(10)], 900, 26, 3, 0.5, -1.57
        ),
        ("grass", "grass lawn", "meadow grass"),
        "dry yellow" if c == "yellow" else c,
    )


def fur(g):
    c = g.pick("brown", "white", "black", "gray", "orange", "beige")
    b = g.rgb(c)
    return (
        strokes(
            g,
            b * 0.7,
            [np.clip(b * g.u(0.75, 1.2), 0, 255) for _ in range(10)],
            1000,
            28,
            2,
            0.35,
            g.pick(1.57, 1.2, 1.9),
        ),
        ("fur", "soft fur", "animal fur"),
        c,
    )


def leaves(g):
    k = g.pick("green", "autumn", "dark green", "green", "yellow", "red")
    cols = [
        g.rgb(
            g.pick(
                ("orange", "red", "golden yellow", "brown")
                if k == "autumn"
                else (k, k, "lime" if k == "green" else k)
            ),
            14,
        )
        for _ in range(14)
    ]
    im = Image.new("RGB", (S * 2, S * 2), tuple((int(v * 0.4) for v in cols[0])))
    d = ImageDraw.Draw(im)
    L = g.u(26, 44)
    for _ in range(int(170000 / L**2) + 60):
        x, y, a = (g.u(0, 256), g.u(0, 256), g.u(0, 6.3))
        c = cols[g.n(0, 13)] * g.u(0.75, 1.1)
        t = np.linspace(0, 1, 9)
        w = np.sin(np.pi * t**0.8) * L * 0.26
        p = np.concatenate([np.stack([t * L, w], 1), np.stack([t * L, -w], 1)[::-1]])
        rot = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
        p = p @ rot
        for ox in (-256, 0, 256):
            for oy in (-256, 0, 256):
                if -60 < x + ox < 316 and -60 < y + oy < 316:
                    q = p + (x + ox, y + oy)
                    d.polygon([tuple(v) for v in q], fill=tuple((int(min(v, 255)) for v in c)))
                    d.line((tuple(q[0]), tuple(q[8])), fill=tuple((int(v * 0.65) for v in c)), width=2)
    return (
        np.asarray(im.reduce(2), float),
        ("leaves", "fallen leaves" if k in ("autumn", "red", "yellow") else "foliage", "leaf background"),
        k,
    )


def flowers(g):
    c = g.pick("red", "yellow", "pink", "purple", "white", "blue", "orange")
    gr = g.rgb("green")
    im = Image.fromarray(
        np.clip(
            np.repeat(
                np.repeat(
                    strokes(g, gr * 0.5, [gr * g.u(0.6, 1.1) for _ in range(8)], 500, 24, 3, 0.6, -1.57), 2, 0
                ),
                2,
                1,
            ),
            0,
            255,
        ).astype(np.uint8)
    )
    d = ImageDraw.Draw(im)
    R = g.u(9, 18)
    for _ in range(int(9000 / R**2) + 8):
        x, y, a0, b = (g.u(0, 256), g.u(0, 256), g.u(0, 6.3), g.rgb(c, 12))
        for ox in (-256, 0, 256):
            for oy in (-256, 0, 256):
                if -20 < x + ox < 276 and -20 < y + oy < 276:
                    for k in range(5):
                        px, py = (
                            x + ox + R * 0.6 * np.cos(a0 + k * 1.257),
                            y + oy + R * 0.6 * np.sin(a0 + k * 1.257),
                        )
                        d.ellipse(
                            (px - R * 0.45, py - R * 0.45, px + R * 0.45, py + R * 0.45),
                            fill=tuple((int(v) for v in b)),
                        )
                    d.ellipse(
                        (x + ox - R * 0.3, y + oy - R * 0.3, x + ox + R * 0.3, y + oy + R * 0.3),
                        fill=(250, 200, 50) if c != "yellow" else (150, 90, 30),
                    )
    return (np.asarray(im.reduce(2), float), ("flowers in grass", "flower meadow", "field of flowers"), c)


def tiles(g):
    c = g.pick(COL)
    b = g.rgb(c)
    p = g.pick(16, 32, 32)
    k = g.pick("tiles", "checker", "mosaic", "hex", "roof", "scales")
    e = np.minimum.reduce([X % p, Y % p, p - 1 - X % p, p - 1 - Y % p])
    i, j = ((X // p).astype(int), (Y // p).astype(int))
    if k == "tiles":
        return (
            mix(
                np.array((215, 212, 205.0)),
                shade(b, g.r.normal(0, 0.06, (9, 9))[i, j] + 0.16 * (1 - (X % p + Y % p) / p)),
                e - 0.4,
            ),
            ("ceramic tiles", "bathroom tiles", "tiled wall"),
            c,
        )
    if k == "checker":
        d = g.pick(COL)
        d = d if d != c else "white" if c != "white" else "black"
        return (
            shade(mix(b, g.rgb(d), (i + j) % 2), 0.02 * g.noise(2)),
            (f"and {d} checkerboard", f"and {d} checkered floor"),
            c,
        )
    if k == "mosaic":
        p = 8
        i, j = ((X // p).astype(int), (Y // p).astype(int))
        e = np.minimum(X % p, Y % p)
        d = g.r.normal(0, 0.2, (16, 16))[i, j]
        return (mix(np.array((230, 228, 222.0)), shade(b, d), e), ("mosaic", "mosaic tiles"), c)
    if k == "hex":
        q = g.pick(16, 32)
        h = q * 0.866
        cand = []
        for dy in (-1, 0, 1):
            r = np.round(Y / h) + dy
            xo = r % 2 * q / 2
            cx = np.round((X - xo) / q) * q + xo
            cand += [np.hypot(X - cx - o, Y - r * h) for o in (-q, 0, q)]
        z = np.sort(np.stack(cand), 0)
        return (
            mix(shade(b, -0.6), shade(b, 0.04 * g.noise(2) - 0.1 * z[0] / q), (z[1] - z[0]) / 2.5 - 0.3),
            ("hexagon pattern", "honeycomb pattern", "hexagons"),
            c,
        )
    q = g.pick(16, 32)
    row = (Y // (q / 2)).astype(int)
    best = np.zeros((S, S)) - 1
    val = np.zeros((S, S))
    for dr in (0, -1):
        r = row + dr
        xo = r % 2 * q / 2
        cx = np.round((X - xo) / q) * q + xo
        d = np.hypot(X - cx, Y - r * q / 2)
        inside = (d < q * 0.55) & (best < 0)
        val = np.where(inside, d / (q * 0.55), val)
        best = np.where(inside, 1, best)
    names = ("roof tiles", "roof shingles") if k == "roof" else ("fish scales", "scales", "dragon scales")
    return (shade(b, np.where(best > 0, 0.25 - 0.75 * val**3, -0.5)), names, c)


def paper(g):
    c = g.pick("beige", "cream", "white", "light brown")
    return (
        shade(
            g.rgb(c),
            0.025 * g.noise(0.8)
            + 0.05 * g.noise(3)
            - 0.12 * np.clip(np.hypot(X - 64, Y - 64) / 90 - 0.5, 0, 1),
        ),
        g.pick((("old paper", "parchment", "paper texture"), ("paper", "paper texture", "parchment"))),
        c,
    )


def ice(g):
    a, b, i, n = g.cells(g.pick(9, 16), 1)
    e = b - a + g.noise(2) * 1.2
    return (
        mix(np.array((245, 252, 255.0)), shade((165, 210, 235), 0.06 * g.noise(2.5)), e / 3.5),
        ("ice", "cracked ice", "frozen ice"),
        g.pick("blue", ""),
    )


def moss(g):
    n = g.noise(1.2)
    return (
        mix(
            shade((112, 112, 108), light(g.noise(2.2), 0.25)),
            shade((86, 125, 45), 0.25 * n),
            g.noise(2.6) * 1.3 + 0.7,
        ),
        ("moss on stone", "mossy stone", "moss"),
        g.pick("green", ""),
    )


def bark(g):
    c = g.pick("brown", "dark brown", "gray")
    n = g.noise(2.3, 3, 0.45)
    return (
        shade(g.rgb(c), light(n, 0.4) - 0.25 * np.clip(n, -1, 1)),
        ("tree bark", "bark", "bark of a tree"),
        c,
    )


def animal(g):
    k = g.pick("zebra", "leopard", "tiger", "cow", "camouflage", "giraffe")
    at = layout(g)
    n = at.noise(4.6)
    if k == "zebra":
        return (
            mix(
                np.array((25, 25, 28.0)),
                np.array((244, 242, 238.0)),
                np.sin(2 * np.pi * Y / S * at.pick(4, 5) + n * 2.2) * 4 + 0.5,
            ),
            ("zebra stripes", "zebra skin pattern", "black and white animal stripes"),
            "",
        )
    if k == "tiger":
        return (
            mix(
                np.array((28, 20, 16.0)),
                shade((232, 140, 42), 0.05 * g.noise(1)),
                np.sin(2 * np.pi * Y / S * at.pick(4, 5) + n * 2.2) * 4 + 1.6,
            ),
            ("tiger stripes", "tiger fur pattern", "orange and black tiger stripes"),
            "",
        )
    if k == "cow":
        return (
            mix(np.array((245, 243, 238.0)), np.array((30, 28, 28.0)), n * 6 - 1),
            ("cow spots", "cow skin pattern", "black and white cow pattern"),
            "",
        )
    if k == "giraffe":
        a, b, i, m = at.cells(25, 0.9)
        return (
            mix(np.array((240, 220, 170.0)), shade((175, 105, 45), 0.05 * g.noise(1)), b - a - 3),
            ("giraffe pattern", "giraffe skin", "giraffe spots"),
            "",
        )
    if k == "leopard":
        a, b, i, m = g.cells(g.pick(49, 64, 81), 0.9)
        s = S / m**0.5
        d = a + g.noise(1.8) * 1.2
        return (
            mix(
                mix(np.array((196, 135, 62.0)), np.array((35, 24, 18.0)), (d - s * 0.2) / 1.2),
                shade((228, 180, 105), 0.05 * g.noise(1)),
                (d - s * 0.4) / 1.2,
            ),
            ("leopard print", "leopard spots", "leopard skin pattern"),
            "",
        )
    cs = g.pick(
        (
            ((75, 85, 45), (120, 115, 70), (60, 50, 35), (150, 145, 100)),
            ((190, 165, 120), (160, 130, 90), (215, 195, 155), (120, 95, 65)),
        )
    )
    im = np.broadcast_to(np.array(cs[0], float), (S, S, 3))
    for c in cs[1:]:
        im = mix(im, np.array(c, float), (g.noise(3) - 0.5) * 8)
    return (
        im,
        ("camouflage", "camouflage pattern", "military camouflage"),
        g.pick("green", "") if cs[0][1] == 85 else "brown",
    )


def bubbles(g):
    c = g.pick("blue", "pink", "turquoise", "purple", "green", "orange")
    im = np.broadcast_to(g.rgb(c) * 0.85, (S, S, 3)).copy()
    im = shade(im, 0.06 * g.noise(3))
    for _ in range(g.n(14, 34)):
        x, y, r = (g.u(0, S), g.u(0, S), g.u(4, 17))
        d = np.hypot(offset(X, x), offset(Y, y))
        im = mix(
            im,
            np.array((255, 255, 255.0)),
            np.where(d < r, 0.12 + 0.5 * (d / r) ** 6, np.clip(1 - (d - r), 0, 1) * 0.4),
        )
        h = np.hypot(offset(X, x - r * 0.35), offset(Y, y - r * 0.35))
        im = mix(im, np.array((255, 255, 255.0)), np.clip(r * 0.2 - h + 0.5, 0, 1) * 0.8)
    return (im, ("bubbles", "soap bubbles", "bubbles background"), c)


def basket(g):
    c = g.pick("light brown", "brown", "beige")
    p = 16
    q = ((X // p + Y // p) % 2).astype(bool)
    a, b = (np.where(q, X, Y) % p, np.where(q, Y, X))
    v = 0.3 * np.sin(np.pi * (a + 0.5) / p) + 0.14 * np.sin(2 * np.pi * b / (p / 4)) - 0.2
    return (
        shade(g.rgb(c), v + 0.04 * g.noise(0.5)),
        ("wicker basket weave", "woven basket texture", "wicker"),
        c,
    )


def hay(g):
    b = g.rgb("golden yellow")
    return (
        strokes(g, b * 0.5, [np.clip(b * g.u(0.65, 1.15), 0, 255) for _ in range(10)], 700, 60, 3, 1),
        ("hay", "straw", "dry straw"),
        g.pick("yellow", ""),
    )


TEX = [
    wood,
    wood,
    marble,
    bricks,
    bricks,
    cobble,
    pebbles,
    sand,
    water,
    water,
    fire,
    fire,
    lava,
    metal,
    metal,
    leather,
    fabric,
    fabric,
    fabric,
    stone,
    stone,
    stars,
    stars,
    snow,
    clouds,
    clouds,
    grass,
    grass,
    fur,
    leaves,
    leaves,
    flowers,
    flowers,
    tiles,
    tiles,
    tiles,
    paper,
    ice,
    moss,
    bark,
    animal,
    animal,
    bubbles,
    basket,
    hay,
]


def texture(g):
    f = g.pick(TEX)
    im, names, c = f(g)
    title = (c + " " + names[0]).strip()
    other = (c + " " + names[g.n(1, len(names) - 1)]).strip()
    return (
        im,
        title,
        [
            title,
            other,
            other if "texture" in other else other + " texture",
            "seamless texture of " + title,
            title + " background",
        ],
        f.__name__,
    )
