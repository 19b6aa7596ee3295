/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "core/vqd-private.h"


void
vqd_picture_free (VqdPicture *picture)
{
  if (picture == NULL)
    return;
  g_free (picture->rgb);
  g_free (picture->mask);
  g_free (picture->grid.tokens);
  g_free (picture->grid.model);
  g_free (picture->purity.values);
  g_free (picture->settings);
  g_free (picture);
}

static void
free_picture (gpointer picture)
{
  vqd_picture_free (picture);
}

VqdResult *
vqd_result_new (void)
{
  VqdResult *self = g_new0 (VqdResult, 1);

  self->pictures = g_ptr_array_new_with_free_func (free_picture);
  self->cut_text = g_strdup ("");
  return self;
}

void
vqd_result_free (VqdResult *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->pictures);
  g_free (self->cut_text);
  g_free (self);
}

int
vqd_result_get_n_pictures (const VqdResult *self)
{
  return (int) self->pictures->len;
}

const VqdPicture *
vqd_result_get_picture (const VqdResult *self, int i)
{
  g_return_val_if_fail (i >= 0 && i < (int) self->pictures->len, NULL);
  return self->pictures->pdata[i];
}

const char *
vqd_result_get_cut_text (const VqdResult *self)
{
  return self->cut_text;
}

VqdSeconds
vqd_result_get_seconds (const VqdResult *self)
{
  return self->seconds;
}

int
vqd_result_get_n_evaluations (const VqdResult *self)
{
  return self->n_evaluations;
}

void
vqd_picture_to_rgb8 (const VqdPicture *picture, guint8 *rgb8)
{
  const gsize n = (gsize) picture->width_px * (gsize) picture->height_px * 3;

  for (gsize i = 0; i < n; i++)
    rgb8[i] = (guint8) lrintf (CLAMP (picture->rgb[i], 0.0f, 1.0f) * 255.0f);
}
