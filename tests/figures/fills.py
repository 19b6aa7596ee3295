# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills: their seams, what they look at, what they cost."""
import numpy
from PIL import Image

import measures
import photolike
import sheets
from program import RunFailed

BLEND_PX = 16   # what fill does by itself
SEAM = 0.75, 1.3
LEAST_ENERGY = 0.5
# An unmasked picture's energy is the median of so many.
N_PLAIN = 5
# Where the ring has no gradient at all, and what is drawn into it has some, a
# border between the two has what lies between.
FIGURE_OF = {'photograph': 'ratio', 'flat': 'ratio', 'even': 'between'}
PANEL_PX = 200
DOCUMENT_CASES = 'grass', 'leaves', 'paper', 'icons'
SEED = 11


def save(folder, name, array):
    path = folder / f'{name}.png'
    Image.fromarray(array).save(path)
    return path


def fill(program, folder, case, picture, selection, *options, name=None,
         steps=None):
    name = name or case.name
    return program.draw(
        'fill', save(folder, f'{name}-before', picture), '-p', case.prompt,
        '--mask', save(folder, f'{name}-mask', selection), '--seed', SEED,
        *options, out=folder / f'{name}.png', steps=steps)


def composite(picture, run):
    """A layer over the picture, and its mask on the picture's canvas."""
    layer, (x, y) = run.picture, run.place
    height, width = layer.shape[:2]
    mask = numpy.zeros(picture.shape[:2], numpy.uint8)
    mask[y:y + height, x:x + width] = layer[..., 3]
    under = picture[y:y + height, x:x + width].astype(float)
    share = layer[..., 3:] / 255.0
    filled = picture.copy()
    filled[y:y + height, x:x + width] = numpy.rint(
        layer[..., :3] * share + under * (1 - share))
    return filled, mask


# ------------------------------------------------------------------ seams

def plain_pictures(program, folder, case):
    """Of the same words, with nothing around."""
    return [program.draw('generate', '-p', case.prompt, '--seed', seed,
                         out=folder / f'{case.name}-plain-{seed}.png').picture
            for seed in range(N_PLAIN)]


def edge_point(where):
    """Where the seam is looked at: the border's point nearest to the right
    end of its middle row, (y, x)."""
    rows, columns = numpy.nonzero(numpy.abs(where.signed) <= 1)
    middle = (rows.min() + rows.max()) / 2
    nearest = numpy.argmin(numpy.abs(rows - middle) - 0.001 * columns)
    return int(rows[nearest]), int(columns[nearest])


def measure_fill(program, folder, case):
    """The figures of a case, and its row of the sheet."""
    picture, selection = case.picture(), case.selection()
    where = measures.regions(selection, BLEND_PX)
    run = fill(program, folder, case, picture, selection, '--layer')
    filled, mask = composite(picture, run)
    plain = plain_pictures(program, folder, case)
    pasted = measures.paste(picture, selection, plain[0])
    smooth = measures.smooth_extension(picture, where.changed)
    wanted = numpy.median([measures.energy(each) for each in plain])

    def shares(drawn, regions):
        return {**measures.seam(drawn, regions),
                'energy': measures.energy(drawn, where.inner) / wanted}

    figure = {'prompt': case.prompt, 'shape': case.shape, 'kind': case.kind,
              'size': picture.shape[1::-1],
              'fill': shares(filled, where),
              'border': shares(filled, measures.regions(mask, 0)),
              'paste': shares(pasted, where.with_hard_edge()),
              'smooth': shares(smooth, where),
              'before': shares(picture, where),
              'plain_energy': float(wanted),
              'changed_outside': int(((mask > 0) & ~where.changed).sum()),
              'evaluations': run.evaluations, 'seconds': run.seconds}
    return figure, fill_row(case, picture, selection, filled, pasted,
                            edge_point(where), figure)


def fill_row(case, picture, selection, filled, pasted, point, figure):
    def panel(array):
        return sheets.fitted(array, PANEL_PX, PANEL_PX)

    def close(array):
        return sheets.crop(array, point, PANEL_PX)

    words = case.prompt or '(no words)'
    numbers = '{' + FIGURE_OF[case.kind] + ':.2f}, energy {energy:.2f}'
    return [(panel(picture), f'{case.name}, {picture.shape[1]} x '
             f'{picture.shape[0]}'),
            (panel(sheets.tinted(picture, selection)), words),
            (panel(filled), 'seam ' + numbers.format(**figure['fill'])),
            (close(filled), '1:1'),
            (close(pasted), 'paste ' + numbers.format(**figure['paste']))]


def seams(report, program, folder, cases):
    rows = {kind: [] for kind in FIGURE_OF}
    for case in cases:
        try:
            figure, row = measure_fill(program, folder, case)
        except RunFailed as failure:
            report.check('seam', case.name, False, str(failure))
            continue
        rows[case.kind].append(row)
        report.keep('seam', case.name, figure)
        filled, which = figure['fill'], FIGURE_OF[case.kind]
        report.check('seam', f'{case.name}: {which}', SEAM[0] <= filled[which]
                     <= SEAM[1], f'{filled[which]:.2f} (paste '
                     f'{figure["paste"][which]:.2f}, before '
                     f'{figure["before"][which]:.2f}; ratio '
                     f'{filled["ratio"]:.2f}; of the fade alone '
                     f'{figure["border"]["ratio"]:.2f} and '
                     f'{figure["border"]["between"]:.2f})')
        report.check('seam', f'{case.name}: energy', filled['energy'] >=
                     LEAST_ENERGY, f'{filled["energy"]:.2f} (smooth '
                     f'{figure["smooth"]["energy"]:.3f}, before '
                     f'{figure["before"]["energy"]:.2f})')
        report.check('seam', f'{case.name}: the rest is as it was',
                     figure['changed_outside'] == 0,
                     f'{figure["changed_outside"]} pixels')
    small = [row[1:4] for kind in rows.values() for row in kind
             if row[0][1].split(',')[0] in DOCUMENT_CASES]
    if small:
        sheets.small_sheet(small, folder.parent / 'docs' / 'fills.png', 150)
    for kind, name in (('photograph', 'fills-photographs'),
                       ('flat', 'fills-flat'), ('even', 'fills-even')):
        if rows[kind]:
            sheets.sheet(rows[kind], folder.parent / f'{name}.png')
    judge_measures(report)


def judge_measures(report):
    """Figures that a paste and a blur pass would say nothing."""
    figures = list(report.figures.get('seam', {}).values())
    if not figures:
        return
    pasted = sum(not SEAM[0] <= f['paste'][FIGURE_OF[f['kind']]] <= SEAM[1]
                 for f in figures)
    blurred = sum(not f['smooth']['energy'] >= LEAST_ENERGY for f in figures)
    report.check('seam', 'pastes are found', pasted >= 0.9 * len(figures) - 1,
                 f'{pasted} of {len(figures)}')
    report.check('seam', 'blurs are found', blurred == len(figures),
                 f'{blurred} of {len(figures)}')


# ------------------------------------------------------------------- leak

LEAK_CASES = 'grass', 'stars', 'hills', 'gravel', 'leaves'


def leak(report, program, folder, cases):
    """What is under the selection must not matter; what is around, must."""
    for case in cases:
        if case.name not in LEAK_CASES:
            continue
        picture, selection = case.picture(), case.selection()
        under, around = picture.copy(), picture.copy()
        hidden = selection == 255
        rng = numpy.random.default_rng(3)
        under[hidden] = rng.integers(0, 256, (hidden.sum(), 3))
        ring = measures.regions(selection, BLEND_PX).ring
        around[ring] = 255 - around[ring]
        try:
            first, second, other = [
                fill(program, folder, case, each, selection, '--layer',
                     name=f'{case.name}-leak-{name}')
                for name, each in (('as-it-is', picture), ('under', under),
                                   ('around', around))]
        except RunFailed as failure:
            report.check('leak', case.name, False, str(failure))
            continue
        same = numpy.array_equal(first.picture, second.picture)
        report.check('leak', f'{case.name}: the same pixels', same,
                     'equal' if same else 'they differ')
        report.check('leak', f'{case.name}: the same tokens', first.tokens ==
                     second.tokens and first.tokens != '',
                     f'{len(first.tokens)} bytes of record')
        changed = not numpy.array_equal(first.picture, other.picture)
        report.check('leak', f'{case.name}: the surroundings count', changed,
                     'it follows them' if changed else 'it does not see them')


# ------------------------------------------------------------------ a tenth

TENTH_STEPS = 25, 100
MOST_EVALUATIONS = 0.15


def tenth(report, program, folder, _cases):
    """A hole of 10 % of the tokens: 25 of 256 cells of 8 pixels."""
    picture = photolike.sand(128, 128, 4)
    selection = numpy.zeros((128, 128), numpy.uint8)
    selection[40:80, 48:88] = 255
    mask = save(folder, 'tenth-mask', selection)
    before = save(folder, 'tenth-before', picture)
    for steps in TENTH_STEPS:
        try:
            whole = program.draw('generate', '-p', 'sand texture', '--seed', 1,
                                 out=folder / 'tenth-whole.png', steps=steps)
            hole = program.draw('fill', before, '--mask', mask, '-p',
                                'sand texture', '--grow', 0, '--seed', 1,
                                out=folder / 'tenth.png', steps=steps)
        except RunFailed as failure:
            report.check('tenth', f'{steps} steps', False, str(failure))
            continue
        share = hole.evaluations / whole.evaluations
        time_share = hole.seconds['sampling'] / whole.seconds['sampling']
        report.keep('tenth', str(steps), {
            'evaluations': hole.evaluations, 'of': whole.evaluations,
            'seconds': hole.seconds, 'whole_seconds': whole.seconds})
        report.check('tenth', f'{steps} steps', whole.evaluations > 0 and
                     0 < share <= MOST_EVALUATIONS,
                     f'{hole.evaluations} of {whole.evaluations} evaluations, '
                     f'{100 * time_share:.0f} % of the sampling time')


ALL = {'seam': seams, 'leak': leak, 'tenth': tenth}
