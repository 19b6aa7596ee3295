#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line on published models' true sizes.

true-size-run.py VQDIFFUSION TRUE-SIZE.PY

Random weights (TRUE-SIZE.PY makes them, some 20 GB in the temporary folder),
a picture of two steps in each layout: the same pixels, memory and load time
within bounds.

Skipped, with the reason, unless VQD_TEST_FULL is set, and where there is no
Python with PyTorch: VQD_PEER_PYTHON names one, else the peer test's is taken.
VQD_TRUE_SIZE_MODELS names other models than imagenet.
"""
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

from torch_python import python_with, skip

# What a run may take beside the weights; observed: 0.1 GB
MAX_BEYOND_WEIGHTS = 1_200_000_000
# Of imagenet or coco with all layouts while they are made
DISK_BYTES = 25_000_000_000


def weights_bytes(path):
    """Of our single file."""
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
    return path.stat().st_size - 8 - length


def pixels(path):
    """The filtered rows of a PNG, as they were compressed."""
    data, offset, packed = path.read_bytes(), 8, b""
    while offset < len(data):
        length, kind = struct.unpack_from(">I4s", data, offset)
        if kind == b"IDAT":
            packed += data[offset + 8:offset + 8 + length]
        offset += length + 12
    return zlib.decompress(packed)


def generate(program, model, png, seed=3):
    """(peak bytes, seconds until the first evaluation)"""
    command = [program, "generate", "--model", str(model), "-o", str(png),
               "--label", "golden retriever", "-p", "a golden retriever",
               "--seed", str(seed), "--steps", "2", "--strategy", "purity",
               "--timings", "--no-keep-settings"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True,
                               stdout=subprocess.DEVNULL)
    stderr = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(stderr.strip())
    seconds = dict(re.findall(r"^(\w+) +([\d.]+) s$", stderr, re.M))
    return (usage.ru_maxrss * 1024,
            float(seconds["load"]) + float(seconds["text"]))


class Tap:
    def __init__(self):
        self.n_points = self.n_failed = 0

    def point(self, good, what):
        self.n_points += 1
        self.n_failed += not good
        print(f"{'' if good else 'not '}ok {self.n_points} {what}", flush=True)


def check_model(tap, program, tool, python, name, folder):
    subprocess.run([python, tool, name, folder, "--optimizer",
                    "--vqdiffusion", program], check=True,
                   stdout=subprocess.DEVNULL)
    single = folder / f"{name}.safetensors"
    layouts = [single, folder / f"{name}.pth", folder / f"{name}-diffusers"]
    limit = weights_bytes(single) + MAX_BEYOND_WEIGHTS
    png = folder / "picture.png"
    first = None
    for model in filter(pathlib.Path.exists, layouts):
        try:
            peak, load_s = generate(program, model, png)
        except RuntimeError as error:
            tap.point(False, f"{model.name}: {error}")
            continue
        picture = pixels(png)
        first = first or picture
        tap.point(peak <= limit, f"{model.name}: peak {peak / 1e9:.2f} GB (at "
                  f"most {limit / 1e9:.2f})")
        print(f"# {model.name}: first evaluation after {load_s:.2f} s")
        # a NaN spreads over the whole picture
        tap.point(len(set(picture)) > 32, f"{model.name}: a picture of "
                  f"{len(set(picture))} values (more than 32)")
        tap.point(picture == first, f"{model.name}: the same picture")
    # NaN logits would choose the same codes
    generate(program, single, png, seed=4)
    tap.point(pixels(png) != first, f"{single.name}: another picture of "
              "another seed")


def main():
    program, tool = sys.argv[1:]
    if not os.environ.get("VQD_TEST_FULL"):
        skip("VQD_TEST_FULL is not set (it writes some 20 GB)")
    python = python_with("torch")
    # not /tmp, which may be memory
    base = os.environ.get("TMPDIR", "/var/tmp")
    if shutil.disk_usage(base).free < DISK_BYTES:
        skip(f"{base} has less than {DISK_BYTES // 10 ** 9} GB free")
    tap = Tap()
    for name in os.environ.get("VQD_TRUE_SIZE_MODELS", "imagenet").split():
        with tempfile.TemporaryDirectory(dir=base) as folder:
            check_model(tap, program, tool, python, name, pathlib.Path(folder))
    print(f"1..{tap.n_points}")
    sys.exit(tap.n_failed > 0)


main()
