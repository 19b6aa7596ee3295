/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include "kernels/cpu/vqd-cpu.h"

/* The pixels that a band of the output looks at, laid out as rows of the
 * product: at most so much, so that they stay in the second-level cache. */
#define BAND_BYTES ((size_t) 1 << 20)

typedef struct
{
  const VqdCpuOps *ops;
  float *y;
  const float *x;
  const VqdConv *conv;
  VqdCpuGrid grid;
  int height; /* of x */
  int width;
  int y_height;
  int y_width;
  int n_pixels; /* of y, the batch together */
  VqdEpilogue epilogue;
} ConvJob;

typedef struct
{
  const VqdCpuOps *ops;
  float *packed;
  const VqdMatrix *w;
  int in_channels;
  int kernel;
} PackJob;

/* Stored [in, kernel, kernel] of one output channel to [kernel, kernel, in].
 * scratch: the row as float. */
static void
pack_item (const void *data, int item, void *scratch)
{
  const PackJob *job = data;
  const int n_taps = job->kernel * job->kernel;
  const float *row = scratch;
  float *to = job->packed + (size_t) item * (size_t) job->w->n_cols;

  vqd_cpu_matrix_row (job->ops, scratch, job->w, item, 0, job->w->n_cols);
  for (int tap = 0; tap < n_taps; tap++)
    for (int c = 0; c < job->in_channels; c++)
      *to++ = row[c * n_taps + tap];
}

void
vqd_cpu_pack_conv (VqdBackend *self, float *packed, const VqdMatrix *w,
                   int in_channels, int kernel)
{
  VqdCpu *cpu = vqd_cpu (self);
  const PackJob job = { .ops = &cpu->ops,
                        .packed = packed,
                        .w = w,
                        .in_channels = in_channels,
                        .kernel = kernel };

  assert (w->n_cols == in_channels * kernel * kernel);
  assert (sizeof (float) * (size_t) w->n_cols <= VQD_CPU_SCRATCH_BYTES);
  vqd_pool_run (cpu->pool, w->n_rows, pack_item, &job);
}

/* What row ky of the kernel sees from output pixel (i, j): three input pixels,
 * zeros outside of the picture. picture: its first pixel. */
static void
gather_row (const ConvJob *job, float *to, const float *picture, int i, int j,
            int ky)
{
  const int channels = job->conv->in_channels;
  const int pad = job->conv->stride == 1 ? 1 : 0;
  const int row = i * job->conv->stride + ky - pad;
  const int left = j * job->conv->stride - pad;
  const int begin = left < 0 ? 1 : 0;
  const int end = vqd_cpu_min (3, job->width - left);

  if (row < 0 || row >= job->height)
    {
      memset (to, 0, sizeof (float) * 3 * (size_t) channels);
      return;
    }
  if (begin > 0)
    memset (to, 0, sizeof (float) * (size_t) channels);
  memcpy (to + begin * channels,
          picture +
              ((size_t) row * (size_t) job->width + (size_t) (left + begin)) *
                  (size_t) channels,
          sizeof (float) * (size_t) ((end - begin) * channels));
  if (end < 3)
    memset (to + end * channels, 0,
            sizeof (float) * (size_t) ((3 - end) * channels));
}

/* Row ky (or, n_ky 3, all rows) of the kernel for each pixel of a band. */
static void
gather (const ConvJob *job, float *to, int first, int n, int ky, int n_ky)
{
  const int per_picture = job->y_height * job->y_width;
  const int channels = job->conv->in_channels;

  for (int pixel = first; pixel < first + n; pixel++)
    {
      const float *picture =
          job->x + (size_t) (pixel / per_picture) * (size_t) job->height *
                       (size_t) job->width * (size_t) channels;
      const int i = pixel % per_picture / job->y_width;
      const int j = pixel % job->y_width;

      for (int k = ky; k < ky + n_ky; k++, to += 3 * channels)
        gather_row (job, to, picture, i, j, k);
    }
}

static void
multiply_band (const ConvJob *job, float *y, int first, int n, int first_col,
               int cols, float *scratch)
{
  const VqdConv *conv = job->conv;
  const int depth = conv->weights.n_cols;
  const float *w =
      (const float *) conv->weights.data + (size_t) first_col * (size_t) depth;
  const bool add = job->epilogue == VQD_EPILOGUE_ADD;

  if (conv->kernel == 1)
    {
      vqd_cpu_product (y, conv->out_channels,
                       job->x + (size_t) first * (size_t) depth, depth, w,
                       depth, n, cols, depth, add);
      return;
    }

  /* All nine taps in one product, when their pixels fit; else a row of taps
   * at a time. */
  const bool whole =
      sizeof (float) * (size_t) depth * (size_t) job->grid.rows <= BAND_BYTES;
  const int n_ky = whole ? 3 : 1;
  const int part = depth / 3 * n_ky;

  for (int ky = 0; ky < 3; ky += n_ky)
    {
      gather (job, scratch, first, n, ky, n_ky);
      vqd_cpu_product (y, conv->out_channels, scratch, part, w + ky * part,
                       depth, n, cols, part, add || ky > 0);
    }
}

static void
conv_item (const void *data, int item, void *scratch)
{
  const ConvJob *job = data;
  const VqdConv *conv = job->conv;
  const int first = item / job->grid.n_col_blocks * job->grid.rows;
  const int first_col = item % job->grid.n_col_blocks * job->grid.cols;
  const int n = vqd_cpu_min (job->grid.rows, job->n_pixels - first);
  const int cols = vqd_cpu_min (job->grid.cols, conv->out_channels - first_col);
  float *y = job->y + (size_t) first * (size_t) conv->out_channels + first_col;

  multiply_band (job, y, first, n, first_col, cols, scratch);
  if (conv->bias != NULL || job->epilogue == VQD_EPILOGUE_GELU2)
    job->ops->epilogue (y, conv->out_channels,
                        conv->bias != NULL ? conv->bias + first_col : NULL, n,
                        cols, job->epilogue == VQD_EPILOGUE_GELU2);
}

void
vqd_cpu_conv2d (VqdBackend *self, float *y, const float *x, const VqdConv *conv,
                int batch, int height, int width, VqdEpilogue epilogue)
{
  VqdCpu *cpu = vqd_cpu (self);
  ConvJob job = { .ops = &cpu->ops,
                  .y = y,
                  .x = x,
                  .conv = conv,
                  .height = height,
                  .width = width,
                  .y_height = height / conv->stride,
                  .y_width = width / conv->stride,
                  .epilogue = epilogue };

  assert (conv->kernel == 3 || (conv->kernel == 1 && conv->stride == 1));
  assert (conv->stride == 1 || conv->stride == 2);
  assert (height % conv->stride == 0 && width % conv->stride == 0);
  assert (conv->weights.dtype == VQD_DTYPE_F32);
  assert (conv->weights.n_cols ==
          conv->in_channels * conv->kernel * conv->kernel);

  job.n_pixels = batch * job.y_height * job.y_width;
  job.grid = vqd_cpu_grid (job.n_pixels, conv->out_channels);

  const size_t taps_bytes = sizeof (float) * 3 * (size_t) conv->in_channels;
  const size_t fit = VQD_CPU_SCRATCH_BYTES / taps_bytes;

  assert (fit > 0);
  if (fit < (size_t) job.grid.rows)
    {
      job.grid.rows = (int) fit;
      job.grid.n_row_blocks = vqd_cpu_div_up (job.n_pixels, job.grid.rows);
    }
  vqd_pool_run (cpu->pool, job.grid.n_row_blocks * job.grid.n_col_blocks,
                conv_item, &job);
}

typedef struct
{
  float *y;
  const float *x;
  int height;
  int width;
  int channels;
} UnfoldJob;

/* One pixel: [channels, 9]. */
static void
unfold_item (const void *data, int item, void *scratch)
{
  const UnfoldJob *job = data;
  const int n_pixels = job->height * job->width;
  const int i = item % n_pixels / job->width;
  const int j = item % job->width;
  const size_t channels = (size_t) job->channels;
  const float *picture =
      job->x + (size_t) (item / n_pixels) * (size_t) n_pixels * channels;
  float *to = job->y + (size_t) item * channels * 9;

  for (int tap = 0; tap < 9; tap++)
    {
      const int row = i + tap / 3 - 1;
      const int col = j + tap % 3 - 1;
      const bool outside =
          row < 0 || row >= job->height || col < 0 || col >= job->width;
      const float *from =
          outside ? NULL
                  : picture + (size_t) (row * job->width + col) * channels;

      for (size_t c = 0; c < channels; c++)
        to[c * 9 + (size_t) tap] = outside ? 0.0f : from[c];
    }
}

void
vqd_cpu_unfold3 (VqdBackend *self, float *y, const float *x, int batch,
                 int height, int width, int channels)
{
  const UnfoldJob job = {
    .y = y, .x = x, .height = height, .width = width, .channels = channels
  };

  vqd_pool_run (vqd_cpu (self)->pool, batch * height * width, unfold_item,
                &job);
}
