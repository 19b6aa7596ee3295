#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A broken weight must make vqd-conformance fail: the command can fail.

test-broken-weight.py VQD-CONFORMANCE GOLDEN-FOLDER
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile


def break_tensor(path, name):
    """Adds 1 to the first number of a float16 or float32 tensor."""
    with open(path, "r+b") as file:
        length, = struct.unpack("<Q", file.read(8))
        entry = json.loads(file.read(length))[name]
        code = {"F32": "<f", "F16": "<e"}[entry["dtype"]]
        file.seek(8 + length + entry["data_offsets"][0])
        number, = struct.unpack(code, file.read(struct.calcsize(code)))
        file.seek(8 + length + entry["data_offsets"][0])
        file.write(struct.pack(code, number + 1))


def run(program, folder, case):
    result = subprocess.run([program, folder, "--only", case],
                            stdout=subprocess.PIPE, text=True)
    print(result.stdout, end="")
    return result


def main():
    program, golden = sys.argv[1:]
    broken = [
        ("pipeline/purity", "pipeline/model.safetensors",
         "transformer.condition_emb.ln_final.bias"),
        ("codec-ema-f8", "codec-ema-f8/model.safetensors",
         "decoder.conv_out.bias"),
        ("text/forward", "text/model.safetensors",
         "transformer.transformer.blocks.0.attn1.query.bias"),
    ]
    for case, path, tensor in broken:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(golden, folder, dirs_exist_ok=True)
            good = run(program, folder, case)
            assert good.returncode == 0 and "1 passed, 0 failed" in good.stdout
            break_tensor(os.path.join(folder, path), tensor)
            bad = run(program, folder, case)
            assert bad.returncode == 1, bad.returncode
            assert "0 passed, 1 failed" in bad.stdout
            os.remove(os.path.join(folder, path))
            gone = run(program, folder, case)
            assert gone.returncode == 1, gone.returncode
    none = run(program, golden, "no-such-case")
    assert none.returncode == 2, none.returncode


main()
