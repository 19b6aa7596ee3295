/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-cpu.h - inside the CPU backend: its state, and the inner functions
 *
 * VqdCpuOps holds the functions that have versions for several instruction
 * sets. Those ending in _c are the references: they say what is computed, in
 * plain C. The vqd_cpu_... functions are VqdBackendOps: they cut an op into
 * blocks that depend on shapes alone, so that results do not depend on the
 * number of threads, and hand the blocks to the pool. */
#ifndef VQD_CPU_H
#define VQD_CPU_H

#include "kernels/cpu/vqd-pool.h"
#include "kernels/vqd-backend.h"

/* Scratch of one thread: a widened panel of weights and a block of rows. */
#define VQD_CPU_SCRATCH_BYTES ((size_t) 4 << 20)

/* Memory that the blocks of one op share: partial sums of group_norm. */
#define VQD_CPU_SHARED_BYTES ((size_t) 1 << 20)

/* What q (x_t | x_0) and Z make of a row of log p (x_0) (SPEC 4):
 * y = clamp (log (e^(x + offset) + e^floor) + shift). */
typedef struct
{
  double offset;
  double floor; /* may be -infinity */
  double shift;
} VqdLogMix;

typedef struct
{
  /* Rows [rows, dim]; y may be x. */
  void (*layer_norm) (float *y, const float *x, const float *gain,
                      const float *shift, int rows, int dim);
  void (*ada_norm) (float *y, const float *x, const float *scale,
                    const float *shift, int rows, int dim);

  /* sum[c] += x, square[c] += x * x over the rows of x: [rows, channels]. */
  void (*channel_sums) (double *sum, double *square, const float *x, int rows,
                        int channels);

  /* y = (x - mean[c]) * gain[c] + shift[c], then swish. y may be x. */
  void (*channel_scale) (float *y, const float *x, const float *mean,
                         const float *gain, const float *shift, int rows,
                         int channels, bool swish);

  /* y = x * sigmoid (x). y may be x. */
  void (*silu) (float *y, const float *x, size_t n);

  /* y[r, c] = y + bias[c], then y * sigmoid (1.702 y) when gelu2; rows stride
   * floats apart. bias may be NULL. */
  void (*epilogue) (float *y, ptrdiff_t stride, const float *bias, int rows,
                    int cols, bool gelu2);

  /* x = e^(scale (x - max)) / sum. rows stride floats apart. */
  void (*softmax) (float *x, ptrdiff_t stride, int rows, int n, float scale);

  /* Stored numbers to float. */
  void (*widen_f16) (float *y, const uint16_t *x, size_t n);
  void (*widen_bf16) (float *y, const uint16_t *x, size_t n);
  void (*widen_i8) (float *y, const int8_t *x, float scale, size_t n);

  /* y = clamp (x - log (sum of e^x)); y may be x. */
  void (*log_softmax) (float *y, const float *x, int n);

  /* y = clamp (l - log (sum of e^l)), l = u + s (y - u). */
  void (*guide) (float *y, const float *u, float s, int n);

  /* Sum of e^x, x <= 0. */
  double (*exp_sum) (const float *x, int n);

  /* y = e^x, x <= 0. */
  void (*exp) (float *y, const float *x, int n);

  void (*log_mix) (float *y, const float *x, const VqdLogMix *mix, int n);

  /* argmax_k clamp (sharpen * log_p[k]) + g (first + k), g of SPEC 4. The same
   * index at each level. */
  int (*gumbel_argmax) (const float *log_p, float sharpen, int n,
                        uint32_t first, const VqdNoise *noise);
} VqdCpuOps;

typedef struct
{
  VqdBackend base;
  VqdCpuOps ops;
  VqdPool *pool;
  void *shared; /* VQD_CPU_SHARED_BYTES */
  VqdStatus status;
} VqdCpu;

/* The ops table for a mask of VQD_CPU_... flags. */
void vqd_cpu_ops_init (VqdCpuOps *ops, unsigned flags);

#ifdef __x86_64__
void vqd_cpu_ops_init_avx2 (VqdCpuOps *ops);
void vqd_cpu_ops_init_avx512 (VqdCpuOps *ops);
#endif

VqdBackend *vqd_cpu_open (int n_threads, const char **why);

static inline VqdCpu *
vqd_cpu (VqdBackend *backend)
{
  return (VqdCpu *) backend;
}

/* NaN stays NaN. */
static inline float
vqd_cpu_clamp_log (float x)
{
  x = x < VQD_LOG_FLOOR ? VQD_LOG_FLOOR : x;
  return x > 0.0f ? 0.0f : x;
}

static inline int
vqd_cpu_min (int a, int b)
{
  return a < b ? a : b;
}

static inline int
vqd_cpu_max (int a, int b)
{
  return a > b ? a : b;
}

static inline int
vqd_cpu_div_up (int a, int b)
{
  return a / b + (a % b != 0);
}

/* Rows of dim floats that make an item worth taking. */
int vqd_cpu_rows_per_item (int dim);

/* C = A B^T, or C += A B^T: A [m, k], B [n, k], C [m, n]. */
void vqd_cpu_product (float *c, int c_stride, const float *a, int a_stride,
                      const float *b, int b_stride, int m, int n, int k,
                      bool add);

/* C = A B: A [m, k], B [k, n], C [m, n]. */
void vqd_cpu_product_plain (float *c, int c_stride, const float *a,
                            int a_stride, const float *b, int b_stride, int m,
                            int n, int k);

/* The grid of blocks that a product [rows, cols] is cut into. */
typedef struct
{
  int rows; /* of a block */
  int cols;
  int n_row_blocks;
  int n_col_blocks;
} VqdCpuGrid;

VqdCpuGrid vqd_cpu_grid (int rows, int cols);

/* Columns first ... first + n - 1 of row `row` of m, as float. */
void vqd_cpu_matrix_row (const VqdCpuOps *ops, float *y, const VqdMatrix *m,
                         int row, int first, int n);

/* norm.c */
void vqd_layer_norm_c (float *y, const float *x, const float *gain,
                       const float *shift, int rows, int dim);
void vqd_ada_norm_c (float *y, const float *x, const float *scale,
                     const float *shift, int rows, int dim);
void vqd_channel_sums_c (double *sum, double *square, const float *x, int rows,
                         int channels);
void vqd_channel_scale_c (float *y, const float *x, const float *mean,
                          const float *gain, const float *shift, int rows,
                          int channels, bool swish);
void vqd_cpu_layer_norm (VqdBackend *self, float *y, const float *x,
                         const float *gain, const float *shift, int rows,
                         int dim);
void vqd_cpu_ada_norm (VqdBackend *self, float *y, const float *x,
                       const float *scale, const float *shift, int rows,
                       int dim);
void vqd_cpu_group_norm (VqdBackend *self, float *y, const float *x,
                         const float *gain, const float *shift, int batch,
                         int n_pixels, int channels, int n_groups, bool swish);
void vqd_cpu_l2_norm (VqdBackend *self, float *y, const float *x, int rows,
                      int dim);

/* activation.c */
void vqd_silu_c (float *y, const float *x, size_t n);
void vqd_epilogue_c (float *y, ptrdiff_t stride, const float *bias, int rows,
                     int cols, bool gelu2);
void vqd_cpu_silu (VqdBackend *self, float *y, const float *x, size_t n);

/* gemm.c */
void vqd_widen_f16_c (float *y, const uint16_t *x, size_t n);
void vqd_widen_bf16_c (float *y, const uint16_t *x, size_t n);
void vqd_widen_i8_c (float *y, const int8_t *x, float scale, size_t n);
void vqd_cpu_linear (VqdBackend *self, float *y, const float *x,
                     const VqdMatrix *w, const float *bias, int rows,
                     VqdEpilogue epilogue);

/* attention.c */
void vqd_softmax_c (float *x, ptrdiff_t stride, int rows, int n, float scale);
void vqd_cpu_attention (VqdBackend *self, float *out, const float *q,
                        const float *k, const float *v,
                        const VqdAttention *shape);

/* conv2d.c */
void vqd_cpu_pack_conv (VqdBackend *self, float *packed, const VqdMatrix *w,
                        int in_channels, int kernel);
void vqd_cpu_conv2d (VqdBackend *self, float *y, const float *x,
                     const VqdConv *conv, int batch, int height, int width,
                     VqdEpilogue epilogue);

/* resample.c */
void vqd_cpu_unfold3 (VqdBackend *self, float *y, const float *x, int batch,
                      int height, int width, int channels);
void vqd_cpu_upsample2 (VqdBackend *self, float *y, const float *x, int batch,
                        int height, int width, int channels);

/* embed.c */
void vqd_cpu_embed (VqdBackend *self, float *x, const int *tokens,
                    const VqdMatrix *table, const VqdMatrix *height,
                    const VqdMatrix *width, int batch, int n_tokens);

/* codebook.c */
void vqd_cpu_nearest_code (VqdBackend *self, int *codes, const float *z,
                           const float *codebook, int rows, int n_codes,
                           int dim);

/* logprob.c */
void vqd_log_softmax_c (float *y, const float *x, int n);
void vqd_guide_c (float *y, const float *u, float s, int n);
double vqd_exp_sum_c (const float *x, int n);
void vqd_exp_c (float *y, const float *x, int n);
void vqd_log_mix_c (float *y, const float *x, const VqdLogMix *mix, int n);
void vqd_cpu_row_max (VqdBackend *self, float *max, int *index, const float *x,
                      int rows, int n);
void vqd_cpu_log_x0 (VqdBackend *self, float *log_x0, const float *logits,
                     const float *logits_null, float guidance, float truncation,
                     int top_k, int rows, int n_codes);
void vqd_cpu_posterior (VqdBackend *self, float *log_prev, const float *log_x0,
                        const int *x_t, const VqdPosteriorStep *step, int rows,
                        int n_codes);

/* sample.c */
float vqd_gumbel_c (uint32_t element, const VqdNoise *noise);
int vqd_gumbel_argmax_c (const float *log_p, float sharpen, int n,
                         uint32_t first, const VqdNoise *noise);
void vqd_cpu_draw (VqdBackend *self, int *codes, const float *log_p,
                   const int *positions, const float *sharpen, int n,
                   int n_classes, int stride, const VqdNoise *noise);

#endif /* VQD_CPU_H */
