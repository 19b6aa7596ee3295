# SPDX-License-Identifier: GPL-3.0-or-later
"""Can a stranger name what a model draws?

    python judge.py draw VQDIFFUSION MODEL.safetensors PROMPTS.txt OUT
    python judge.py count OUT

`draw` makes a picture of each prompt with the plug-in's own command line, seed 1 and the model's own settings: for
each section OUT/SECTION.png with the prompts; for the judge, who must not see those, OUT/blind-1.png and so on,
shuffled, with numbers; and OUT/key.json.  The judge writes a noun for each into OUT/round-1.txt, "12 dog" a line;
another judge round-2.txt.  OUT/synonyms.txt says what else counts as right: "a dog: puppy; hound".
`count` tells how many were named right by at least one of them.  Prompts "a COLOUR THING" of the section "colours"
are not judged but measured: the commonest of the seven hues among the coloured pixels.
"""
import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import recolour
import sheet

COLUMNS, ROWS, SHOWN = 5, 4, 192


def drawn(program, model, text, *options):
    """The picture that the command line draws with seed 1: 128 x 128 x 3 bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        subprocess.run([program, "generate", "--model", model, "-p", text, "--seed", "1", "--quiet", "-o", path, *options],
                       check=True, stdout=subprocess.DEVNULL)
        with Image.open(path) as im:
            return np.asarray(im.convert("RGB"))


def colour(rgb):
    """The commonest of the seven hues; None of a grey picture."""
    p = recolour.Picture(rgb)
    names = [recolour.nearest(h) for h in p.h[p.coloured]]
    return max(recolour.HUES, key=names.count) if names else None


def draw(o):
    o.out.mkdir(parents=True, exist_ok=True)
    judged, colours = [], {}
    for section, texts in sheet.sections(o.prompts).items():
        pictures = [drawn(o.program, o.model, text) for text in texts]
        sheet.sheet(pictures, texts, o.out / f"{section.split()[0]}.png")
        if section == "colours":
            colours = {text: colour(picture) for text, picture in zip(texts, pictures)}
        else:
            judged += [(section, text, picture) for text, picture in zip(texts, pictures)]
    order = np.random.default_rng().permutation(len(judged))
    page = COLUMNS * ROWS
    for k in range(0, len(order), page):
        on_page = order[k:k + page]
        sheet.sheet([judged[i][2] for i in on_page], [str(k + 1 + i) for i in range(len(on_page))],
                    o.out / f"blind-{k // page + 1}.png", COLUMNS, SHOWN)
    key = {str(n): judged[i][:2] for n, i in enumerate(order, 1)}
    (o.out / "key.json").write_text(json.dumps(dict(judged=key, colours=colours), indent=1) + "\n")


def words(text):
    text = re.sub(r"\b(a|an|the|some|piece of|slice of)\b", " ", text.lower())
    return " ".join(re.sub(r"[^a-z ]", " ", text).split())


def count(o):
    key = json.loads((o.out / "key.json").read_text())
    table = o.out / "synonyms.txt"
    more = dict(line.split(":", 1) for line in table.read_text().splitlines() if ":" in line) if table.exists() else {}
    answers = [dict(line.split(None, 1) for line in path.read_text().splitlines() if line.strip())
               for path in sorted(o.out.glob("round-*.txt"))]
    for section in dict.fromkeys(section for section, _ in key["judged"].values()):
        right, wrong = 0, []
        for n, (of, text) in key["judged"].items():
            if of != section:
                continue
            accepted = {words(v) for v in (text, *more.get(text, "").split(";"))}
            given = [a.get(n, "") for a in answers]
            if any(words(a) in accepted for a in given):
                right += 1
            else:
                wrong.append(f"{text} ({', '.join(given)})")
        print(f"{section}: {right} of {right + len(wrong)}; not: {'; '.join(wrong)}")
    wrong = [f"{text} ({seen})" for text, seen in key["colours"].items() if seen not in text.split()]
    print(f"colours: {len(key['colours']) - len(wrong)} of {len(key['colours'])}; not: {'; '.join(wrong)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("draw")
    one.add_argument("program")
    one.add_argument("model")
    one.add_argument("prompts", type=Path)
    one.add_argument("out", type=Path)
    one.set_defaults(run=draw)
    one = commands.add_parser("count")
    one.add_argument("out", type=Path)
    one.set_defaults(run=count)
    options = parser.parse_args()
    options.run(options)
