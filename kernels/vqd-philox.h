/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-philox.h - counter-based random numbers (SPEC 6)
 *
 * Math: Philox4x32-10, Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", 2011. A number is a function of (seed, stream, evaluation, image,
 * element) alone: the same on each device and for any number of threads. The
 * same lines are compiled by C and by nvcc. */
#ifndef VQD_PHILOX_H
#define VQD_PHILOX_H

#include <stdint.h>

#ifdef __CUDACC__
#define VQD_PHILOX_INLINE static __host__ __device__ inline
#else
#define VQD_PHILOX_INLINE static inline
#endif

#define VQD_STREAM_CLASS 0u    /* element = position * (K + 1) + class */
#define VQD_STREAM_POSITION 1u /* element = position */
#define VQD_STREAM_NOISING 2u  /* element as in stream 0 */
#define VQD_STREAM_WILDCARD 3u /* element = group of the prompt */
#define VQD_STREAM_KEEP 4u     /* element = token of a canvas */

#define VQD_PHILOX_ROUNDS 10

/* counter -> four random words, in place. key: seed, low word first. */
VQD_PHILOX_INLINE void
vqd_philox4x32 (uint32_t word[4], uint32_t key0, uint32_t key1)
{
  for (int round = 0; round < VQD_PHILOX_ROUNDS; round++)
    {
      const uint64_t a = (uint64_t) word[0] * 0xD2511F53u;
      const uint64_t b = (uint64_t) word[2] * 0xCD9E8D57u;
      const uint32_t w1 = word[1];
      const uint32_t w3 = word[3];

      word[0] = (uint32_t) (b >> 32) ^ w1 ^ key0;
      word[1] = (uint32_t) b;
      word[2] = (uint32_t) (a >> 32) ^ w3 ^ key1;
      word[3] = (uint32_t) a;
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
}

/* A random word -> 0 < u < 1, exact in float. */
VQD_PHILOX_INLINE float
vqd_philox_unit (uint32_t word)
{
  return (float) (word >> 9) * 0x1p-23f + 0x1p-24f;
}

/* u of one element. */
VQD_PHILOX_INLINE float
vqd_philox_uniform (uint64_t seed, uint32_t stream, uint32_t evaluation,
                    uint32_t image, uint32_t element)
{
  uint32_t word[4] = { element / 4, image, evaluation, stream };

  vqd_philox4x32 (word, (uint32_t) seed, (uint32_t) (seed >> 32));
  return vqd_philox_unit (word[element % 4]);
}

#endif /* VQD_PHILOX_H */
