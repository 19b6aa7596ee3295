# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of the shipped model: the captioned data set, pictures by formula, recoloured pictures -> WORK.

    python shipped.py DATASET WORK [--formulas 6400]
    python shipped.py WORK                             only decides anew what is drawn how often

DATASET: folder with captions.jsonl.xz and the .tar files it names.  Pictures of the
GPL class are left out.  What is drawn how often is decided here: at this size a
model learns what it sees often, so common things, animals, food and textures come
often, people, signs and flags never; and a caption without a style means the
plain style wherever that knows the thing: a picture of each is learned long before
a choice of several is.
"""
import argparse
import collections
import io
import json
import lzma
import re
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

import formulas
import recolour
import rows

PLAIN = "fluent-flat"
EMOJI = {PLAIN: 2.0, "noto": 0.12, "twemoji": 0.12, "fluent-3d": 0.08, "emojione": 0.04, "noto-v1": 0.02, "fxemoji": 0.02,
         "openmoji": 0.02}
OTHER = {"streamline-emojis": 0.02, "openclipart": 0.02, "furniture": 0.03, "flat-color-icons": 0.03, "meteocons": 0.03,
         "procedural": 0.06, "0ad-terrain": 0.12, "scratch": 0.03, "stk-textures": 0.5, "ufoai-textures": 0.5}
FORMULA, NAMED, RECOLOURED, COMMON, UNCOMMON, MORE_WEIGHT = 3.0, 1.15, 0.75, 1.7, 0.02, 1.8
FEW, OTHERS = 8, 0.1  # so many pictures by formula of a kind are drawn often, and how often the others
LEAST = 0.035  # what weighs less is not drawn: half of the pictures, a fiftieth of the samples
BODY = 0.3  # an animal whose face is drawn, too: its bare name mostly means the face
# Textures whose bare name means these colours.
USUAL = {
    "brick wall": "red, dark red", "wood planks": "brown, light brown, reddish brown", "wood grain": "brown, light brown",
    "parquet floor": "brown, light brown", "marble": "white, gray", "cobblestone": "gray, dark gray", "sand": "beige, light brown",
    "rippled sand": "beige, light brown", "water": "blue, light blue", "grass": "green", "leaves": "green", "fur": "brown",
    "leather": "brown, dark brown", "tree bark": "brown, dark brown", "snow": "white", "ice": "blue", "roof tiles": "red, orange",
    "rock": "gray, dark gray", "rough stone": "gray, dark gray", "brushed metal": "gray, silver", "paper": "white, cream",
    "wicker basket weave": "light brown, brown", "camouflage": "green", "denim": "blue", "concrete": "gray", "pebbles": "gray",
    "moss on stone": "green", "fire": "orange, red", "lava": "red, orange", "hay": "yellow", "burlap": "brown",
    "night sky with stars": "dark blue, navy, black", "bubbles": "blue"}
# What a landscape shows, the first that its title names, and when (else by day).
KINDS = ("castle mountains volcano lighthouse windmill house sailboat balloon tent umbrella city pyramid cactus snowman road palm "
         "pine forest trees tree lake snow desert beach flowers field hill sea").split()
TIMES = ("night|starry", "sunset|orange sky|evening", "dawn|morning|pink sky", "gray sky|cloudy")
STYLED = {"streamline-emojis", "openclipart", "furniture", "flat-color-icons", "meteocons"}
PEOPLE = re.compile(
    r"\b(person|m[ae]n|wom[ae]n|boy|girl|people|couple|family|skin|hands?|fingers?|fist|thumbs|kiss|worker|singer|cook|student|"
    r"teacher|pilot|farmer|judge|guard|detective|mage|elf|vampire|superhero|supervillain|zombie|genie|mer(man|maid|person)|"
    r"fairy|baby|child|adult|older|princess|prince|mechanic|scientist|technologist|artist|firefighter|astronaut|ninja|officer|"
    r"holding|wearing|beard|hair|handshake|palms?|pregnant|dancers|tuxedo|veil|bowing|shrugging|facepalming|pouting|frowning|"
    r"running|walking|standing|kneeling|surfing|swimming|biking|rowing|juggling|playing|cartwheeling|wrestling|golfing|"
    r"bouncing|lifting|climbing|gesturing|tipping|raising)\b")
SIGNS = re.compile(
    r"\b(flag|letter|digit|number|keycap|sign|button|o.clock|thirty|text|word|arrow|latin|symbol|input|zodiac|aries|taurus|"
    r"gemini|leo|virgo|libra|capricorn|aquarius|pisces|square|information|registered|copyright|trade|part|plus|minus|multiply|"
    r"divide|equals|infinity|male|female|transgender|medical|recycling|fleur|trident|badge|beginner|hollow|circle|check|cross|"
    r"curly|loop|alternation|eight|spoked|asterisk|sparkle|exclamation|question|dash|currency|exchange|mark|japanese|no|"
    r"prohibited|non|restroom|room|litter|potable|water closet|passport|customs|baggage|claim|warning|radioactive|biohazard|"
    r"atom|om|star of david|wheel|yin|peace|menorah|six|place of worship|khanda|bar|antenna|vibration|mobile phone off)\b")
FACES = re.compile(r"\b(face|smiling|grinning|eyes|heart-eyes|emoticon|monkey see|evil)\b")
ANIMALS = ("dog cat cow pig fox bear panda tiger lion horse mouse rabbit monkey frog wolf unicorn dragon moon sun clown robot "
           "hamster koala").split()
HEADS = [*ANIMALS[:16], "hamster", "koala", "polar bear"]


def listed(name):
    return [line for line in Path(__file__).with_name(name).read_text().splitlines() if not line.startswith("#")]


def plain_words():
    table = {}
    for line in listed("plain-words.txt"):
        name, words = line.split(":", 1)
        table[name] = [w.strip() for w in words.split(";") if w.strip()]
    return table


MORE = set(listed("more-things.txt"))


def other_names(title, table):
    """What people call the thing besides its emoji name."""
    names = list(table.get(title, []))
    head = title.removesuffix(" face")
    if title != head and head in HEADS:
        names = [n for n in names if n != head] + [head, head]
    return names


def weight(row, table):
    title, source = row.get("thing", row["title"].lower()), row["source"]
    w = MORE_WEIGHT if row["id"] in MORE else EMOJI.get(source, OTHER.get(source, 0.0))
    if source in EMOJI:
        if title in table:
            w *= COMMON * (BODY if title in HEADS and row["style"] != "recoloured" and f"{title} face" in table else 1)
        elif PEOPLE.search(title) or "skin tone" in title or SIGNS.search(title):
            w = 0.0
        elif FACES.search(title) and not set(title.split()) & set(ANIMALS):
            w *= 0.25
        else:
            w *= UNCOMMON
    return w * (RECOLOURED if row["style"] == "recoloured" else 1)


def captions(row, plain, table):
    """[[text, weight], ...]; `plain`: concepts that the plain style knows."""
    title, source, emoji, colour = row["title"].lower(), row["source"], row["source"] in EMOJI, row.get("colour")
    bare = 0.1 if (emoji or source in STYLED) and source != PLAIN and rows.concept(row) in plain else 1.0
    out = [[title, 2 * bare if emoji else bare]]
    for text in row["said"]:
        if text in (title, rows.article(title)):
            out.append([text, 3 * bare if emoji else bare])
        else:
            out.append([text, 0.6 if source == PLAIN else 1.0])
    names = other_names(row.get("thing", title), table) if emoji else []
    if row["style"] == "recoloured":
        return out + [[rows.article(f"{title.split()[0]} {name}"), 3 / len(names) ** 0.5] for name in names
                      if not recolour.COLOUR.search(name) and not name.startswith("the ")]
    if colour:
        out += [[f"{colour} {title}", bare], [rows.article(f"{colour} {title}"), bare]]
    for name in names:
        many = name.endswith("s") and not name.endswith(("ss", "us")) and not name.startswith("pair ")
        out.append([name if many or name.startswith("the ") else rows.article(name), 3 * bare / len(names) ** 0.5])
        out.append([f"{name}, {row['style']}", 0.3])
        if colour and colour not in name:
            out.append([rows.article(f"{colour} {name}"), 0.5 * bare])
    return out


def of_formula(row, counts):
    """Its weight and captions: usual things more often than a fabric of two colours, and mostly by the words people type.
    counts: how many of each kind came before; this one is added."""
    title, landscape = row["title"], row["style"] == "flat landscape"
    texts = [[text, 0.3 if text.startswith(("seamless", "flat landscape", "simple drawing")) or text.endswith("background") else 1]
             for text in row["said"]] + [[title, 2]]
    name = next((n for n, colours in USUAL.items() if title == n or title in [f"{c} {n}" for c in colours.split(", ")]), None)
    if name:
        texts += [[name, 1.5], [f"{name} texture", 0.5], [f"{title} texture", 0.5]]
    if title.endswith("brick wall"):
        texts += [[rows.article(text), 1.5] for text in dict.fromkeys([title, name or title])]
    odd = re.search(r"\b(plaid|checkerboard|fabric|knitted|hexagon|mosaic|scales|tiles)\b", title) and not name
    usual = name or landscape or not recolour.COLOUR.search(title)
    kind = name or title
    if landscape:
        kind = next((k for k in KINDS if k in title), title), next((t for t in TIMES if re.search(t, title)), "day")
    counts[kind] += 1
    return FORMULA * (NAMED if name else 1 if usual else 0.1 if odd else 0.2) * (1 if counts[kind] <= FEW else OTHERS), texts


def dataset(folder):
    """(picture, row) of the data set's pictures that may be used and have a weight, over white."""
    tars = {}
    with lzma.open(folder / "captions.jsonl.xz", "rt", encoding="utf8") as f:
        for line in f:
            row = json.loads(line)
            if row["license_class"] == "gpl" or row["source"] not in EMOJI | OTHER:
                continue
            name = row["file"].removeprefix("out/")
            if name not in tars:
                tar = tarfile.open(next(p for p in (folder / name, folder / "images" / Path(name).name) if p.exists()))
                tars[name] = tar, {m.name.removeprefix("./"): m for m in tar.getmembers()}
            tar, members = tars[name]
            im = Image.open(io.BytesIO(tar.extractfile(members[row["member"]]).read())).convert("RGBA")
            im = Image.alpha_composite(Image.new("RGBA", im.size, "white"), im).convert("RGB")
            yield np.asarray(im), {k: row[k] for k in ("id", "source", "style", "title")} | dict(said=row["captions"])


def collect(folder, table, n_formulas):
    """All pictures and rows; in those what the data set says and the colour seen."""
    random = np.random.default_rng(5)
    for rgb, row in dataset(folder):
        title, textured = row["title"].lower(), row["source"] == "procedural" or "texture" in row["style"]
        n = 0 if row["source"] != PLAIN else len(recolour.HUES) if title in table else 1
        colour, others = (None, []) if textured else recolour.recolour(rgb, title, random, n)
        yield rgb, dict(row, colour=colour)
        for name, thing, turned in others:
            text = f"{name} {thing}"
            yield turned, dict(id=f"{row['id']}/{name}", source=row["source"], style="recoloured", title=text, thing=thing,
                               said=[rows.article(text), f"{text}, {row['style']}"])
    for i in range(n_formulas):
        rgb, row = formulas.make(i)
        yield rgb, dict(row, formula=True, said=row["captions"])


def decide(described, table):
    """How often each picture is drawn, and by what captions."""
    plain = {rows.concept(r) for r in described if r["source"] == PLAIN and r["style"] != "recoloured"}
    counts = collections.Counter()
    for row in described:
        row["flip"] = False  # a mirror image is as good, but takes as much learning as another picture
        if row.get("formula"):
            row["weight"], row["captions"] = of_formula(row, counts)
        else:
            row["weight"], row["captions"] = weight(row, table), captions(row, plain, table)
        row["weight"] *= row["weight"] >= LEAST


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path, nargs="?")
    parser.add_argument("work", type=Path)
    parser.add_argument("--formulas", type=int, default=6400)
    options = parser.parse_args()
    table = plain_words()
    if options.dataset:
        options.work.mkdir(parents=True, exist_ok=True)
        pictures, described = zip(*collect(options.dataset, table, options.formulas))
        np.save(options.work / "pictures.npy", np.stack(pictures))
    else:
        described = rows.read(options.work)
    decide(described, table)
    rows.write(options.work, described)
