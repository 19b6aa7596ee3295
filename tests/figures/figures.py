#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws with the command line, measures, and lays the pictures out.

figures.py VQDIFFUSION OUTDIR [--only seam,tiling] [--cases grass,hills]
           [--steps N] [--model FILE] [--large]

Prints a line a check and, last, "N passed, N failed"; writes figures.json and
the sheets into OUTDIR. The exit status is 1 when a check failed. README.md
says what the figures are."""
import argparse
import json
import pathlib
import sys
import time

try:
    import numpy  # noqa: F401
    from PIL import Image  # noqa: F401
except ImportError as missing:
    print(f'figures.py: no {missing.name} for Python; '
          'Debian: python3-numpy, python3-pil', file=sys.stderr)
    sys.exit(77)

import canvases
import fills
import large
import tiles
from inputs import CASES
from program import Program

FIGURES = {**fills.ALL, **tiles.ALL, **canvases.ALL}


class Report:
    """What was measured, and whether it is good."""

    def __init__(self):
        self.figures, self.checks = {}, []

    def keep(self, figure, name, numbers):
        self.figures.setdefault(figure, {})[name] = numbers

    def say(self, text):
        print(text, flush=True)

    def check(self, figure, name, good, seen):
        self.checks.append({'figure': figure, 'name': name, 'good': bool(good),
                            'seen': seen})
        self.say(f'{"ok    " if good else "FAILED"} {figure:7} {name}: {seen}')

    @property
    def n_failed(self):
        return sum(not check['good'] for check in self.checks)


def arguments():
    parser = argparse.ArgumentParser(
        description='Measures and shows what vqdiffusion draws.')
    parser.add_argument('program', help='the command line vqdiffusion')
    parser.add_argument('folder', type=pathlib.Path,
                        help='where pictures and figures.json go')
    parser.add_argument('--only', metavar='FIGURES',
                        help='of ' + ','.join(FIGURES))
    parser.add_argument('--cases', metavar='NAMES', help='of the inputs')
    parser.add_argument('--steps', type=int, help="the model's, if not given")
    parser.add_argument('--model', help='a file or a name')
    parser.add_argument('--large', action='store_true',
                        help='also a picture of 4000 x 3000 pixels: minutes')
    return parser, parser.parse_args()


def chosen(parser, names, known, what):
    if names is None:
        return list(known)
    for name in names.split(','):
        if name not in known:
            parser.error(f'no {what} {name!r}; there are {", ".join(known)}')
    return names.split(',')


def main():
    parser, options = arguments()
    wanted = chosen(parser, options.only, list(FIGURES) + ['large'], 'figure')
    if options.large and 'large' not in wanted:
        wanted.append('large')
    elif not options.large and options.only is None:
        wanted.remove('large')
    cases = chosen(parser, options.cases, [case.name for case in CASES],
                   'input')
    cases = [case for case in CASES if case.name in cases]
    program = Program(options.program, options.model, options.steps)
    report = Report()
    for name in wanted:
        folder = options.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        {**FIGURES, **large.ALL}[name](report, program, folder, cases)
        report.say(f'       {name} took {time.monotonic() - begin:.0f} s')
    with open(options.folder / 'figures.json', 'w', encoding='utf-8') as file:
        json.dump({'figures': report.figures, 'checks': report.checks,
                   'steps': options.steps}, file, indent=1)
        file.write('\n')
    print(f'{len(report.checks) - report.n_failed} passed, '
          f'{report.n_failed} failed')
    return 1 if report.n_failed or not report.checks else 0


sys.exit(main())
