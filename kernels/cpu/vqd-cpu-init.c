/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels/cpu/vqd-cpu-flags.h"
#include "kernels/cpu/vqd-cpu.h"

void
vqd_cpu_ops_init (VqdCpuOps *ops, unsigned flags)
{
  *ops = (VqdCpuOps){
    .layer_norm = vqd_layer_norm_c,
    .ada_norm = vqd_ada_norm_c,
    .channel_sums = vqd_channel_sums_c,
    .channel_scale = vqd_channel_scale_c,
    .silu = vqd_silu_c,
    .epilogue = vqd_epilogue_c,
    .softmax = vqd_softmax_c,
    .widen_f16 = vqd_widen_f16_c,
    .widen_bf16 = vqd_widen_bf16_c,
    .widen_i8 = vqd_widen_i8_c,
    .log_softmax = vqd_log_softmax_c,
    .guide = vqd_guide_c,
    .exp_sum = vqd_exp_sum_c,
    .exp = vqd_exp_c,
    .log_mix = vqd_log_mix_c,
    .gumbel_argmax = vqd_gumbel_argmax_c,
  };

#ifdef __x86_64__
  if (flags & VQD_CPU_AVX2)
    vqd_cpu_ops_init_avx2 (ops);
  if (flags & VQD_CPU_AVX512)
    vqd_cpu_ops_init_avx512 (ops);
#endif
}
