/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a level hands on to the next finer one. */
#include <string.h>

#include "core/base/vqd-i18n.h"
#include "core/canvas/vqd-shrink.h"
#include "core/vqd-paint-private.h"


gboolean
vqd_painter_set_no_memory (const VqdLevel *level, GError **error)
{
  g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
               _ ("There is not enough memory to work on %d x %d pixels."),
               level->width, level->height);
  return FALSE;
}

/* Of a level's pixels those that the finer level covers, in place. */
static void
crop_to_finer (const VqdLevel *level, float *rgb)
{
  const VqdCover *cover = &level->finer;
  const gsize width = (gsize) cover->width;

  for (gsize y = 0; y < (gsize) cover->height; y++)
    memmove (rgb + 3 * y * width,
             rgb + 3 * ((y + (gsize) cover->y) * (gsize) level->width +
                        (gsize) cover->x),
             3 * sizeof (float) * width);
}

float *
vqd_painter_vary_finer (const VqdLevel *finer, const VqdLevel *level,
                        float *drawn, const float *given, GError **error)
{
  const gsize n = 3 * (gsize) level->width * (gsize) level->height;
  const gsize n_finer = 3 * (gsize) finer->width * (gsize) finer->height;
  float *rgb = g_try_new (float, n_finer);

  if (rgb == NULL)
    {
      vqd_painter_set_no_memory (finer, error);
      return NULL;
    }
  for (gsize i = 0; i < n; i++)
    drawn[i] -= given[i];
  crop_to_finer (level, drawn);
  vqd_enlarge (drawn, level->finer.width, level->finer.height, rgb,
               finer->width, finer->height, NULL);
  for (gsize i = 0; i < n_finer; i++)
    rgb[i] = CLAMP (rgb[i] + finer->rgb[i], 0.0f, 1.0f);
  return rgb;
}

gboolean
vqd_painter_fill_finer (VqdLevel *finer, const VqdLevel *level, float *drawn,
                        GError **error)
{
  const gsize n = (gsize) finer->width * (gsize) finer->height;
  g_autofree guint8 *where = g_try_new (guint8, n);

  if (where == NULL)
    return vqd_painter_set_no_memory (finer, error);
  for (gsize i = 0; i < n; i++)
    where[i] = ! finer->known[i];
  crop_to_finer (level, drawn);
  vqd_enlarge (drawn, level->finer.width, level->finer.height, finer->rgb,
               finer->width, finer->height, where);
  return TRUE;
}
