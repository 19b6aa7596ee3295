/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-check.h - compares the CPU's levels with the reference, and ops with
 * loops in double
 *
 * Prints TAP. With --bench also the time of each function, and how many times
 * faster than the reference it is. */
#ifndef VQD_CHECK_H
#define VQD_CHECK_H

#include "kernels/cpu/vqd-cpu.h"

/* What a function is fed with: its first input, all of them for LOGS. */
typedef enum
{
  VQD_INPUT_NORMAL, /* about -4 ... 4 */
  VQD_INPUT_LARGE,  /* up to 1e4 either way, and tiny ones between */
  VQD_INPUT_OFFSET, /* about 1000, spread 1 */
  VQD_INPUT_LOGS,   /* -70 ... 0, many at -70 */
  VQD_INPUT_EQUAL,  /* all the same: ties */
  VQD_INPUT_NAN,    /* normal, with a NaN in the first row */
  VQD_N_INPUTS
} VqdCheckInput;

/* Four inputs [rows, dim]. */
typedef struct
{
  int rows;
  int dim;
  const float *a;
  const float *b;
  const float *c;
  const float *d;
} VqdCheckCase;

typedef struct
{
  const char *name;
  /* out: [rows, dim], 0 before. */
  void (*run) (const VqdCpuOps *ops, const VqdCheckCase *c, float *out);
  unsigned inputs; /* mask of 1 << VqdCheckInput */
  float abs;       /* |new - reference| <= abs + rel |reference| */
  float rel;
} VqdCheckFunc;

/* An op on a whole backend. */
typedef struct
{
  const char *name;
  void (*run) (VqdBackend *backend, const void *data, float *out);
  const void *data;
  const double *expected; /* [n_out] */
  int n_out;
  double abs;
  double rel;
} VqdCheckOp;

void vqd_check_init (int argc, char **argv);

/* The exit status. */
int vqd_check_finish (void);

/* One line of TAP; what: as printf () does. */
void vqd_check (bool condition, const char *what, ...)
    __attribute__ ((format (printf, 2, 3)));

/* At each level of this CPU, over sizes and inputs. */
void vqd_check_func (const VqdCheckFunc *func);

/* At each level and with 1, 2 and 3 threads: near what is expected, and the
 * same to the bit whatever the number of threads. */
void vqd_check_op (const VqdCheckOp *op);

/* Numbers in a row that do not end: about -1 ... 1, or 0 ... n - 1. */
float vqd_check_random (void);
int vqd_check_random_int (int n);

/* Freed by vqd_check_finish (). */
float *vqd_check_floats (size_t n);
double *vqd_check_doubles (size_t n);
int *vqd_check_ints (size_t n);

/* n random numbers times range. */
float *vqd_check_random_floats (size_t n, float range);

/* Random weights [n_rows, n_cols] of a type; wide: what they are as float. */
VqdMatrix vqd_check_matrix (VqdDtype dtype, int n_rows, int n_cols,
                            const float **wide);

VqdBackend *vqd_check_open (int n_threads);

#endif /* VQD_CHECK_H */
