/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqd-check.h"

#define BATCH 3
#define N_TOKENS 35
#define N_CODES 50
#define DIM 37
#define HEIGHT 7
#define WIDTH 5

typedef struct
{
  VqdMatrix table;
  VqdMatrix height;
  VqdMatrix width;
  const int *tokens;
  bool has_height;
  bool has_width;
} Data;

static void
op_embed (VqdBackend *backend, const void *data, float *out)
{
  const Data *d = data;

  backend->ops->embed (backend, out, d->tokens, &d->table,
                       d->has_height ? &d->height : NULL,
                       d->has_width ? &d->width : NULL, BATCH, N_TOKENS);
}

/* width_rows: more than a row of the grid in the published 16 x 16 models. */
static void
check_embed (const char *name, VqdDtype dtype, int width_rows, bool has_height,
             bool has_width)
{
  const float *table;
  const float *height;
  const float *width;
  int *tokens = vqd_check_ints (BATCH * N_TOKENS);
  double *expected = vqd_check_doubles (BATCH * N_TOKENS * DIM);
  const Data data = {
    .table = vqd_check_matrix (dtype, N_CODES, DIM, &table),
    .height = vqd_check_matrix (dtype, HEIGHT, DIM, &height),
    .width = vqd_check_matrix (dtype, width_rows, DIM, &width),
    .tokens = tokens,
    .has_height = has_height,
    .has_width = has_width,
  };

  for (int i = 0; i < BATCH * N_TOKENS; i++)
    tokens[i] = vqd_check_random_int (N_CODES);
  tokens[0] = N_CODES - 1;
  for (int i = 0; i < BATCH * N_TOKENS; i++)
    for (int c = 0; c < DIM; c++)
      {
        const int n = i % N_TOKENS;
        double sum = (double) table[tokens[i] * DIM + c];

        if (has_width)
          sum += (double) width[n % width_rows * DIM + c];
        if (has_height)
          sum += (double) height[n / width_rows * DIM + c];
        expected[i * DIM + c] = sum;
      }
  vqd_check_op (&(VqdCheckOp){ .name = name,
                               .run = op_embed,
                               .data = &data,
                               .expected = expected,
                               .n_out = BATCH * N_TOKENS * DIM,
                               .abs = 3e-7,
                               .rel = 2e-7 });
}

int
main (int argc, char **argv)
{
  vqd_check_init (argc, argv);
  check_embed ("embed-f32", VQD_DTYPE_F32, WIDTH, true, true);
  check_embed ("embed-f16", VQD_DTYPE_F16, WIDTH, true, true);
  check_embed ("embed-bf16", VQD_DTYPE_BF16, WIDTH, true, true);
  check_embed ("embed-i8", VQD_DTYPE_I8, WIDTH, true, true);
  check_embed ("embed-wide-table", VQD_DTYPE_F32, 2 * WIDTH, true, true);
  check_embed ("embed-positions", VQD_DTYPE_F32, N_TOKENS, false, true);
  check_embed ("embed-plain", VQD_DTYPE_BF16, WIDTH, false, false);
  return vqd_check_finish ();
}
