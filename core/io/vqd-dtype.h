/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-dtype.h - float numbers stored in fewer bits: what a converted model
 * holds. Rounding is to nearest, ties to even. */
#ifndef VQD_DTYPE_H
#define VQD_DTYPE_H

#include <glib.h>

#include "kernels/vqd-backend.h"

G_BEGIN_DECLS

/* The largest number that dtype holds: F32, F16, BF16, or I8, which holds any
 * float through its scale. */
float vqd_dtype_max (VqdDtype dtype);

/* The scale of a row stored as I8: its largest number becomes 127. */
float vqd_i8_scale (const float *x, gsize n);

/* Stores n numbers as dtype. Returns n, or the index of the first number that
 * dtype does not hold (too large, or none at all); out is not complete then. */
gsize vqd_dtype_narrow (VqdDtype dtype, const float *x, gsize n, gpointer out);

G_END_DECLS

#endif /* VQD_DTYPE_H */
