/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ops.c - the element-wise work of training, fused, for the CPU
 *
 * Training a small denoiser is bound by memory traffic, not by its products,
 * so each function here passes once over its operands.  Plain C: the compiler
 * vectorises it (ops.py builds it with -O3 -march=native -ffast-math for the
 * machine it runs on; nothing of it is in the plug-in).
 *
 * "narrow" numbers are bf16; or f32 with -DF32, for processors that do not
 * multiply in bf16.  R rows of D numbers; a modulation has one row for
 * each `per` consecutive rows (the tokens of one picture, or all rows).  */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_D 2048
#define PIECE 16384
#define LN_EPS 1e-5f
#define GN_EPS 1e-6f
#define GN_GROUPS 32

#ifdef F32
typedef float narrow_t;
#else
typedef uint16_t narrow_t;
#endif

static inline float
wide (narrow_t v)
{
#ifdef F32
  return v;
#else
  union
  {
    uint32_t u;
    float f;
  } x = { .u = (uint32_t) v << 16 };
  return x.f;
#endif
}

static inline narrow_t
narrow (float v)
{
#ifdef F32
  return v;
#else
  union
  {
    float f;
    uint32_t u;
  } x = { .f = v };
  return (narrow_t) ((x.u + 0x7fffu + ((x.u >> 16) & 1u)) >> 16);
#endif
}

/* exp (x) for |x| < 87, relative error below 1e-6 */
static inline float
exp_fast (float x)
{
  x = x < -87.0f ? -87.0f : (x > 87.0f ? 87.0f : x);
  float t = x * 1.44269504f;
  float n = (float) (int32_t) (t + (t < 0.0f ? -0.5f : 0.5f));
  float f = (t - n) * 0.69314718f;
  float p = 1.0f / 720;
  p = p * f + 1.0f / 120;
  p = p * f + 1.0f / 24;
  p = p * f + 1.0f / 6;
  p = p * f + 0.5f;
  p = p * f + 1.0f;
  p = p * f + 1.0f;
  union
  {
    int32_t i;
    float f;
  } s = { .i = ((int32_t) n + 127) << 23 };
  return p * s.f;
}

static inline float
sigmoid (float x)
{
  return 1.0f / (1.0f + exp_fast (-x));
}

/* h_out = h + o;  y = norm (h_out) * (1 + scale) + shift
 * h, h_out: f32 [R, D]; o: narrow [R, D] or NULL (h_out is then not written);
 * scale, shift: f32 [R / per, D]; y: narrow [R, D]; stat: mean, 1/sd [R, 2] */
void
ln_forward (const float *h, const narrow_t *o, const float *scale,
            const float *shift, float *h_out, narrow_t *y, float *stat,
            int64_t rows, int64_t dim, int64_t per)
{
#pragma omp parallel for schedule(static)
  for (int64_t r = 0; r < rows; r++)
    {
      const float *a = h + r * dim;
      const float *s = scale + r / per * dim;
      const float *b = shift + r / per * dim;
      narrow_t *out = y + r * dim;
      float v[MAX_D];
      float sum = 0, square = 0;

      if (o != NULL)
        {
          for (int64_t i = 0; i < dim; i++)
            v[i] = a[i] + wide (o[r * dim + i]);
          memcpy (h_out + r * dim, v, dim * sizeof (float));
        }
      else
        memcpy (v, a, dim * sizeof (float));
      for (int64_t i = 0; i < dim; i++)
        sum += v[i];
      float mean = sum / dim;
      for (int64_t i = 0; i < dim; i++)
        square += (v[i] - mean) * (v[i] - mean);
      float rs = 1.0f / sqrtf (square / dim + LN_EPS);
      for (int64_t i = 0; i < dim; i++)
        out[i] = narrow ((v[i] - mean) * rs * (1.0f + s[i]) + b[i]);
      stat[2 * r] = mean;
      stat[2 * r + 1] = rs;
    }
}

/* d_h = g + the gradient of dy through norm and modulation; d_o is its copy in
 * narrow (may be NULL).  g: gradient of h_out, f32 [R, D] or NULL.  d_scale and
 * d_shift: [R / per, D]; blocks of `per` rows are summed by one thread unless
 * there is only one, which is cut into pieces. */
void
ln_backward (const narrow_t *dy, const float *g, const float *h,
             const float *stat, const float *scale, float *d_h, narrow_t *d_o,
             float *d_scale, float *d_shift, int64_t rows, int64_t dim,
             int64_t per)
{
  int64_t pieces = rows / per, step = per;
  float *part = NULL;

  if (pieces == 1)
    {
      pieces = 16;
      step = (rows + pieces - 1) / pieces;
      part = malloc (sizeof (float) * 2 * pieces * dim);
      if (part == NULL)
        abort ();
    }
#pragma omp parallel for schedule(static)
  for (int64_t p = 0; p < pieces; p++)
    {
      const float *s = scale + (part ? 0 : p * dim);
      float ds[MAX_D] = { 0 }, db[MAX_D] = { 0 };
      int64_t end = (p + 1) * step < rows ? (p + 1) * step : rows;

      for (int64_t r = p * step; r < end; r++)
        {
          const float *x = h + r * dim;
          const narrow_t *d = dy + r * dim;
          float mean = stat[2 * r], rs = stat[2 * r + 1];
          float n[MAX_D], e[MAX_D];
          float m1 = 0, m2 = 0;

          for (int64_t i = 0; i < dim; i++)
            {
              float di = wide (d[i]);
              n[i] = (x[i] - mean) * rs;
              e[i] = di * (1.0f + s[i]);
              ds[i] += di * n[i];
              db[i] += di;
              m1 += e[i];
              m2 += e[i] * n[i];
            }
          m1 /= dim;
          m2 /= dim;
          if (g != NULL)
            for (int64_t i = 0; i < dim; i++)
              e[i] = rs * (e[i] - m1 - n[i] * m2) + g[r * dim + i];
          else
            for (int64_t i = 0; i < dim; i++)
              e[i] = rs * (e[i] - m1 - n[i] * m2);
          memcpy (d_h + r * dim, e, dim * sizeof (float));
          if (d_o != NULL)
            for (int64_t i = 0; i < dim; i++)
              d_o[r * dim + i] = narrow (e[i]);
        }
      memcpy (part ? part + 2 * p * dim : d_scale + p * dim, ds,
              dim * sizeof (float));
      memcpy (part ? part + (2 * p + 1) * dim : d_shift + p * dim, db,
              dim * sizeof (float));
    }
  if (part != NULL)
    {
      memset (d_scale, 0, dim * sizeof (float));
      memset (d_shift, 0, dim * sizeof (float));
      for (int64_t p = 0; p < pieces; p++)
        for (int64_t i = 0; i < dim; i++)
          {
            d_scale[i] += part[2 * p * dim + i];
            d_shift[i] += part[(2 * p + 1) * dim + i];
          }
      free (part);
    }
}

/* y = x * sigmoid (1.702 x), narrow [n] */
void
gelu2_forward (const narrow_t *x, narrow_t *y, int64_t n)
{
#pragma omp parallel for schedule(static)
  for (int64_t p = 0; p < n; p += PIECE)
    for (int64_t i = p; i < (p + PIECE < n ? p + PIECE : n); i++)
      {
        float v = wide (x[i]);
        y[i] = narrow (v * sigmoid (1.702f * v));
      }
}

/* dx from dy and x; dx may be dy */
void
gelu2_backward (const narrow_t *x, const narrow_t *dy, narrow_t *dx, int64_t n)
{
#pragma omp parallel for schedule(static)
  for (int64_t p = 0; p < n; p += PIECE)
    for (int64_t i = p; i < (p + PIECE < n ? p + PIECE : n); i++)
      {
        float v = wide (x[i]), s = sigmoid (1.702f * v);
        dx[i] = narrow (wide (dy[i]) * s * (1.0f + 1.702f * v * (1.0f - s)));
      }
}

/* loss[r] = -log softmax (x[r])[target[r]]; lse[r]: its log-sum.  x: narrow [R,
 * K] */
void
cross_entropy_forward (const narrow_t *x, const int64_t *target, float *loss,
                       float *lse, int64_t rows, int64_t codes)
{
#pragma omp parallel for schedule(static)
  for (int64_t r = 0; r < rows; r++)
    {
      const narrow_t *v = x + r * codes;
      float top = -1e30f, sum = 0;

      for (int64_t i = 0; i < codes; i++)
        top = wide (v[i]) > top ? wide (v[i]) : top;
      for (int64_t i = 0; i < codes; i++)
        sum += exp_fast (wide (v[i]) - top);
      lse[r] = top + logf (sum);
      loss[r] = lse[r] - wide (v[target[r]]);
    }
}

/* x becomes its own gradient: (softmax (x) - one-hot (target)) * d[r] */
void
cross_entropy_backward (narrow_t *x, const int64_t *target, const float *lse,
                        const float *d, int64_t rows, int64_t codes)
{
#pragma omp parallel for schedule(static)
  for (int64_t r = 0; r < rows; r++)
    {
      narrow_t *v = x + r * codes;
      int64_t t = target[r];
      float at = (exp_fast (wide (v[t]) - lse[r]) - 1.0f) * d[r];

      for (int64_t i = 0; i < codes; i++)
        v[i] = narrow (exp_fast (wide (v[i]) - lse[r]) * d[r]);
      v[t] = narrow (at);
    }
}

/* The group norm's form for one picture: a[c] * x + b[c], from its statistics
 */
static void
group_norm_lines (const float *w, const float *b, const float *stat, float *a,
                  float *c, int64_t channels)
{
  int64_t g = channels / GN_GROUPS;

  for (int64_t i = 0; i < channels; i++)
    {
      float mean = stat[2 * (i / g)], rs = stat[2 * (i / g) + 1];
      a[i] = rs * w[i];
      c[i] = b[i] - mean * rs * w[i];
    }
}

/* y = group norm (x), then SiLU if asked.  x, y: narrow [B, N, C] (channels
 * last); w, b: f32 [C]; stat: mean, 1/sd [B, 32, 2] */
void
group_norm_forward (const narrow_t *x, const float *w, const float *b,
                    narrow_t *y, float *stat, int64_t batch, int64_t n,
                    int64_t channels, int64_t silu)
{
#pragma omp parallel for schedule(static)
  for (int64_t k = 0; k < batch; k++)
    {
      const narrow_t *in = x + k * n * channels;
      narrow_t *out = y + k * n * channels;
      float sum[MAX_D] = { 0 }, square[MAX_D] = { 0 };
      float a[MAX_D], c[MAX_D];
      float *s = stat + k * GN_GROUPS * 2;
      int64_t g = channels / GN_GROUPS;

      for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < channels; i++)
          {
            float v = wide (in[j * channels + i]);
            sum[i] += v;
            square[i] += v * v;
          }
      for (int64_t q = 0; q < GN_GROUPS; q++)
        {
          double m = 0, v = 0;
          for (int64_t i = q * g; i < (q + 1) * g; i++)
            {
              m += sum[i];
              v += square[i];
            }
          m /= (double) n * g;
          v = v / ((double) n * g) - m * m;
          s[2 * q] = (float) m;
          s[2 * q + 1] = (float) (1.0 / sqrt ((v > 0 ? v : 0) + GN_EPS));
        }
      group_norm_lines (w, b, s, a, c, channels);
      for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < channels; i++)
          {
            float v = wide (in[j * channels + i]) * a[i] + c[i];
            out[j * channels + i] = narrow (silu ? v * sigmoid (v) : v);
          }
    }
}

/* dx; and dw, db as parts for each picture, [B, C] */
void
group_norm_backward (const narrow_t *x, const narrow_t *dy, const float *w,
                     const float *b, const float *stat, narrow_t *dx, float *dw,
                     float *db, int64_t batch, int64_t n, int64_t channels,
                     int64_t silu)
{
#pragma omp parallel for schedule(static)
  for (int64_t k = 0; k < batch; k++)
    {
      const narrow_t *in = x + k * n * channels;
      const narrow_t *din = dy + k * n * channels;
      narrow_t *out = dx + k * n * channels;
      const float *s = stat + k * GN_GROUPS * 2;
      float a[MAX_D], c[MAX_D], rs[MAX_D], m[MAX_D], p[MAX_D], q[MAX_D];
      float s1[MAX_D] = { 0 }, s2[MAX_D] = { 0 };
      int64_t g = channels / GN_GROUPS;

      group_norm_lines (w, b, s, a, c, channels);
      for (int64_t i = 0; i < channels; i++)
        {
          rs[i] = s[2 * (i / g) + 1];
          m[i] = -s[2 * (i / g)] * rs[i];
        }
      for (int64_t j = 0; j < n * channels; j += channels)
        for (int64_t i = 0; i < channels; i++)
          {
            float v = wide (in[j + i]), d = wide (din[j + i]);
            float u = v * a[i] + c[i], e = sigmoid (u);
            d = silu ? d * e * (1.0f + u * (1.0f - e)) : d;
            s1[i] += d;
            s2[i] += d * (v * rs[i] + m[i]);
          }
      for (int64_t t = 0; t < GN_GROUPS; t++)
        {
          float g1 = 0, g2 = 0;
          for (int64_t i = t * g; i < (t + 1) * g; i++)
            {
              g1 += w[i] * s1[i];
              g2 += w[i] * s2[i];
            }
          g1 /= (float) n * g;
          g2 /= (float) n * g;
          for (int64_t i = t * g; i < (t + 1) * g; i++)
            {
              p[i] = -rs[i] * g2 * rs[i];
              q[i] = -rs[i] * (g1 + g2 * m[i]);
            }
        }
      /* dx = rs (w d - g1 - g2 (x rs + m)) */
      for (int64_t j = 0; j < n * channels; j += channels)
        for (int64_t i = 0; i < channels; i++)
          {
            float v = wide (in[j + i]), d = wide (din[j + i]);
            float u = v * a[i] + c[i], e = sigmoid (u);
            d = silu ? d * e * (1.0f + u * (1.0f - e)) : d;
            out[j + i] = narrow (d * a[i] + v * p[i] + q[i]);
          }
      memcpy (dw + k * channels, s2, channels * sizeof (float));
      memcpy (db + k * channels, s1, channels * sizeof (float));
    }
}

/* ---- attention of one head at a time, scores kept in the cache
 *
 * A product is C[m][n] = sum over k of A[m][k] B[k][n] in bf16 with f32 sums.
 * Two neighbouring k lie in one 32-bit word ("pair"): A is read at
 * a[m * row + k/2 * step], so that a transposed matrix whose rows were paired
 * is as good as a plain one; B is packed [K/2][N], N a multiple of 16. */
#if defined __AVX512BF16__ && ! defined F32
#include <immintrin.h>

#define QUERIES 32 /* rows of scores at a time */
#define ROWS 4     /* of a product at a time */

static inline void
tile (const uint32_t *a, int64_t row, int64_t step, const uint32_t *b,
      int64_t width, float *c, int64_t c_row, int64_t pairs, int m, int n)
{
  __m512 s[ROWS][4];

  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++)
      s[i][j] = _mm512_setzero_ps ();
  for (int64_t k = 0; k < pairs; k++)
    {
      __m512bh w[4];
      for (int j = 0; j < n; j++)
        w[j] = (__m512bh) _mm512_loadu_si512 (b + k * width + 16 * j);
      for (int i = 0; i < m; i++)
        {
          __m512bh v =
              (__m512bh) _mm512_set1_epi32 ((int) a[i * row + k * step]);
          for (int j = 0; j < n; j++)
            s[i][j] = _mm512_dpbf16_ps (s[i][j], v, w[j]);
        }
    }
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++)
      _mm512_storeu_ps (c + i * c_row + 16 * j, s[i][j]);
}

/* Constants for m and n let the compiler keep the sums in registers */
#define TILE(M, N) tile (a, row, step, b, width, c, c_row, pairs, M, N)
static void
tiles (const uint32_t *a, int64_t row, int64_t step, const uint32_t *b,
       int64_t width, float *c, int64_t c_row, int64_t pairs, int64_t m,
       int64_t n)
{
  for (; m >= ROWS; m -= ROWS, a += ROWS * row, c += ROWS * c_row)
    n == 4 ? TILE (ROWS, 4) : n == 2 ? TILE (ROWS, 2) : TILE (ROWS, 1);
  for (; m > 0; m--, a += row, c += c_row)
    n == 4 ? TILE (1, 4) : n == 2 ? TILE (1, 2) : TILE (1, 1);
}

static void
product (const uint32_t *a, int64_t row, int64_t step, const uint32_t *b,
         float *c, int64_t m, int64_t pairs, int64_t width)
{
  for (int64_t j = 0; j < width;)
    {
      int64_t n = width - j >= 64 ? 4 : width - j >= 32 ? 2 : 1;
      tiles (a, row, step, b + j, width, c + j, width, pairs, m, n);
      j += 16 * n;
    }
}

/* out[d/2][n] = x[n][d, d + 1]: rows become columns; zeros up to width */
static void
pack_columns (const uint16_t *x, int64_t row, int64_t n, int64_t dim,
              uint32_t *out, int64_t width)
{
  for (int64_t i = 0; i < width; i++)
    for (int64_t d = 0; d < dim / 2; d++)
      {
        uint32_t v = 0;
        if (i < n)
          memcpy (&v, x + i * row + 2 * d, 4);
        out[d * width + i] = v;
      }
}

/* out[n/2][d] = x[n][d], x[n + 1][d]: neighbouring rows become pairs */
static void
pack_rows (const uint16_t *x, int64_t row, int64_t n, int64_t dim,
           uint32_t *out)
{
  for (int64_t i = 0; i < n; i += 2)
    for (int64_t d = 0; d < dim; d++)
      {
        uint32_t high = i + 1 < n ? x[(i + 1) * row + d] : 0;
        out[i / 2 * dim + d] = x[i * row + d] | high << 16;
      }
}

static inline __m512
exp_16 (__m512 x)
{
  const __m512 one = _mm512_set1_ps (1.0f);
  __m512 t = _mm512_mul_ps (_mm512_max_ps (x, _mm512_set1_ps (-87.0f)),
                            _mm512_set1_ps (1.44269504f));
  __m512 n = _mm512_roundscale_ps (t, 8); /* to the nearest */
  __m512 f = _mm512_mul_ps (_mm512_sub_ps (t, n), _mm512_set1_ps (0.69314718f));
  __m512 p = _mm512_set1_ps (1.0f / 120);
  p = _mm512_fmadd_ps (p, f, _mm512_set1_ps (1.0f / 24));
  p = _mm512_fmadd_ps (p, f, _mm512_set1_ps (1.0f / 6));
  p = _mm512_fmadd_ps (p, f, _mm512_set1_ps (0.5f));
  p = _mm512_fmadd_ps (p, f, one);
  p = _mm512_fmadd_ps (p, f, one);
  return _mm512_scalef_ps (p, n);
}

/* Lanes of columns j ... j + 15 that row i may attend to */
static inline __mmask16
seen (int64_t i, int64_t j, int64_t keys, int causal)
{
  int64_t n = (causal && i + 1 < keys ? i + 1 : keys) - j;
  return n >= 16 ? 0xffff : n <= 0 ? 0 : (1u << n) - 1;
}

/* Scores of rows i0 ... i0 + m to their exponentials, in place; sum: 1 / the
 * sum of each row; lse: its logarithm, as the backward pass needs it */
static void
exp_rows (float *s, float *sum, float *lse, int64_t i0, int64_t m, int64_t keys,
          int64_t width, float scale, int causal)
{
  for (int64_t i = 0; i < m; i++)
    {
      float *v = s + i * width;
      __m512 high = _mm512_set1_ps (-1e30f), all = _mm512_setzero_ps ();

      for (int64_t j = 0; j < width; j += 16)
        high = _mm512_mask_max_ps (high, seen (i0 + i, j, keys, causal), high,
                                   _mm512_loadu_ps (v + j));
      float top = _mm512_reduce_max_ps (high);
      for (int64_t j = 0; j < width; j += 16)
        {
          __m512 x =
              _mm512_sub_ps (_mm512_loadu_ps (v + j), _mm512_set1_ps (top));
          x = exp_16 (_mm512_mul_ps (x, _mm512_set1_ps (scale)));
          x = _mm512_maskz_mov_ps (seen (i0 + i, j, keys, causal), x);
          all = _mm512_add_ps (all, x);
          _mm512_storeu_ps (v + j, x);
        }
      float total = _mm512_reduce_add_ps (all);
      sum[i] = 1.0f / total;
      lse[i0 + i] = scale * top + logf (total);
    }
}

/* Two rows of scores s and of gradients g (row 1 may be missing) to pairs of
 * probabilities p and of gradients of the scores d, those also as rows e.
 * dot: sum of o * d_o of each row. */
static void
score_gradients (const float *s, const float *g, const float *lse,
                 const float *dot, uint32_t *p, uint32_t *d, uint16_t *e,
                 int64_t i0, int two, int64_t keys, int64_t width, float scale,
                 int causal)
{
  __m256i probs[2], grads[2];

  for (int64_t j = 0; j < width; j += 16)
    {
      for (int r = 0; r < 2; r++)
        {
          if (r == 1 && ! two)
            {
              probs[1] = grads[1] = _mm256_setzero_si256 ();
              break;
            }
          __m512 x =
              _mm512_fmsub_ps (_mm512_loadu_ps (s + r * width + j),
                               _mm512_set1_ps (scale), _mm512_set1_ps (lse[r]));
          x = _mm512_maskz_mov_ps (seen (i0 + r, j, keys, causal), exp_16 (x));
          __m512 y = _mm512_sub_ps (_mm512_loadu_ps (g + r * width + j),
                                    _mm512_set1_ps (dot[r]));
          probs[r] = (__m256i) _mm512_cvtneps_pbh (x);
          grads[r] = (__m256i) _mm512_cvtneps_pbh (_mm512_mul_ps (x, y));
          _mm256_storeu_si256 ((__m256i *) (e + r * width + j), grads[r]);
        }
      __m512i a = _mm512_cvtepu16_epi32 (probs[0]);
      __m512i b = _mm512_slli_epi32 (_mm512_cvtepu16_epi32 (probs[1]), 16);
      _mm512_storeu_si512 (p + j, _mm512_or_si512 (a, b));
      a = _mm512_cvtepu16_epi32 (grads[0]);
      b = _mm512_slli_epi32 (_mm512_cvtepu16_epi32 (grads[1]), 16);
      _mm512_storeu_si512 (d + j, _mm512_or_si512 (a, b));
    }
}

/* n a multiple of 16; a factor for each row, or NULL */
static void
narrow_rows (const float *x, int64_t x_row, uint16_t *y, int64_t y_row,
             int64_t m, int64_t n, float scale, const float *by_row)
{
  for (int64_t i = 0; i < m; i++)
    {
      __m512 f = _mm512_set1_ps (by_row != NULL ? scale * by_row[i] : scale);
      for (int64_t j = 0; j < n; j += 16)
        {
          __m512 v = _mm512_mul_ps (_mm512_loadu_ps (x + i * x_row + j), f);
          _mm256_storeu_si256 ((__m256i *) (y + i * y_row + j),
                               (__m256i) _mm512_cvtneps_pbh (v));
        }
    }
}

/* Takes bytes off the front of a thread's scratch memory */
static void *
cut (char **memory, int64_t bytes)
{
  char *p = *memory;
  *memory += (bytes + 63) / 64 * 64;
  return p;
}

static char *
scratch (int64_t bytes)
{
  char *p = aligned_alloc (64, (bytes + 1024) / 64 * 64);
  if (p == NULL)
    abort ();
  return p;
}

/* o = softmax (q k' / sqrt (dim)) v.  q, k, v: bf16, heads side by side, rows
 * *_row apart; o: [B, N, heads * dim]; lse: [B, heads, N] */
void
attention_forward (const uint16_t *q, const uint16_t *k, const uint16_t *v,
                   uint16_t *o, float *lse, int64_t batch, int64_t heads,
                   int64_t dim, int64_t n, int64_t keys, int64_t q_row,
                   int64_t k_row, int64_t causal)
{
  int64_t width = (keys + 15) / 16 * 16;
  float scale = 1.0f / sqrtf (dim);

#pragma omp parallel
  {
    char *memory = scratch (width * dim * 4 + QUERIES * (6 * width + 4 * dim));
    char *rest = memory;
    uint32_t *kt = cut (&rest, dim / 2 * width * 4);
    uint32_t *vp = cut (&rest, width / 2 * dim * 4);
    float *s = cut (&rest, QUERIES * width * 4);
    float *c = cut (&rest, QUERIES * dim * 4);
    uint16_t *e = cut (&rest, QUERIES * width * 2);

#pragma omp for schedule(static)
    for (int64_t p = 0; p < batch * heads; p++)
      {
        int64_t b = p / heads, h = p % heads;
        const uint16_t *qh = q + b * n * q_row + h * dim;
        uint16_t *oh = o + (b * n * heads + h) * dim;
        float sum[QUERIES];

        pack_columns (k + b * keys * k_row + h * dim, k_row, keys, dim, kt,
                      width);
        pack_rows (v + b * keys * k_row + h * dim, k_row, keys, dim, vp);
        for (int64_t i = 0; i < n; i += QUERIES)
          {
            int64_t m = n - i < QUERIES ? n - i : QUERIES;
            product ((const uint32_t *) (qh + i * q_row), q_row / 2, 1, kt, s,
                     m, dim / 2, width);
            exp_rows (s, sum, lse + p * n, i, m, keys, width, scale, causal);
            narrow_rows (s, width, e, width, m, width, 1, NULL);
            product ((const uint32_t *) e, width / 2, 1, vp, c, m,
                     (keys + 1) / 2, dim);
            narrow_rows (c, dim, oh + i * heads * dim, heads * dim, m, dim, 1,
                         sum);
          }
      }
    free (memory);
  }
}

/* dq, dk, dv have the strides of q, k, v; d is the gradient of o */
void
attention_backward (const uint16_t *q, const uint16_t *k, const uint16_t *v,
                    const uint16_t *o, float *lse, const uint16_t *d,
                    uint16_t *dq, uint16_t *dk, uint16_t *dv, int64_t batch,
                    int64_t heads, int64_t dim, int64_t n, int64_t keys,
                    int64_t q_row, int64_t k_row, int64_t causal)
{
  int64_t width = (keys + 15) / 16 * 16, all = heads * dim;
  int64_t key_pairs = (keys + 1) / 2, row_pairs = (n + 1) / 2;
  float scale = 1.0f / sqrtf (dim);

#pragma omp parallel
  {
    char *memory =
        scratch (4 * width * dim * 4 + row_pairs * (2 * dim + 2 * width) * 4 +
                 QUERIES * (10 * width + 4 * dim));
    char *rest = memory;
    uint32_t *kt = cut (&rest, dim / 2 * width * 4);
    uint32_t *vt = cut (&rest, dim / 2 * width * 4);
    uint32_t *kp = cut (&rest, key_pairs * dim * 4);
    uint32_t *qp = cut (&rest, row_pairs * dim * 4);
    uint32_t *dp = cut (&rest, row_pairs * dim * 4);
    uint32_t *probs = cut (&rest, row_pairs * width * 4);
    uint32_t *grads = cut (&rest, row_pairs * width * 4);
    float *s = cut (&rest, QUERIES * width * 4);
    float *g = cut (&rest, QUERIES * width * 4);
    float *c = cut (&rest, (width > QUERIES ? width : QUERIES) * dim * 4);
    uint16_t *e = cut (&rest, QUERIES * width * 2);

#pragma omp for schedule(static)
    for (int64_t p = 0; p < batch * heads; p++)
      {
        int64_t b = p / heads, h = p % heads;
        int64_t at_q = b * n * q_row + h * dim,
                at_k = b * keys * k_row + h * dim;
        const uint16_t *oh = o + b * n * all + h * dim;
        const uint16_t *dh = d + b * n * all + h * dim;
        float dot[QUERIES];

        pack_columns (k + at_k, k_row, keys, dim, kt, width);
        pack_columns (v + at_k, k_row, keys, dim, vt, width);
        pack_rows (k + at_k, k_row, keys, dim, kp);
        pack_rows (q + at_q, q_row, n, dim, qp);
        pack_rows (dh, all, n, dim, dp);
        for (int64_t i = 0; i < n; i += QUERIES)
          {
            int64_t m = n - i < QUERIES ? n - i : QUERIES;
            product ((const uint32_t *) (q + at_q + i * q_row), q_row / 2, 1,
                     kt, s, m, dim / 2, width);
            product ((const uint32_t *) (dh + i * all), all / 2, 1, vt, g, m,
                     dim / 2, width);
            for (int64_t r = 0; r < m; r++)
              {
                const uint16_t *x = oh + (i + r) * all, *y = dh + (i + r) * all;
                dot[r] = 0;
                for (int64_t j = 0; j < dim; j++)
                  dot[r] += wide (x[j]) * wide (y[j]);
              }
            for (int64_t r = 0; r < m; r += 2)
              score_gradients (
                  s + r * width, g + r * width, lse + p * n + i + r, dot + r,
                  probs + (i + r) / 2 * width, grads + (i + r) / 2 * width,
                  e + r * width, i + r, r + 1 < m, keys, width, scale, causal);
            product ((const uint32_t *) e, width / 2, 1, kp, c, m, key_pairs,
                     dim);
            narrow_rows (c, dim, dq + at_q + i * q_row, q_row, m, dim, scale,
                         NULL);
          }
        product (grads, 1, width, qp, c, keys, row_pairs, dim);
        narrow_rows (c, dim, dk + at_k, k_row, keys, dim, scale, NULL);
        product (probs, 1, width, dp, c, keys, row_pairs, dim);
        narrow_rows (c, dim, dv + at_k, k_row, keys, dim, 1, NULL);
      }
    free (memory);
  }
}
#endif
