/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tensor-numbers.h - a number of a tensor of any type */
#ifndef TENSOR_NUMBERS_H
#define TENSOR_NUMBERS_H

#include "core/io/vqd-weights.h"

static inline double
number_at (const VqdTensor *tensor, gsize i)
{
  const VqdMatrix one = { .data = (const guint8 *) tensor->data +
                                  i * vqd_dtype_bytes (tensor->dtype),
                          .dtype = tensor->dtype,
                          .n_rows = 1,
                          .n_cols = 1 };
  float value;

  switch (tensor->dtype)
    {
    case VQD_DTYPE_F64:
      return ((const double *) tensor->data)[i];
    case VQD_DTYPE_I64:
      return (double) ((const gint64 *) tensor->data)[i];
    case VQD_DTYPE_I32:
      return ((const gint32 *) tensor->data)[i];
    case VQD_DTYPE_U16:
      return ((const guint16 *) tensor->data)[i];
    case VQD_DTYPE_U8:
      return ((const guint8 *) tensor->data)[i];
    case VQD_DTYPE_I8:
      return ((const gint8 *) tensor->data)[i];
    default:
      vqd_matrix_to_float (&one, &value);
      return value;
    }
}

#endif /* TENSOR_NUMBERS_H */
