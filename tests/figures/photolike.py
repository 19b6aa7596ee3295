# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures like photographs, by formula: clouds, sand, leaf litter.

All are uint8 [height, width, 3] and the same on every machine."""
import numpy
from PIL import Image, ImageDraw


def noise(rng, height, width, cell_px):
    """Smooth noise [height, width] about 0, one bump a cell."""
    cells = rng.standard_normal((height // cell_px + 4,
                                 width // cell_px + 4)).astype(numpy.float32)
    size = (cells.shape[1] * cell_px, cells.shape[0] * cell_px)
    large = numpy.asarray(Image.fromarray(cells).resize(size, Image.BICUBIC))
    return large[cell_px:cell_px + height, cell_px:cell_px + width]


def octaves(rng, height, width, cells_px, falloff):
    """Noise at several scales, coarse first, each weaker by falloff."""
    total, weight = numpy.zeros((height, width), numpy.float32), 1.0
    for cell_px in cells_px:
        total += weight * noise(rng, height, width, cell_px)
        weight *= falloff
    return total


def between(low, high, share):
    """Colours low to high, [height, width, 3], by share 0 to 1."""
    share = numpy.clip(share, 0, 1)[..., None]
    return numpy.asarray(low) * (1 - share) + numpy.asarray(high) * share


def as_picture(colors):
    return numpy.clip(numpy.rint(colors), 0, 255).astype(numpy.uint8)


def grain(rng, colors, amount):
    return as_picture(colors +
                      amount * rng.standard_normal(colors.shape[:2] + (1,)))


def clouds(height, width, seed):
    rng = numpy.random.default_rng(seed)
    down = numpy.linspace(0, 1, height)[:, None] * numpy.ones((1, width))
    sky = between((58, 110, 186), (166, 200, 232), down)
    shape = octaves(rng, height, width, (96, 48, 24, 12, 6, 3), 0.56)
    light = octaves(rng, height, width, (40, 20, 10, 5), 0.6)
    cover = numpy.clip(shape * 0.9 + 0.35, 0, 1)[..., None]
    white = between((196, 204, 218), (252, 252, 250), 0.6 + 0.35 * light)
    return grain(rng, sky * (1 - cover) + white * cover, 1.5)


def sand(height, width, seed):
    rng = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
    bend = 14 * noise(rng, height, width, 64)
    bend += 4 * noise(rng, height, width, 20)
    ripples = numpy.sin((0.35 * x + y + bend) * 2 * numpy.pi / 17)
    share = 0.5 + 0.28 * ripples + 0.16 * noise(rng, height, width, 40)
    return grain(rng, between((172, 138, 92), (232, 206, 158), share), 7)


LEAF_COLORS = ((176, 64, 24), (206, 110, 28), (222, 160, 44), (140, 44, 26),
               (112, 74, 34), (196, 132, 60), (90, 52, 28))


def leaf(rng, center, length):
    """The outline of a leaf: a list of points."""
    angle = rng.uniform(0, 2 * numpy.pi)
    along = numpy.concatenate([numpy.linspace(-1, 1, 9),
                               numpy.linspace(1, -1, 9)[1:-1]])
    across = 0.42 * (1 - along ** 2) * numpy.where(numpy.arange(16) < 9, 1, -1)
    across *= 1 + 0.35 * rng.standard_normal(16)
    c, s = numpy.cos(angle), numpy.sin(angle)
    x = center[0] + length * (c * along - s * across)
    y = center[1] + length * (s * along + c * across)
    return list(zip(x.tolist(), y.tolist()))


def leaves(height, width, seed):
    rng = numpy.random.default_rng(seed)
    picture = Image.new('RGB', (2 * width, 2 * height), (52, 34, 20))
    draw = ImageDraw.Draw(picture)
    for _ in range(height * width // 90):
        center = rng.uniform(-20, 2 * width + 20), rng.uniform(-20,
                                                               2 * height + 20)
        outline = leaf(rng, center, rng.uniform(14, 34))
        color = numpy.asarray(LEAF_COLORS[rng.integers(len(LEAF_COLORS))])
        color = color * rng.uniform(0.55, 1.15) + rng.normal(0, 8, 3)
        fill = tuple(int(v) for v in numpy.clip(color, 0, 255))
        draw.polygon([(x + 3, y + 4) for x, y in outline], fill=(34, 22, 14))
        draw.polygon(outline, fill=fill)
        draw.line([outline[0], outline[8]],
                  fill=tuple(int(v * 0.7) for v in fill), width=2)
    small = picture.resize((width, height), Image.BOX)
    light = 1 + 0.1 * noise(rng, height, width, 120)[..., None]
    return grain(rng, numpy.asarray(small) * light, 3)
