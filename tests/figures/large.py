# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of 4000 x 3000 pixels, expanded by 512 on each side."""
import json
import os
import subprocess

import numpy
from PIL import Image

import photolike
import program as programs

WIDTH_PX, HEIGHT_PX, MARGIN_PX = 4000, 3000, 512
STEPS = 2
MOST_BYTES = 1.5e9   # beside the model's file
MOST_GAP_S = 5.0     # without a sign of life
MOST_STOP_S = 2.0
STOP_AFTER_S = 20


def model_bytes(program):
    command = [program.path, 'info', '--json']
    if program.model:
        command.append(program.model)
    run = subprocess.run(command, env=program.environment, check=True,
                         capture_output=True, text=True)
    return json.loads(run.stdout)['file-bytes']


def large(report, program, folder, _cases):
    before, out = folder / 'large-before.png', folder / 'large.png'
    picture = photolike.clouds(HEIGHT_PX // 4, WIDTH_PX // 4, 5)
    Image.fromarray(picture.repeat(4, 0).repeat(4, 1)).save(before)
    margins = [word for side in ('left', 'top', 'right', 'bottom')
               for word in (f'--{side}', MARGIN_PX)]
    command = program.command(
        'expand', [before, *margins, '-p', 'clouds in a blue sky', '--seed',
                   1], out, STEPS)
    stopped = programs.watch(program, command, stop_after=STOP_AFTER_S)
    report.check('large', 'cancel', stopped.status == 130 and
                 stopped.seconds_to_end <= MOST_STOP_S and not out.exists(),
                 f'status {stopped.status} after '
                 f'{stopped.seconds_to_end:.2f} s')
    run = programs.watch(program, command)
    beside = run.peak_bytes - model_bytes(program)
    report.keep('large', 'run', {
        'seconds': run.seconds, 'peak_bytes': run.peak_bytes,
        'beside_model_bytes': beside, 'largest_gap_seconds': run.largest_gap,
        'said': run.said})
    report.check('large', 'done', run.status == 0 and out.exists(),
                 f'status {run.status}, {run.seconds:.0f} s')
    report.check('large', 'memory', 0 < beside < MOST_BYTES,
                 f'{beside / 1e9:.2f} GB beside the model')
    report.check('large', 'progress', run.largest_gap <= MOST_GAP_S and
                 ' left' in run.said,
                 f'at most {run.largest_gap:.1f} s without; "{run.said}"')
    if out.exists():
        with Image.open(out) as image:
            drawn = numpy.array(image)
        report.check('large', 'size', drawn.shape[:2] ==
                     (HEIGHT_PX + 2 * MARGIN_PX, WIDTH_PX + 2 * MARGIN_PX),
                     f'{drawn.shape[1]} x {drawn.shape[0]}')
        os.remove(out)


ALL = {'large': large}
