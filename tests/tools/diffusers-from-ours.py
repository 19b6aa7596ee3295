#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Diffusers folder out of our single file, with nothing but Python.

diffusers-from-ours.py MODEL.safetensors FOLDER [options]

  --variant NAME   the files' variant, as in diffusion_pytorch_model.fp16...
  --half           the weights of transformer and codec as F16 numbers
  --old-names      query, key, value, proj_attn; text_model. before the text
                   encoder's names
  --pieces N       N files a part, and an index
  --bin            PyTorch's files in place of safetensors
  --stamp FILE     made at the end

The names are those of the classes of Diffusers (Transformer2DModel, VQModel)
and transformers (CLIPTextModel); see SPEC 10b.
"""
import argparse
import json
import mmap
import pathlib
import re
import struct
import zipfile

# The kinds of numbers: bytes, and the class of PyTorch's storage
TYPES = {"F32": (4, "FloatStorage"), "F16": (2, "HalfStorage"),
         "BF16": (2, "BFloat16Storage")}


class Tensor:
    def __init__(self, dtype, shape, data):
        self.dtype, self.shape, self.data = dtype, list(shape), data

    def rows(self, begin, end):
        size = len(self.data) // self.shape[0]
        return Tensor(self.dtype, [end - begin] + self.shape[1:],
                      self.data[begin * size:end * size])

    def reshaped(self, shape):
        return Tensor(self.dtype, shape, self.data)

    def half(self):
        if self.dtype == "F16":
            return self
        raw = self.data
        if self.dtype == "BF16":
            raw = b"".join(b"\0\0" + bytes(raw[i:i + 2])
                           for i in range(0, len(raw), 2))
        n = len(raw) // 4
        numbers = struct.unpack(f"<{n}f", raw)
        return Tensor("F16", self.shape, struct.pack(f"<{n}e", *numbers))


# ---- our file ---------------------------------------------------------------

def read_ours(path):
    # views of the mapped file: a model of any size passes through
    with open(path, "rb") as file:
        raw = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    length, = struct.unpack_from("<Q", raw)
    header = json.loads(bytes(raw[8:8 + length]))
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + i for i in entry["data_offsets"])
        tensors[name] = Tensor(entry["dtype"], entry["shape"], raw[begin:end])
    return tensors, json.loads(metadata["config"])


# ---- names ------------------------------------------------------------------

ATTENTION = {"query": "to_q", "key": "to_k", "value": "to_v",
             "proj": "to_out.0"}
BLOCK_NORMS = {"ln1": "norm1", "ln1_1": "norm2", "ln2": "norm3"}


def transformer_name(name):
    """The name in Transformer2DModel of transformer.transformer.NAME."""
    if name.startswith("content_emb."):
        return name.replace("content_emb.", "latent_image_embedding.")
    if name.startswith("to_logits."):
        return name.replace("to_logits.0.", "norm_out.").replace(
            "to_logits.1.", "out.")
    _, index, module, rest = name.split(".", 3)
    if module in BLOCK_NORMS:
        module = BLOCK_NORMS[module]
    elif module.startswith("attn"):
        layer, rest = rest.split(".")
        rest = f"{ATTENTION[layer]}.{rest}"
    elif module == "mlp":
        number, rest = rest.split(".")
        module = "ff"
        rest = {"0": "net.0.proj.", "2": "net.2."}[number] + rest
    return f"transformer_blocks.{index}.{module}.{rest}"


TEXT_BLOCK = [
    (r"^ln_(\d)\.", r"layer_norm\1."),
    (r"^attn\.out_proj\.", r"self_attn.out_proj."),
    (r"^mlp\.c_fc\.", r"mlp.fc1."),
    (r"^mlp\.c_proj\.", r"mlp.fc2."),
]
TEXT = {
    "token_embedding.weight": "embeddings.token_embedding.weight",
    "positional_embedding": "embeddings.position_embedding.weight",
    "ln_final.weight": "final_layer_norm.weight",
    "ln_final.bias": "final_layer_norm.bias",
}


def text_tensors(name, tensor):
    """(name, tensor) in CLIPTextModel of transformer.condition_emb.NAME."""
    if name in TEXT:
        return [(TEXT[name], tensor)]
    _, _, index, rest = name.split(".", 3)
    layer = f"encoder.layers.{index}."
    joined = re.match(r"attn\.in_proj_(weight|bias)$", rest)
    if joined:
        width = tensor.shape[0] // 3
        return [(f"{layer}self_attn.{letter}_proj.{joined.group(1)}",
                 tensor.rows(i * width, (i + 1) * width))
                for i, letter in enumerate("qkv")]
    for pattern, replacement in TEXT_BLOCK:
        rest = re.sub(pattern, replacement, rest)
    return [(layer + rest, tensor)]


CODEC_LAYERS = {"norm": "group_norm", "q": "to_q", "k": "to_k", "v": "to_v",
                "proj_out": "to_out.0", "nin_shortcut": "conv_shortcut"}


CODEBOOKS = ("quantize.embedding", "quantize.embedding.weight",
             "quantize.embed.weight")


def codec_name(name, n_levels):
    """The name in VQModel of content_codec.{enc,dec}.NAME."""
    if name in CODEBOOKS:
        return "quantize.embedding.weight"
    words = name.split(".")
    if words[0] not in ("encoder", "decoder"):
        return name
    half, words = words[0], words[1:]
    end = words[-2:]    # LAYER, weight or bias
    if words[0] == "mid":
        kind, number = words[1].split("_")
        block = f"{'resnets' if kind == 'block' else 'attentions'}."
        block = f"mid_block.{block}{int(number) - 1}."
    elif words[0] in ("down", "up"):
        level = int(words[1])
        if words[0] == "up":
            level = n_levels - 1 - level
        block = f"{words[0]}_blocks.{level}."
        if words[2] in ("downsample", "upsample"):
            sampler = words[2].replace("sample", "samplers")
            return f"{half}.{block}{sampler}.0.conv.{end[1]}"
        kind = {"block": "resnets", "attn": "attentions"}[words[2]]
        block += f"{kind}.{words[3]}."
    else:
        return f"{half}." + ".".join(words).replace("norm_out",
                                                    "conv_norm_out")
    return f"{half}.{block}{CODEC_LAYERS.get(end[0], end[0])}.{end[1]}"


def split_parts(tensors, n_levels):
    parts = {"transformer": {}, "vqvae": {}, "text_encoder": {},
             "learned_classifier_free_sampling_embeddings": {}}
    for name, tensor in tensors.items():
        if name == "transformer.empty_text_embed":
            parts["learned_classifier_free_sampling_embeddings"][
                "embeddings"] = tensor
        elif name.startswith("transformer.transformer."):
            parts["transformer"][transformer_name(
                name.removeprefix("transformer.transformer."))] = tensor
        elif name.startswith("transformer.condition_emb."):
            parts["text_encoder"].update(text_tensors(
                name.removeprefix("transformer.condition_emb."), tensor))
        elif name.startswith(("codebook.", "content_codec.enc.quantize.proj")):
            pass    # VQModel knows no map, and the nearest code alone
        else:
            theirs = codec_name(re.sub(r"^content_codec\.(enc|dec)\.", "",
                                       name), n_levels)
            # VQModel's attention is made of linear layers
            if ".attentions." in theirs and len(tensor.shape) == 4:
                tensor = tensor.reshaped(tensor.shape[:2])
            parts["vqvae"][theirs] = tensor
    return parts


OLD = [("to_q", "query"), ("to_k", "key"), ("to_v", "value"),
       ("to_out.0", "proj_attn")]


def with_old_names(parts):
    def old_attention(name):
        for new, old in OLD:
            if ".attentions." in name:
                name = name.replace(f".{new}.", f".{old}.")
        return name
    parts["vqvae"] = {old_attention(name): tensor
                      for name, tensor in parts["vqvae"].items()}
    parts["text_encoder"] = {f"text_model.{name}": tensor for name, tensor
                             in parts["text_encoder"].items()}
    # a buffer that the older ones keep
    parts["text_encoder"]["text_model.embeddings.position_ids"] = Tensor(
        "F32", [1, 4], struct.pack("<4f", 0, 1, 2, 3))


# ---- configs ----------------------------------------------------------------

def configs(config, tensors):
    denoiser, codec, text = (config[i] for i in ("denoiser", "codec", "text"))
    channels = [codec["channels"] * m for m in codec["multipliers"]]
    has_attention = [codec["resolution"] >> i in codec["attention_resolutions"]
                     for i in range(len(channels))]
    down = ["AttnDownEncoderBlock2D" if a else "DownEncoderBlock2D"
            for a in has_attention]
    up = ["AttnUpDecoderBlock2D" if a else "UpDecoderBlock2D"
          for a in reversed(has_attention)]
    null = tensors.get("transformer.empty_text_embed")
    return {
        "transformer": {
            "_class_name": "Transformer2DModel",
            "activation_fn": "geglu-approximate",
            "attention_bias": True,
            "attention_head_dim": denoiser["width"] // denoiser["heads"],
            "cross_attention_dim": text["width"],
            "dropout": 0.0,
            "in_channels": None,
            "norm_num_groups": 32,
            "num_attention_heads": denoiser["heads"],
            "num_embeds_ada_norm": config["diffusion"]["steps"],
            "num_layers": denoiser["layers"],
            "num_vector_embeds": config["diffusion"]["codes"] + 1,
            "sample_size": denoiser["grid"][0],
        },
        "vqvae": {
            "_class_name": "VQModel",
            "act_fn": "silu",
            "block_out_channels": channels,
            "down_block_types": down,
            "in_channels": 3,
            "latent_channels": codec["z_channels"],
            "layers_per_block": codec["blocks"],
            "norm_num_groups": 32,
            "num_vq_embeddings": codec["codes"],
            "out_channels": 3,
            "sample_size": 32,
            "up_block_types": up,
            "vq_embed_dim": codec["embedding"],
        },
        "text_encoder": {
            "architectures": ["CLIPTextModel"],
            "hidden_act": "quick_gelu",
            "hidden_size": text["width"],
            "intermediate_size": 4 * text["width"],
            "layer_norm_eps": 1e-05,
            "max_position_embeddings": text["context"],
            "model_type": "clip_text_model",
            "num_attention_heads": text["heads"],
            "num_hidden_layers": text["layers"],
            "vocab_size": text["vocabulary"],
        },
        "learned_classifier_free_sampling_embeddings": {
            "_class_name": "LearnedClassifierFreeSamplingEmbeddings",
            "hidden_size": null.shape[1] if null else None,
            "learnable": null is not None,
            "length": null.shape[0] if null else None,
        },
        "scheduler": {
            "_class_name": "VQDiffusionScheduler",
            "alpha_cum_end": 9e-06,
            "alpha_cum_start": 0.99999,
            "gamma_cum_end": 0.99999,
            "gamma_cum_start": 9e-06,
            "num_train_timesteps": config["diffusion"]["steps"],
            "num_vec_classes": config["diffusion"]["codes"] + 1,
        },
        "tokenizer": {
            "model_max_length": text["context"],
            "pad_token": "!",
            "tokenizer_class": "CLIPTokenizer",
        },
    }


CONFIG_FILES = {"scheduler": "scheduler_config.json",
                "tokenizer": "tokenizer_config.json"}
MODEL_INDEX = {
    "_class_name": "VQDiffusionPipeline",
    "_diffusers_version": "0.42.1",
    "learned_classifier_free_sampling_embeddings": [
        "vq_diffusion", "LearnedClassifierFreeSamplingEmbeddings"],
    "scheduler": ["diffusers", "VQDiffusionScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "transformer": ["diffusers", "Transformer2DModel"],
    "vqvae": ["diffusers", "VQModel"],
}


# ---- files ------------------------------------------------------------------

def write_safetensors(path, tensors):
    header = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": tensor.dtype, "shape": tensor.shape,
                        "data_offsets": [offset, offset + len(tensor.data)]}
        offset += len(tensor.data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.data)


class Pickle:
    """The opcodes of protocol 2 that torch.save makes use of."""

    def __init__(self):
        self.out = bytearray(b"\x80\x02")

    def raw(self, code):
        self.out += code

    def text(self, text):
        data = text.encode()
        self.out += b"X" + struct.pack("<I", len(data)) + data

    def number(self, number):
        self.out += b"J" + struct.pack("<i", number)

    def name(self, module, name):
        self.out += f"c{module}\n{name}\n".encode()

    def numbers(self, numbers):
        self.raw(b"(")
        for number in numbers:
            self.number(number)
        self.raw(b"t")


def strides_of(shape):
    strides, stride = [], 1
    for size in reversed(shape):
        strides.insert(0, stride)
        stride *= size
    return strides


def write_torch(path, tensors):
    """A flat state dict as torch.save writes it: a zip of a pickle and of one
    file a storage, all stored."""
    pickle = Pickle()
    pickle.name("collections", "OrderedDict")
    pickle.raw(b")R(")
    for key, (name, tensor) in enumerate(tensors.items()):
        size, storage = TYPES[tensor.dtype]
        pickle.text(name)
        pickle.name("torch._utils", "_rebuild_tensor_v2")
        pickle.raw(b"((")
        pickle.text("storage")
        pickle.name("torch", storage)
        pickle.text(str(key))
        pickle.text("cpu")
        pickle.number(len(tensor.data) // size)
        pickle.raw(b"tQ")
        pickle.number(0)
        pickle.numbers(tensor.shape)
        pickle.numbers(strides_of(tensor.shape))
        pickle.raw(b"\x89")     # no gradient
        pickle.name("collections", "OrderedDict")
        pickle.raw(b")RtR")
    pickle.raw(b"u.")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"{path.stem}/data.pkl", bytes(pickle.out))
        for key, tensor in enumerate(tensors.values()):
            archive.writestr(f"{path.stem}/data/{key}", tensor.data)
        archive.writestr(f"{path.stem}/version", "3\n")


def write_part(folder, part, tensors, args):
    base = "diffusion_pytorch_model"
    if part == "text_encoder":
        base = "pytorch_model" if args.bin else "model"
    write, extension = ((write_torch, "bin") if args.bin
                        else (write_safetensors, "safetensors"))
    variant = f".{args.variant}" if args.variant else ""
    if args.pieces == 1:
        write(folder / f"{base}{variant}.{extension}", tensors)
        return
    weight_map = {}
    names = list(tensors)
    for i in range(args.pieces):
        piece = names[i::args.pieces]
        file = (f"{base}{variant}-{i + 1:05}-of-{args.pieces:05}"
                f".{extension}")
        if piece:
            write(folder / file, {name: tensors[name] for name in piece})
        weight_map.update({name: file for name in piece})
    index = {"metadata": {"total_size": sum(len(t.data) for t
                                            in tensors.values())},
             "weight_map": weight_map}
    (folder / f"{base}.{extension}.index{variant}.json").write_text(
        json.dumps(index))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--variant")
    parser.add_argument("--half", action="store_true")
    parser.add_argument("--old-names", action="store_true")
    parser.add_argument("--pieces", type=int, default=1)
    parser.add_argument("--bin", action="store_true")
    parser.add_argument("--stamp", type=pathlib.Path)
    args = parser.parse_args()

    tensors, config = read_ours(args.model)
    parts = split_parts(tensors, len(config["codec"]["multipliers"]))
    if args.old_names:
        with_old_names(parts)
    if args.half:
        for part in ("transformer", "vqvae"):
            parts[part] = {name: tensor.half()
                           for name, tensor in parts[part].items()}
    for part, content in configs(config, tensors).items():
        folder = args.folder / part
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CONFIG_FILES.get(part, "config.json")).write_text(
            json.dumps(content, indent=2))
        if parts.get(part):
            write_part(folder, part, parts[part], args)
    (args.folder / "model_index.json").write_text(
        json.dumps(MODEL_INDEX, indent=2))
    if args.stamp:
        args.stamp.touch()


main()
