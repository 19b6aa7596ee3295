# SPDX-License-Identifier: GPL-3.0-or-later
"""The codec: VQGAN encoder and decoder, and a codebook that follows its encoder by exponential means.

Tensor names are those of the published checkpoints.  Pictures are B x 3 x H x W
in -1 ... 1, channels last; tokens B x N.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

import ops

SMALL = dict(channels=64, multipliers=[1, 1, 2, 2], blocks=1, z_channels=128, embedding=64, codes=2048, resolution=128)
TINY = dict(channels=32, multipliers=[1, 1, 1, 1], blocks=1, z_channels=32, embedding=8, codes=64, resolution=128)


class Norm(nn.Module):
    """Group norm (32 groups), with SiLU where asked."""

    def __init__(self, c):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(c)), nn.Parameter(torch.zeros(c))

    def forward(self, x, silu=False):
        return ops.group_norm(x, self.weight, self.bias, silu)


def conv(a, b, k=3, stride=1, padding=1):
    return nn.Conv2d(a, b, k, stride, padding if k == 3 else 0)


class Residual(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.norm1, self.conv1, self.norm2, self.conv2 = Norm(a), conv(a, b), Norm(b), conv(b, b)
        self.nin_shortcut = conv(a, b, 1) if a != b else None

    def forward(self, x):
        h = self.conv2(self.norm2(self.conv1(self.norm1(x, True)), True))
        return (x if self.nin_shortcut is None else self.nin_shortcut(x)) + h


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm = Norm(c)
        self.q, self.k, self.v, self.proj_out = (conv(c, c, 1) for _ in range(4))

    def forward(self, x):
        b, c, h, w = x.shape
        n = self.norm(x)
        q, k, v = (f(n).flatten(2).transpose(1, 2) for f in (self.q, self.k, self.v))
        o = torch.softmax(q @ k.transpose(1, 2) * c**-0.5, -1) @ v
        return x + self.proj_out(o.transpose(1, 2).reshape(b, c, h, w))


class Down(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = conv(c, c, stride=2, padding=0)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Up(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = conv(c, c)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0))


class Middle(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.block_1, self.attn_1, self.block_2 = Residual(c, c), Attention(c), Residual(c, c)

    def forward(self, x):
        return self.block_2(self.attn_1(self.block_1(x)))


class Level(nn.Module):
    """Residual blocks of one size, then (not at the last) a change of size under the name the checkpoints use."""

    def __init__(self, a, b, blocks, sampler, name):
        super().__init__()
        self.block = nn.ModuleList(Residual(a if i == 0 else b, b) for i in range(blocks))
        setattr(self, name, sampler)
        self.name = name

    def forward(self, x):
        for block in self.block:
            x = block(x)
        sampler = getattr(self, self.name)
        return x if sampler is None else sampler(x)


class Encoder(nn.Module):
    def __init__(self, channels, multipliers, blocks, z):
        super().__init__()
        c, last = channels, len(multipliers) - 1
        self.conv_in, self.down = conv(3, c), nn.ModuleList()
        for i, m in enumerate(multipliers):
            b = channels * m
            self.down.append(Level(c, b, blocks, Down(b) if i < last else None, "downsample"))
            c = b
        self.mid, self.norm_out, self.conv_out = Middle(c), Norm(c), conv(c, z)

    def forward(self, x):
        x = self.conv_in(x)
        for level in self.down:
            x = level(x)
        return self.conv_out(self.norm_out(self.mid(x), True))


class Decoder(nn.Module):
    def __init__(self, channels, multipliers, blocks, z):
        super().__init__()
        c, levels = channels * multipliers[-1], []
        self.conv_in, self.mid = conv(z, c), Middle(c)
        for i in reversed(range(len(multipliers))):
            b = channels * multipliers[i]
            levels.insert(0, Level(c, b, blocks + 1, Up(b) if i else None, "upsample"))
            c = b
        self.up, self.norm_out, self.conv_out = nn.ModuleList(levels), Norm(c), conv(c, 3)

    def forward(self, x):
        x = self.mid(self.conv_in(x))
        for level in reversed(self.up):
            x = level(x)
        return self.conv_out(self.norm_out(x, True))


class Codebook(nn.Module):
    def __init__(self, codes, d, decay=0.99):
        super().__init__()
        self.decay = decay
        self.register_buffer("embedding", torch.randn(codes, d))
        self.register_buffer("cluster_size", torch.zeros(codes))
        self.register_buffer("embedding_avg", torch.zeros(codes, d))

    @torch.no_grad()
    def nearest(self, z):
        """Rows n x d -> the index of the nearest code of each; in f32, for in bf16 a quarter of them would be others."""
        square = self.embedding.square().sum(1)
        with torch.autocast(z.device.type, enabled=False):
            return torch.cat([(square - 2 * (part.float() @ self.embedding.T)).argmin(1) for part in z.split(16384)])

    @torch.no_grad()
    def follow(self, z, i):
        n = torch.bincount(i, minlength=len(self.embedding)).float()
        self.cluster_size.mul_(self.decay).add_(n, alpha=1 - self.decay)
        self.embedding_avg.mul_(self.decay).index_add_(0, i, z * (1 - self.decay))
        total = self.cluster_size.sum()
        size = (self.cluster_size + 1e-5) / (total + len(n) * 1e-5) * total
        self.embedding.copy_(self.embedding_avg / size[:, None])

    @torch.no_grad()
    def seed(self, i, value, size):
        self.embedding[i], self.cluster_size[i], self.embedding_avg[i] = value, size, value * size

    def forward(self, z):
        """B x d x h x w -> quantised (straight through), commitment loss, tokens B x N."""
        rows = z.float().permute(0, 2, 3, 1).flatten(0, 2)
        i = self.nearest(rows.detach())
        q = F.embedding(i, self.embedding)
        if self.training:
            self.follow(rows.detach(), i)
        out = (rows + (q - rows).detach()).view(z.shape[0], *z.shape[2:], -1).permute(0, 3, 1, 2)
        return out, (rows - q).square().mean(), i.view(z.shape[0], -1)


class Codec(nn.Module):
    def __init__(self, channels, multipliers, blocks, z_channels, embedding, codes, resolution):
        super().__init__()
        self.encoder = Encoder(channels, multipliers, blocks, z_channels)
        self.decoder = Decoder(channels, multipliers, blocks, z_channels)
        self.quant_conv, self.post_quant_conv = conv(z_channels, embedding, 1), conv(embedding, z_channels, 1)
        self.quantize = Codebook(codes, embedding)
        for n, m in self.named_modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, nonlinearity="linear")
                nn.init.zeros_(m.bias)
                m.weight.data.mul_(0.5 if n.endswith(("conv2", "proj_out")) else 1)
        self.to(memory_format=torch.channels_last)

    def features(self, x):
        return self.quant_conv(self.encoder(x))

    def picture(self, q):
        return self.decoder(self.post_quant_conv(q))

    @torch.no_grad()
    def encode(self, x):
        h = self.features(x).float()
        return self.quantize.nearest(h.permute(0, 2, 3, 1).flatten(0, 2)).view(len(x), -1)

    @torch.no_grad()
    def decode(self, tokens):
        side = int(tokens.shape[1] ** 0.5)
        q = F.embedding(tokens, self.quantize.embedding).view(len(tokens), side, side, -1).permute(0, 3, 1, 2)
        return self.picture(q.contiguous(memory_format=torch.channels_last)).clamp(-1, 1)


def to_pictures(x):
    """-1 ... 1, B x 3 x H x W -> uint8 B x H x W x 3."""
    return ((x.float() + 1) * 127.5).round().clamp(0, 255).byte().permute(0, 2, 3, 1).cpu().numpy()


def from_pictures(a):
    x = torch.from_numpy(a).permute(0, 3, 1, 2).float() / 127.5 - 1
    return x.contiguous(memory_format=torch.channels_last)
