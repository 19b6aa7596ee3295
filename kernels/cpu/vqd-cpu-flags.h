/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-cpu-flags.h - what this CPU can do, and what it is allowed to
 *
 * The environment variable VQD_CPU_FLAGS limits the choice: "0" for plain C,
 * "avx2" or "avx512" for this level and those below, or a number, the mask of
 * the bits here ("0x1"). Other words change nothing. */
#ifndef VQD_CPU_FLAGS_H
#define VQD_CPU_FLAGS_H

#define VQD_CPU_AVX2 (1u << 0)   /* AVX2, FMA, F16C */
#define VQD_CPU_AVX512 (1u << 1) /* AVX-512 F, BW, DQ, VL; and the above */

/* Flags of the CPU that the environment does not mask. */
unsigned vqd_cpu_flags (void);

#endif /* VQD_CPU_FLAGS_H */
