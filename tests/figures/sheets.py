# SPDX-License-Identifier: GPL-3.0-or-later
"""Contact sheets: rows of panels, each with a line of words."""
import numpy
from PIL import Image, ImageDraw

GAP_PX = 6
WORDS_PX = 14
WHITE = (255, 255, 255)
DOCUMENT_COLORS = 128


def fitted(picture, width, height):
    """Made smaller when it does not fit; uint8."""
    image = Image.fromarray(picture)
    image.thumbnail((width, height), Image.LANCZOS)
    return numpy.array(image)


def enlarged(picture, times):
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def tinted(picture, selection):
    """Magenta where selected."""
    share = selection[..., None] / 255.0 * 0.6
    return numpy.rint(picture * (1 - share) +
                      numpy.array((255, 0, 255)) * share).astype(numpy.uint8)


def crop(picture, center, size):
    """A square of this size around the centre, moved into the picture."""
    height, width = picture.shape[:2]
    top = min(max(center[0] - size // 2, 0), max(height - size, 0))
    left = min(max(center[1] - size // 2, 0), max(width - size, 0))
    return picture[top:top + size, left:left + size]


def small_sheet(rows, path, side):
    """For documents: no panel larger than side, few colours."""
    path.parent.mkdir(exist_ok=True)
    sheet([[(fitted(panel, side, side), words) for panel, words in row]
           for row in rows], path, DOCUMENT_COLORS)


def sheet(rows, path, n_colors=None):
    """rows: lists of (picture, words). n_colors: a smaller file."""
    widths = [max(row[i][0].shape[1] for row in rows if i < len(row))
              for i in range(max(map(len, rows)))]
    heights = [max(panel.shape[0] for panel, _ in row) for row in rows]
    image = Image.new('RGB', (sum(widths) + GAP_PX * (len(widths) + 1),
                              sum(heights) + GAP_PX +
                              (GAP_PX + WORDS_PX) * len(rows)), WHITE)
    draw = ImageDraw.Draw(image)
    y = GAP_PX
    for row, height in zip(rows, heights):
        x = GAP_PX
        for (panel, words), width in zip(row, widths):
            image.paste(Image.fromarray(panel[..., :3]), (x, y))
            draw.text((x, y + height + 1), words, fill=(0, 0, 0))
            x += width + GAP_PX
        y += height + WORDS_PX + GAP_PX
    if n_colors:
        image = image.quantize(n_colors, dither=Image.FLOYDSTEINBERG)
    image.save(path, optimize=True)
