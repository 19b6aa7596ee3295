#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-codec-wide.py CODEC_DIR OUT: what a VQGAN gives for a map that is wider than high.

The sets of conformance/ are square, so that height and width could be taken
for each other unseen. This is an implementation of its own, in float64 with
PyTorch, after SPEC 9. It first has to agree with CODEC_DIR/io.safetensors,
which the authors' code made; then it writes OUT in that form: image, its prequant
and tokens, and the tokens decoded, of a grid of 3x5.
"""
import json
import struct
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

DTYPES = {"F32": torch.float32, "I64": torch.int64, "I32": torch.int32}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


def load(path):
    raw = path.read_bytes()
    (n,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + n])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + n + offset for offset in entry["data_offsets"])
        data = torch.frombuffer(bytearray(raw[begin:end]), dtype=DTYPES[entry["dtype"]])
        tensors[name] = data.reshape(entry["shape"])
    return tensors, metadata


def save(path, tensors):
    header, data = {}, b""
    for name, x in tensors.items():
        raw = x.contiguous().numpy().tobytes()
        header[name] = {"dtype": NAMES[x.dtype], "shape": list(x.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


class Codec:
    """Layers are found by the tensors' names: what is there is applied."""

    def __init__(self, tensors):
        self.w = {name: x.double() for name, x in tensors.items()}
        self.n_levels = 1 + max(int(name.split(".")[2]) for name in self.w if name.startswith("decoder.up."))

    def conv(self, name, x, **options):
        return F.conv2d(x, self.w[name + ".weight"], self.w[name + ".bias"], **options)

    def norm(self, name, x):
        return F.group_norm(x, 32, self.w[name + ".weight"], self.w[name + ".bias"], eps=1e-6)

    def block(self, name, x):
        y = self.conv(name + ".conv1", F.silu(self.norm(name + ".norm1", x)), padding=1)
        y = self.conv(name + ".conv2", F.silu(self.norm(name + ".norm2", y)), padding=1)
        if name + ".nin_shortcut.weight" in self.w:
            x = self.conv(name + ".nin_shortcut", x)
        return x + y

    def attention(self, name, x):
        y = self.norm(name + ".norm", x)
        q, k, v = (self.conv(f"{name}.{part}", y).flatten(2) for part in "qkv")
        weights = torch.softmax(q.transpose(1, 2) @ k / q.shape[1] ** 0.5, dim=2)
        y = (v @ weights.transpose(1, 2)).reshape(x.shape)
        return x + self.conv(name + ".proj_out", y)

    def level(self, name, x):
        i = 0
        while f"{name}.block.{i}.conv1.weight" in self.w:
            x = self.block(f"{name}.block.{i}", x)
            if f"{name}.attn.{i}.q.weight" in self.w:
                x = self.attention(f"{name}.attn.{i}", x)
            i += 1
        return x

    def middle(self, part, x):
        x = self.block(part + ".mid.block_1", x)
        x = self.attention(part + ".mid.attn_1", x)
        return self.block(part + ".mid.block_2", x)

    def encode(self, image):
        x = self.conv("encoder.conv_in", image.double() / 127.5 - 1, padding=1)
        for level in range(self.n_levels):
            x = self.level(f"encoder.down.{level}", x)
            if level < self.n_levels - 1:
                x = self.conv(f"encoder.down.{level}.downsample.conv", F.pad(x, (0, 1, 0, 1)), stride=2)
        x = self.middle("encoder", x)
        x = self.conv("encoder.conv_out", F.silu(self.norm("encoder.norm_out", x)), padding=1)
        return self.conv("quant_conv", x)

    def quantise(self, codebook, prequant):
        z = prequant[0].flatten(1).T
        if "quantize.proj.weight" in self.w:
            proj = self.w["quantize.proj.weight"].flatten(1)
            return (z @ proj.T + self.w["quantize.proj.bias"]).argmax(1)
        return torch.cdist(z, self.w[codebook], compute_mode="donot_use_mm_for_euclid_dist").argmin(1)

    def decode(self, codebook, tokens, height, width):
        x = self.w[codebook][tokens.reshape(1, height, width).long()].permute(0, 3, 1, 2)
        x = self.conv("decoder.conv_in", self.conv("post_quant_conv", x), padding=1)
        x = self.middle("decoder", x)
        for level in reversed(range(self.n_levels)):
            x = self.level(f"decoder.up.{level}", x)
            if level > 0:
                x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
                x = self.conv(f"decoder.up.{level}.upsample.conv", x, padding=1)
        x = self.conv("decoder.conv_out", F.silu(self.norm("decoder.norm_out", x)), padding=1)
        return (x.clamp(-1, 1) + 1) * 127.5


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    tensors, _ = load(folder / "model.safetensors")
    io, _ = load(folder / "io.safetensors")
    codec = Codec(tensors)
    (codebook,) = (n for n in tensors if n in ("quantize.embedding", "quantize.embedding.weight", "quantize.embed.weight"))

    height, width = io["prequant"].shape[2:]
    prequant = codec.encode(io["image"])
    error = (prequant - io["prequant"]).norm() / io["prequant"].norm()
    n_equal = (codec.quantise(codebook, prequant) == io["tokens"][0]).sum()
    worst = (codec.decode(codebook, io["tokens"], height, width) - io["decoded"]).abs().max()
    print(f"the authors' numbers: prequant {error:.1e}, tokens {n_equal} of {height * width}, picture worst {worst:.1e} of 255")
    assert error < 1e-5 and worst < 0.01 and n_equal == height * width

    height, width = 3, 5
    factor = 2 ** (codec.n_levels - 1)
    random = torch.Generator().manual_seed(1)
    image = torch.randint(0, 256, (1, 3, factor * height, factor * width), generator=random).float()
    prequant = codec.encode(image)
    tokens = codec.quantise(codebook, prequant).to(torch.int32).reshape(1, -1)
    save(out, {"image": image, "prequant": prequant.float(), "tokens": tokens,
               "decoded": codec.decode(codebook, tokens, height, width).float()})


main()
