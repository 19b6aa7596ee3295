# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiles: do opposite edges fit?"""
import numpy

import measures
import sheets
from program import RunFailed

PROMPTS = ('green grass texture', 'gray cobblestone', 'white marble texture',
           'zebra stripes', 'lava', 'autumn leaves', 'leopard fur',
           'moss on stone', 'dry cracked ground', 'blue water waves')
BOUNDS = 0.9, 1.1
# One line of one picture says little: the figure is of so many pictures; where
# that is nearer to a bound than a standard deviation, on either side of it, of
# so many.
N_TILES, N_DOUBTFUL = 40, 160
N_UNTILED = 4
SIZE_PX, CELL_PX = 128, 8
# What the window calls Draft; the seed of picture i of prompt p is 100 p + i.
STEPS = 10
COLUMNS = 5


def draw(program, folder, prompt, number, subcommand, which, *options):
    """Pictures of seeds that follow each other."""
    return [program.draw(
        subcommand, '-p', prompt, *options, '--seed', 100 * number + i,
        out=folder / f'{subcommand}-{number}-{i}.png',
        steps=program.steps or STEPS).picture
        for i in which]


def doubtful(figure):
    return any(abs(figure['ratio'] - bound) < figure['error']
               for bound in BOUNDS)


def tiles(report, program, folder, _cases):
    panels, ratios = [], {'x': [], 'y': []}
    for number, prompt in enumerate(PROMPTS):
        size = '--width', SIZE_PX, '--height', SIZE_PX
        try:
            tiled = draw(program, folder, prompt, number, 'tile',
                         range(N_TILES), '--tiling', 'xy', *size)
            if any(doubtful(measures.wrap(tiled, axis, CELL_PX))
                   for axis in (0, 1)):
                tiled += draw(program, folder, prompt, number, 'tile',
                              range(N_TILES, N_DOUBTFUL), '--tiling', 'xy',
                              *size)
            plain = draw(program, folder, prompt, number, 'generate',
                         range(N_UNTILED), *size)
        except RunFailed as failure:
            report.check('tiling', prompt, False, str(failure))
            continue
        panels.append((numpy.tile(tiled[0], (2, 2, 1)), prompt))
        for name, axis in (('x', 1), ('y', 0)):
            figure = measures.wrap(tiled, axis, CELL_PX)
            untiled = measures.wrap(plain, axis, CELL_PX)
            report.keep('tiling', f'{prompt}: {name}',
                        {**figure, 'untiled': untiled['ratio']})
            ratios[name].append(figure['ratio'])
            report.check('tiling', f'{prompt}: {name}', BOUNDS[0] <=
                         figure['ratio'] <= BOUNDS[1],
                         f'{figure["ratio"]:.2f} +- {figure["error"]:.2f} '
                         f'(of {len(tiled)}; {figure["all"]:.2f} of all lines; '
                         f'not tiled {untiled["ratio"]:.2f})')
    for name, values in ratios.items():
        if values:
            report.check('tiling', f'all: {name}', BOUNDS[0] <=
                         numpy.mean(values) <= BOUNDS[1],
                         f'{numpy.mean(values):.3f}')
    if panels:
        rows = [panels[i:i + COLUMNS] for i in range(0, len(panels), COLUMNS)]
        sheets.sheet(rows, folder.parent / 'tiles.png')
        sheets.small_sheet(rows, folder.parent / 'docs' / 'tiles.png', 150)


ALL = {'tiling': tiles}
