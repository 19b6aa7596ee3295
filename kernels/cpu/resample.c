/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "kernels/cpu/vqd-cpu.h"

typedef struct
{
  float *y;
  const float *x;
  int width;
  int channels;
} UpsampleJob;

/* One row of pixels of x: two rows of y, each pixel twice. */
static void
upsample_item (const void *data, int item, void *scratch)
{
  const UpsampleJob *job = data;
  const size_t channels = (size_t) job->channels;
  const size_t n_bytes = sizeof (float) * channels;
  const size_t y_row = 2 * (size_t) job->width * channels;
  const float *from = job->x + (size_t) item * (size_t) job->width * channels;
  float *to = job->y + 2 * (size_t) item * y_row;

  for (int j = 0; j < job->width; j++)
    {
      memcpy (to + 2 * (size_t) j * channels, from + (size_t) j * channels,
              n_bytes);
      memcpy (to + (2 * (size_t) j + 1) * channels,
              from + (size_t) j * channels, n_bytes);
    }
  memcpy (to + y_row, to, sizeof (float) * y_row);
}

void
vqd_cpu_upsample2 (VqdBackend *self, float *y, const float *x, int batch,
                   int height, int width, int channels)
{
  const UpsampleJob job = {
    .y = y, .x = x, .width = width, .channels = channels
  };

  vqd_pool_run (vqd_cpu (self)->pool, batch * height, upsample_item, &job);
}
