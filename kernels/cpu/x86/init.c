/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels/cpu/x86/vqd-x86.h"

void
VQD_LEVEL_NAME (vqd_cpu_ops_init) (VqdCpuOps *ops)
{
  ops->layer_norm = VQD_LEVEL_NAME (vqd_layer_norm);
  ops->ada_norm = VQD_LEVEL_NAME (vqd_ada_norm);
  ops->channel_sums = VQD_LEVEL_NAME (vqd_channel_sums);
  ops->channel_scale = VQD_LEVEL_NAME (vqd_channel_scale);
  ops->silu = VQD_LEVEL_NAME (vqd_silu);
  ops->epilogue = VQD_LEVEL_NAME (vqd_epilogue);
  ops->softmax = VQD_LEVEL_NAME (vqd_softmax);
  ops->widen_f16 = VQD_LEVEL_NAME (vqd_widen_f16);
  ops->widen_bf16 = VQD_LEVEL_NAME (vqd_widen_bf16);
  ops->widen_i8 = VQD_LEVEL_NAME (vqd_widen_i8);
  ops->log_softmax = VQD_LEVEL_NAME (vqd_log_softmax);
  ops->guide = VQD_LEVEL_NAME (vqd_guide);
  ops->exp_sum = VQD_LEVEL_NAME (vqd_exp_sum);
  ops->exp = VQD_LEVEL_NAME (vqd_exp);
  ops->log_mix = VQD_LEVEL_NAME (vqd_log_mix);
  ops->gumbel_argmax = VQD_LEVEL_NAME (vqd_gumbel_argmax);
}
