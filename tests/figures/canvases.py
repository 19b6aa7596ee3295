# SPDX-License-Identifier: GPL-3.0-or-later
"""Expanding, varying, and pictures larger than the model's."""
import numpy

import measures
import sheets
from fills import BLEND_PX, LEAST_ENERGY, SEED, save
from program import RunFailed

# name of the picture, margins: left, top, right, bottom; words
EXPANDED = (('sand', (96, 64, 96, 64), 'sand texture'),
            ('hills', (128, 0, 128, 0), 'green hills under a blue sky'),
            ('leaves', (0, 0, 200, 150), 'autumn leaves'))
VARIED = 'grass'
STRENGTHS = 0.0, 0.25, 0.5, 0.75, 1.0
SIZES = 1, 2, 4
# A scene has the same things larger, a texture has more of them: only there is
# the gradient a pixel to stay as it is.
SIZED_TEXTURES = 'green grass texture', 'gray cobblestone'
SIZED_SCENES = ('a red house on a green hill at sunset',)
# Vary's own input must fit the model, so that nothing else is seen.
VARIED_PX = 128


def by_name(cases, name):
    return next((case for case in cases if case.name == name), None)


# ----------------------------------------------------------------- expand

def old_part(size, margins):
    """As a selection of what is new: 0 where the old picture is."""
    left, top, right, bottom = margins
    height, width = size
    new = numpy.full((height + top + bottom, width + left + right), 255,
                     numpy.uint8)
    new[top:top + height, left:left + width] = 0
    return new


def expand(report, program, folder, cases):
    rows = []
    for name, margins, prompt in EXPANDED:
        case = by_name(cases, name)
        if case is None:
            continue
        picture = case.picture()
        sides = [word for pair in zip(('--left', '--top', '--right',
                                       '--bottom'), margins) for word in pair]
        try:
            run = program.draw(
                'expand', save(folder, f'expand-{name}-before', picture),
                *sides, '-p', prompt, '--seed', SEED,
                out=folder / f'expand-{name}.png')
        except RunFailed as failure:
            report.check('expand', name, False, str(failure))
            continue
        rows.append([(sheets.fitted(picture, 300, 300), name),
                     (sheets.fitted(run.picture, 500, 300), prompt)])
        judge_expanded(report, name, picture, margins, run)
    if rows:
        sheets.sheet(rows, folder.parent / 'expand.png')
        sheets.small_sheet(rows, folder.parent / 'docs' / 'expand.png', 240)


def judge_expanded(report, name, picture, margins, run):
    new = old_part(picture.shape[:2], margins)
    right_size = run.picture.shape[:2] == new.shape
    report.check('expand', f'{name}: size', right_size,
                 f'{run.picture.shape[1]} x {run.picture.shape[0]}')
    if not right_size:
        return
    where = measures.regions(new, BLEND_PX)
    y, x = margins[1], margins[0]
    height, width = picture.shape[:2]
    inside = run.picture[y:y + height, x:x + width]
    kept = ~where.changed[y:y + height, x:x + width]
    differs = int(((inside != picture).any(axis=-1) & kept).sum())
    report.check('expand', f'{name}: the rest is as it was', differs == 0,
                 f'{differs} pixels')
    figure = measures.seam(run.picture, where)
    share = measures.energy(run.picture, where.inner) / \
        measures.energy(picture)
    report.keep('expand', name, {**figure, 'energy_of_before': share,
                                 'evaluations': run.evaluations,
                                 'seconds': run.seconds})
    report.say(f'expand {name}: seam {figure["ratio"]:.2f}, energy {share:.2f}'
               ' of the old part')


# ------------------------------------------------------------------- vary

def vary(report, program, folder, cases):
    case = by_name(cases, VARIED)
    if case is None:
        return
    picture = sheets.crop(case.picture(), (150, 200), VARIED_PX)
    before = save(folder, 'vary-before', picture)
    row, apart = [(sheets.enlarged(picture, 2), 'before')], []
    for strength in STRENGTHS:
        try:
            run = program.draw('vary', before, '--strength', strength, '-p',
                               case.prompt, '--seed', SEED,
                               out=folder / f'vary-{strength}.png')
        except RunFailed as failure:
            report.check('vary', f'strength {strength}', False, str(failure))
            return
        apart.append(float(numpy.abs(run.picture.astype(float) -
                                     picture).mean()))
        row.append((sheets.enlarged(run.picture, 2), f'strength {strength}'))
        report.keep('vary', str(strength), {
            'apart': apart[-1], 'evaluations': run.evaluations})
    sheets.sheet([row[:3], row[3:]], folder.parent / 'vary.png')
    numbers = ', '.join(f'{levels:.1f}' for levels in apart)
    report.check('vary', 'strength 0 is the picture', apart[0] == 0,
                 f'{apart[0]:.2f} levels')
    report.check('vary', 'stronger is farther', all(
        a < b for a, b in zip(apart, apart[1:4])) and apart[4] > apart[2],
        numbers)


# ------------------------------------------------------------------ sizes

def worst_line(picture):
    """The largest step between neighbouring lines over the typical one, in x
    and in y: windows that do not fit show here."""
    return [float(steps.max() / numpy.median(steps)) for steps in
            (measures.line_steps(picture, axis)[:-1] for axis in (1, 0))]


def sizes(report, program, folder, _cases):
    rows = []
    for number, prompt in enumerate(SIZED_TEXTURES + SIZED_SCENES):
        row, energies = [], []
        for times in SIZES:
            side = 128 * times
            try:
                run = program.draw(
                    'generate', '-p', prompt, '--width', side, '--height',
                    side, '--seed', SEED,
                    out=folder / f'size-{number}-{times}.png')
            except RunFailed as failure:
                report.check('sizes', f'{prompt}: {side} px', False,
                             str(failure))
                break
            energies.append(measures.energy(run.picture))
            # the words below a small picture must not run into the next
            row.append((run.picture, f'{side} px' if times < SIZES[-1] else
                        f'{side} px: {prompt}'))
            report.keep('sizes', f'{prompt}: {side}', {
                'energy': energies[-1] / energies[0],
                'worst_line': worst_line(run.picture),
                'seconds': run.seconds, 'evaluations': run.evaluations})
        for times, energy in list(zip(SIZES, energies))[1:]:
            if prompt not in SIZED_TEXTURES:
                continue
            share = energy / energies[0]
            report.check('sizes', f'{prompt}: {times} times as large, sharp',
                         share >= LEAST_ENERGY, f'{share:.2f} of the energy')
        if row:
            rows.append(row)
    if rows:
        sheets.sheet(rows, folder.parent / 'sizes.png')
        sheets.small_sheet(rows[-1:], folder.parent / 'docs' / 'sizes.png',
                           128 * SIZES[-1])


ALL = {'expand': expand, 'vary': vary, 'sizes': sizes}
