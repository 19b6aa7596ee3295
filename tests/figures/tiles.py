# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiles: do opposite edges fit?"""
import numpy

import measures
import sheets
from program import RunFailed

# Of a fine grain: each line is made of many things, and one line is much like
# another.
FINE = ('green grass texture', 'autumn leaves', 'moss on stone',
        'dry cracked ground', 'rocks', 'dirt', 'rusty metal', 'sand texture',
        'tree bark', 'soil')
BOUNDS = 0.9, 1.1
# Few and large things, in much the same places in every picture: lines differ
# by far more than the bounds, and the edge is to be like one of them.
COARSE = ('gray cobblestone', 'white marble texture', 'zebra stripes',
          'leopard fur', 'blue water waves', 'lava')
MOST_DEVIATIONS = 2
# One line of one picture says little: the figure is of so many pictures; where
# that is nearer to a bound than a standard deviation, on either side of it, of
# so many.
N_TILES, N_DOUBTFUL = 40, 160
N_UNTILED = 4
SIZE_PX, CELL_PX = 128, 8
# What the window calls Draft; the seed of picture i of prompt p is 100 p + i.
STEPS = 10
COLUMNS = 4


def draw(program, folder, prompt, number, subcommand, which, *options):
    """Pictures of seeds that follow each other."""
    return [program.draw(
        subcommand, '-p', prompt, *options, '--seed', 100 * number + i,
        out=folder / f'{subcommand}-{number}-{i}.png',
        steps=program.steps or STEPS).picture
        for i in which]


def doubtful(figure):
    return any(abs(figure['all'] - bound) < figure['error']
               for bound in BOUNDS)


def judge(figure, fine):
    if fine:
        return BOUNDS[0] <= figure['all'] <= BOUNDS[1]
    return abs(figure['ratio'] - 1) <= MOST_DEVIATIONS * figure['error']


def tiles(report, program, folder, _cases):
    panels, ratios = [], {'x': [], 'y': []}
    for number, prompt in enumerate(FINE + COARSE):
        size = '--width', SIZE_PX, '--height', SIZE_PX
        fine = prompt in FINE
        try:
            tiled = draw(program, folder, prompt, number, 'tile',
                         range(N_TILES), '--tiling', 'xy', *size)
            if fine and any(doubtful(measures.wrap(tiled, axis, CELL_PX))
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
                        {**figure, 'untiled': untiled['all']})
            if fine:
                ratios[name].append(figure['all'])
            report.check('tiling', f'{prompt}: {name}', judge(figure, fine),
                         f'{figure["all"]:.2f} (of lines between cells '
                         f'{figure["ratio"]:.2f} +- {figure["error"]:.2f}, of '
                         f'{len(tiled)} pictures; not tiled '
                         f'{untiled["all"]:.2f})')
    for name, values in ratios.items():
        if values:
            report.check('tiling', f'all of a fine grain: {name}', BOUNDS[0] <=
                         numpy.mean(values) <= BOUNDS[1],
                         f'{numpy.mean(values):.3f}')
    if panels:
        rows = [panels[i:i + COLUMNS] for i in range(0, len(panels), COLUMNS)]
        sheets.sheet(rows, folder.parent / 'tiles.png')
        sheets.small_sheet(rows, folder.parent / 'docs' / 'tiles.png', 150)


ALL = {'tiling': tiles}
