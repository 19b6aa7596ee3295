# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings draw things that look like what they should? For choosing the model's own settings.

    python sweep.py VQDIFFUSION MODEL.safetensors PROMPTS.txt WORK "" "--guidance 5" "--guidance 5 --steps 50" [--every 2]

Draws the section "objects" once with each of the options, and looks for the pictures of WORK's emoji that are nearest,
16x16 pixels compared with 16x16.  Counted: how often the nearest, and one of the five nearest, has the prompt among its
captions.  A model that draws what it has seen scores high; it says nothing of pictures that are good and new, so the
last word is a judge's (judge.py).  Of the section "colours": in how many the colour is the one asked for.
"""
import argparse
from pathlib import Path

import numpy as np

import judge
import rows
import sheet
import shipped

SIDE, NEAR = 16, 5


def small(pictures):
    """n x 128 x 128 x 3 bytes -> n rows of numbers."""
    part = pictures.shape[1] // SIDE
    return pictures.reshape(-1, SIDE, part, SIDE, part, 3).mean((2, 4), dtype=np.float32).reshape(len(pictures), -1)


def known(work):
    """The emoji that are drawn in training, as numbers, and their captions."""
    described = rows.read(work)
    which = [i for i, row in enumerate(described) if row["weight"] > 0 and row["source"] in shipped.EMOJI]
    pictures = np.load(work / "pictures.npy", mmap_mode="r")
    features = np.concatenate([small(pictures[which[k:k + 256]]) for k in range(0, len(which), 256)])
    return features, [{text for text, _ in described[i]["captions"]} for i in which]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in "program", "model":
        parser.add_argument(name)
    parser.add_argument("prompts", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("options", nargs="+")
    parser.add_argument("--every", type=int, default=1, help="each so many-th prompt alone")
    o = parser.parse_args()
    features, captions = known(o.work)
    texts = [t for t in sheet.prompts(o.prompts, "objects") if any(t in c for c in captions)][::o.every]
    coloured = sheet.prompts(o.prompts, "colours")[::o.every]
    for options in o.options:
        first = near = 0
        for text in texts:
            picture = small(judge.drawn(o.program, o.model, text, *options.split())[None])
            nearest = np.square(features - picture).sum(1).argsort()[:NEAR]
            first += text in captions[nearest[0]]
            near += any(text in captions[i] for i in nearest)
        obeyed = sum(judge.colour(judge.drawn(o.program, o.model, text, *options.split())) in text.split() for text in coloured)
        print(f"{options or 'as it comes'}: nearest {first}, among {NEAR} nearest {near} of {len(texts)}; "
              f"colours {obeyed} of {len(coloured)}", flush=True)
