#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A published model's checkpoint, at true size, of random weights.

true-size.py MODEL FOLDER [options]        needs PyTorch
true-size.py list

Writes FOLDER/MODEL.pth as the authors do: `model`, the averaged weights in
`ema` and, when asked, the optimiser's state. With --vqdiffusion PROGRAM also
our single file, FOLDER/MODEL.safetensors, which PROGRAM converts; and of a
text model a Diffusers folder, FOLDER/MODEL-diffusers. All hold the same
weights.

The names and shapes are those of SPEC 7 to 10, with what a reader skips. The
sizes of the weights are such that all activations stay near 1. Where there
are averaged weights, the others are zeros: who takes them draws another
picture.

No model is in memory as a whole: a tensor is a mapped file in a folder that
goes away in the end.
"""
import argparse
import collections
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zlib

T = 100
WORDS, TEXT_WIDTH, TEXT_LAYERS, CONTEXT = 49408, 512, 12, 77

Codec = collections.namedtuple("Codec", "kind channels multipliers embedding "
                               "codes attention_level")
Denoiser = collections.namedtuple("Denoiser", "kind layers width grid table "
                                  "codes null codec")

GUMBEL_F8 = Codec("gumbel", 128, (1, 1, 2, 4), 256, 8192, 3)
ITHQ_F8 = Codec("ema-vq", 64, (1, 2, 4, 8), 128, 4096, 3)
IMAGENET_F16 = Codec("vq", 128, (1, 1, 2, 2, 4), 256, 16384, 4)
FFHQ_F16 = IMAGENET_F16._replace(codes=1024)
Z_CHANNELS = 256
N_BLOCKS = 2

# null: of a text model whether it is learned, of a class model the labels
MODELS = {
    "coco": Denoiser("text", 19, 1024, 32, 32, 2887, False, GUMBEL_F8),
    "coco-learnable": Denoiser("text", 19, 1024, 32, 32, 2887, True,
                               GUMBEL_F8),
    "ithq-learnable": Denoiser("text", 36, 1408, 32, 32, 4096, True, ITHQ_F8),
    "imagenet": Denoiser("class", 24, 512, 16, 32, 974, 1000, IMAGENET_F16),
    "imagenet-learnable": Denoiser("class", 24, 512, 16, 32, 974, 1001,
                                   IMAGENET_F16),
    "ffhq": Denoiser("none", 20, 512, 16, 32, 1024, None, FFHQ_F16),
}


# ---- shapes -----------------------------------------------------------------
# Each part: NAME -> (shape, mean, deviation); deviation None: a buffer that
# no reader uses, filled with 7

class Shapes(dict):
    def table(self, name, *shape, deviation=0.5):
        self[name] = (shape, 0.0, deviation)

    def linear(self, name, n_out, n_in, *kernel, gain=1.0, bias=".bias",
               weight=".weight"):
        fan_in = n_in * math.prod(kernel)
        self[name + weight] = ((n_out, n_in) + kernel, 0.0,
                               gain / math.sqrt(fan_in))
        self[name + bias] = ((n_out,), 0.0, 0.02)

    def norm(self, name, width):
        self[name + ".weight"] = ((width,), 1.0, 0.05)
        self[name + ".bias"] = ((width,), 0.0, 0.02)

    def unused(self, name, *shape):
        self[name] = (shape, 7.0, None)

    def part(self, prefix, other):
        for name, entry in other.items():
            self[prefix + name] = entry


def ada_norm(shapes, name, rows, width):
    shapes.table(f"{name}.emb.weight", rows, width)
    shapes.linear(f"{name}.linear", 2 * width, width)


def attention(shapes, name, width, kv_width):
    shapes.linear(f"{name}.key", width, kv_width)
    shapes.linear(f"{name}.query", width, width)
    shapes.linear(f"{name}.value", width, kv_width)
    shapes.linear(f"{name}.proj", width, width, gain=0.5)


def block(model):
    shapes, d, kind = Shapes(), model.width, model.kind
    n_tokens = model.grid ** 2
    ada_norm(shapes, "ln1", T, d)
    attention(shapes, "attn1" if kind == "text" else "attn", d, d)
    if kind == "text":
        ada_norm(shapes, "ln1_1", T, d)
        attention(shapes, "attn2", d, TEXT_WIDTH)
        shapes.unused("attn2.mask", 1, 1, n_tokens, n_tokens)
    if kind == "class":
        ada_norm(shapes, "ln2", model.null, d)
    else:
        shapes.norm("ln2", d)
    if kind == "text":
        shapes.linear("mlp.0", 4 * d, d)
        shapes.linear("mlp.2", d, 4 * d, gain=0.5)
    else:
        shapes.linear("mlp.conv1", 4 * d, d, 3, 3)
        shapes.linear("mlp.conv2", d, 4 * d, 3, 3, gain=0.5)
    return shapes


def denoiser(model):
    shapes = Shapes()
    shapes.table("content_emb.emb.weight", model.codes + 1, model.width)
    shapes.table("content_emb.height_emb.weight", model.table, model.width)
    shapes.table("content_emb.width_emb.weight", model.table, model.width)
    for i in range(model.layers):
        shapes.part(f"blocks.{i}.", block(model))
    shapes.norm("to_logits.0", model.width)
    shapes.linear("to_logits.1", model.codes, model.width, gain=2.0)
    return shapes


def clip():
    shapes, d = Shapes(), TEXT_WIDTH
    shapes.table("positional_embedding", CONTEXT, d)
    shapes.unused("text_projection", d, d)
    for i in range(TEXT_LAYERS):
        name = f"transformer.resblocks.{i}"
        shapes.linear(f"{name}.attn", 3 * d, d, weight=".in_proj_weight",
                      bias=".in_proj_bias")
        shapes.linear(f"{name}.attn.out_proj", d, d, gain=0.5)
        shapes.norm(f"{name}.ln_1", d)
        shapes.linear(f"{name}.mlp.c_fc", 4 * d, d)
        shapes.linear(f"{name}.mlp.c_proj", d, 4 * d, gain=0.5)
        shapes.norm(f"{name}.ln_2", d)
    shapes.table("token_embedding.weight", WORDS, d)
    shapes.norm("ln_final", d)
    return shapes


def residual_block(shapes, name, n_in, n_out):
    shapes.norm(f"{name}.norm1", n_in)
    shapes.linear(f"{name}.conv1", n_out, n_in, 3, 3)
    shapes.norm(f"{name}.norm2", n_out)
    shapes.linear(f"{name}.conv2", n_out, n_out, 3, 3, gain=0.5)
    if n_in != n_out:
        shapes.linear(f"{name}.nin_shortcut", n_out, n_in, 1, 1)


def codec_attention(shapes, name, channels):
    shapes.norm(f"{name}.norm", channels)
    for layer in ("q", "k", "v", "proj_out"):
        shapes.linear(f"{name}.{layer}", channels, channels, 1, 1)


def middle(shapes, channels):
    residual_block(shapes, "mid.block_1", channels, channels)
    codec_attention(shapes, "mid.attn_1", channels)
    residual_block(shapes, "mid.block_2", channels, channels)


def level(shapes, name, n_in, n_out, n_blocks, has_attention):
    for i in range(n_blocks):
        residual_block(shapes, f"{name}.block.{i}", n_in, n_out)
        n_in = n_out
        if has_attention:
            codec_attention(shapes, f"{name}.attn.{i}", n_out)


def encoder(codec):
    shapes, n_in = Shapes(), codec.channels
    shapes.linear("conv_in", n_in, 3, 3, 3)
    for i, multiplier in enumerate(codec.multipliers):
        n_out = codec.channels * multiplier
        level(shapes, f"down.{i}", n_in, n_out, N_BLOCKS,
              i == codec.attention_level)
        n_in = n_out
        if i + 1 < len(codec.multipliers):
            shapes.linear(f"down.{i}.downsample.conv", n_in, n_in, 3, 3)
    middle(shapes, n_in)
    shapes.norm("norm_out", n_in)
    shapes.linear("conv_out", Z_CHANNELS, n_in, 3, 3)
    return shapes


def decoder(codec):
    shapes, n_in = Shapes(), codec.channels * codec.multipliers[-1]
    shapes.linear("conv_in", n_in, Z_CHANNELS, 3, 3)
    middle(shapes, n_in)
    for i in reversed(range(len(codec.multipliers))):
        n_out = codec.channels * codec.multipliers[i]
        level(shapes, f"up.{i}", n_in, n_out, N_BLOCKS + 1,
              i == codec.attention_level)
        n_in = n_out
        if i > 0:
            shapes.linear(f"up.{i}.upsample.conv", n_in, n_in, 3, 3)
    shapes.norm("norm_out", n_in)
    shapes.linear("conv_out", 3, n_in, 3, 3)
    return shapes


def codebook(codec):
    shapes, size = Shapes(), (codec.codes, codec.embedding)
    if codec.kind == "gumbel":
        shapes.linear("proj", codec.codes, codec.embedding, 1, 1)
        shapes.table("embed.weight", *size, deviation=1.0)
    elif codec.kind == "vq":
        shapes.table("embedding.weight", *size, deviation=1.0)
    else:
        shapes.table("embedding", *size, deviation=1.0)
        shapes.unused("cluster_size", codec.codes)
        shapes.unused("embedding_avg", *size)
    return shapes


def transformer(model):
    shapes = Shapes()
    if model.kind == "text" and model.null:
        shapes.table("empty_text_embed", CONTEXT, TEXT_WIDTH,
                     deviation=1 / math.sqrt(TEXT_WIDTH))
    for name in ("log_at", "log_bt", "log_ct", "log_1_min_ct", "Lt_history",
                 "Lt_count"):
        shapes.unused(name, T)
    for name in ("log_cumprod_at", "log_cumprod_bt", "log_cumprod_ct",
                 "log_1_min_cumprod_ct"):
        shapes.unused(name, T + 1)
    if model.kind == "text":
        shapes.part("condition_emb.", clip())
    shapes.part("transformer.", denoiser(model))
    return shapes


def content_codec(codec):
    shapes = Shapes()
    shapes.part("enc.encoder.", encoder(codec))
    shapes.linear("enc.quant_conv", codec.embedding, Z_CHANNELS, 1, 1)
    shapes.part("enc.quantize.", codebook(codec))
    shapes.part("dec.decoder.", decoder(codec))
    shapes.linear("dec.post_quant_conv", Z_CHANNELS, codec.embedding, 1, 1)
    # one codebook, that both halves hold
    shapes.part("dec.quantize.", codebook(codec))
    return shapes


# ---- the checkpoint ---------------------------------------------------------

class Mapped:
    """Tensors that are files."""

    def __init__(self, folder, seed):
        self.folder, self.seed, self.n_files = folder, seed, 0

    def zeros(self, shape):
        import torch
        self.n_files += 1
        return torch.from_file(
            str(self.folder / str(self.n_files)), shared=True,
            size=math.prod(shape), dtype=torch.float32).reshape(shape)

    def random(self, name, shape, mean, deviation):
        import torch
        tensor = self.zeros(shape)
        if deviation is None:
            return tensor.fill_(mean)
        # of a name alone, whatever else there is
        key = name.replace("dec.quantize.", "enc.quantize.").encode()
        generator = torch.Generator().manual_seed(zlib.crc32(key) + self.seed)
        return tensor.normal_(mean, deviation, generator=generator)


def checkpoint(model, mapped, has_ema, has_optimizer):
    state = collections.OrderedDict()
    ema = collections.OrderedDict()
    moments = {}
    for name, entry in transformer(model).items():
        weights = mapped.random(name, *entry)
        is_trained = entry[2] is not None
        if has_ema:
            ema[name] = weights
        state["transformer." + name] = (
            mapped.zeros(entry[0]) if has_ema and is_trained else weights)
        if has_optimizer and is_trained and "condition_emb" not in name:
            moments[len(moments)] = {"step": 1000,
                                     "exp_avg": mapped.zeros(entry[0]),
                                     "exp_avg_sq": mapped.zeros(entry[0])}
    for name, entry in content_codec(model.codec).items():
        state["content_codec." + name] = mapped.random(name, *entry)

    result = {"last_epoch": 99, "last_iter": 100000, "model": state}
    if has_ema:
        result["ema"] = ema
    if has_optimizer:
        result["optimizer_and_scheduler"] = {"none": {"optimizer": {
            "module": {
                "state": moments,
                "param_groups": [{"lr": 3e-6, "betas": (0.9, 0.96),
                                  "weight_decay": 0.045,
                                  "params": list(moments)}]}}}}
    return result


def write_checkpoint(path, model, args):
    import torch
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        mapped = Mapped(pathlib.Path(folder), args.seed)
        torch.save(checkpoint(model, mapped, not args.no_ema, args.optimizer),
                   path)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", choices=["list"] + list(MODELS))
    parser.add_argument("folder", type=pathlib.Path, nargs="?")
    parser.add_argument("--no-ema", action="store_true",
                        help="the weights in `model`, no others")
    parser.add_argument("--optimizer", action="store_true",
                        help="with the optimiser's state, twice the weights")
    parser.add_argument("--vqdiffusion", metavar="PROGRAM",
                        help="write the other layouts, too")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    if args.model == "list":
        print("\n".join(MODELS))
        return
    if args.folder is None:
        parser.error("FOLDER is missing")

    model = MODELS[args.model]
    args.folder.mkdir(parents=True, exist_ok=True)
    path = args.folder / f"{args.model}.pth"
    write_checkpoint(path, model, args)
    if args.vqdiffusion:
        single = path.with_suffix(".safetensors")
        subprocess.run([args.vqdiffusion, "convert", "--force", path, single],
                       check=True)
        if model.kind == "text":
            folder = args.folder / f"{args.model}-diffusers"
            shutil.rmtree(folder, ignore_errors=True)
            tool = pathlib.Path(__file__).with_name("diffusers-from-ours.py")
            subprocess.run([sys.executable, tool, single, folder], check=True)


main()
