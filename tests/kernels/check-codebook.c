/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "vqd-check.h"

typedef struct
{
  float *z;
  float *codebook;
  int rows;
  int n_codes;
  int dim;
} Data;

static void
op_nearest_code (VqdBackend *backend, const void *data, float *out)
{
  const Data *d = data;
  int *codes = vqd_check_ints ((size_t) d->rows);

  backend->ops->nearest_code (backend, codes, d->z, d->codebook, d->rows,
                              d->n_codes, d->dim);
  for (int i = 0; i < d->rows; i++)
    out[i] = (float) codes[i];
}

static void
check_nearest (const char *name, const Data *data)
{
  double *expected = vqd_check_doubles ((size_t) data->rows);

  for (int r = 0; r < data->rows; r++)
    {
      double best = INFINITY;

      for (int k = 0; k < data->n_codes; k++)
        {
          double sum = 0.0;

          for (int i = 0; i < data->dim; i++)
            sum += pow ((double) data->z[r * data->dim + i] -
                            (double) data->codebook[k * data->dim + i],
                        2);
          if (sum < best)
            {
              best = sum;
              expected[r] = k;
            }
        }
    }
  vqd_check_op (&(VqdCheckOp){ .name = name,
                               .run = op_nearest_code,
                               .data = data,
                               .expected = expected,
                               .n_out = data->rows });
}

static Data
new_data (int rows, int n_codes, int dim, float range)
{
  return (Data){
    .z = vqd_check_random_floats ((size_t) (rows * dim), range),
    .codebook = vqd_check_random_floats ((size_t) (n_codes * dim), range),
    .rows = rows,
    .n_codes = n_codes,
    .dim = dim,
  };
}

int
main (int argc, char **argv)
{
  vqd_check_init (argc, argv);

  Data data = new_data (1, 1, 1, 1.0f);

  check_nearest ("one-code", &data);
  data = new_data (70, 1100, 64, 1.0f);
  check_nearest ("random", &data);

  /* Each code a second time, further up: the lower wins. */
  for (int i = 0; i < 550 * 64; i++)
    data.codebook[550 * 64 + i] = data.codebook[i];
  check_nearest ("ties", &data);

  /* Far from the origin, where |c|^2 - 2 z c has next to no digits left. */
  for (int i = 0; i < 70 * 64; i++)
    data.z[i] += 300.0f;
  for (int i = 0; i < 1100 * 64; i++)
    data.codebook[i] += 300.0f;
  check_nearest ("far", &data);

  /* A code's own vector finds it. */
  data = new_data (200, 200, 5, 1e-3f);
  for (int i = 0; i < 200 * 5; i++)
    data.z[i] = data.codebook[i];
  check_nearest ("itself", &data);
  return vqd_check_finish ();
}
