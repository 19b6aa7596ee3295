/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-png.h"

#include <math.h>
#include <string.h>

#include "core/vqd.h"

#define MAX_8 255
#define MAX_16 65535

VqdPng *
vqd_png_new (int width_px, int height_px, int n_channels, int bit_depth,
             GError **error)
{
  const gint64 n_pixels = (gint64) width_px * height_px;
  g_autoptr (VqdPng) self = g_new0 (VqdPng, 1);

  self->width_px = width_px;
  self->height_px = height_px;
  self->n_channels = n_channels;
  self->bit_depth = bit_depth;
  self->srgb_intent = -1;
  if (width_px > VQD_MAX_CANVAS_PX || height_px > VQD_MAX_CANVAS_PX ||
      n_pixels > VQD_PNG_MAX_PIXELS)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   "A picture of %d × %d pixels is too large: a side has at "
                   "most %d, and all of it %" G_GINT64_FORMAT ".",
                   width_px, height_px, VQD_MAX_CANVAS_PX, VQD_PNG_MAX_PIXELS);
      return NULL;
    }

  self->samples = g_try_malloc0 (vqd_png_row_bytes (self) * (gsize) height_px);
  if (self->samples == NULL)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                   "There is no memory for a picture of %d × %d pixels.",
                   width_px, height_px);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
vqd_png_free (VqdPng *self)
{
  g_free (self->samples);
  g_free (self->profile_name);
  g_clear_pointer (&self->profile, g_bytes_unref);
  g_free (self->software);
  g_free (self->settings);
  g_free (self->token_record);
  g_free (self);
}

gsize
vqd_png_row_bytes (const VqdPng *self)
{
  return (gsize) self->width_px * self->n_channels * (self->bit_depth / 8);
}

gboolean
vqd_png_has_alpha (const VqdPng *self)
{
  return self->n_channels % 2 == 0;
}

gboolean
vqd_png_has_colour (const VqdPng *self)
{
  return self->n_channels >= 3;
}

float
vqd_png_get (const VqdPng *self, gsize i)
{
  return self->bit_depth == 16
             ? (float) ((const guint16 *) (gconstpointer) self->samples)[i] /
                   MAX_16
             : (float) self->samples[i] / MAX_8;
}

void
vqd_png_set (VqdPng *self, gsize i, float value)
{
  const float inside = CLAMP (value, 0.0f, 1.0f);

  if (self->bit_depth == 16)
    ((guint16 *) (gpointer) self->samples)[i] = lrintf (inside * MAX_16);
  else
    self->samples[i] = lrintf (inside * MAX_8);
}

void
vqd_png_copy_meaning (VqdPng *self, const VqdPng *from)
{
  self->srgb_intent = from->srgb_intent;
  self->gamma = from->gamma;
  self->has_chromaticities = from->has_chromaticities;
  memcpy (self->chromaticities, from->chromaticities,
          sizeof self->chromaticities);
  g_free (self->profile_name);
  self->profile_name = g_strdup (from->profile_name);
  g_clear_pointer (&self->profile, g_bytes_unref);
  if (from->profile != NULL)
    self->profile = g_bytes_ref (from->profile);
  self->x_density = from->x_density;
  self->y_density = from->y_density;
  self->density_unit = from->density_unit;
}
