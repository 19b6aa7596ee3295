/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "vqd-check.h"

typedef struct
{
  VqdConv conv;
  VqdMatrix stored;  /* [out, in * kernel^2] */
  const float *wide; /* the same as float */
  const float *x;
  const float *y;
  float *packed;
  int batch;
  int height;
  int width;
  int n_out;
  VqdEpilogue epilogue;
} Data;

static void
op_conv2d (VqdBackend *backend, const void *data, float *out)
{
  const Data *d = data;

  memcpy (out, d->y, sizeof (float) * (size_t) d->n_out);
  backend->ops->pack_conv (backend, d->packed, &d->stored, d->conv.in_channels,
                           d->conv.kernel);
  backend->ops->conv2d (backend, out, d->x, &d->conv, d->batch, d->height,
                        d->width, d->epilogue);
}

/* Output channel o at (i, j), from the weights as they are stored. */
static double
expect_pixel (const Data *d, int b, int i, int j, int o)
{
  const VqdConv *c = &d->conv;
  const int pad = c->kernel == 3 && c->stride == 1 ? 1 : 0;
  double sum = (double) c->bias[o];

  for (int in = 0; in < c->in_channels; in++)
    for (int ky = 0; ky < c->kernel; ky++)
      for (int kx = 0; kx < c->kernel; kx++)
        {
          const int y = i * c->stride + ky - pad;
          const int x = j * c->stride + kx - pad;

          if (y < 0 || x < 0 || y >= d->height || x >= d->width)
            continue;
          sum +=
              (double) d->wide[((o * c->in_channels + in) * c->kernel + ky) *
                                   c->kernel +
                               kx] *
              (double)
                  d->x[((b * d->height + y) * d->width + x) * c->in_channels +
                       in];
        }
  return sum;
}

static void
expect_conv2d (double *to, const Data *d)
{
  const VqdConv *c = &d->conv;

  for (int b = 0; b < d->batch; b++)
    for (int i = 0; i < d->height / c->stride; i++)
      for (int j = 0; j < d->width / c->stride; j++)
        for (int o = 0; o < c->out_channels; o++, to++)
          {
            *to = expect_pixel (d, b, i, j, o);
            if (d->epilogue == VQD_EPILOGUE_GELU2)
              *to /= 1.0 + exp (-1.702 * *to);
          }
}

static void
check_conv2d (VqdConv conv, VqdDtype dtype, int batch, int height, int width,
              VqdEpilogue epilogue)
{
  const int depth = conv.in_channels * conv.kernel * conv.kernel;
  const size_t n_in = (size_t) (batch * height * width * conv.in_channels);
  const size_t n_weights = (size_t) conv.out_channels * (size_t) depth;
  Data data = { .conv = conv,
                .batch = batch,
                .height = height,
                .width = width,
                .epilogue = epilogue };
  char name[80];

  data.n_out =
      batch * height / conv.stride * width / conv.stride * conv.out_channels;
  data.stored = vqd_check_matrix (dtype, conv.out_channels, depth, &data.wide);
  data.packed = vqd_check_floats (n_weights);
  data.conv.weights = (VqdMatrix){ .data = data.packed,
                                   .dtype = VQD_DTYPE_F32,
                                   .n_rows = conv.out_channels,
                                   .n_cols = depth };
  data.conv.bias = vqd_check_random_floats ((size_t) conv.out_channels, 1.0f);
  data.x = vqd_check_random_floats (n_in, 1.0f);
  data.y = vqd_check_random_floats ((size_t) data.n_out, 1.0f);

  double *expected = vqd_check_doubles ((size_t) data.n_out);

  expect_conv2d (expected, &data);
  for (int i = 0; epilogue == VQD_EPILOGUE_ADD && i < data.n_out; i++)
    expected[i] += (double) data.y[i];
  snprintf (name, sizeof (name), "conv2d-%d-to-%d-kernel-%d-stride-%d-%dx%dx%d",
            conv.in_channels, conv.out_channels, conv.kernel, conv.stride,
            batch, height, width);
  vqd_check_op (&(VqdCheckOp){ .name = name,
                               .run = op_conv2d,
                               .data = &data,
                               .expected = expected,
                               .n_out = data.n_out,
                               .abs = 1e-6 * (8 + sqrt (depth)),
                               .rel = 1e-5 });
}

static VqdConv
conv (int in_channels, int out_channels, int kernel, int stride)
{
  return (VqdConv){ .in_channels = in_channels,
                    .out_channels = out_channels,
                    .kernel = kernel,
                    .stride = stride };
}

int
main (int argc, char **argv)
{
  vqd_check_init (argc, argv);
  check_conv2d (conv (1, 1, 3, 1), VQD_DTYPE_F32, 1, 1, 1, VQD_EPILOGUE_STORE);
  check_conv2d (conv (3, 5, 3, 1), VQD_DTYPE_F32, 2, 5, 7, VQD_EPILOGUE_STORE);
  check_conv2d (conv (3, 5, 3, 2), VQD_DTYPE_F16, 2, 6, 4, VQD_EPILOGUE_STORE);
  check_conv2d (conv (2, 4, 3, 2), VQD_DTYPE_F32, 1, 2, 2, VQD_EPILOGUE_ADD);
  check_conv2d (conv (33, 3, 3, 1), VQD_DTYPE_BF16, 1, 17, 31,
                VQD_EPILOGUE_GELU2);
  check_conv2d (conv (9, 70, 1, 1), VQD_DTYPE_I8, 2, 5, 3, VQD_EPILOGUE_ADD);
  check_conv2d (conv (16, 130, 3, 1), VQD_DTYPE_F32, 2, 9, 8, VQD_EPILOGUE_ADD);
  /* A row of the kernel at a time; then blocks below the usual. */
  check_conv2d (conv (520, 2, 3, 1), VQD_DTYPE_F32, 1, 8, 8,
                VQD_EPILOGUE_STORE);
  check_conv2d (conv (9000, 1, 3, 1), VQD_DTYPE_F32, 1, 6, 8, VQD_EPILOGUE_ADD);
  return vqd_check_finish ();
}
