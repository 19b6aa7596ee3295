/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <float.h>
#include <math.h>

#include "kernels/cpu/vqd-cpu.h"

/* Rows of an item, and codes of one product. */
#define ROW_BLOCK 32
#define CODE_BLOCK 512

/* Rounding error of |c|^2 - 2 z c in float, as a share of |z|^2 + |c|^2 and for
 * each of the dim products: twice the bound. */
#define ERROR_PER_TERM FLT_EPSILON

typedef struct
{
  const VqdCpuOps *ops;
  int *codes;
  const float *z;
  const float *codebook;
  int rows;
  int n_codes;
  int dim;
} CodeJob;

/* The nearest code so far of a row; candidates may beat it. */
typedef struct
{
  double distance;
  int code;     /* -1: none yet */
  float limit;  /* no code with a lower bound above this is nearer */
  float square; /* |z|^2 */
} Nearest;

static double
distance2 (const float *a, const float *b, int dim)
{
  double sum = 0.0;

  for (int i = 0; i < dim; i++)
    {
      const double d = (double) a[i] - (double) b[i];

      sum += d * d;
    }
  return sum;
}

static float
square_sum (const float *x, int dim)
{
  double sum = 0.0;

  for (int i = 0; i < dim; i++)
    sum += (double) x[i] * (double) x[i];
  return (float) sum;
}

/* Scores |c|^2 - 2 z c rank codes up to rounding; the few whose score is as
 * good as the best within the error are compared in double. dots: z c of this
 * row and the codes of the block; squares: their |c|^2. */
static void
compare_block (const CodeJob *job, Nearest *best, const float *z,
               const float *dots, const float *squares, int first, int n)
{
  for (int i = 0; i < n; i++)
    {
      const float score = squares[i] - 2.0f * dots[i];
      const float error =
          ERROR_PER_TERM * (float) (job->dim + 8) * (best->square + squares[i]);

      if (best->code >= 0 && score - error > best->limit)
        continue;

      const double distance = distance2 (
          z, job->codebook + (size_t) (first + i) * (size_t) job->dim,
          job->dim);

      if (best->code < 0 || distance < best->distance)
        {
          best->distance = distance;
          best->code = first + i;
          best->limit = score + error;
        }
    }
}

static void
nearest_item (const void *data, int item, void *scratch)
{
  const CodeJob *job = data;
  const int first_row = item * ROW_BLOCK;
  const int rows = vqd_cpu_min (ROW_BLOCK, job->rows - first_row);
  const float *z = job->z + (size_t) first_row * (size_t) job->dim;
  float *dots = scratch; /* [ROW_BLOCK, CODE_BLOCK] */
  float *squares = dots + ROW_BLOCK * CODE_BLOCK;
  Nearest best[ROW_BLOCK];

  for (int r = 0; r < rows; r++)
    best[r] = (Nearest){
      .code = -1,
      .square = square_sum (z + (size_t) r * (size_t) job->dim, job->dim),
    };

  for (int first = 0; first < job->n_codes; first += CODE_BLOCK)
    {
      const int n = vqd_cpu_min (CODE_BLOCK, job->n_codes - first);
      const float *codes = job->codebook + (size_t) first * (size_t) job->dim;

      for (int i = 0; i < n; i++)
        squares[i] =
            square_sum (codes + (size_t) i * (size_t) job->dim, job->dim);
      vqd_cpu_product (dots, CODE_BLOCK, z, job->dim, codes, job->dim, rows, n,
                       job->dim, false);
      for (int r = 0; r < rows; r++)
        compare_block (job, &best[r], z + (size_t) r * (size_t) job->dim,
                       dots + r * CODE_BLOCK, squares, first, n);
    }
  for (int r = 0; r < rows; r++)
    job->codes[first_row + r] = best[r].code;
}

void
vqd_cpu_nearest_code (VqdBackend *self, int *codes, const float *z,
                      const float *codebook, int rows, int n_codes, int dim)
{
  VqdCpu *cpu = vqd_cpu (self);
  const CodeJob job = { .ops = &cpu->ops,
                        .codes = codes,
                        .z = z,
                        .codebook = codebook,
                        .rows = rows,
                        .n_codes = n_codes,
                        .dim = dim };

  assert (n_codes > 0 && dim > 0);
  vqd_pool_run (cpu->pool, vqd_cpu_div_up (rows, ROW_BLOCK), nearest_item,
                &job);
}
