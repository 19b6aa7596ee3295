# SPDX-License-Identifier: GPL-3.0-or-later
"""Fused operations with gradients: ops.c on the CPU, plain PyTorch elsewhere.

norm_add(h, o, scale, shift) -> h + o, norm(h + o) * (1 + scale) + shift
gelu2(x) -> x * sigmoid(1.702 x)
cross_entropy(logits, target) -> loss of each row (its logits are used up)
group_norm(x, weight, bias, silu) -> for the codec, channels last
attention(q, kv, heads, log_weight) -> softmax(q k' / sqrt(D / heads) + log_weight) v

On the CPU the residual stream h is f32, everything else bf16; all is f32 where
the processor does not multiply in bf16 and would have to pretend.
"""
import ctypes
import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

import torch
import torch.nn.functional as F


def has_bf16():
    cpu = Path("/proc/cpuinfo")
    return cpu.exists() and any(flag in cpu.read_text() for flag in ("avx512_bf16", "amx_bf16"))


BF16 = has_bf16()
NARROW = torch.bfloat16 if BF16 else torch.float32


def autocast(device):
    return torch.autocast(device.type, torch.bfloat16, enabled=BF16 or device.type != "cpu")


def build():
    """Compiles ops.c for this machine, once for each version of it; None without a compiler."""
    source = Path(__file__).with_name("ops.c")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "vqdiffusion" / "train"
    cpu = Path("/proc/cpuinfo")
    model = hash_of(source.read_text() + str(NARROW) + (cpu.read_text().split("\n\n")[0].split("flags")[-1] if cpu.exists() else ""))
    library = cache / f"ops-{model}.so"
    if not library.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            flags = "-O3 -march=native -ffast-math -fopenmp -shared -fPIC".split() + ([] if BF16 else ["-DF32"])
            try:
                subprocess.run(["cc", *flags, str(source), "-o", f"{folder}/ops.so", "-lm"], check=True)
            except (OSError, subprocess.CalledProcessError) as e:
                print("no fused operations, training will be slower:", e)
                return None
            os.replace(f"{folder}/ops.so", library)
    for openmp in Path(torch.__file__).parent.glob("lib/libgomp*"):  # one pool of threads, not two that fight
        ctypes.CDLL(str(openmp), ctypes.RTLD_GLOBAL)
    return ctypes.CDLL(str(library))


def hash_of(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12]


C = build()
MAX_D = 2048  # of ops.c


def call(name, *arguments):
    def c(a):
        if isinstance(a, torch.Tensor):
            assert a.stride(-1) == 1 or a.is_contiguous(memory_format=torch.channels_last)
            return ctypes.c_void_p(a.data_ptr())
        return ctypes.c_void_p(None) if a is None else ctypes.c_int64(a)

    getattr(C, name)(*map(c, arguments))


def fused(x):
    """Without autocast everything is left to PyTorch, where the processor has bf16."""
    return C is not None and x.device.type == "cpu" and (not BF16 or torch.is_autocast_enabled("cpu"))


class NormAdd(torch.autograd.Function):
    @staticmethod
    def forward(ctx, h, o, scale, shift):
        h, o = h.contiguous(), None if o is None else o.to(NARROW).contiguous()
        scale, shift = scale.float().contiguous(), shift.float().contiguous()
        dim = h.shape[-1]
        rows = h.numel() // dim
        per = rows // (scale.numel() // dim)
        out = h if o is None else torch.empty_like(h)
        y, stat = torch.empty_like(h, dtype=NARROW), h.new_empty(rows, 2)
        call("ln_forward", h, o, scale, shift, out, y, stat, rows, dim, per)
        ctx.save_for_backward(out, stat, scale)
        ctx.add, ctx.per = o is not None, per
        ctx.set_materialize_grads(False)
        return (out.view_as(out) if o is None else out), y

    @staticmethod
    def backward(ctx, g, dy):
        h, stat, scale = ctx.saved_tensors
        dim = h.shape[-1]
        d_h, d_scale, d_shift = torch.empty_like(h), torch.empty_like(scale), torch.empty_like(scale)
        d_o = torch.empty_like(h, dtype=NARROW) if ctx.add else None
        g = None if g is None else g.float().contiguous()
        dy = dy.to(NARROW).contiguous()
        call("ln_backward", dy, g, h, stat, scale, d_h, d_o, d_scale, d_shift, h.numel() // dim, dim, ctx.per)
        return d_h, d_o, d_scale, d_shift


def norm_add(h, o, scale, shift):
    """h: B x N x D; o: the same or None; scale, shift: B x 1 x D, or D."""
    if fused(h) and h.shape[-1] <= MAX_D:
        return NormAdd.apply(h, o, scale, shift)
    h = h if o is None else h + o
    return h, F.layer_norm(h, h.shape[-1:]) * (1 + scale) + shift


class Gelu2(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        x = x.to(NARROW).contiguous()
        y = torch.empty_like(x)
        call("gelu2_forward", x, y, x.numel())
        ctx.save_for_backward(x)
        return y

    @staticmethod
    def backward(ctx, dy):
        (x,) = ctx.saved_tensors
        dy = dy.to(NARROW).contiguous()
        dx = torch.empty_like(x)
        call("gelu2_backward", x, dy, dx, x.numel())
        return dx


def gelu2(x):
    return Gelu2.apply(x) if fused(x) else x * torch.sigmoid(1.702 * x)


class CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, target):
        logits = logits.to(NARROW).contiguous()
        loss, lse = (torch.empty(len(target)) for _ in range(2))
        call("cross_entropy_forward", logits, target, loss, lse, *logits.shape)
        ctx.save_for_backward(target, lse)
        ctx.logits = logits  # overwritten by its gradient
        return loss

    @staticmethod
    def backward(ctx, d):
        target, lse = ctx.saved_tensors
        logits, ctx.logits = ctx.logits, None
        call("cross_entropy_backward", logits, target, lse, d.float().contiguous(), *logits.shape)
        return logits, None


def cross_entropy(logits, target):
    """logits: R x K, used up by the backward pass; target: R."""
    if fused(logits):
        return CrossEntropy.apply(logits, target)
    return F.cross_entropy(logits.float(), target, reduction="none")


def parts(q, kv):
    """Queries, keys and values that lie side by side, as views."""
    return q.chunk(3, -1) if kv is None else (q, *kv.chunk(2, -1))


class Attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, kv, heads, causal):
        q, kv = (None if x is None else x.to(NARROW).contiguous() for x in (q, kv))
        query, key, value = parts(q, kv)
        b, n, d = query.shape
        o, lse = q.new_empty(b, n, d), torch.empty(b, heads, n)
        ctx.sizes = b, heads, d // heads, n, key.shape[1], query.stride(1), key.stride(1), int(causal)
        call("attention_forward", query, key, value, o, lse, *ctx.sizes)
        ctx.save_for_backward(q, kv, o, lse)
        return o

    @staticmethod
    def backward(ctx, d):
        q, kv, o, lse = ctx.saved_tensors
        dq, dkv = (None if x is None else torch.empty_like(x) for x in (q, kv))
        d = d.to(NARROW).contiguous()
        call("attention_backward", *parts(q, kv), o, lse, d, *parts(dq, dkv), *ctx.sizes)
        return dq, dkv, None, None


def attention(q, kv, heads, causal=False, log_weight=None):
    """q: B x N x 3D with keys and values behind the queries; or B x N x D, and kv B x S x 2D. Gives B x N x D.
    log_weight: S; a key of log 5 counts as five equal ones. Not in ops.c."""
    d = q.shape[-1] // (3 if kv is None else 1)
    if fused(q) and BF16 and hasattr(C, "attention_forward") and d // heads % 16 == 0 and log_weight is None:
        return Attention.apply(q, kv, heads, causal)
    q, k, v = (x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in parts(q, kv))
    if log_weight is not None:
        log_weight = log_weight.to(q.dtype).expand(q.shape[2], -1)
        if causal:  # PyTorch takes one or the other
            log_weight, causal = log_weight.masked_fill(torch.ones_like(log_weight, dtype=torch.bool).triu(1), -torch.inf), False
    return F.scaled_dot_product_attention(q, k, v, log_weight, is_causal=causal).transpose(1, 2).flatten(2)


class GroupNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias, silu):
        x = x.to(NARROW).contiguous(memory_format=torch.channels_last)
        b, c, h, w = x.shape
        y, stat = torch.empty_like(x), torch.empty(b, 64)
        call("group_norm_forward", x, weight, bias, y, stat, b, h * w, c, int(silu))
        ctx.save_for_backward(x, weight, bias, stat)
        ctx.silu = silu
        return y

    @staticmethod
    def backward(ctx, dy):
        x, weight, bias, stat = ctx.saved_tensors
        b, c, h, w = x.shape
        dy = dy.to(NARROW).contiguous(memory_format=torch.channels_last)
        dx, dw, db = torch.empty_like(x), torch.empty(b, c), torch.empty(b, c)
        call("group_norm_backward", x, dy, weight, bias, stat, dx, dw, db, b, h * w, c, int(ctx.silu))
        return dx, dw.sum(0), db.sum(0), None


def group_norm(x, weight, bias, silu):
    if fused(x) and x.shape[1] % 32 == 0 and x.shape[1] <= MAX_D:
        return GroupNorm.apply(x, weight, bias, silu)
    y = F.group_norm(x.float(), 32, weight, bias, 1e-6)
    return (F.silu(y) if silu else y).to(x.dtype)


def check():
    """Each fused operation against PyTorch, values and gradients; returns the largest relative difference."""
    torch.manual_seed(0)
    worst = 0.0

    def compare(name, f, g, *inputs):
        nonlocal worst
        results = []
        for function in f, g:
            x = [i.detach().clone().requires_grad_(i.is_floating_point()) for i in inputs]
            with autocast(x[0].device):
                out = function(*x)
            out = out if isinstance(out, tuple) else (out,)
            torch.manual_seed(1)
            sum((o.float() * torch.randn(o.shape)).sum() for o in out).backward()
            results.append([o.detach().float().clone() for o in out] + [i.grad.float() for i in x if i.grad is not None])
        difference = [float((a - b).norm() / b.norm()) for a, b in zip(*results)]
        print(f"{name:14}", *(f"{d:.1e}" for d in difference))
        worst = max(worst, *(d if d == d else 1.0 for d in difference))

    def plain(h, o, s, b):
        return h + o, F.layer_norm(h + o, h.shape[-1:]) * (1 + s) + b

    h, o = torch.randn(4, 32, 64), torch.randn(4, 32, 64).to(NARROW)
    compare("norm_add", norm_add, plain, h, o, torch.randn(4, 1, 64), torch.randn(4, 1, 64))
    compare("norm_add rows", norm_add, plain, h, o, torch.randn(64), torch.randn(64))
    compare("gelu2", gelu2, lambda x: x.float() * torch.sigmoid(1.702 * x.float()), torch.randn(40000).to(NARROW) * 3)
    target = torch.randint(0, 96, (40,))
    compare("cross_entropy", lambda x: cross_entropy(x * 1, target),
            lambda x: F.cross_entropy(x.float(), target, reduction="none"), (torch.randn(40, 96) * 2).to(NARROW))
    for n, s, heads, causal in (77, None, 4, True), (256, None, 2, False), (50, 77, 4, False), (7, 5, 2, False):
        q = torch.randn(2, n, 3 * 128 if s is None else 128).to(NARROW)
        kv = [] if s is None else [torch.randn(2, s, 256).to(NARROW)]

        def reference(q, kv=None):
            q, k, v = (x.float().unflatten(-1, (heads, -1)).transpose(1, 2) for x in parts(q, kv))
            with torch.autocast("cpu", enabled=False):
                return F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)
        compare("attention", lambda q, kv=None: attention(q, kv, heads, causal), reference, q, *kv)
    often = torch.tensor([1, 3, 1, 4, 1])
    compare("weighted keys", lambda q, kv: attention(q, kv, 2, log_weight=often.log()),
            lambda q, kv: attention(q, kv.repeat_interleave(often, 1), 2), torch.randn(2, 6, 64), torch.randn(2, 5, 128))

    def reference(qkv):
        q, k, v = (x.unflatten(-1, (2, -1)).transpose(1, 2) for x in parts(qkv, None))
        score = (q @ k.transpose(2, 3) / q.shape[-1] ** 0.5).exp().tril() * often
        return (score / score.sum(-1, keepdim=True) @ v).transpose(1, 2).flatten(2)
    compare("and causal", lambda q: attention(q, None, 2, True, often.log()), reference, torch.randn(2, 5, 3 * 64))
    x = torch.randn(2, 64, 8, 8).to(NARROW).contiguous(memory_format=torch.channels_last)
    for silu in False, True:
        def reference(x, w, b):
            y = F.group_norm(x.float(), 32, w, b, 1e-6)
            return F.silu(y) if silu else y
        compare("group_norm", lambda x, w, b: GroupNorm.apply(x, w, b, silu), reference, x, torch.randn(64), torch.randn(64))
    return worst


if __name__ == "__main__":
    raise SystemExit(not check() < 0.01)
