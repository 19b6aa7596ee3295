# SPDX-License-Identifier: GPL-3.0-or-later
"""The twenty-five pictures, what is selected in each, and the words of the fill.

inputs.py FOLDER writes them: NAME.png, NAME-selection.png."""
import dataclasses
import pathlib
import sys
import typing

import numpy
from PIL import Image, ImageDraw, ImageFilter

import flatart
import photolike

PHOTOGRAPHS = pathlib.Path(__file__).resolve().parent / 'photographs'


# ------------------------------------------------------------- selections

class Drawn:
    """A selection of drawn shapes; soft_px: feathered as GIMP does it."""

    def __init__(self, kind, points, soft_px=0):
        self.kind, self.points, self.soft_px = kind, points, soft_px

    def __call__(self, height, width):
        scale = 4
        image = Image.new('L', (width * scale, height * scale))
        points = [(x * scale, y * scale) for x, y in self.points]
        getattr(ImageDraw.Draw(image), self.kind)(points, fill=255)
        image = image.resize((width, height), Image.BOX)
        if self.soft_px > 0:
            image = image.filter(ImageFilter.GaussianBlur(self.soft_px / 3.5))
        return numpy.array(image)


def ellipse(x, y, rx, ry, soft_px=0):
    return Drawn('ellipse', [(x - rx, y - ry), (x + rx, y + ry)], soft_px)


def box(left, top, right, bottom, soft_px=0):
    # the right and bottom edges of a drawn rectangle belong to it
    return Drawn('rectangle', [(left, top), (right - 0.25, bottom - 0.25)],
                 soft_px)


def lasso(*points, soft_px=0):
    return Drawn('polygon', list(points), soft_px)


# --------------------------------------------------------------- pictures

def photograph(name, shadow=None, light=None):
    """A file; a grey one may be coloured between shadow and light."""
    def load():
        image = Image.open(PHOTOGRAPHS / f'{name}.jpg')
        if shadow is None:
            return numpy.array(image.convert('RGB'))
        share = numpy.asarray(image.convert('L')) / 255.0
        return photolike.as_picture(photolike.between(shadow, light, share))
    return load


def by_formula(function, *arguments):
    return lambda: function(*arguments)


@dataclasses.dataclass
class Case:
    name: str
    kind: str  # 'photograph', 'flat' or 'even': flat, and even around it
    load: typing.Callable
    select: typing.Callable
    prompt: str
    shape: str  # of the selection, in words

    def picture(self):
        """uint8 [height, width, 3]"""
        return self.load()

    def selection(self):
        """uint8 [height, width]"""
        return self.select(*self.load().shape[:2])


CASES = [
    Case('clouds', 'photograph', by_formula(photolike.clouds, 480, 640, 1),
         ellipse(330, 240, 100, 68), 'clouds in a blue sky', 'ellipse'),
    Case('grass', 'photograph', photograph('grass', (10, 24, 2),
                                           (190, 226, 120)),
         lasso((170, 90), (230, 70), (282, 110), (260, 150), (276, 196),
               (210, 214), (160, 180), (180, 140)),
         'green grass texture', 'lasso'),
    Case('brick', 'photograph', photograph('brick', (40, 8, 4),
                                           (250, 190, 160)),
         ellipse(300, 180, 80, 62), 'dry cracked ground', 'ellipse'),
    Case('table', 'photograph', photograph('coffee'),
         lasso((600, 400), (458, 400), (508, 350), (550, 270), (600, 220)),
         'tree bark', 'lasso touching two borders'),
    Case('rocket', 'photograph', photograph('rocket'),
         box(294, 100, 342, 392), 'a dark blue sky',
         'thin rectangle'),
    Case('gravel', 'photograph', photograph('gravel'),
         box(90, 100, 300, 290), 'gray cobblestone', 'big rectangle'),
    Case('stars', 'photograph', photograph('deep-field'),
         ellipse(260, 190, 70, 60, soft_px=20), 'a pine forest at night',
         'soft ellipse'),
    Case('cat', 'photograph', photograph('cat'),
         lasso((70, 210), (120, 190), (190, 205), (215, 250), (170, 280),
               (90, 270), soft_px=8), 'orange cat fur', 'soft lasso'),
    Case('sand', 'photograph', by_formula(photolike.sand, 200, 300, 9),
         lasso((110, 60), (190, 50), (215, 110), (150, 150), (95, 115)),
         'sand texture', 'lasso'),
    Case('leaves', 'photograph', by_formula(photolike.leaves, 768, 1024, 10),
         box(340, 240, 660, 480, soft_px=12), 'autumn leaves',
         'big soft rectangle'),
    Case('dots', 'flat', by_formula(flatart.dots, 384, 384),
         lasso((130, 120), (220, 110), (270, 190), (230, 270), (140, 250),
               (160, 190)), 'strawberries', 'lasso'),
    Case('zebra', 'flat', by_formula(flatart.zebra, 320, 480),
         ellipse(230, 160, 80, 60), 'zebra stripes', 'ellipse'),
    Case('checkers', 'flat', by_formula(flatart.checkers, 320, 320),
         box(97, 113, 205, 209), 'lava', 'rectangle'),
    Case('night', 'flat', by_formula(flatart.night, 200, 300),
         lasso((40, 92), (170, 42), (176, 60), (48, 112)),
         'a city at night', 'thin strip'),
    Case('bricks', 'flat', by_formula(flatart.pixel_bricks, 240, 320),
         lasso((130, 0), (230, 0), (250, 80), (190, 130), (120, 90)),
         '', 'lasso touching the border, no words'),
    Case('tartan', 'flat', by_formula(flatart.tartan, 400, 600),
         ellipse(310, 190, 110, 90), 'autumn leaves', 'ellipse'),
    Case('terrazzo', 'flat', by_formula(flatart.terrazzo, 480, 480),
         box(150, 140, 330, 300, soft_px=16), 'pebbles',
         'big soft rectangle'),
    Case('mosaic', 'flat', by_formula(flatart.mosaic, 384, 512),
         lasso((150, 120), (280, 80), (370, 150), (340, 260), (200, 280)),
         'gray cobblestone', 'lasso'),
    Case('camouflage', 'flat', by_formula(flatart.camouflage, 300, 450),
         ellipse(220, 150, 70, 50, soft_px=10), 'moss on stone',
         'soft ellipse'),
    Case('halftone', 'flat', by_formula(flatart.halftone, 300, 400),
         lasso((260, 90), (330, 60), (400, 90), (400, 220), (300, 230)),
         'leopard fur', 'lasso touching the border'),
    Case('hills', 'even', by_formula(flatart.hills, 400, 640),
         lasso((60, 0), (300, 0), (320, 90), (200, 140), (90, 120)),
         'storm clouds', 'lasso touching the border'),
    Case('paper', 'even', by_formula(flatart.framed_paper, 300, 400),
         ellipse(200, 150, 70, 70), 'a pizza', 'ellipse'),
    Case('poster', 'even', by_formula(flatart.poster, 512, 512),
         ellipse(180, 110, 80, 70, soft_px=24), 'a hot air balloon',
         'soft ellipse'),
    Case('comic', 'even', by_formula(flatart.comic, 450, 600),
         lasso((352, 120), (440, 90), (536, 120), (540, 240), (450, 280),
               (356, 250)), 'a snowman', 'lasso'),
    Case('icons', 'even', by_formula(flatart.icons, 768, 1024),
         box(440, 410, 590, 560), 'a red heart', 'rectangle'),
]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for case in CASES:
        Image.fromarray(case.picture()).save(folder / f'{case.name}.png')
        Image.fromarray(case.selection()).save(
            folder / f'{case.name}-selection.png')


if __name__ == '__main__':
    main()
