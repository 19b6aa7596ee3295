#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A conformance folder of another seed: OUT/pipeline, by the authors' code.

    python make_pipeline.py REFERENCE_CHECKOUT SEED OUT [MODEL]

SEED decides the sizes and weights of the networks, the prompts, the picture,
the holes, the strength, and each run's settings and seed. The authors' classes
(a checkout of microsoft/VQ-Diffusion) compute everything; of theirs only the
random draws are replaced, by those of SPEC 6. What they have no function for
(few tokens and purity with a free number of steps, and fills) is their p_sample
again and again, see Run.free_run().

MODEL is the model.safetensors of a folder that there is: its weights and the
runs beside it are taken instead of drawn ones, SEED is not used, and what comes
out is compared with what is stored there. So the script proves itself.

Needs torch, numpy, safetensors, einops, ftfy and regex.
"""
import functools
import importlib
import json
import math
import random
import sys
from pathlib import Path
from unittest import mock

import numpy
import safetensors
import torch
from safetensors.torch import load_file, save_file

GRID = 16
PICTURE_PX = 128
PROMPTS = [
    'two dogs & 35% of a cat!!',
    'Café au lait — “naïve” crêpes, it’s 8:30',
    '北京 at night 🌃',
    "the KING's  red&nbsp;house;\tthey'll see",
    'Синий кит в море',
    'a long, long, very long road through hills and fields ' * 9,
]
# What the reference imports and these runs do not need, or is no more.
UNNEEDED = ('omegaconf', 'PIL', 'tqdm', 'torchvision', 'torchvision.transforms',
            'torchvision.transforms.functional', 'yaml',
            'numpy.core.shape_base', 'numpy.core.fromnumeric',
            'numpy.lib.function_base', 'numpy.lib.npyio')
# Of its state: buffers, what is not used, the codebook's second name.
NOT_STORED = ('.mask', 'text_projection', 'cluster_size', 'embedding_avg',
              'transformer.log_', 'Lt_', 'dec.quantize')


# --------------------------------------------------------- random numbers

def philox(seed, evaluation, stream, n):
    """The first n numbers of SPEC 6, of image 0."""
    c = numpy.zeros((4, (n + 3) // 4), numpy.uint64)
    c[0] = numpy.arange(c.shape[1])
    c[2:] = [[evaluation], [stream]]
    for i in range(10):
        k0 = ((seed & 0xFFFFFFFF) + i * 0x9E3779B9) & 0xFFFFFFFF
        k1 = ((seed >> 32) + i * 0xBB67AE85) & 0xFFFFFFFF
        a, b = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = numpy.stack([b >> 32 ^ c[1] ^ k0, b & 0xFFFFFFFF,
                         a >> 32 ^ c[3] ^ k1, a & 0xFFFFFFFF])
    return (c.T.reshape(-1)[:n] >> 9) * 2.0**-23 + 2.0**-24


# -------------------------------------------------------------- reference

def module(name):
    return importlib.import_module('image_synthesis.modeling.' + name)


def part(target, **params):
    return {'target': 'image_synthesis.modeling.' + target, 'params': params}


def vqgan(codec):
    code = 'codecs.image_codec.patch_vqgan'
    params = {'ch': codec['channels'], 'ch_mult': codec['multipliers'],
              'num_res_blocks': codec['blocks'], 'in_channels': 3, 'out_ch': 3,
              'attn_resolutions': codec['attention_resolutions'],
              'resolution': codec['resolution'],
              'z_channels': codec['z_channels'], 'double_z': False}
    return module(code).PatchVQGAN(
        encoder_config=part(code + '.Encoder', **params),
        decoder_config=part(code + '.Decoder', **params),
        n_embed=codec['codes'], embed_dim=codec['embedding'],
        quantizer_type='EMAVQ')


def build(config):
    """A DALLE as the yaml file of a published text model describes it. The two
    networks that theirs reads from files are made here."""
    text, denoiser = config['text'], config['denoiser']
    clip_model = module('modules.clip.model')
    clip_model.build_model = lambda _: clip_model.CLIP(
        text['width'], 32, 1, 64, 32, text['context'], text['vocabulary'],
        text['width'], text['heads'], text['layers'])
    module('modules.clip.clip').load = lambda *_, **__: (mock.MagicMock(), None)
    module('codecs.image_codec.ema_vqvae').PatchVQVAE.LoadModel = (
        lambda *_: vqgan(config['codec']))
    transformer = part(
        'transformers.transformer_utils.Text2ImageTransformer',
        n_layer=denoiser['layers'], n_embd=denoiser['width'],
        n_head=denoiser['heads'], condition_dim=text['width'],
        content_seq_len=math.prod(denoiser['grid']),
        content_spatial_size=denoiser['grid'], block_activate='GELU2')
    condition_emb = part(
        'embeddings.clip_text_embedding.CLIPTextEmbedding',
        num_embed=text['vocabulary'], embed_dim=text['width'],
        pick_last_embedding=False)
    content_emb = part(
        'embeddings.dalle_mask_image_embedding.DalleMaskImageEmbedding',
        num_embed=config['diffusion']['codes'], embed_dim=denoiser['width'],
        spatial_size=denoiser['grid'])
    diffusion = part(
        'transformers.diffusion_transformer.DiffusionTransformer',
        diffusion_step=config['diffusion']['steps'], alpha_init_type='alpha1',
        learnable_cf=True, transformer_config=transformer,
        condition_emb_config=condition_emb, content_emb_config=content_emb)
    model = module('models.dalle').DALLE(
        learnable_cf=True, diffusion_config=diffusion,
        content_codec_config=part('codecs.image_codec.ema_vqvae.PatchVQVAE',
                                  token_shape=denoiser['grid']),
        condition_codec_config=part('codecs.text_codec.tokenize.Tokenize',
                                    context_length=text['context'],
                                    add_start_and_end=True))
    # Theirs has CLIP's width, whatever the text encoder's is
    model.transformer.empty_text_embed = torch.nn.Parameter(
        torch.zeros(text['context'], text['width']))
    return model.eval()


def stored(model):
    """{name: tensor} of what a model file holds."""
    return {name: x for name, x in model.state_dict().items()
            if not any(word in name for word in NOT_STORED)}


# ------------------------------------------------------------------- runs

class Run:
    """One of runs.json, with its picture and hole or None."""

    def __init__(self, model, settings, picture=None, hole=None):
        self.model, self.transformer = model, model.transformer
        self.mask = self.transformer.num_classes - 1
        self.code = module('transformers.diffusion_transformer')
        self.settings = settings
        self.free = settings['strategy'] != 'original'
        self.t, self.x_t = [], []  # of each evaluation
        self.known = None
        self.tensors = {}
        if picture is not None:
            pixels = picture.permute(2, 0, 1)[None].float()
            self.known = model.content_codec.get_tokens(pixels)['token']
            self.tensors |= {'picture': picture, 'known_tokens': self.known[0]}
        if hole is not None:
            self.tensors['hole'] = hole

    def draw(self, stream, n):
        evaluation = max(len(self.t) - 1, 0)
        return philox(self.settings['seed'], evaluation, stream, n)

    def rand_like(self, logits):
        """For Gumbel noise, [1, K + 1, N]. Before the first evaluation it is a
        picture that is noised."""
        _, n_classes, n = logits.shape
        u = self.draw(0 if self.t else 2, n * n_classes)
        return torch.tensor(u.reshape(n, n_classes).T[None]).to(logits)

    def multinomial(self, weights, n):
        """n positions without replacement."""
        keys = weights.double().numpy() / -numpy.log(self.draw(1, len(weights)))
        return torch.tensor(numpy.argsort(-keys, kind='stable')[:n])

    def predict_start(self, predict, log_x, condition, t):
        """An evaluation; predict does guidance and truncation."""
        x = log_x.argmax(1)
        if self.free:
            # The last one is of t = -1
            gamma_bar = self.code.alpha_schedule(
                self.transformer.num_timesteps)[5][:-1]
            masked = (x == self.mask).double().mean().item()
            t = torch.tensor([numpy.argmin(abs(masked - gamma_bar))])
        self.t.append(t.item())
        self.x_t.append(x[0])
        return predict(log_x, condition, t)

    def free_run(self, condition_token):
        """The paper's form, until nothing is [MASK]. p_sample draws tokens from
        p(x_0) at any t but 0, so it is told 1; the evaluation in it takes the t
        that goes with the state."""
        x = torch.full((1, self.transformer.content_seq_len), self.mask)
        if self.known is not None:
            x = torch.where(self.tensors['hole'] != 0, x, self.known)
        log_x = self.code.index_to_log_onehot(x, self.mask + 1)
        condition = self.transformer.condition_emb(condition_token).float()
        most = math.ceil(x.shape[1] / self.settings['steps'])
        while (masked := (log_x.argmax(1) == self.mask).sum().item()) > 0:
            log_x, _ = self.transformer.p_sample(
                log_x, condition, torch.tensor([1]), [0], min(most, masked))
        return {'content_token': log_x.argmax(1)}

    def sample(self, condition_token, **options):
        """generate_content() calls it, when it has prepared guidance."""
        transformer = self.transformer
        transformer.cf_predict_start = functools.partial(
            self.predict_start, transformer.cf_predict_start)
        if self.free:
            out = self.free_run(condition_token)
        else:
            out = self.code.DiffusionTransformer.sample(
                transformer, condition_token,
                **options | {'content_token': self.known})
        self.tensors |= {'prompt_ids': condition_token[0],
                         't': torch.tensor(self.t),
                         'x_t': torch.stack(self.x_t),
                         'tokens': out['content_token'][0]}
        return out

    def go(self):
        """The tensors of the run's file."""
        settings, transformer = self.settings, self.transformer
        strength = settings.get('strength', 0)
        n = strength * transformer.num_timesteps
        assert int(n) == round(n), 'theirs cuts where SPEC 5 rounds'
        rules = ['original', 'few-tokens', 'purity']
        transformer.prior_rule = rules.index(settings['strategy'])
        transformer.prior_weight = settings.get('purity_weight', 0)
        transformer.sample = self.sample
        self.model.guidance_scale = settings['guidance']
        self.model.truncation_forward = False  # not the last run's prompt again
        with (mock.patch('torch.rand_like', self.rand_like),
              mock.patch('torch.multinomial', self.multinomial)):
            out = self.model.generate_content(
                batch={'text': [settings['prompt']]}, filter_ratio=strength,
                sample_type=f'top{settings["truncation"]}r')
        self.tensors['image'] = out['content'][0].permute(1, 2, 0)
        return {name: (x.int() if x.dtype == torch.int64 else x).contiguous()
                for name, x in self.tensors.items()}


# -------------------------------------------------------- what SEED draws

def draw_config(r):
    heads, text_heads = r.randint(2, 5), r.randint(1, 4)
    codes = r.randint(70, 200)
    denoiser = {'kind': 'text', 'layers': r.randint(1, 3), 'heads': heads,
                'width': heads * r.choice([16, 24]), 'grid': [GRID, GRID],
                'mlp': 'linear'}
    text = {'kind': 'clip', 'layers': r.randint(1, 3), 'heads': text_heads,
            'width': text_heads * r.choice([20, 24]), 'context': 77,
            'vocabulary': 49408}
    codec = {'kind': 'ema-vq', 'channels': 32, 'blocks': r.choice([1, 2]),
             'multipliers': r.choice([[1, 1, 1, 2], [1, 2, 1, 2]]),
             'attention_resolutions': r.choice([[16], [32]]),
             'z_channels': r.choice([32, 48]), 'embedding': r.choice([16, 20]),
             'codes': codes, 'resolution': PICTURE_PX}
    return {'name': 'conformance-pipeline', 'version': '1',
            'description': 'random weights', 'licence': 'CC0-1.0',
            'diffusion': {'steps': 100, 'schedule': 'alpha1', 'codes': codes},
            'denoiser': denoiser, 'text': text,
            'condition': {'null': 'learned'}, 'codec': codec,
            'defaults': {'guidance': 3.0, 'truncation': 0.9, 'steps': 25,
                         'strategy': 'purity', 'purity_weight': 1.0}}


def draw_weight(name, shape):
    """So that tokens differ, by the prompt and by one another."""
    x = torch.randn(shape)
    if name.endswith('token_embedding.weight'):
        return (2 * x).round().clamp(-4, 4).div(4).half()  # packs well
    if len(shape) == 1:
        return 0.1 * x + (0 if name.endswith('bias') else 1)
    if name.endswith('quantize.embedding'):
        return 0.8 * x
    if 'emb.weight' in name or 'condition_emb' in name:
        return (0.7 * x).bfloat16()
    gain = 1.1 / math.sqrt(math.prod(shape[1:]))
    if 'attn2.key' in name or 'attn2.value' in name:
        gain = 1.1  # a feature vector's length is 1
    if 'to_logits' in name:
        gain *= 2.8
    return (gain * x).bfloat16()


def draw_picture():
    x = sum(weight * torch.nn.functional.interpolate(
                torch.randn(1, 3, size, size), PICTURE_PX, mode='bicubic')
            for size, weight in ((4, 30), (32, 40), (PICTURE_PX, 10)))
    return (128 + x[0].permute(1, 2, 0)).clamp(0, 255).to(torch.uint8)


def draw_hole(r):
    """Two rectangles, apart or not."""
    hole = torch.zeros(GRID, GRID, dtype=torch.uint8)
    for _ in range(2):
        y, x = r.randint(0, GRID - 4), r.randint(0, GRID - 4)
        hole[y:y + r.randint(3, 9), x:x + r.randint(3, 9)] = 1
    return hole.reshape(-1)


def draw_runs(r):
    """[(settings, picture, hole)]"""
    first, second, third = r.sample(PROMPTS, 3)
    seed, picture = r.getrandbits(48), draw_picture()
    runs = []

    def add(name, prompt, strategy, guidance, picture=None, hole=None, **more):
        if strategy == 'purity':
            more['purity_weight'] = r.choice([0.5, 1.0, 2.0])
        steps = 100 if strategy == 'original' else r.randint(12, 90)
        runs.append(({
            'name': name, 'prompt': prompt, 'strategy': strategy,
            'steps': steps, 'guidance': guidance,
            'truncation': r.choice([0.85, 0.92, 1.0]), **more,
            'seed': seed + len(runs)}, picture, hole))

    add('purity', first, 'purity', r.choice([2.5, 4.0]))
    runs.append((runs[0][0] | {'name': 'purity-second-picture',
                               'seed': seed + 1}, None, None))
    add('few-tokens', second, 'few-tokens', r.choice([1.0, 1.5]))
    add('original', second, 'original', r.choice([1.0, 2.0]))
    add('fill', third, 'purity', r.choice([2.0, 3.0]), picture, draw_hole(r))
    add('fill-empty-prompt', '', 'purity', 1.0, picture, draw_hole(r))
    add('vary', third, 'original', r.choice([1.0, 2.0]), picture,
        strength=r.choice([0.3, 0.4, 0.5, 0.7, 0.8]))
    return runs


def draw_folder(seed):
    r = random.Random(seed)
    torch.manual_seed(seed)
    config = draw_config(r)
    weights = {name: draw_weight(name, x.shape)
               for name, x in stored(build(config)).items()}
    metadata = {'format': 'vqdiffusion-1', 'config': json.dumps(config)}
    return weights, metadata, draw_runs(r)


# ------------------------------------------------------------------- main

def read_folder(model_path):
    with safetensors.safe_open(model_path, 'pt') as file:
        metadata = file.metadata()
    runs = []
    for row in json.loads((model_path.parent / 'runs.json').read_text('utf-8')):
        run = load_file(model_path.parent / f'run-{row["name"]}.safetensors')
        runs.append((row, run.get('picture'), run.get('hole')))
    return load_file(model_path), metadata, runs


def compare(tensors, theirs):
    assert sorted(theirs) == sorted(tensors)
    image = tensors.pop('image') - theirs.pop('image')
    print('   image: worst', image.abs().max().item())
    for name, x in sorted(tensors.items()):
        assert x.shape == theirs[name].shape
        print(f'   {name}: {(x == theirs[name]).sum()} of {x.numel()} equal')


def main(checkout, seed, out, model=None):
    torch.set_num_threads(1)
    sys.path.insert(0, checkout)
    sys.modules.update((name, mock.MagicMock()) for name in UNNEEDED)
    torch.Tensor.cuda = lambda x: x  # the denoiser moves t
    folder = Path(out, 'pipeline')
    folder.mkdir(parents=True, exist_ok=True)
    weights, metadata, runs = (read_folder(Path(model)) if model else
                               draw_folder(int(seed)))
    dalle = build(json.loads(metadata['config']))
    assert sorted(weights) == sorted(stored(dalle))
    dalle.load_state_dict(weights, strict=False)
    save_file(weights, folder / 'model.safetensors', metadata)
    rows = []
    for settings, picture, hole in runs:
        tensors = Run(dalle, settings, picture, hole).go()
        rows.append(settings | {'evaluations': len(tensors['t'])})
        name = f'run-{settings["name"]}.safetensors'
        save_file(tensors, folder / name)
        print(f'{settings["name"]}: {len(tensors["t"])} evaluations, '
              f'{len(tensors["tokens"].unique())} different tokens')
        if model:
            compare(tensors, load_file(Path(model).parent / name))
    (folder / 'runs.json').write_text(
        json.dumps(rows, indent=1, ensure_ascii=False) + '\n', 'utf-8')


main(*sys.argv[1:])
