# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens of the pictures that are drawn, and of mirror images that are as good, with WORK's codec.

    python tokens.py WORK [--from MODEL.safetensors]

MODEL gives the codec (WORK/codec.pt), the token table and the description of
the model.  Tokens are valid as long as encoder and codebook stay as they are.
"""
import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import torch

import codec
import modelfile
import ops


def from_model(work, path):
    m = modelfile.read(path)
    torch.save(dict(model=m["codec"], shape=m["codec_shape"]), work / "codec.pt")
    np.save(work / "token-table.npy", m["denoiser"]["condition_emb.token_embedding.weight"].numpy().astype(np.float16))
    (work / "model.json").write_text(json.dumps(m["about"], indent=1) + "\n")


def load(work):
    c = torch.load(work / "codec.pt", weights_only=True)
    m = codec.Codec(**c["shape"])
    m.load_state_dict(c["model"], strict=False)  # a model file has no state of the codebook's training
    return m.to("cuda" if torch.cuda.is_available() else "cpu").eval()


@torch.no_grad()
def encode(m, pictures, wanted, mirrored, batch=16):
    """Tokens of all pictures; zeros where not wanted."""
    device = m.quantize.embedding.device
    tokens = np.zeros((len(pictures), (pictures.shape[1] // 8) ** 2), np.uint16)
    which, start = np.flatnonzero(wanted), time.time()
    for i in range(0, len(which), batch):
        x = pictures[which[i:i + batch]]
        x = codec.from_pictures(np.ascontiguousarray(x[:, :, ::-1]) if mirrored else x)
        with ops.autocast(device):
            tokens[which[i:i + batch]] = m.encode(x.to(device)).cpu().numpy()
        if i // batch % 100 == 99:
            left = (time.time() - start) / (i + batch) * (len(which) - i - batch)
            print(f"{i + batch} of {len(which)}, {left / 60:.1f} min left", flush=True)
    return tokens


def save(path, tokens):
    """Whole or not at all."""
    part = path.with_suffix(".part.npy")
    np.save(part, tokens)
    os.replace(part, path)


def write(work):
    m, pictures = load(work), np.load(work / "pictures.npy", mmap_mode="r")
    z = np.load(work / "captions.npz")
    drawn = z["sample"] > 0
    for name, wanted, mirrored in ("tokens", drawn, False), ("tokens-flipped", drawn & z["flip"], True):
        save(work / f"{name}.npy", encode(m, pictures, wanted, mirrored))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--from", dest="model", type=Path)
    options = parser.parse_args()
    if options.model:
        from_model(options.work, options.model)
    write(options.work)
