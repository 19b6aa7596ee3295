#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts test results: count-tests.py RESULTS

RESULTS has a JSON object a line, as meson's testlog.json has: "name",
"result" and, perhaps, "stdout". A program that speaks TAP counts by its test
points, any other as one. The last line printed is

    N passed, N failed[, N skipped]

The exit status is non-zero when one failed or none passed.
"""

import json
import re
import sys

POINT = re.compile(r'^(not )?ok\b(.*)$', re.MULTILINE)
PLAN = re.compile(r'^1\.\.\d+', re.MULTILINE)


def count_points(text):
    """Passed, failed, skipped among a TAP program's points."""
    counts = [0, 0, 0]
    for negated, rest in POINT.findall(text):
        if re.search(r'#\s*(skip|todo)', rest, re.IGNORECASE):
            counts[2] += 1
        else:
            counts[1 if negated else 0] += 1
    return counts


def count_one(entry):
    """Passed, failed, skipped of one line of the results."""
    result = entry['result']
    text = entry.get('stdout') or ''
    good = result in ('OK', 'EXPECTEDFAIL')
    if result == 'SKIP':
        return [0, 0, 1]
    if not PLAN.search(text):
        return [1, 0, 0] if good else [0, 1, 0]
    counts = count_points(text)
    # A crash after the last point, a plan not kept: one more failure.
    if not good and counts[1] == 0:
        counts[1] = 1
    # An empty plan is no pass.
    if good and sum(counts) == 0:
        counts[2] = 1
    return counts


def failed_points(text):
    """The points that failed, with the notes below each."""
    lines = []
    noting = False
    for line in text.splitlines():
        if line.startswith(('ok', 'not ok')):
            noting = line.startswith('not') and '# TODO' not in line
        elif not line.startswith('#'):
            noting = False
        if noting:
            lines.append('    ' + line)
    return lines


def main(path):
    total = [0, 0, 0]
    failures = []
    with open(path, encoding='utf-8') as lines:
        for line in filter(str.strip, lines):
            entry = json.loads(line)
            counts = count_one(entry)
            total = [a + b for a, b in zip(total, counts)]
            if counts[1] > 0:
                failures.append(f"failed: {entry['name']} ({entry['result']})")
                failures += failed_points(entry.get('stdout') or '')
    for line in failures:
        print(line)
    end = f', {total[2]} skipped' if total[2] > 0 else ''
    print(f'{total[0]} passed, {total[1]} failed{end}')
    return 0 if total[0] > 0 and total[1] == 0 else 1


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
