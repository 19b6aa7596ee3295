# SPDX-License-Identifier: GPL-3.0-or-later
"""Flat art by formula: few colours, sharp edges.

All are uint8 [height, width, 3]. Drawn at four times the size, so that edges
are as smooth as a drawing program makes them."""
import numpy
from PIL import Image, ImageDraw

SCALE = 4


class Paper:
    """A drawing; lengths are in pixels of the picture."""

    def __init__(self, height, width, color):
        self.size = (width, height)
        self.image = Image.new('RGB', (width * SCALE, height * SCALE), color)
        self.draw = ImageDraw.Draw(self.image)

    def box(self, left, top, right, bottom, **how):
        self.draw.rectangle(scaled((left, top, right, bottom)), **lines(how))

    def ellipse(self, x, y, rx, ry, **how):
        self.draw.ellipse(scaled((x - rx, y - ry, x + rx, y + ry)),
                          **lines(how))

    def polygon(self, points, color):
        self.draw.polygon([scaled(point) for point in points], fill=color)

    def line(self, points, color, width):
        self.draw.line([scaled(point) for point in points], fill=color,
                       width=int(width * SCALE), joint='curve')

    def picture(self):
        return numpy.array(self.image.resize(self.size, Image.BOX))


def scaled(numbers):
    return tuple(SCALE * n for n in numbers)


def lines(how):
    if 'width' in how:
        how['width'] = int(how['width'] * SCALE)
    return how


def from_function(height, width, function):
    """function (x, y) of arrays, in pixels, gives colours [..., 3]."""
    y, x = (numpy.mgrid[0:height * SCALE, 0:width * SCALE] + 0.5) / SCALE
    colors = function(x, y).reshape(height, SCALE, width, SCALE, 3)
    return numpy.rint(colors.mean(axis=(1, 3))).astype(numpy.uint8)


def two_colors(first, second, chosen):
    return numpy.where(chosen[..., None], numpy.float32(second),
                       numpy.float32(first))


def hills(height, width):
    paper = Paper(height, width, (126, 200, 240))
    paper.ellipse(width * 0.8, height * 0.2, 42, 42, fill=(255, 214, 64))
    x = numpy.linspace(0, width, 80)
    for base, rise, length, color in ((0.62, 30, 150, (120, 190, 96)),
                                      (0.74, 26, 110, (84, 164, 76)),
                                      (0.87, 18, 190, (58, 132, 62))):
        y = height * base - rise * numpy.sin(x / length * 3 + base * 9)
        paper.polygon([*zip(x, y), (width, height), (0, height)], color)
    return paper.picture()


def framed_paper(height, width):
    paper = Paper(height, width, (255, 255, 255))
    paper.box(10, 10, width - 10, height - 10, outline=(40, 60, 140), width=4)
    paper.box(18, 18, width - 18, height - 18, outline=(220, 70, 60), width=2)
    return paper.picture()


def dots(height, width):
    def color(x, y):
        row = numpy.floor(y / 14)
        dx = (x + 8 * (row % 2)) % 16 - 8
        dy = y % 14 - 7
        return two_colors((236, 64, 92), (255, 244, 236),
                          dx * dx + dy * dy < 16)
    return from_function(height, width, color)


def zebra(height, width):
    def color(x, y):
        wave = x + 18 * numpy.sin(y / 31) + 9 * numpy.sin((x + 2 * y) / 23)
        return two_colors((250, 250, 248), (18, 18, 20), wave % 26 < 12)
    return from_function(height, width, color)


def checkers(height, width):
    def color(x, y):
        # askew, so that no straight selection runs along an edge
        odd = (numpy.floor((0.87 * x + 0.5 * y) / 20) +
               numpy.floor((0.87 * y - 0.5 * x) / 20)) % 2 == 1
        return two_colors((250, 214, 60), (40, 62, 150), odd)
    return from_function(height, width, color)


def poster(height, width):
    def color(x, y):
        share = (y / height)[..., None]
        sky = numpy.float32((52, 120, 204)) * (1 - share) + \
            numpy.float32((206, 232, 246)) * share
        sea = two_colors((24, 74, 140), (44, 98, 164), y % 20 < 8)
        sky[y > height * 0.8] = sea[y > height * 0.8]
        sun = (x - width * 0.5) ** 2 + (y - height * 0.62) ** 2 < 70 ** 2
        sky[sun & (y <= height * 0.8)] = (255, 236, 170)
        return sky
    return from_function(height, width, color)


def comic(height, width):
    paper = Paper(height, width, (250, 248, 238))
    black, half = (16, 16, 18), width // 2
    paper.box(12, 12, half - 8, height - 12, fill=(250, 206, 80),
              outline=black, width=5)
    paper.box(half + 8, 12, width - 12, height - 12, fill=(150, 212, 196),
              outline=black, width=5)
    paper.ellipse(half / 2, height * 0.56, 74, 84, fill=(255, 226, 196),
                  outline=black, width=5)
    for side in (-1, 1):
        paper.ellipse(half / 2 + side * 28, height * 0.5, 9, 13, fill=black)
    paper.line([(half / 2 - 30, height * 0.66), (half / 2, height * 0.7),
                (half / 2 + 30, height * 0.66)], black, 5)
    paper.polygon([(half + 14, height - 14), (half + 14, height - 90),
                   (width - 14, height - 60), (width - 14, height - 14)],
                  (104, 168, 84))
    paper.line([(half + 10, height - 90), (width - 14, height - 60)], black, 5)
    return paper.picture()


def night(height, width):
    rng = numpy.random.default_rng(18)
    paper = Paper(height, width, (22, 28, 72))
    for _ in range(70):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), \
            rng.uniform(1, 2.6)
        paper.ellipse(x, y, r, r, fill=(250, 244, 200))
    paper.ellipse(width * 0.78, height * 0.28, 30, 30, fill=(250, 236, 160))
    paper.ellipse(width * 0.78 + 12, height * 0.28 - 6, 26, 26,
                  fill=(22, 28, 72))
    return paper.picture()


def icons(height, width):
    paper = Paper(height, width, (226, 234, 242))
    colors = ((232, 84, 70), (60, 140, 210), (246, 178, 50), (96, 176, 92),
              (150, 96, 190))
    n = 0
    for y in range(96, height - 60, 192):
        for x in range(128, width - 60, 192):
            color = colors[n % len(colors)]
            paper.ellipse(x, y, 60, 60, fill=(255, 255, 255))
            if n % 3 == 0:
                paper.box(x - 30, y - 30, x + 30, y + 30, fill=color)
            elif n % 3 == 1:
                paper.ellipse(x, y, 34, 34, fill=color)
            else:
                paper.polygon([(x, y - 38), (x + 36, y + 26),
                               (x - 36, y + 26)], color)
            n += 1
    return paper.picture()


def pixel_bricks(height, width):
    """Pixel art: bricks of 4-pixel blocks with a speckle, no soft edge."""
    rng = numpy.random.default_rng(20)
    rows, columns = height // 4, width // 4
    y, x = numpy.mgrid[0:rows, 0:columns]
    shifted = x + 4 * (y // 4 % 2)
    mortar = (y % 4 == 3) | (shifted % 8 == 7)
    brick = numpy.array([(168, 62, 48), (152, 52, 42), (184, 76, 58)])
    blocks = numpy.where(mortar[..., None], (196, 186, 172),
                         brick[rng.integers(3, size=(rows, columns))])
    return numpy.kron(blocks, numpy.ones((4, 4, 1))).astype(numpy.uint8)


def tartan(height, width):
    bands = ((0, 26, (178, 36, 48)), (26, 34, (20, 26, 60)),
             (34, 40, (240, 220, 120)), (40, 58, (24, 84, 62)),
             (58, 64, (245, 245, 240)))

    def threads(along):
        color = numpy.zeros(along.shape + (3,), numpy.float32)
        for begin, end, which in bands:
            color[(along % 64 >= begin) & (along % 64 < end)] = which
        return color

    def color(x, y):
        # a twill: each thread on top for two pixels of four
        over = (numpy.floor(x) + numpy.floor(y)) % 4 < 2
        return numpy.where(over[..., None], threads(x), threads(y))
    return from_function(height, width, color)


def terrazzo(height, width):
    rng = numpy.random.default_rng(21)
    paper = Paper(height, width, (244, 238, 228))
    colors = ((214, 96, 72), (60, 90, 120), (236, 180, 80), (116, 150, 120),
              (70, 60, 62))
    for _ in range(height * width // 70):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        turn, sides = rng.uniform(0, 6.28), rng.integers(3, 7)
        corners = [(x + rng.uniform(2, 8) * numpy.cos(turn + i * 6.28 / sides),
                    y + rng.uniform(2, 8) * numpy.sin(turn + i * 6.28 / sides))
                   for i in range(sides)]
        paper.polygon(corners, colors[rng.integers(len(colors))])
    return paper.picture()


def mosaic(height, width):
    """Square stones in rings around a point, with joints between them."""
    rng = numpy.random.default_rng(22)
    colors = numpy.array([(30, 84, 120), (60, 140, 170), (236, 226, 196),
                          (206, 150, 70), (140, 60, 44)], numpy.float32)
    which = rng.integers(len(colors), size=(200, 400))

    def color(x, y):
        dx, dy = x - width * 0.3, y - height * 1.2
        radius, angle = numpy.hypot(dx, dy), numpy.arctan2(dy, dx)
        ring = numpy.floor(radius / 11).astype(int)
        n_stones = numpy.maximum(1, (ring + 0.5) * 6.28)
        stone = (angle / 6.2832 + 0.5) * n_stones
        joint = (radius % 11 < 1.5) | (stone % 1 < 0.14)
        chosen = colors[which[ring % 200, numpy.floor(stone).astype(int) %
                              400]]
        return numpy.where(joint[..., None], numpy.float32((92, 84, 78)),
                           chosen)
    return from_function(height, width, color)


def camouflage(height, width):
    rng = numpy.random.default_rng(23)
    paper = Paper(height, width, (120, 116, 78))
    for color, n in (((70, 82, 50), 640), ((46, 44, 36), 440),
                     ((168, 158, 112), 440)):
        for _ in range(n * height * width // 150000):
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            for _ in range(4):
                x, y = x + rng.uniform(-5, 5), y + rng.uniform(-4, 4)
                paper.ellipse(x, y, rng.uniform(2, 7), rng.uniform(2, 5),
                              fill=color)
    return paper.picture()


def halftone(height, width):
    """A comic's dots: larger where it is darker."""
    def color(x, y):
        u, v = 0.8 * x + 0.6 * y, 0.8 * y - 0.6 * x
        dark = 0.5 + 0.4 * numpy.sin(x / 60) * numpy.cos(y / 45)
        near = numpy.hypot(u % 9 - 4.5, v % 9 - 4.5)
        return two_colors((252, 240, 210), (210, 40, 70), near < 5.2 * dark)
    return from_function(height, width, color)
