/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels/cpu/vqd-cpu-flags.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#ifdef __x86_64__
#include <cpuid.h>

/* clang's __builtin_cpu_supports () does not know this one. */
static bool
has_f16c (void)
{
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;

  return __get_cpuid (1, &eax, &ebx, &ecx, &edx) && (ecx & bit_F16C);
}
#endif

static unsigned
detect (void)
{
  unsigned flags = 0;

#ifdef __x86_64__
  /* The compiler's run-time checks ask the system for the registers too. */
  __builtin_cpu_init ();
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma") &&
      has_f16c ())
    flags |= VQD_CPU_AVX2;
  if (flags != 0 && __builtin_cpu_supports ("avx512f") &&
      __builtin_cpu_supports ("avx512bw") &&
      __builtin_cpu_supports ("avx512dq") &&
      __builtin_cpu_supports ("avx512vl"))
    flags |= VQD_CPU_AVX512;
#endif
  return flags;
}

static unsigned
mask_from_text (const char *text)
{
  if (strcmp (text, "avx2") == 0)
    return VQD_CPU_AVX2;
  if (strcmp (text, "avx512") == 0)
    return VQD_CPU_AVX2 | VQD_CPU_AVX512;

  char *end;
  const unsigned long mask = strtoul (text, &end, 0);

  return end != text && *end == '\0' ? (unsigned) mask : ~0u;
}

unsigned
vqd_cpu_flags (void)
{
  const char *text = getenv ("VQD_CPU_FLAGS");

  return detect () & (text != NULL ? mask_from_text (text) : ~0u);
}
