/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-backend.h - the number crunching behind the model: one table of ops
 *
 * The whole contract between core/ and a device. Raw pointers and sizes in,
 * raw pointers out; no GLib, nothing of the model. core/ calls a device only
 * through this table.
 *
 * Letters: B pictures in the batch, N tokens of a picture, D width, A heads,
 * K codes, S text tokens. All activations are float, row-major, a row per
 * token or pixel: [rows, D]. A picture is [H, W, C], channels last, so that a
 * 1x1 convolution is a linear layer and tokens need no transposing.
 *
 * Memory: activations come from alloc (); weights are borrowed, for the CPU
 * straight from the mapped file. Outputs never overlap inputs unless the op
 * says so. No op allocates.
 *
 * Errors: ops return nothing. A failure sets the backend's sticky status; the
 * caller asks status () once per step. Wrong shapes are assertions.
 *
 * Results do not depend on the number of threads. */
#ifndef VQD_BACKEND_H
#define VQD_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Number types of stored tensors. Weights of ops are F32, F16, BF16 or I8. */
typedef enum
{
  VQD_DTYPE_F32,
  VQD_DTYPE_F16,
  VQD_DTYPE_BF16,
  VQD_DTYPE_I8,
  VQD_DTYPE_U8,
  VQD_DTYPE_U16,
  VQD_DTYPE_I32,
  VQD_DTYPE_I64,
  VQD_DTYPE_F64
} VqdDtype;

typedef enum
{
  VQD_STATUS_OK,
  VQD_STATUS_NO_MEMORY,
  VQD_STATUS_DEVICE_FAILED
} VqdStatus;

/* A weight matrix [n_rows, n_cols] as it lies in the model file. */
typedef struct
{
  const void *data;
  const float *scale; /* [n_rows]; I8 only: value = data * scale[row] */
  VqdDtype dtype;
  int n_rows;
  int n_cols;
} VqdMatrix;

/* What a product does with its result r. */
typedef enum
{
  VQD_EPILOGUE_STORE, /* y = r */
  VQD_EPILOGUE_ADD,   /* y = y + r: a residual connection */
  VQD_EPILOGUE_GELU2  /* y = r * sigmoid (1.702 r): GELU2, QuickGELU */
} VqdEpilogue;

/* Batched multi-head attention. q: [batch, n_q, heads * d_head], rows q_stride
 * floats apart; k, v: [kv_batch, n_k, heads * d_head], rows kv_stride apart.
 * Batch row i uses key set i * kv_batch / batch, so that one prompt's keys
 * serve all its pictures. out: [batch, n_q, heads * d_head], dense. */
typedef struct
{
  int batch;
  int kv_batch;
  int heads;
  int n_q;
  int n_k;
  int d_head;
  int q_stride;
  int kv_stride;
  bool causal; /* row i sees keys 0 ... i only */
} VqdAttention;

/* A convolution over [batch, height, width, in_channels]. Kernel 3 pads with
 * zeros; stride 1 pads by one on each side; stride 2 pads right and bottom
 * only (taming's Downsample), so output pixel (i, j) starts at (2i, 2j).
 * weights: from pack_conv (). */
typedef struct
{
  VqdMatrix weights;
  const float *bias; /* [out_channels] */
  int in_channels;
  int out_channels;
  int kernel; /* 1 or 3 */
  int stride; /* 1 or 2 */
} VqdConv;

/* One step of the posterior, natural logs (SPEC 4; core/diffusion/). */
typedef struct
{
  float log_alpha;     /* alpha_t */
  float log_beta;      /* beta_t */
  float log_gamma;     /* gamma_t */
  float log_alpha_bar; /* cumulated, at t */
  float log_beta_bar;
  float log_gamma_bar;
  float log_alpha_bar_prev; /* cumulated, at t - 1 */
  float log_beta_bar_prev;
  float log_gamma_bar_prev;
  float log_one_minus_gamma_bar_prev;
} VqdPosteriorStep;

/* Where random numbers come from (SPEC 6): a place in Philox's stream. */
typedef struct
{
  uint64_t seed;
  uint32_t image;      /* index in the batch; 0 for users' pictures */
  uint32_t evaluation; /* index in the run, from 0 */
  uint32_t stream;     /* VQD_STREAM_... of vqd-philox.h */
} VqdNoise;

/* Log-probabilities are clamped to [VQD_LOG_FLOOR, 0]; [MASK] has the floor. */
#define VQD_LOG_FLOOR (-70.0f)

typedef struct VqdBackend VqdBackend;

typedef struct
{
  const char *name; /* "cpu", "cuda" */

  void (*close) (VqdBackend *self);

  /* Waits for all queued work; the first failure since open (). */
  VqdStatus (*status) (VqdBackend *self);

  /* 64-byte aligned, not cleared; NULL when there is not so much memory. */
  void *(*alloc) (VqdBackend *self, size_t n_bytes);
  void (*release) (VqdBackend *self, void *memory);

  void (*upload) (VqdBackend *self, void *to, const void *host, size_t n_bytes);
  void (*download) (VqdBackend *self, void *host, const void *from,
                    size_t n_bytes);
  void (*copy) (VqdBackend *self, void *to, const void *from, size_t n_bytes);

  /* x[b, n] = table[tokens[b, n]] + height[n / W] + width[n % W], W the number
   * of rows of the width table (SPEC 7). height may be NULL, and both may be:
   * a plain look-up. With width a [S, D] table and no height: CLIP's positions.
   * x: [batch * n_tokens, D]; tokens: int, each in 0 ... table rows - 1. */
  void (*embed) (VqdBackend *self, float *x, const int *tokens,
                 const VqdMatrix *table, const VqdMatrix *height,
                 const VqdMatrix *width, int batch, int n_tokens);

  /* y[r] = norm (x[r]) * gain + shift; eps 1e-5. y may be x. */
  void (*layer_norm) (VqdBackend *self, float *y, const float *x,
                      const float *gain, const float *shift, int rows, int dim);

  /* y[r] = norm (x[r]) * (1 + scale) + shift; eps 1e-5. y may be x. */
  void (*ada_norm) (VqdBackend *self, float *y, const float *x,
                    const float *scale, const float *shift, int rows, int dim);

  /* Per picture and group of channels over all pixels; eps 1e-6; then
   * y * sigmoid (y) when swish. x, y: [batch, n_pixels, channels]; y may be x.
   */
  void (*group_norm) (VqdBackend *self, float *y, const float *x,
                      const float *gain, const float *shift, int batch,
                      int n_pixels, int channels, int n_groups, bool swish);

  /* y[r] = x[r] / |x[r]|. y may be x. */
  void (*l2_norm) (VqdBackend *self, float *y, const float *x, int rows,
                   int dim);

  /* y = x * sigmoid (x). y may be x. */
  void (*silu) (VqdBackend *self, float *y, const float *x, size_t n);

  /* y = epilogue (x W^T + bias). x: [rows, W.n_cols]; y: [rows, W.n_rows];
   * bias: [W.n_rows] or NULL. */
  void (*linear) (VqdBackend *self, float *y, const float *x,
                  const VqdMatrix *w, const float *bias, int rows,
                  VqdEpilogue epilogue);

  /* softmax (q k^T / sqrt (d_head)) v, never all scores at once. */
  void (*attention) (VqdBackend *self, float *out, const float *q,
                     const float *k, const float *v, const VqdAttention *shape);

  /* Stored [out, in, kernel, kernel] as the matrix w [out, in * kernel^2] to
   * packed: float [out, kernel, kernel, in]. */
  void (*pack_conv) (VqdBackend *self, float *packed, const VqdMatrix *w,
                     int in_channels, int kernel);

  /* x: [batch, height, width, in]; y: [batch, height / stride, width / stride,
   * out]. height and width are multiples of the stride. */
  void (*conv2d) (VqdBackend *self, float *y, const float *x,
                  const VqdConv *conv, int batch, int height, int width,
                  VqdEpilogue epilogue);

  /* The 3x3 pixels around each pixel, zeros outside of the picture, in the
   * order of stored weights, so that linear () with a stored convolution
   * [out, in, 3, 3] as it is finishes it: for large weights over few pixels.
   * x: [batch, height, width, channels]; y: [batch, height, width,
   * channels * 9]. */
  void (*unfold3) (VqdBackend *self, float *y, const float *x, int batch,
                   int height, int width, int channels);

  /* Nearest neighbour, twice as large. y: [batch, 2 height, 2 width, channels]
   */
  void (*upsample2) (VqdBackend *self, float *y, const float *x, int batch,
                     int height, int width, int channels);

  /* Index of the nearest code by euclidean distance; the lower on a tie.
   * z: [rows, dim]; codebook: [K, dim]. */
  void (*nearest_code) (VqdBackend *self, int *codes, const float *z,
                        const float *codebook, int rows, int n_codes, int dim);

  /* Largest value of each row and its index (the lower on a tie); either may
   * be NULL. */
  void (*row_max) (VqdBackend *self, float *max, int *index, const float *x,
                   int rows, int n);

  /* log p(x_0): log-softmax in double, clamp, classifier-free guidance
   * u + s (c - u) renormalised, truncation: keep a code while the float32 sum
   * of the likelier ones is < rate (1 is applied like any other); top_k > 0
   * keeps at most that many. Dropped codes get VQD_LOG_FLOOR (SPEC 3).
   * logits: [rows, K]; logits_null: [rows, K] or NULL (then no guidance).
   * log_x0: [rows, K], may be logits. rate > 1: no truncation. */
  void (*log_x0) (VqdBackend *self, float *log_x0, const float *logits,
                  const float *logits_null, float guidance, float truncation,
                  int top_k, int rows, int n_codes);

  /* log p(x_{t-1} | x_t) (SPEC 4). log_x0: [rows, K]; x_t: [rows], K is
   * [MASK]; log_prev: [rows, K + 1]. */
  void (*posterior) (VqdBackend *self, float *log_prev, const float *log_x0,
                     const int *x_t, const VqdPosteriorStep *step, int rows,
                     int n_codes);

  /* Gumbel argmax of one picture. For i in 0 ... n - 1, with row p =
   * positions[i] (or i, when positions is NULL):
   *   codes[i] = argmax_k clamp (sharpen[p] * log_p[p, k]) + g(p * stride + k)
   * over n_classes; sharpen may be NULL (1). log_p: rows of n_classes.
   * stride: classes a position has in the random stream, K + 1. */
  void (*draw) (VqdBackend *self, int *codes, const float *log_p,
                const int *positions, const float *sharpen, int n,
                int n_classes, int stride, const VqdNoise *noise);
} VqdBackendOps;

struct VqdBackend
{
  const VqdBackendOps *ops;
};

/* device: "cpu". n_threads: 0 for one per core. NULL when there is no such
 * device or no memory; *why then says so in words (static). */
VqdBackend *vqd_backend_open (const char *device, int n_threads,
                              const char **why);

#endif /* VQD_BACKEND_H */
