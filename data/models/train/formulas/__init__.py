# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures by formula (CC0): textures and simple flat landscapes with exact captions.

make(i) gives the same picture and row for the same i.
"""

import numpy as np

from .canvas import G
from .landscapes import landscape
from .textures import texture


def make(i):
    """uint8 128 x 128 x 3, and its row: odd numbers are textures, even ones landscapes."""
    im, title, captions, _ = (texture if i % 2 else landscape)(G(i))
    row = dict(
        id=f"made/{i:05d}",
        source="made",
        style="texture" if i % 2 else "flat landscape",
        title=title,
        captions=captions,
    )
    return np.clip(im, 0, 255).round().astype(np.uint8), row
