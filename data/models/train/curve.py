# SPDX-License-Identifier: GPL-3.0-or-later
"""The loss on concepts kept out of training over the samples seen, as a small picture.

    python curve.py WORK/curve.jsonl OUT.svg

One line for the mean and one for each quarter of t (few tokens masked to all masked); a dot for each measurement.
"""
import argparse
import json
from pathlib import Path

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 320, 44, 120, 14, 34
LINES = (("mean", "#000"), ("all masked", "#c33"), ("t to 3/4 T", "#c83"), ("t to 1/2 T", "#393"), ("few masked", "#36c"))
STEPS = [k * 10**e for e in range(3, 9) for k in (1, 2, 5)]


def picture(points):
    rows = [[p["held"] for p in points], *([p["by_t"][k] for p in points] for k in (3, 2, 1, 0))]
    x0, x1 = points[0]["seen"], max(p["seen"] for p in points)
    low, high = min(map(min, rows)), max(map(max, rows))

    def x(seen):
        return LEFT + (seen - x0) / max(1, x1 - x0) * (WIDTH - LEFT - RIGHT)

    def y(loss):
        return TOP + (high - loss) / max(1e-9, high - low) * (HEIGHT - TOP - BOTTOM)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    loss = -(-low // 0.2) * 0.2
    while loss <= high:
        out.append(f'<path d="M{LEFT} {y(loss):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 6}" y="{y(loss) + 4:.1f}" text-anchor="end">{loss:.1f}</text>')
        loss += 0.2
    step = next(s for s in STEPS if x1 - x0 <= 6 * s)
    seen = -(-x0 // step) * step
    while seen <= x1:
        out.append(f'<text x="{x(seen):.1f}" y="{HEIGHT - 18}" text-anchor="middle">{seen / 1000:g}</text>')
        seen += step
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 3}" text-anchor="middle">thousand samples seen</text>')
    for (name, ink), values in zip(LINES, rows):
        at = [(x(p["seen"]), y(v)) for p, v in zip(points, values)]
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in at)
        dots = "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2"/>' for a, b in at)
        out.append(f'<g fill="{ink}"><polyline points="{line}" fill="none" stroke="{ink}" stroke-width="1.5"/>{dots}'
                   f'<text x="{at[-1][0] + 8:.1f}" y="{at[-1][1] + 4:.1f}">{name} {values[-1]:.2f}</text></g>')
    return "\n".join([*out, "</svg>"]) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("curve", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.write_text(picture([json.loads(line) for line in options.curve.read_text().splitlines()]))
