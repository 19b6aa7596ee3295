/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/io/vqd-dtype.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define F16_MAX 65504.0f
#define F16_MIN_NORMAL 0x1p-14f
#define F16_SUBNORMAL_STEPS 0x1p24f /* of 1 */
#define BF16_MAX 0x1.fep127f
#define I8_MAX 127.0f


static guint32
bits_of (float x)
{
  guint32 bits;

  memcpy (&bits, &x, sizeof bits);
  return bits;
}

/* Half of the last kept bit, less one when that bit is even: added, it carries
 * exactly where rounding to nearest even goes up. */
static guint32
round_bits (guint32 bits, int n_dropped)
{
  return bits + ((1u << (n_dropped - 1)) - 1) + ((bits >> n_dropped) & 1);
}

/* |x| <= F16_MAX. */
static guint16
f16_of_float (float x)
{
  const guint32 sign = (bits_of (x) >> 16) & 0x8000;
  const float size = fabsf (x);

  /* Below the normal numbers the steps are equal, and the last of them is the
   * first normal number. */
  if (size < F16_MIN_NORMAL)
    return (guint16) (sign | (guint32) lrintf (size * F16_SUBNORMAL_STEPS));

  /* The exponents' biases are 127 and 15. */
  return (guint16) (sign |
                    ((round_bits (bits_of (size), 13) >> 13) - (112u << 10)));
}

/* |x| <= BF16_MAX. */
static guint16
bf16_of_float (float x)
{
  return (guint16) (round_bits (bits_of (x), 16) >> 16);
}

float
vqd_dtype_max (VqdDtype dtype)
{
  switch (dtype)
    {
    case VQD_DTYPE_F16:
      return F16_MAX;
    case VQD_DTYPE_BF16:
      return BF16_MAX;
    default:
      return FLT_MAX;
    }
}

float
vqd_i8_scale (const float *x, gsize n)
{
  float largest = 0;

  for (gsize i = 0; i < n; i++)
    largest = fmaxf (largest, fabsf (x[i]));
  return largest / I8_MAX;
}

static void
narrow_i8 (const float *x, gsize n, gint8 *out)
{
  const float scale = vqd_i8_scale (x, n);

  /* A row this small is zero, whatever its numbers: their quotients would not
   * be exact. */
  for (gsize i = 0; i < n; i++)
    out[i] = scale < FLT_MIN ? 0 : (gint8) lrintf (x[i] / scale);
}

gsize
vqd_dtype_narrow (VqdDtype dtype, const float *x, gsize n, gpointer out)
{
  const float max = vqd_dtype_max (dtype);

  for (gsize i = 0; i < n; i++)
    if (! (fabsf (x[i]) <= max))
      return i;

  switch (dtype)
    {
    case VQD_DTYPE_F32:
      memcpy (out, x, n * sizeof *x);
      break;
    case VQD_DTYPE_F16:
      for (gsize i = 0; i < n; i++)
        ((guint16 *) out)[i] = f16_of_float (x[i]);
      break;
    case VQD_DTYPE_BF16:
      for (gsize i = 0; i < n; i++)
        ((guint16 *) out)[i] = bf16_of_float (x[i]);
      break;
    case VQD_DTYPE_I8:
      narrow_i8 (x, n, out);
      break;
    default:
      g_assert_not_reached ();
    }
  return n;
}
