/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-vec.h - a vector of floats: 8 with AVX2, 16 with AVX-512
 *
 * The files of this folder are compiled once a level, with that level's flags.
 * VQD_LEVEL_NAME (f) is f with the level's name behind it.
 *
 * vec_max (a, b) and vec_min (a, b) are b when one of them is NaN: write the
 * bound first, and a NaN stays. */
#ifndef VQD_VEC_H
#define VQD_VEC_H

#include <immintrin.h>
#include <stdint.h>

#define VQD_LEVEL_PASTE(name, level) name##_##level
#define VQD_LEVEL_EXPAND(name, level) VQD_LEVEL_PASTE (name, level)
#define VQD_LEVEL_NAME(name) VQD_LEVEL_EXPAND (name, VQD_LEVEL)

#ifdef __AVX512F__

#define VEC_LANES 16

typedef __m512 Vec;
typedef __m512i VecInt;

/* The same lanes as double. */
typedef struct
{
  __m512d low;
  __m512d high;
} VecDouble;

static inline __mmask16
vec_mask_first (int n)
{
  return (__mmask16) ((1u << n) - 1);
}

static inline Vec
vec_set (float x)
{
  return _mm512_set1_ps (x);
}

static inline Vec
vec_load (const float *p)
{
  return _mm512_loadu_ps (p);
}

/* The first n < VEC_LANES; the others are fill. */
static inline Vec
vec_load_first (const float *p, int n, float fill)
{
  return _mm512_mask_loadu_ps (vec_set (fill), vec_mask_first (n), p);
}

static inline Vec
vec_keep_first (Vec x, int n, float fill)
{
  return _mm512_mask_blend_ps (vec_mask_first (n), vec_set (fill), x);
}

static inline void
vec_store (float *p, Vec x)
{
  _mm512_storeu_ps (p, x);
}

static inline void
vec_store_first (float *p, Vec x, int n)
{
  _mm512_mask_storeu_ps (p, vec_mask_first (n), x);
}

static inline Vec
vec_add (Vec a, Vec b)
{
  return _mm512_add_ps (a, b);
}

static inline Vec
vec_sub (Vec a, Vec b)
{
  return _mm512_sub_ps (a, b);
}

static inline Vec
vec_mul (Vec a, Vec b)
{
  return _mm512_mul_ps (a, b);
}

static inline Vec
vec_div (Vec a, Vec b)
{
  return _mm512_div_ps (a, b);
}

/* a * b + c */
static inline Vec
vec_fma (Vec a, Vec b, Vec c)
{
  return _mm512_fmadd_ps (a, b, c);
}

/* c - a * b */
static inline Vec
vec_fnma (Vec a, Vec b, Vec c)
{
  return _mm512_fnmadd_ps (a, b, c);
}

static inline Vec
vec_max (Vec a, Vec b)
{
  return _mm512_max_ps (a, b);
}

static inline Vec
vec_min (Vec a, Vec b)
{
  return _mm512_min_ps (a, b);
}

static inline Vec
vec_abs (Vec x)
{
  return _mm512_abs_ps (x);
}

static inline Vec
vec_negate (Vec x)
{
  return _mm512_xor_ps (x, vec_set (-0.0f));
}

static inline Vec
vec_round (Vec x)
{
  return _mm512_roundscale_ps (x,
                               _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

/* x * 2^n, n whole, -126 ... 128 */
static inline Vec
vec_scale2 (Vec x, Vec n)
{
  return _mm512_scalef_ps (x, n);
}

static inline float
vec_reduce_max (Vec x)
{
  return _mm512_reduce_max_ps (x);
}

static inline float
vec_reduce_add (Vec x)
{
  return _mm512_reduce_add_ps (x);
}

/* a > b ? x : y */
static inline Vec
vec_if_greater (Vec a, Vec b, Vec x, Vec y)
{
  return _mm512_mask_blend_ps (_mm512_cmp_ps_mask (a, b, _CMP_GT_OQ), y, x);
}

static inline VecDouble
vec_to_double (Vec x)
{
  return (VecDouble){
    .low = _mm512_cvtps_pd (_mm512_castps512_ps256 (x)),
    .high = _mm512_cvtps_pd (_mm512_extractf32x8_ps (x, 1)),
  };
}

static inline Vec
vec_from_double (VecDouble x)
{
  return _mm512_insertf32x8 (_mm512_castps256_ps512 (_mm512_cvtpd_ps (x.low)),
                             _mm512_cvtpd_ps (x.high), 1);
}

static inline VecDouble
vecd_set (double x)
{
  return (VecDouble){ _mm512_set1_pd (x), _mm512_set1_pd (x) };
}

static inline VecDouble
vecd_add (VecDouble a, VecDouble b)
{
  return (VecDouble){ _mm512_add_pd (a.low, b.low),
                      _mm512_add_pd (a.high, b.high) };
}

static inline VecDouble
vecd_sub (VecDouble a, VecDouble b)
{
  return (VecDouble){ _mm512_sub_pd (a.low, b.low),
                      _mm512_sub_pd (a.high, b.high) };
}

/* a * b + c */
static inline VecDouble
vecd_fma (VecDouble a, VecDouble b, VecDouble c)
{
  return (VecDouble){ _mm512_fmadd_pd (a.low, b.low, c.low),
                      _mm512_fmadd_pd (a.high, b.high, c.high) };
}

static inline VecDouble
vecd_load (const double *p)
{
  return (VecDouble){ _mm512_loadu_pd (p), _mm512_loadu_pd (p + 8) };
}

static inline void
vecd_store (double *p, VecDouble x)
{
  _mm512_storeu_pd (p, x.low);
  _mm512_storeu_pd (p + 8, x.high);
}

static inline double
vecd_reduce_add (VecDouble x)
{
  return _mm512_reduce_add_pd (_mm512_add_pd (x.low, x.high));
}

static inline VecInt
veci_set (uint32_t x)
{
  return _mm512_set1_epi32 ((int) x);
}

static inline VecInt
veci_add (VecInt a, VecInt b)
{
  return _mm512_add_epi32 (a, b);
}

static inline VecInt
veci_sub (VecInt a, VecInt b)
{
  return _mm512_sub_epi32 (a, b);
}

static inline VecInt
veci_xor (VecInt a, VecInt b)
{
  return _mm512_xor_si512 (a, b);
}

#define veci_shift_left(x, n) _mm512_slli_epi32 (x, n)
#define veci_shift_right(x, n) _mm512_srli_epi32 (x, n)
#define veci_shift_right_signed(x, n) _mm512_srai_epi32 (x, n)

static inline Vec
veci_to_float (VecInt x)
{
  return _mm512_cvtepi32_ps (x);
}

static inline VecInt
vec_bits (Vec x)
{
  return _mm512_castps_si512 (x);
}

static inline Vec
vec_from_bits (VecInt x)
{
  return _mm512_castsi512_ps (x);
}

/* 32 x 32 -> 64 bits: the low and the high halves. */
static inline void
veci_mul_wide (VecInt a, VecInt b, VecInt *low, VecInt *high)
{
  const VecInt even = _mm512_mul_epu32 (a, b);
  const VecInt odd = _mm512_mul_epu32 (_mm512_srli_epi64 (a, 32), b);

  *low = _mm512_mullo_epi32 (a, b);
  *high = _mm512_mask_blend_epi32 (0xaaaa, _mm512_srli_epi64 (even, 32), odd);
}

static inline VecInt
veci_unpack_low (VecInt a, VecInt b)
{
  return _mm512_unpacklo_epi32 (a, b);
}

static inline VecInt
veci_unpack_high (VecInt a, VecInt b)
{
  return _mm512_unpackhi_epi32 (a, b);
}

static inline VecInt
veci_unpack_low64 (VecInt a, VecInt b)
{
  return _mm512_unpacklo_epi64 (a, b);
}

static inline VecInt
veci_unpack_high64 (VecInt a, VecInt b)
{
  return _mm512_unpackhi_epi64 (a, b);
}

/* 0, 4, 8, 12 in the first four lanes, 1, 5, 9, 13 in the next ... */
static inline VecInt
veci_blocks (void)
{
  return _mm512_setr_epi32 (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11,
                            15);
}

static inline VecInt
veci_count (void)
{
  return _mm512_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
                            15);
}

static inline Vec
vec_load_f16 (const uint16_t *p)
{
  return _mm512_cvtph_ps (_mm256_loadu_si256 ((const __m256i *) p));
}

static inline Vec
vec_load_bf16 (const uint16_t *p)
{
  return vec_from_bits (_mm512_slli_epi32 (
      _mm512_cvtepu16_epi32 (_mm256_loadu_si256 ((const __m256i *) p)), 16));
}

static inline Vec
vec_load_i8 (const int8_t *p)
{
  return _mm512_cvtepi32_ps (
      _mm512_cvtepi8_epi32 (_mm_loadu_si128 ((const __m128i *) p)));
}

#else /* AVX2 */

#define VEC_LANES 8

typedef __m256 Vec;
typedef __m256i VecInt;

typedef struct
{
  __m256d low;
  __m256d high;
} VecDouble;

static inline __m256i
vec_mask_first (int n)
{
  static const int32_t ones[16] = { -1, -1, -1, -1, -1, -1, -1, -1 };

  return _mm256_loadu_si256 ((const __m256i *) (ones + 8 - n));
}

static inline Vec
vec_set (float x)
{
  return _mm256_set1_ps (x);
}

static inline Vec
vec_load (const float *p)
{
  return _mm256_loadu_ps (p);
}

static inline Vec
vec_keep_first (Vec x, int n, float fill)
{
  return _mm256_blendv_ps (vec_set (fill), x,
                           _mm256_castsi256_ps (vec_mask_first (n)));
}

static inline Vec
vec_load_first (const float *p, int n, float fill)
{
  return vec_keep_first (_mm256_maskload_ps (p, vec_mask_first (n)), n, fill);
}

static inline void
vec_store (float *p, Vec x)
{
  _mm256_storeu_ps (p, x);
}

static inline void
vec_store_first (float *p, Vec x, int n)
{
  _mm256_maskstore_ps (p, vec_mask_first (n), x);
}

static inline Vec
vec_add (Vec a, Vec b)
{
  return _mm256_add_ps (a, b);
}

static inline Vec
vec_sub (Vec a, Vec b)
{
  return _mm256_sub_ps (a, b);
}

static inline Vec
vec_mul (Vec a, Vec b)
{
  return _mm256_mul_ps (a, b);
}

static inline Vec
vec_div (Vec a, Vec b)
{
  return _mm256_div_ps (a, b);
}

static inline Vec
vec_fma (Vec a, Vec b, Vec c)
{
  return _mm256_fmadd_ps (a, b, c);
}

static inline Vec
vec_fnma (Vec a, Vec b, Vec c)
{
  return _mm256_fnmadd_ps (a, b, c);
}

static inline Vec
vec_max (Vec a, Vec b)
{
  return _mm256_max_ps (a, b);
}

static inline Vec
vec_min (Vec a, Vec b)
{
  return _mm256_min_ps (a, b);
}

static inline Vec
vec_abs (Vec x)
{
  return _mm256_andnot_ps (vec_set (-0.0f), x);
}

static inline Vec
vec_negate (Vec x)
{
  return _mm256_xor_ps (x, vec_set (-0.0f));
}

static inline Vec
vec_round (Vec x)
{
  return _mm256_round_ps (x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

/* In two steps, since 2^128 is out of range. */
static inline Vec
vec_scale2 (Vec x, Vec n)
{
  const __m256i bias = _mm256_set1_epi32 (127);
  const __m256i whole = _mm256_cvtps_epi32 (n);
  const __m256i half = _mm256_srai_epi32 (whole, 1);
  const __m256i rest = _mm256_sub_epi32 (whole, half);
  const __m256i a = _mm256_slli_epi32 (_mm256_add_epi32 (half, bias), 23);
  const __m256i b = _mm256_slli_epi32 (_mm256_add_epi32 (rest, bias), 23);

  x = _mm256_mul_ps (x, _mm256_castsi256_ps (a));
  return _mm256_mul_ps (x, _mm256_castsi256_ps (b));
}

static inline float
vec_reduce_max (Vec x)
{
  __m128 m =
      _mm_max_ps (_mm256_castps256_ps128 (x), _mm256_extractf128_ps (x, 1));

  m = _mm_max_ps (m, _mm_movehl_ps (m, m));
  m = _mm_max_ss (m, _mm_movehdup_ps (m));
  return _mm_cvtss_f32 (m);
}

static inline float
vec_reduce_add (Vec x)
{
  __m128 s =
      _mm_add_ps (_mm256_castps256_ps128 (x), _mm256_extractf128_ps (x, 1));

  s = _mm_add_ps (s, _mm_movehl_ps (s, s));
  s = _mm_add_ss (s, _mm_movehdup_ps (s));
  return _mm_cvtss_f32 (s);
}

static inline Vec
vec_if_greater (Vec a, Vec b, Vec x, Vec y)
{
  return _mm256_blendv_ps (y, x, _mm256_cmp_ps (a, b, _CMP_GT_OQ));
}

static inline VecDouble
vec_to_double (Vec x)
{
  return (VecDouble){
    .low = _mm256_cvtps_pd (_mm256_castps256_ps128 (x)),
    .high = _mm256_cvtps_pd (_mm256_extractf128_ps (x, 1)),
  };
}

static inline Vec
vec_from_double (VecDouble x)
{
  return _mm256_insertf128_ps (_mm256_castps128_ps256 (_mm256_cvtpd_ps (x.low)),
                               _mm256_cvtpd_ps (x.high), 1);
}

static inline VecDouble
vecd_set (double x)
{
  return (VecDouble){ _mm256_set1_pd (x), _mm256_set1_pd (x) };
}

static inline VecDouble
vecd_add (VecDouble a, VecDouble b)
{
  return (VecDouble){ _mm256_add_pd (a.low, b.low),
                      _mm256_add_pd (a.high, b.high) };
}

static inline VecDouble
vecd_sub (VecDouble a, VecDouble b)
{
  return (VecDouble){ _mm256_sub_pd (a.low, b.low),
                      _mm256_sub_pd (a.high, b.high) };
}

static inline VecDouble
vecd_fma (VecDouble a, VecDouble b, VecDouble c)
{
  return (VecDouble){ _mm256_fmadd_pd (a.low, b.low, c.low),
                      _mm256_fmadd_pd (a.high, b.high, c.high) };
}

static inline VecDouble
vecd_load (const double *p)
{
  return (VecDouble){ _mm256_loadu_pd (p), _mm256_loadu_pd (p + 4) };
}

static inline void
vecd_store (double *p, VecDouble x)
{
  _mm256_storeu_pd (p, x.low);
  _mm256_storeu_pd (p + 4, x.high);
}

static inline double
vecd_reduce_add (VecDouble x)
{
  const __m256d s = _mm256_add_pd (x.low, x.high);
  const __m128d t =
      _mm_add_pd (_mm256_castpd256_pd128 (s), _mm256_extractf128_pd (s, 1));

  return _mm_cvtsd_f64 (_mm_add_sd (t, _mm_unpackhi_pd (t, t)));
}

static inline VecInt
veci_set (uint32_t x)
{
  return _mm256_set1_epi32 ((int) x);
}

static inline VecInt
veci_add (VecInt a, VecInt b)
{
  return _mm256_add_epi32 (a, b);
}

static inline VecInt
veci_sub (VecInt a, VecInt b)
{
  return _mm256_sub_epi32 (a, b);
}

static inline VecInt
veci_xor (VecInt a, VecInt b)
{
  return _mm256_xor_si256 (a, b);
}

#define veci_shift_left(x, n) _mm256_slli_epi32 (x, n)
#define veci_shift_right(x, n) _mm256_srli_epi32 (x, n)
#define veci_shift_right_signed(x, n) _mm256_srai_epi32 (x, n)

static inline Vec
veci_to_float (VecInt x)
{
  return _mm256_cvtepi32_ps (x);
}

static inline VecInt
vec_bits (Vec x)
{
  return _mm256_castps_si256 (x);
}

static inline Vec
vec_from_bits (VecInt x)
{
  return _mm256_castsi256_ps (x);
}

static inline void
veci_mul_wide (VecInt a, VecInt b, VecInt *low, VecInt *high)
{
  const VecInt even = _mm256_mul_epu32 (a, b);
  const VecInt odd = _mm256_mul_epu32 (_mm256_srli_epi64 (a, 32), b);

  *low = _mm256_mullo_epi32 (a, b);
  *high = _mm256_blend_epi32 (_mm256_srli_epi64 (even, 32), odd, 0xaa);
}

static inline VecInt
veci_unpack_low (VecInt a, VecInt b)
{
  return _mm256_unpacklo_epi32 (a, b);
}

static inline VecInt
veci_unpack_high (VecInt a, VecInt b)
{
  return _mm256_unpackhi_epi32 (a, b);
}

static inline VecInt
veci_unpack_low64 (VecInt a, VecInt b)
{
  return _mm256_unpacklo_epi64 (a, b);
}

static inline VecInt
veci_unpack_high64 (VecInt a, VecInt b)
{
  return _mm256_unpackhi_epi64 (a, b);
}

static inline VecInt
veci_blocks (void)
{
  return _mm256_setr_epi32 (0, 2, 4, 6, 1, 3, 5, 7);
}

static inline VecInt
veci_count (void)
{
  return _mm256_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7);
}

static inline Vec
vec_load_f16 (const uint16_t *p)
{
  return _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) p));
}

static inline Vec
vec_load_bf16 (const uint16_t *p)
{
  return vec_from_bits (_mm256_slli_epi32 (
      _mm256_cvtepu16_epi32 (_mm_loadu_si128 ((const __m128i *) p)), 16));
}

static inline Vec
vec_load_i8 (const int8_t *p)
{
  return _mm256_cvtepi32_ps (
      _mm256_cvtepi8_epi32 (_mm_loadl_epi64 ((const __m128i *) p)));
}

#endif

/* The first n lanes of a row's end, or a whole vector: n may be larger. */
static inline Vec
vec_load_upto (const float *p, int n, float fill)
{
  return n >= VEC_LANES ? vec_load (p) : vec_load_first (p, n, fill);
}

static inline void
vec_store_upto (float *p, Vec x, int n)
{
  if (n >= VEC_LANES)
    vec_store (p, x);
  else
    vec_store_first (p, x, n);
}

#endif /* VQD_VEC_H */
