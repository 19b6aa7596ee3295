/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vec_exp () and vec_log () of one level, compiled for it: against the C
 * library's double. */
#include <math.h>
#include <stdio.h>

#include "kernels/cpu/vqd-cpu-flags.h"
#include "kernels/cpu/x86/vqd-vec-math.h"
#include "vqd-check.h"

#define STEPS 400000

#ifdef __AVX512F__
#define LEVEL VQD_CPU_AVX512
#else
#define LEVEL VQD_CPU_AVX2
#endif

/* Not inlined: gcc 14 with AddressSanitizer then computes a wrong address for
 * the array. */
static __attribute__ ((noinline)) float
one_exp (float x)
{
  float y[VEC_LANES];

  vec_store (y, vec_exp (vec_set (x)));
  return y[VEC_LANES - 1];
}

static __attribute__ ((noinline)) float
one_log (float x)
{
  float y[VEC_LANES];

  vec_store (y, vec_log (vec_set (x)));
  return y[VEC_LANES - 1];
}

/* In units of the last place of what is right. */
static double
error_ulp (float y, double expected)
{
  const float rounded = (float) expected;
  const double ulp =
      (double) (nextafterf (fabsf (rounded), INFINITY) - fabsf (rounded));

  return fabs ((double) y - expected) / ulp;
}

static void
check_exp (void)
{
  double worst = 0.0;

  for (int i = 0; i <= STEPS; i++)
    {
      const float x = -87.32f + 176.0f * (float) i / STEPS;
      const double error = error_ulp (one_exp (x), exp ((double) x));

      worst = ! (error <= worst) ? error : worst;
    }
  printf ("# exp: %.3f ulp\n", worst);
  vqd_check (worst <= 1.5, "exp/ulp");
  vqd_check (one_exp (0.0f) == 1.0f, "exp/zero");
  vqd_check (one_exp (-200.0f) <= 1.2e-38f && one_exp (-INFINITY) <= 1.2e-38f,
             "exp/small");
  vqd_check (isinf (one_exp (89.0f)) && isinf (one_exp (INFINITY)),
             "exp/large");
  vqd_check (isnan (one_exp (NAN)), "exp/nan");
}

static void
check_log (void)
{
  double worst = 0.0;

  for (int i = 0; i <= STEPS; i++)
    {
      /* All magnitudes, and more densely about 1. */
      const float t = (float) i / STEPS;
      const float x =
          i % 2 ? exp2f (-100.0f + 200.0f * t) : 1.0f + 0.9f * (2 * t - 1);

      if (x == 1.0f)
        continue;

      const double error = error_ulp (one_log (x), log ((double) x));

      worst = ! (error <= worst) ? error : worst;
    }
  printf ("# log: %.3f ulp\n", worst);
  vqd_check (worst <= 1.5, "log/ulp");
  vqd_check (one_log (1.0f) == 0.0f, "log/one");
}

int
main (int argc, char **argv)
{
  vqd_check_init (argc, argv);
  if (! (vqd_cpu_flags () & LEVEL))
    return 77;
  check_exp ();
  check_log ();
  return vqd_check_finish ();
}
