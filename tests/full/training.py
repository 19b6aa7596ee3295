#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the training exports is computed here as there.

training.py SELFTEST.PY DUMP-MODEL

SELFTEST.PY (data/models/train/selftest.py) trains a tiny model for 20 steps and
leaves the file, its prompt and PyTorch's own results; DUMP-MODEL computes the same
from the file: ids, logits within 1e-3 of their norm, 99.5 % of a picture's
tokens, and the picture of tokens.

Skipped, with the reason, unless VQD_TEST_FULL is set, and where there is no
Python with PyTorch, numpy and Pillow: VQD_PEER_PYTHON names one, else the peer
test's is taken.
"""
import array
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

from torch_python import python_with, skip

MAX_LOGITS, MIN_TOKENS, MAX_PICTURE = 1e-3, 0.995, 1e-3


def read_golden(path):
    """Name -> array, of a safetensors file of 32-bit numbers."""
    data = path.read_bytes()
    length, = struct.unpack_from("<Q", data)
    tensors = {}
    for name, tensor in json.loads(data[8:8 + length]).items():
        first, end = tensor["data_offsets"]
        tensors[name] = array.array("f" if tensor["dtype"] == "F32" else "i",
                                    data[8 + length + first:8 + length + end])
    return tensors


def numbers(path, code):
    return array.array(code, path.read_bytes())


def of_prompt(logits, n_times):
    """[1, M, 2, N, K]: those with the text, [M, N, K]."""
    n = len(logits) // (2 * n_times)
    return [v for i in range(n_times)
            for v in logits[2 * i * n:(2 * i + 1) * n]]


def relative(ours, theirs):
    """The norm of the difference over the norm."""
    if len(ours) != len(theirs):
        return float("inf")
    difference = sum((a - b) ** 2 for a, b in zip(ours, theirs))
    return (difference / sum(b * b for b in theirs)) ** 0.5


def compare(golden, folder):
    """(passed, name, figure) of each."""
    ids = list(numbers(folder / "ids.i32", "i")) == list(golden["ids"])
    logits = relative(of_prompt(numbers(folder / "logits.f32", "f"),
                                len(golden["t"])), golden["logits"])
    tokens = numbers(folder / "encoded.i32", "i")
    same = sum(a == b for a, b in zip(tokens, golden["picture_tokens"]))
    decoded = relative([255 * v for v in numbers(folder / "decoded.f32", "f")],
                       golden["decoded"])
    yield ids, "ids", ""
    yield logits < MAX_LOGITS, "logits", f"{logits:.1e}"
    yield (same >= MIN_TOKENS * len(golden["picture_tokens"]), "tokens",
           f"{same} of {len(golden['picture_tokens'])}")
    yield decoded < MAX_PICTURE, "picture", f"{decoded:.1e}"


def main():
    selftest, dump = sys.argv[1:]
    if not os.environ.get("VQD_TEST_FULL"):
        skip("takes a minute; VQD_TEST_FULL runs it")
    python = python_with("torch", "numpy", "PIL")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        trained = subprocess.run([python, selftest, folder], cwd=folder,
                                 text=True, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, check=False)
        for line in trained.stdout.splitlines():
            print("#", line)
        print(f"{'not ' * (trained.returncode != 0)}ok 1 - self-test")
        if trained.returncode != 0:
            print("1..1")
            sys.exit(1)
        golden = read_golden(folder / "golden.safetensors")
        for file, values in (("t.i32", golden["t"]), ("x_t.i32", golden["x_t"]),
                             ("tokens.i32", golden["picture_tokens"]),
                             ("picture.f32", array.array("f", (
                                 v / 255 for v in golden["picture"])))):
            (folder / file).write_bytes(values.tobytes())
        subprocess.run([dump, folder / "tiny.safetensors", folder], check=True)
        failed = 0
        for i, (passed, what, figure) in enumerate(compare(golden, folder), 2):
            failed += not passed
            print(f"{'not ' * (not passed)}ok {i} - {what} {figure}")
        print("1..5")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
