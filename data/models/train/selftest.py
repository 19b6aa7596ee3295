# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains a tiny model for 20 steps and checks each part; a minute on two cores.

    python selftest.py FOLDER

Leaves in FOLDER tiny.safetensors, prompts.txt with the caption and golden.safetensors,
which a test of the plug-in compares with its own results:
    ids [77], features [77, W]                    a caption and its text features, each of length 1
    t [3], x_t [3, N], logits [3, N, K]           with that text
    picture [128, 128, 3] (0 ... 255), picture_tokens [N]; decoded [128, 128, 3] of those tokens
All in f32 from the rounded weights of the file.  Ends with status 1 where something is wrong.
"""
import argparse
import copy
import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch

import codec
import denoiser
import drawn
import formulas
import modelfile
import ops
import rows
import tokens
import train
import train_codec

STEPS, TEXT = 20, "a red house on a green hill"
failures = []


def check(what, good, seen):
    print("ok  " if good else "BAD ", what, seen)
    if not good:
        failures.append(what)


def prepare(work):
    items = [formulas.make(i) for i in range(48)]
    np.save(work / "pictures.npy", np.stack([im for im, _ in items]))
    rows.write(work, [dict(r, formula=True, flip=False, captions=[[c, 1] for c in r["captions"]]) for _, r in items])
    np.save(work / "token-table.npy", np.random.default_rng(1).normal(0, 0.5, (denoiser.VOCABULARY, 64)).astype(np.float16))


def make_codec(work):
    train_codec.WARM = 6
    t = train_codec.Trainer(work, False, "tiny")
    t.run_steps = 0
    t.model.train()
    losses = [t.one_step(0.1) for _ in range(STEPS)]
    t.save()
    check("the codec's loss falls", losses[-1] < losses[0], f"{losses[0]:.3f} to {losses[-1]:.3f}")
    np.save(work / "drawn.npy", np.random.default_rng(2).integers(0, t.shape["codes"], (8, 256)).astype(np.uint16))
    before = {n: p.clone() for n, p in t.model.encoder.state_dict().items()}
    t = train_codec.Trainer(work, True)
    t.run_steps = train_codec.ADVERSARIAL_FROM
    t.model.quantize.eval()
    t.one_step(0.1)
    same = all(torch.equal(before[n], p) for n, p in t.model.encoder.state_dict().items())
    check("polishing leaves the encoder alone", same, "")


def mirrored_alone(work):
    drawn, mirrored = np.load(work / "tokens.npy"), work / "tokens-flipped.npy"
    np.save(mirrored, np.full_like(drawn, drawn.max() + 1))
    data = train.Data(work, 77, 1)
    mirrored.unlink()
    check("codes that only mirror images have are counted, too", len(data.plain) > drawn.max() + 1, len(data.plain))


def trainer(work):
    o = argparse.Namespace(start=None, size="tiny", seen=0, batch=32, piece=16, minutes=0, decay=0, rate=1.0)
    t = train.Trainer(work, o)
    _, t.mask = denoiser.schedule(t.shape["steps"])
    return t


def make_denoiser(work):
    torch.manual_seed(1)
    t, data = trainer(work), train.Data(work, 77, 1)
    sums = [t.one_step(data, min(1, (i + 1) / 10)) for i in range(STEPS)]
    first, last = (float(s[:, 0].sum() / s[:, 1].sum()) for s in (sums[0], sums[-1]))
    check("the denoiser's loss falls", last < first, f"{first:.3f} to {last:.3f}")
    found = drawn.draw(t.averaged().eval(), data.batch(4)[1])
    check("all tokens are drawn", bool((found < t.model.codes).all()) and len(found.unique()) > 8, f"{len(found.unique())} codes")
    t.save()
    t.export()
    states, threads = [], torch.get_num_threads()
    torch.set_num_threads(1)  # the order in which pieces add their gradients is the same then
    train.workers.cache_clear()
    for one in copy.deepcopy(t), trainer(work):  # going on from the checkpoint is going on
        one.mask = t.mask
        torch.manual_seed(2)
        one.one_step(train.Data(work, 77, 2), 1.0)
        states.append(one.model.state_dict())
    torch.set_num_threads(threads)
    worst = max(float((a - b).abs().max()) for a, b in zip(states[0].values(), states[1].values()))
    check("a run that was stopped goes on as it was", worst < 1e-4, f"{worst:.1e}")
    return work / "export" / "model.safetensors", t


def golden(path, trained):
    m = modelfile.read(path)
    d, c = denoiser.Denoiser(**m["shape"]).eval(), codec.Codec(**m["codec_shape"]).eval()
    d.load_state_dict(m["denoiser"])
    c.load_state_dict(m["codec"], strict=False)
    g = torch.Generator().manual_seed(3)
    ids = torch.zeros(1, 77, dtype=torch.long)
    line = rows.bpe.Tokenizer().encode(TEXT)
    ids[0, :len(line)] = torch.tensor(line)
    t, n = torch.tensor([0, 50, 99]), d.grid**2
    x = torch.randint(0, d.codes, (3, n), generator=g)
    x[torch.rand(x.shape, generator=g) < (t[:, None] + 1) / 100] = d.codes
    picture = formulas.make(1000)[0]
    with torch.no_grad():
        y = d.condition(ids)
        logits = d(x, t, y.expand(3, -1, -1))
        exact = trained.averaged().eval()
        near = exact(x, t, exact.condition(ids).expand(3, -1, -1))
        found = c.encode(codec.from_pictures(picture[None]))
        decoded = (c.decode(found)[0].permute(1, 2, 0) + 1) * 127.5
    relative = float((logits - near).norm() / near.norm())
    check("the file's rounded weights give nearly the same logits", relative < 0.02, f"{relative:.1e}")
    with torch.no_grad(), ops.autocast(torch.device("cpu")):
        low = d(x, t, d.condition(ids).expand(3, -1, -1)).float()
    relative = float((logits - low).norm() / logits.norm())
    check("fused operations give nearly the same logits, also in bf16", relative < 0.05, f"{relative:.1e}")
    return dict(ids=ids[0].int(), features=y[0] / y.shape[-1] ** 0.5, t=t.int(), x_t=x.int(), logits=logits,
                picture=torch.from_numpy(picture).float(), picture_tokens=found[0].int(), decoded=decoded.contiguous())


def save(path, items):
    """A plain safetensors file of f32 and i32."""
    header, at = {}, 0
    for n, v in items.items():
        kind = "F32" if v.dtype == torch.float32 else "I32"
        header[n] = dict(dtype=kind, shape=list(v.shape), data_offsets=[at, at + 4 * v.numel()])
        at += 4 * v.numel()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(v.numpy().tobytes() for v in items.values()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty")
    if ops.C is not None:
        worst = ops.check()
        check("fused operations are PyTorch's", worst < 0.01, f"{worst:.1e}")
    prepare(folder)
    make_codec(folder)
    tokens.write(folder)
    mirrored_alone(folder)
    path, trained = make_denoiser(folder)
    save(folder / "golden.safetensors", golden(path, trained))
    (folder / "prompts.txt").write_text(TEXT + "\n")
    path.rename(folder / "tiny.safetensors")
    sys.exit(bool(failures))
