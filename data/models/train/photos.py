# SPDX-License-Identifier: GPL-3.0-or-later
"""Crops of photographs at many scales -> WORK/photos.npy, for the codec alone.

    python photos.py FOLDER WORK [--each 150]

Every fill on a user's picture goes through the codec, so it has to know more
than the denoiser draws.
"""
import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from rows import SIZE

LARGEST = 2600
FLAT = 6  # mean deviation below which a crop is seldom taken


def crops(path, n, random):
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path) as im:
        im = im.convert("RGB")
    if max(im.size) > LARGEST:
        im.thumbnail((LARGEST, LARGEST), Image.LANCZOS)
    if min(im.size) < SIZE:
        return
    for _ in range(n * 3 // 2):
        side = np.exp(random.uniform(np.log(SIZE), np.log(min(im.size))))
        x, y = random.uniform(0, im.width - side), random.uniform(0, im.height - side)
        a = np.asarray(im.resize((SIZE, SIZE), Image.LANCZOS, (x, y, x + side, y + side)))
        if a.std((0, 1)).mean() >= FLAT or random.random() < 0.1:
            yield a
            n -= 1
        if n == 0:
            return


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--each", type=int, default=150)
    options = parser.parse_args()
    random, out = np.random.default_rng(3), []
    for path in sorted(p for p in options.folder.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"}):
        try:
            out += crops(path, options.each, random)
        except OSError as e:
            print("left out:", path, e)
    if not out:
        raise SystemExit(f"{options.folder}: no photograph of at least {SIZE} x {SIZE} pixels")
    np.save(options.work / "photos.npy", np.stack(out))
    print(len(out), "crops")
