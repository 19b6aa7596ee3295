/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-x86.h - one level's versions of the functions of VqdCpuOps
 *
 * What each computes is said by its twin ending in _c (../). */
#ifndef VQD_X86_H
#define VQD_X86_H

#include "kernels/cpu/vqd-cpu.h"
#include "kernels/cpu/x86/vqd-vec.h"

void VQD_LEVEL_NAME (vqd_layer_norm) (float *y, const float *x,
                                      const float *gain, const float *shift,
                                      int rows, int dim);
void VQD_LEVEL_NAME (vqd_ada_norm) (float *y, const float *x,
                                    const float *scale, const float *shift,
                                    int rows, int dim);
void VQD_LEVEL_NAME (vqd_channel_sums) (double *sum, double *square,
                                        const float *x, int rows, int channels);
void VQD_LEVEL_NAME (vqd_channel_scale) (float *y, const float *x,
                                         const float *mean, const float *gain,
                                         const float *shift, int rows,
                                         int channels, bool swish);
void VQD_LEVEL_NAME (vqd_silu) (float *y, const float *x, size_t n);
void VQD_LEVEL_NAME (vqd_epilogue) (float *y, ptrdiff_t stride,
                                    const float *bias, int rows, int cols,
                                    bool gelu2);
void VQD_LEVEL_NAME (vqd_softmax) (float *x, ptrdiff_t stride, int rows, int n,
                                   float scale);
void VQD_LEVEL_NAME (vqd_widen_f16) (float *y, const uint16_t *x, size_t n);
void VQD_LEVEL_NAME (vqd_widen_bf16) (float *y, const uint16_t *x, size_t n);
void VQD_LEVEL_NAME (vqd_widen_i8) (float *y, const int8_t *x, float scale,
                                    size_t n);
void VQD_LEVEL_NAME (vqd_log_softmax) (float *y, const float *x, int n);
void VQD_LEVEL_NAME (vqd_guide) (float *y, const float *u, float s, int n);
double VQD_LEVEL_NAME (vqd_exp_sum) (const float *x, int n);
void VQD_LEVEL_NAME (vqd_exp) (float *y, const float *x, int n);
void VQD_LEVEL_NAME (vqd_log_mix) (float *y, const float *x,
                                   const VqdLogMix *mix, int n);
int VQD_LEVEL_NAME (vqd_gumbel_argmax) (const float *log_p, float sharpen,
                                        int n, uint32_t first,
                                        const VqdNoise *noise);

#endif /* VQD_X86_H */
