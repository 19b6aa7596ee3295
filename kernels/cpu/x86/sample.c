/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "kernels/cpu/x86/vqd-vec-math.h"
#include "kernels/cpu/x86/vqd-x86.h"
#include "kernels/vqd-philox.h"

/* Scores nearer to each other are compared as the reference computes them, so
 * that a level never draws another code. The Gumbel numbers here are within
 * 1e-5 of the reference's. */
#define NEAR_TIE 1e-4f

typedef struct
{
  Vec best;
  Vec second;
  VecInt index;
} LaneBest;

typedef struct
{
  float best;
  float second;
  int index;
} Best;

/* vqd_philox4x32 () of VEC_LANES counters. */
static inline void
philox (VecInt word[4], uint32_t key0, uint32_t key1)
{
  const VecInt m0 = veci_set (0xD2511F53u);
  const VecInt m1 = veci_set (0xCD9E8D57u);

  for (int round = 0; round < VQD_PHILOX_ROUNDS; round++)
    {
      VecInt a_low, a_high;
      VecInt b_low, b_high;

      veci_mul_wide (word[0], m0, &a_low, &a_high);
      veci_mul_wide (word[2], m1, &b_low, &b_high);
      word[0] = veci_xor (veci_xor (b_high, word[1]), veci_set (key0));
      word[2] = veci_xor (veci_xor (a_high, word[3]), veci_set (key1));
      word[1] = b_low;
      word[3] = a_low;
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
}

/* Words of 4 VEC_LANES elements in order, from block `block`. */
static inline void
random_words (VecInt word[4], uint32_t block, const VqdNoise *noise)
{
  VecInt w[4] = { veci_add (veci_set (block), veci_blocks ()),
                  veci_set (noise->image), veci_set (noise->evaluation),
                  veci_set (noise->stream) };

  philox (w, (uint32_t) noise->seed, (uint32_t) (noise->seed >> 32));

  /* A lane's four words side by side: 4 x 4 transposed. */
  const VecInt a = veci_unpack_low (w[0], w[1]);
  const VecInt b = veci_unpack_low (w[2], w[3]);
  const VecInt c = veci_unpack_high (w[0], w[1]);
  const VecInt d = veci_unpack_high (w[2], w[3]);

  word[0] = veci_unpack_low64 (a, b);
  word[1] = veci_unpack_high64 (a, b);
  word[2] = veci_unpack_low64 (c, d);
  word[3] = veci_unpack_high64 (c, d);
}

/* The 1e-30 of the reference change nothing: 0 < u < 1 in steps of 2^-24. */
static inline Vec
gumbel (VecInt word)
{
  const Vec u = vec_fma (veci_to_float (veci_shift_right (word, 9)),
                         vec_set (0x1p-23f), vec_set (0x1p-24f));

  return vec_negate (vec_log (vec_negate (vec_log (u))));
}

static inline void
keep_best (LaneBest *best, Vec score, VecInt index)
{
  best->second = vec_max (vec_if_greater (score, best->best, best->best, score),
                          best->second);
  best->index = vec_bits (vec_if_greater (
      score, best->best, vec_from_bits (index), vec_from_bits (best->index)));
  best->best = vec_max (score, best->best);
}

static void
take (Best *best, float score, int index)
{
  if (score > best->best)
    {
      best->second = best->best;
      best->best = score;
      best->index = index;
    }
  else if (score > best->second)
    best->second = score;
}

static void
take_lanes (Best *best, const LaneBest *lanes)
{
  float first[VEC_LANES];
  float second[VEC_LANES];
  float bits[VEC_LANES];
  union
  {
    float f;
    int32_t i;
  } index;

  vec_store (first, lanes->best);
  vec_store (second, lanes->second);
  vec_store (bits, vec_from_bits (lanes->index));
  for (int i = 0; i < VEC_LANES; i++)
    {
      index.f = bits[i];
      take (best, first[i], index.i);
      take (best, second[i], index.i);
    }
}

/* From an element that is a multiple of 4, class k. */
static void
scan (LaneBest *best, const float *log_p, float sharpen, int k, int n,
      uint32_t first, const VqdNoise *noise)
{
  while (k < n)
    {
      VecInt word[4];

      random_words (word, (first + (uint32_t) k) / 4, noise);
      for (int i = 0; i < 4 && k < n; i++, k += VEC_LANES)
        {
          const Vec p = vec_mul (vec_set (sharpen),
                                 vec_load_upto (log_p + k, n - k, 0.0f));
          const Vec clamped =
              vec_min (vec_set (0.0f), vec_max (vec_set (VQD_LOG_FLOOR), p));
          Vec score = vec_add (clamped, gumbel (word[i]));

          if (n - k < VEC_LANES)
            score = vec_keep_first (score, n - k, -INFINITY);
          keep_best (best, score,
                     veci_add (veci_set ((uint32_t) k), veci_count ()));
        }
    }
}

int
VQD_LEVEL_NAME (vqd_gumbel_argmax) (const float *log_p, float sharpen, int n,
                                    uint32_t first, const VqdNoise *noise)
{
  LaneBest lanes = { vec_set (-INFINITY), vec_set (-INFINITY), veci_set (0) };
  Best best = { -INFINITY, -INFINITY, 0 };
  int k = 0;

  for (; k < n && (first + (uint32_t) k) % 4 != 0; k++)
    take (&best,
          vqd_cpu_clamp_log (sharpen * log_p[k]) +
              vqd_gumbel_c (first + (uint32_t) k, noise),
          k);
  scan (&lanes, log_p, sharpen, k, n, first, noise);
  take_lanes (&best, &lanes);
  if (! (best.best - best.second > NEAR_TIE))
    return vqd_gumbel_argmax_c (log_p, sharpen, n, first, noise);
  return best.index;
}
