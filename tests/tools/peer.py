#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our numbers against those of Diffusers' own VQDiffusionPipeline.

peer.py DUMP-MODEL MERGES

Installs PyTorch and Diffusers (some 3 GB) in a virtual environment in the
user's cache folder, once; makes a small pipeline with random weights, saves it
in each form that save_pretrained has, and compares what the pipeline computes
with what DUMP-MODEL (tests/full/dump-model.c) computes from the folder.
MERGES is CLIP's table, bpe_simple_vocab_16e6.txt.gz.

Skipped, with the reason, unless VQD_TEST_FULL is set, and where PyPI is out of
reach. VQD_PEER_PYTHON is a Python that has what is needed already.
"""
import os
import pathlib
import subprocess
import sys

SKIPPED = 77
IMPORT = "from diffusers import VQDiffusionPipeline"


# ---- outside: the environment -----------------------------------------------

def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(SKIPPED)


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)


def install(python, *packages):
    result = run(python, "-m", "pip", "install", "-q", *packages)
    if result.returncode != 0:
        last = result.stdout.strip().splitlines()[-1:] or [""]
        skip(f"pip could not install {' '.join(packages)}: {last[0]}")


def minor_version(python):
    version = run(python, "-c", "from importlib.metadata import version; "
                  "print(version('diffusers'))").stdout.strip()
    return int(version.split(".")[1])


def peer_python():
    """A Python that has the newest Diffusers that has the pipeline."""
    given = os.environ.get("VQD_PEER_PYTHON")
    if given:
        return given
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or
                         pathlib.Path.home() / ".cache")
    folder = cache / "vqdiffusion" / "peer"
    python = str(folder / "bin" / "python")
    if run(sys.executable, "-m", "venv", str(folder)).returncode != 0:
        skip("no virtual environments here (python3-venv is missing)")
    if run(python, "-c", IMPORT).returncode == 0:
        return python
    install(python, "torch", "transformers", "diffusers")
    while run(python, "-c", IMPORT).returncode != 0:
        minor = minor_version(python)
        if minor < 10:
            skip("no Diffusers with a VQDiffusionPipeline can be imported")
        install(python, f"diffusers<0.{minor}")
    return python


def outside():
    if not os.environ.get("VQD_TEST_FULL"):
        skip("VQD_TEST_FULL is not set (it installs some 3 GB)")
    python = peer_python()
    environment = dict(os.environ, VQD_PEER_INSIDE="1", HF_HUB_OFFLINE="1",
                       TRANSFORMERS_VERBOSITY="error", TQDM_DISABLE="1")
    sys.exit(subprocess.run([python] + sys.argv, env=environment,
                            check=False).returncode)


# ---- inside: the pipeline ---------------------------------------------------

PROMPTS = ["a red bus in the snow", "Two cats & a dog; 3 o'clock!", "",
           "caf\u00e9 \u2014 na\u00efve \u6771\u4eac", "word " * 90]
TIMES = [99, 57, 3, 0]
CODES = 64


def write_tokenizer(folder, merges):
    """The files of a CLIPTokenizer, as the published pipeline has them."""
    import gzip
    import json
    with gzip.open(merges, "rt", encoding="utf-8") as file:
        lines = file.read().split("\n")[1:48895]
    printable = (list(range(33, 127)) + list(range(161, 173)) +
                 list(range(174, 256)))
    others = [b for b in range(256) if b not in printable]
    letters = [chr(b) for b in printable] + [
        chr(256 + i) for i in range(len(others))]
    words = letters + [letter + "</w>" for letter in letters]
    words += ["".join(line.split()) for line in lines]
    words += ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(json.dumps(
        {word: i for i, word in enumerate(words)}), encoding="utf-8")
    (folder / "merges.txt").write_text(
        "#version: 0.2\n" + "\n".join(lines) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "CLIPTokenizer", "model_max_length": 77,
        "do_lower_case": True, "pad_token": "!",
        "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>"}), encoding="utf-8")


def randomize(module, generator):
    """Every parameter different from its first value: two that change places
    are seen, and so is a bias that is left out."""
    import torch
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            scale = 0.1 if parameter.dim() == 1 or "emb" in name else 0.02
            parameter += scale * torch.randn(parameter.shape,
                                             generator=generator)


def make_pipeline(folder, merges, learnable):
    import torch
    from diffusers import (Transformer2DModel, VQDiffusionPipeline,
                           VQDiffusionScheduler, VQModel)
    from diffusers.pipelines.deprecated import vq_diffusion
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer
    torch.manual_seed(5)
    write_tokenizer(folder, merges)
    vqvae = VQModel(
        block_out_channels=(32, 32, 64, 64),
        down_block_types=("DownEncoderBlock2D",) * 2 + (
            "AttnDownEncoderBlock2D", "DownEncoderBlock2D"),
        up_block_types=("UpDecoderBlock2D", "AttnUpDecoderBlock2D") + (
            "UpDecoderBlock2D",) * 2,
        layers_per_block=1, latent_channels=64, num_vq_embeddings=CODES,
        norm_num_groups=32, vq_embed_dim=24)
    transformer = Transformer2DModel(
        num_attention_heads=4, attention_head_dim=16, num_layers=3,
        cross_attention_dim=128, attention_bias=True, sample_size=8,
        num_vector_embeds=CODES + 1, num_embeds_ada_norm=100,
        activation_fn="geglu-approximate")
    text_encoder = CLIPTextModel(CLIPTextConfig(
        vocab_size=49408, hidden_size=128, intermediate_size=512,
        num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=77, hidden_act="quick_gelu"))
    null = vq_diffusion.LearnedClassifierFreeSamplingEmbeddings(
        learnable=learnable, hidden_size=128, length=77)
    pipeline = VQDiffusionPipeline(
        vqvae=vqvae, text_encoder=text_encoder,
        tokenizer=CLIPTokenizer.from_pretrained(str(folder)),
        transformer=transformer,
        scheduler=VQDiffusionScheduler(num_vec_classes=CODES + 1),
        learned_classifier_free_sampling_embeddings=null)
    generator = torch.Generator().manual_seed(7)
    for module in (vqvae, transformer, text_encoder) + (
            (null,) if learnable else ()):
        randomize(module, generator)
        module.eval()
    return pipeline


def make_inputs(folder):
    import numpy as np
    rng = np.random.default_rng(11)
    n = 64
    x_t = rng.integers(0, CODES, (len(TIMES), n))
    x_t[rng.random(x_t.shape) < np.linspace(1, 0, len(TIMES))[:, None]] = CODES
    inputs = {"t.i32": np.array(TIMES), "x_t.i32": x_t,
              "tokens.i32": rng.integers(0, CODES, n)}
    for name, numbers in inputs.items():
        numbers.astype("<i4").tofile(folder / name)
    picture = rng.random((64, 64, 3)).astype("<f4")
    picture.tofile(folder / "picture.f32")
    (folder / "prompts.txt").write_text(
        "".join(f"{prompt}\n" for prompt in PROMPTS), encoding="utf-8")
    return {"x_t": x_t, "tokens": inputs["tokens.i32"], "picture": picture}


def what_the_pipeline_computes(pipeline, inputs):
    import numpy as np
    import torch
    with torch.no_grad():
        ids = pipeline.tokenizer(
            PROMPTS, padding="max_length", max_length=77, truncation=True,
            return_tensors="pt").input_ids
        # a prompt at a time: _encode_prompt repeats the null condition
        features = [pipeline._encode_prompt(
            pipeline.tokenizer.decode(row, skip_special_tokens=True)
            if len(prompt) > 200 else prompt, 1, True).flip(0)
            for prompt, row in zip(PROMPTS, ids)]
        log_p = []
        for both in features:
            for i, t in enumerate(TIMES):
                x_t = torch.tensor(inputs["x_t"][i])[None].repeat(2, 1)
                log_p.append(pipeline.transformer(
                    x_t, encoder_hidden_states=both,
                    timestep=torch.tensor(t)).sample.permute(0, 2, 1).numpy())
        vqvae = pipeline.vqvae
        vectors = vqvae.quantize.get_codebook_entry(
            torch.tensor(inputs["tokens"]), shape=(1, 8, 8, 24))
        decoded = vqvae.decode(vectors, force_not_quantize=True).sample
        decoded = (decoded / 2 + 0.5).clamp(0, 1)[0].permute(1, 2, 0)
        picture = torch.tensor(inputs["picture"]).permute(2, 0, 1)[None]
        latents = vqvae.encode(2 * picture - 1).latents
        encoded = vqvae.quantize(latents)[2][2]
    return {"ids": ids.numpy(),
            "features": torch.stack(features).numpy(),
            "log_p": np.stack(log_p),
            "decoded": decoded.numpy(),
            "prequant": latents[0].permute(1, 2, 0).reshape(64, 24).numpy(),
            "encoded": encoded.reshape(-1).numpy()}


def what_we_compute(dump, model, folder):
    import numpy as np
    result = subprocess.run([dump, str(model), str(folder)], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            check=False)
    if result.returncode != 0:
        raise RuntimeError(result.stdout.strip())

    def load(name, *shape):
        kind = "<i4" if name.endswith("i32") else "<f4"
        return np.fromfile(folder / name, kind).reshape(shape)
    logits = load("logits.f32", -1, 2, 64, CODES).astype("f8")
    logits -= logits.max(-1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    return {"ids": load("ids.i32", -1, 77),
            "features": load("features.f32", -1, 2, 77, 128),
            "log_p": log_p,
            "decoded": load("decoded.f32", 64, 64, 3),
            "prequant": load("prequant.f32", 64, 24),
            "encoded": load("encoded.i32", 64)}


# What is compared, and the greatest difference. Beside it: the greatest seen.
BOUNDS = [("ids", 0, 0), ("features", 2e-6, 0), ("log_p", 1e-4, 0),
          ("decoded", 1e-4, 0), ("prequant", 1e-4, 0), ("encoded", 0, 0)]


class Tap:
    def __init__(self):
        self.n_points = self.n_failed = 0

    def point(self, good, what):
        self.n_points += 1
        self.n_failed += not good
        print(f"{'' if good else 'not '}ok {self.n_points} {what}",
              flush=True)

    def compare(self, form, expected, found):
        for name, bound, _ in BOUNDS:
            worst = float(abs(expected[name] - found[name]).max())
            # NaN fails
            self.point(worst <= bound,
                       f"{form} {name}: {worst:.2g} (at most {bound:g})")


def save_torch(pipeline, folder):
    """With .bin files, also where save_pretrained no longer writes them."""
    import torch
    pipeline.save_pretrained(folder, safe_serialization=False)
    file = folder / "text_encoder" / "pytorch_model.bin"
    if not file.exists():
        (folder / "text_encoder" / "model.safetensors").unlink()
        torch.save(pipeline.text_encoder.state_dict(), file)


def inside():
    import copy
    import tempfile
    dump, merges = sys.argv[1:]
    tap = Tap()
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        inputs = make_inputs(work)
        learned = make_pipeline(work / "tokenizer-1", merges, True)
        empty = make_pipeline(work / "tokenizer-2", merges, False)
        half = copy.deepcopy(learned)
        half.to(dtype=__import__("torch").float16)
        forms = {
            "safetensors": (learned, lambda path: learned.save_pretrained(
                path, safe_serialization=True)),
            "bin": (learned, lambda path: save_torch(learned, path)),
            "pieces": (learned, lambda path: learned.save_pretrained(
                path, max_shard_size="200KB")),
            "empty-null": (empty, empty.save_pretrained),
            "half": (half, lambda path: half.save_pretrained(
                path, variant="fp16")),
        }
        for form, (pipeline, save) in forms.items():
            save(work / form)
            # half the numbers, computed with as floats
            expected = what_the_pipeline_computes(
                pipeline.to(dtype=__import__("torch").float32), inputs)
            try:
                tap.compare(form, expected,
                            what_we_compute(dump, work / form, work))
            except RuntimeError as error:
                tap.point(False, f"{form}: {error}")
    print(f"1..{tap.n_points}")
    sys.exit(tap.n_failed > 0)


if os.environ.get("VQD_PEER_INSIDE"):
    inside()
else:
    outside()
