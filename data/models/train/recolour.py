# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of one dominant hue turned to another hue, so that colour words bind to any object."""
import re

import numpy as np
from PIL import Image

from rows import COLOURS

HUES = dict(red=0, orange=28, yellow=52, green=125, blue=215, purple=275, pink=330)
COLOUR = re.compile(rf"\b({COLOURS})\b")
# Never made, so that colours of things can be checked on pairs that training did not hold
HELD = {tuple(p.split()) for p in (
    "blue apple,green car,purple dog,pink elephant,blue banana,green heart,purple house,yellow fish,orange cat,blue rose,"
    "red frog,green horse,pink tree,purple bus,blue strawberry,yellow dragon,red bird,orange butterfly,green umbrella,"
    "pink key").split(",")}
LEFT_OUT = re.compile(
    r"\b(face|hands?|fingers?|person|m[ae]n|wom[ae]n|boy|girl|people|baby|child|kiss|couple|family|flag|thumbs|fist|ear|nose|"
    r"foot|leg|palm|princess|prince|fairy|elf|vampire|mage|angel|santa|claus|worker|singer|cook|student|teacher|pilot|farmer|"
    r"judge|officer|guard|detective|skin|hair|beard|rainbow|pride|emoticon|smiley|smile|circle|square|button|sign|letter|"
    r"keycap|o.clock|medal)\b")


def apart(a, b):
    """Signed difference of hues in degrees, -180 ... 180."""
    return (a - b + 180) % 360 - 180


def nearest(hue):
    return min(HUES, key=lambda n: abs(apart(hue, HUES[n])))


class Picture:
    """Hue (degrees), saturation, value, and the dominant hue where there is one."""

    def __init__(self, rgb):
        hsv = np.asarray(Image.fromarray(rgb).convert("HSV")).astype(np.float32)
        self.rgb, self.h, self.s, self.v = rgb, hsv[..., 0] * 360 / 255, hsv[..., 1] / 255, hsv[..., 2] / 255
        self.coloured, self.hue = (self.s > 0.35) & (self.v > 0.2), None
        shape = ~((self.s < 0.06) & (self.v > 0.96))
        if shape.mean() < 0.08 or self.coloured.sum() < 0.4 * shape.sum():
            return
        count = np.histogram(self.h[self.coloured], 36, (0, 360))[0]
        count = count + np.roll(count, 1) + np.roll(count, -1)
        top = int(count.argmax())
        if count[top] < 0.6 * self.coloured.sum():
            return
        hue = (top * 10 + 5) % 360
        self.part = self.coloured & (np.abs(apart(self.h, hue)) < 45)
        self.hue = (hue + float(apart(self.h[self.part], hue).mean())) % 360
        self.name = nearest(self.hue)
        self.brown = self.name in ("orange", "red", "yellow") and self.v[self.part].mean() < 0.66

    def turned(self, name):
        weight = np.clip(1 - (np.abs(apart(self.h, self.hue)) - 35) / 20, 0, 1)
        h = (self.h + apart(HUES[name], self.hue) * weight) % 360
        s, v = self.s, self.v
        if name in ("yellow", "orange", "pink"):
            lift = np.clip(1 - v[self.part].mean(), 0, 0.5) * 0.8
            v = np.clip(v + np.where(weight > 0, lift, 0) * weight, 0, 1)
        if name == "pink":
            s = s * (1 - 0.4 * weight)
        if self.name == "yellow" and name in ("blue", "purple", "green"):
            v = v * (1 - 0.2 * weight)
        hsv = np.stack([h * 255 / 360, s * 255, v * 255], -1).round().clip(0, 255).astype(np.uint8)
        rgb = np.asarray(Image.fromarray(hsv, "HSV").convert("RGB"))
        return np.where((self.coloured | (self.s > 0.06))[..., None], rgb, self.rgb)


def recolour(rgb, title, random, n=1):
    """Its colour, None where no hue dominates; and up to n pictures of it in others: (new colour, thing, picture)."""
    if LEFT_OUT.search(title):
        return None, []
    p = Picture(rgb)
    if p.hue is None:
        return None, []
    colour = None if COLOUR.search(title) else "brown" if p.brown else p.name
    thing = " ".join(COLOUR.sub(" ", title).split())
    if len(COLOUR.findall(title)) > 1 or not thing or len(thing.split()) > 3:
        return colour, []
    words = set(title.split())
    names = [n for n in HUES if n != p.name and not any(n == a and b in words for a, b in HELD)]
    return colour, [(names[i], thing, p.turned(names[i])) for i in random.choice(len(names), min(n, len(names)), False)]
