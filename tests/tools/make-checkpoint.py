#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints for the tests of the .pth reader. Needs PyTorch.

make-checkpoint.py small FOLDER    tiny files with every feature that we read
make-checkpoint.py shrink IN OUT   a checkpoint that packs well: numbers that
                                   no reader may use become 7
"""
import argparse
import collections
import pathlib
import struct
import warnings
import zipfile

import torch

USELESS = (".attn2.mask", "text_projection", "cluster_size", "embedding_avg")


class Unknown:
    """Of a class that the reader has never heard of."""

    def __init__(self):
        self.tensor = torch.ones(3)
        self.other = {1: (2.5, None, "text")}


class UnknownDict(dict):
    pass


def counting(*shape, dtype=torch.float32, start=0):
    numbers = torch.arange(start, start + torch.Size(shape).numel())
    return numbers.reshape(shape).to(dtype)


def small():
    whole = counting(24)
    model = collections.OrderedDict()
    for name, dtype in (
        ("f32", torch.float32), ("f16", torch.float16),
        ("bf16", torch.bfloat16), ("f64", torch.float64),
        ("i8", torch.int8), ("u8", torch.uint8), ("i32", torch.int32),
        ("i64", torch.int64),
    ):
        model["transformer." + name] = counting(2, 3, dtype=dtype)
    model["transformer.bool"] = torch.tensor([True, False, True])
    model["transformer.scalar"] = torch.tensor(2.5)
    model["transformer.nothing"] = torch.zeros(0, 4)
    model["transformer.transposed"] = whole[:6].reshape(2, 3).t()
    model["transformer.part"] = whole[6:18].reshape(2, 3, 2)[:, 1:]
    model["transformer.reversed"] = whole.reshape(2, 3, 4).permute(2, 0, 1)
    model["transformer.parameter"] = torch.nn.Parameter(counting(4))
    model["transformer.trained"] = torch.full((2,), 7.0)
    model["transformer.log_at"] = torch.full((2,), 7.0)
    model["content_codec.enc.quantize.embedding"] = counting(2, 2)
    model["content_codec.dec.quantize.embedding"] = torch.full((2, 2), 7.0)
    ema = collections.OrderedDict(trained=counting(2, start=40))
    more = UnknownDict()
    more["key"] = torch.zeros(2)
    return {
        "last_epoch": 3,
        "long": 1 << 80,
        "model": model,
        "ema": ema,
        "optimizer": {
            "state": {0: {"exp_avg": torch.full((9,), 7.0), "step": 10}},
            "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.999)}],
        },
        "unknown": Unknown(),
        "more": more,
        "short": torch.zeros(2, dtype=torch.int16),
    }


def write_zip64(path_in, path_out):
    """The archive with all sizes and offsets of its directory in 64 bits."""
    data = path_in.read_bytes()
    entries = b""
    with zipfile.ZipFile(path_in) as archive:
        members = archive.infolist()
        first = archive.start_dir
    for member in members:
        name = member.filename.encode()
        extra = struct.pack("<HHI HHQQQ", 0x7777, 4, 0, 1, 24,
                            member.file_size, member.compress_size,
                            member.header_offset)
        entries += struct.pack("<4s6H3I5H2I", b"PK\1\2", 45, 45, 0, 0, 0, 0,
                               member.CRC, 0xffffffff, 0xffffffff, len(name),
                               len(extra), 0, 0, 0, 0, 0xffffffff)
        entries += name + extra
    end = first + len(entries)
    path_out.write_bytes(
        data[:first] + entries +
        struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, len(members),
                    len(members), len(entries), first) +
        struct.pack("<4sIQI", b"PK\6\7", 0, end, 1) +
        struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, 0xffff, 0xffff, 0xffffffff,
                    0xffffffff, 9) + b"a comment")


def write_compressed(path_in, path_out):
    with zipfile.ZipFile(path_in) as archive, \
            zipfile.ZipFile(path_out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in archive.namelist():
            packed.writestr(name, archive.read(name))


def make_small(folder):
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(small(), folder / "small.pth")
    torch.save(small(), folder / "small-legacy.pth",
               _use_new_zipfile_serialization=False)
    torch.save(small(), folder / "small-protocol4.pth", pickle_protocol=4)
    state = collections.OrderedDict(
        [("encoder.weight", counting(2, 2)), ("loss.weight", torch.zeros(1))])
    torch.save(state, folder / "flat.pth")
    torch.save({"epoch": 1, "state_dict": state, "callbacks": {Unknown: 1}},
               folder / "nested.pth")
    torch.save({"model": Unknown()}, folder / "unknown.pth")
    warnings.simplefilter("ignore")
    torch.save({"a": torch.quantize_per_tensor(counting(2), 1.0, 0,
                                               torch.qint8)},
               folder / "quantized.pth")
    write_zip64(folder / "flat.pth", folder / "zip64.pth")
    write_compressed(folder / "flat.pth", folder / "compressed.pth")


def shrink(path_in, path_out):
    checkpoint = torch.load(path_in, map_location="cpu", weights_only=True)
    model, ema = checkpoint["model"], checkpoint.get("ema", {})
    for state in (model, ema):
        for name, tensor in state.items():
            averaged = state is model and \
                name.removeprefix("transformer.") in ema
            if averaged or name.endswith(USELESS) or \
                    name.startswith("content_codec.dec.quantize."):
                tensor.fill_(7)
    torch.save(checkpoint, path_out)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("small")
    command.add_argument("folder", type=pathlib.Path)
    command = commands.add_parser("shrink")
    command.add_argument("path_in", type=pathlib.Path)
    command.add_argument("path_out", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.command == "small":
        make_small(arguments.folder)
    else:
        shrink(arguments.path_in, arguments.path_out)


if __name__ == "__main__":
    main()
