# SPDX-License-Identifier: GPL-3.0-or-later
"""The plug-in's single model file ("vqdiffusion-1"): read and write.

    python modelfile.py WORK OUT.safetensors [--int8]     from WORK's checkpoints

Matrices and convolutions are stored as bf16, vectors and the codebook as f32,
the token table (with --int8 every large matrix of denoiser and text encoder) as
int8 with a scale for each row.
"""
import json
import os
import struct
import sys
from pathlib import Path

import numpy as np
import torch

import codec
import denoiser

TABLE = "transformer.condition_emb.token_embedding.weight"
LARGE = 65536
SKIP = "quantize.cluster_size", "quantize.embedding_avg"
TYPES = {torch.float32: "F32", torch.bfloat16: "BF16", torch.int8: "I8"}
DEFAULTS = dict(guidance=2.0, truncation=0.9, strategy="halton", steps=25, purity_weight=1.0)


def scaled(name, v, width):
    """The text features' scale (see denoiser.py) folded out of our tensors: reading divides by it again."""
    if name.endswith(("attn2.key.weight", "attn2.value.weight")):
        return v * width**0.5
    return v / width**0.5 if name == "empty_text_embed" else v


def stored(name, v):
    keep = v.ndim < 2 or name.endswith("quantize.embedding")
    return v.float() if keep else v.bfloat16()


def eighths(name, v):
    """int8 and the scale of each row."""
    scale = v.abs().amax(1).clamp_min(1e-8) / 127
    return {name: (v / scale[:, None]).round().to(torch.int8), name + ".scale": scale}


def tensors(model, codec_state, int8=False):
    """Names of the file -> tensors."""
    out, width = {}, model.empty_text_embed.shape[1]
    for n, v in model.state_dict().items():
        prefix = "transformer." if n.startswith(("condition_emb.", "empty")) else "transformer.transformer."
        out[prefix + n] = scaled(n, v.detach().float(), width)
    small = {n for n, v in out.items() if n == TABLE or int8 and v.ndim == 2 and v.numel() >= LARGE and ".emb" not in n}
    for n in list(out):
        out.update(eighths(n, out[n]) if n in small else {n: stored(n, out[n])})
    for n, v in codec_state.items():
        if n not in SKIP:
            part = "dec" if n.startswith(("decoder", "post")) else "enc"
            out[f"content_codec.{part}.{n}"] = stored(n, v)
    return out


def configuration(shape, c, about):
    return dict(
        dict(name="model", version="1", description="", licence="", credits=""),
        **{k: v for k, v in about.items() if k != "defaults"},
    ) | dict(
        diffusion=dict(steps=shape["steps"], schedule="alpha1", codes=shape["codes"]),
        denoiser=dict(kind="text", layers=shape["layers"], width=shape["width"], heads=shape["heads"],
                      grid=[shape["grid"]] * 2, mlp="linear"),
        text=dict(kind="clip", layers=shape["text_layers"], width=shape["text_width"], heads=shape["text_heads"],
                  context=shape["context"], vocabulary=denoiser.VOCABULARY),
        condition=dict(null="learned"),
        codec=dict(c, kind="ema-vq", attention_resolutions=[]),
        defaults=about.get("defaults", DEFAULTS))


def write(path, model, shape, codec_checkpoint, about, int8=False):
    """Writes to a file beside it first: whoever reads `path` sees the old model or the new one.
    Tensors lie at multiples of 64 bytes, so that the plug-in can use them where they are mapped."""
    items = tensors(model.cpu(), codec_checkpoint["model"], int8)
    config = configuration(shape, codec_checkpoint["shape"], about)
    header, at = {"__metadata__": {"format": "vqdiffusion-1", "config": json.dumps(config)}}, 0
    order = sorted(items, key=lambda n: (-items[n].element_size(), n))
    for n in order:
        size = items[n].numel() * items[n].element_size()
        header[n] = dict(dtype=TYPES[items[n].dtype], shape=list(items[n].shape), data_offsets=[at, at + size])
        at += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % 64)
    part = f"{path}.part"
    with open(part, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for n in order:
            f.write(items[n].contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        f.flush()
        os.fsync(f.fileno())
    os.replace(part, path)


def tensors_of(path):
    """Metadata and tensors of a safetensors file (f32, bf16, int8; others are left out), widened to f32."""
    with open(path, "rb") as f:
        (n,) = struct.unpack("<Q", f.read(8))
        header, data = json.loads(f.read(n)), bytearray(f.read())
    meta, kinds, values = header.pop("__metadata__", {}), {v: k for k, v in TYPES.items()}, {}
    for n, h in header.items():
        a, b = h["data_offsets"]
        if h["dtype"] in kinds:
            values[n] = torch.frombuffer(data[a:b], dtype=kinds[h["dtype"]]).view(h["shape"]).float()
    return meta, values


def read(path):
    """{"denoiser": state, "codec": state, "shape", "codec_shape", "about"} of a text model of ours."""
    meta, values = tensors_of(path)
    if meta.get("format") != "vqdiffusion-1":
        raise SystemExit(f"{path}: not a model of the plug-in's form vqdiffusion-1")
    config = json.loads(meta["config"])
    for n in [n for n in values if n.endswith(".scale")]:
        values[n.removesuffix(".scale")] *= values.pop(n)[:, None]
    d, t, width = config["denoiser"], config["text"], config["text"]["width"]
    shape = dict(codes=config["diffusion"]["codes"], steps=config["diffusion"]["steps"], layers=d["layers"], width=d["width"],
                 heads=d["heads"], grid=d["grid"][0], text_layers=t["layers"], text_heads=t["heads"], text_width=width,
                 context=t["context"])
    out = dict(denoiser={}, codec={}, shape=shape, about={k: config[k] for k in ("name", "version", "description", "licence", "credits", "defaults")},
               codec_shape={k: config["codec"][k] for k in codec.SMALL})
    for n, v in values.items():
        if n.startswith("content_codec."):
            out["codec"][n.split(".", 2)[2]] = v
        else:
            n = n.removeprefix("transformer.").removeprefix("transformer.")
            out["denoiser"][n] = v / scaled(n, torch.ones(()), width)
    return out


if __name__ == "__main__":
    work, path = Path(sys.argv[1]), sys.argv[2]
    c = torch.load(work / "denoiser.pt", weights_only=True)
    model = denoiser.Denoiser(**c["shape"])
    model.load_state_dict(c["mean"], strict=False)
    model.condition_emb.token_embedding.weight.data.copy_(torch.from_numpy(np.load(work / "token-table.npy").astype(np.float32)))
    about = json.loads((work / "model.json").read_text()) if (work / "model.json").exists() else {}
    write(path, model, c["shape"], torch.load(work / "codec.pt", weights_only=True), about, "--int8" in sys.argv)
    print(path, os.path.getsize(path) / 1e6, "MB after", c["seen"], "samples")
