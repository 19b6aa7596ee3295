# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of pictures with captions -> WORK, ready for train.py.

    python prepare.py PICTURES WORK --from MODEL.safetensors

Captions: captions.jsonl in the folder, one line for each picture
    {"file": "a.png", "captions": ["a red apple", "apple"], "title": "apple", "weight": 1}
(only file and captions are needed; "caption": "..." does too), or a .txt beside
each picture, one caption a line, the plain name of the thing first.
Pictures are cut to the square in their middle; transparency becomes white.
MODEL gives the codec and the token table; without it, train_codec.py comes next.
"""
import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

import rows
import tokens

KINDS = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


def listed(folder):
    """(file, row) of every picture that has captions."""
    lines = folder / "captions.jsonl"
    if lines.exists():
        for number, line in enumerate(lines.read_text().splitlines(), 1):
            if not line.strip():
                continue
            given = json.loads(line)
            captions = given.get("captions") or [given.get("caption")]
            if "file" not in given or not captions[0]:
                raise SystemExit(f"{lines}, line {number}: a picture needs \"file\" and \"captions\"")
            yield folder / given["file"], dict(given, captions=captions)
        return
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in KINDS):
        text = path.with_suffix(".txt")
        captions = [c.strip() for c in text.read_text().splitlines() if c.strip()] if text.exists() else []
        if captions:
            yield path, dict(captions=captions)
        else:
            print("no captions, left out:", path)


def picture(path):
    with Image.open(path) as im:
        im = im.convert("RGBA")
    white = Image.new("RGBA", im.size, "white")
    im = Image.alpha_composite(white, im).convert("RGB")
    side = min(im.size)
    x, y = (im.width - side) // 2, (im.height - side) // 2
    return np.asarray(im.resize((rows.SIZE, rows.SIZE), Image.LANCZOS, (x, y, x + side, y + side)))


def row_of(path, given):
    title = given.get("title") or given["captions"][0]
    return dict(id=path.name, title=title, captions=[c if isinstance(c, list) else [c, 1.0] for c in given["captions"]],
                weight=given.get("weight", 1.0), flip=given.get("flip", not rows.ONE_WAY.search(title.lower())))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--from", dest="model", type=Path)
    options = parser.parse_args()
    items = list(listed(options.pictures))
    if not items:
        raise SystemExit(f"{options.pictures}: no picture with captions")
    options.work.mkdir(parents=True, exist_ok=True)
    shape = len(items), rows.SIZE, rows.SIZE, 3
    array = np.lib.format.open_memmap(options.work / "pictures.npy", "w+", np.uint8, shape)
    for i, (path, _) in enumerate(items):
        array[i] = picture(path)
    array.flush()
    rows.write(options.work, [row_of(path, given) for path, given in items])
    if options.model:
        tokens.from_model(options.work, options.model)
        tokens.write(options.work)
