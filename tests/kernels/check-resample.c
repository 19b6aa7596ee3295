/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqd-check.h"

typedef struct
{
  const float *x;
  int batch;
  int height;
  int width;
  int channels;
} Data;

static void
op_upsample2 (VqdBackend *backend, const void *data, float *out)
{
  const Data *d = data;

  backend->ops->upsample2 (backend, out, d->x, d->batch, d->height, d->width,
                           d->channels);
}

static void
check_upsample2 (int batch, int height, int width, int channels)
{
  const int n = batch * height * width * channels;
  const Data data = { vqd_check_random_floats ((size_t) n, 1.0f), batch, height,
                      width, channels };
  double *expected = vqd_check_doubles ((size_t) n * 4);
  double *to = expected;

  for (int b = 0; b < batch; b++)
    for (int i = 0; i < 2 * height; i++)
      for (int j = 0; j < 2 * width; j++)
        for (int c = 0; c < channels; c++)
          *to++ =
              (double)
                  data.x[((b * height + i / 2) * width + j / 2) * channels + c];
  vqd_check_op (&(VqdCheckOp){ .name = "upsample2",
                               .run = op_upsample2,
                               .data = &data,
                               .expected = expected,
                               .n_out = 4 * n });
}

static void
op_unfold3 (VqdBackend *backend, const void *data, float *out)
{
  const Data *d = data;

  backend->ops->unfold3 (backend, out, d->x, d->batch, d->height, d->width,
                         d->channels);
}

static void
check_unfold3 (int batch, int height, int width, int channels)
{
  const int n = batch * height * width * channels;
  const Data data = { vqd_check_random_floats ((size_t) n, 1.0f), batch, height,
                      width, channels };
  double *expected = vqd_check_doubles ((size_t) n * 9);
  double *to = expected;

  for (int b = 0; b < batch; b++)
    for (int i = 0; i < height; i++)
      for (int j = 0; j < width; j++)
        for (int c = 0; c < channels; c++)
          for (int y = i - 1; y <= i + 1; y++)
            for (int x = j - 1; x <= j + 1; x++)
              *to++ =
                  y < 0 || y >= height || x < 0 || x >= width
                      ? 0.0
                      : (double) data
                            .x[((b * height + y) * width + x) * channels + c];
  vqd_check_op (&(VqdCheckOp){ .name = "unfold3",
                               .run = op_unfold3,
                               .data = &data,
                               .expected = expected,
                               .n_out = 9 * n });
}

int
main (int argc, char **argv)
{
  vqd_check_init (argc, argv);
  check_upsample2 (1, 1, 1, 1);
  check_upsample2 (2, 3, 5, 7);
  check_upsample2 (1, 16, 16, 64);
  check_unfold3 (1, 1, 1, 1);
  check_unfold3 (2, 3, 5, 7);
  check_unfold3 (1, 16, 16, 64);
  return vqd_check_finish ();
}
