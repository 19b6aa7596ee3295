/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-mode.h"

#include <glib/gi18n.h>

/* Each layer costs some calls; who has more says what is to be done. */
#define MAX_LAYERS 32

/* "auto", then by VqdTask. */
static const char *const names[] = { "auto", "generate", "fill", "expand",
                                     "vary", "tile",     NULL };

const char *const *
vqd_mode_names (void)
{
  return names;
}

/* Whether the layers' common rectangle leaves an edge of the canvas empty. From
 * the bottom: what lies there covers the canvas most often, and ends the
 * search. */
static gboolean
has_border (GimpImage *image)
{
  g_autofree GimpLayer **layers = gimp_image_get_layers (image);
  const int width = gimp_image_get_width (image);
  const int height = gimp_image_get_height (image);
  int left = G_MAXINT;
  int top = G_MAXINT;
  int right = G_MININT;
  int bottom = G_MININT;
  int n_layers = 0;

  while (layers != NULL && layers[n_layers] != NULL)
    n_layers++;
  if (n_layers > MAX_LAYERS)
    return FALSE;

  for (int i = n_layers - 1; i >= 0; i--)
    {
      GimpDrawable *drawable = GIMP_DRAWABLE (layers[i]);
      int x;
      int y;

      if (! gimp_item_get_visible (GIMP_ITEM (drawable)) ||
          ! gimp_drawable_get_offsets (drawable, &x, &y))
        continue;
      left = MIN (left, x);
      top = MIN (top, y);
      right = MAX (right, x + gimp_drawable_get_width (drawable));
      bottom = MAX (bottom, y + gimp_drawable_get_height (drawable));
      if (left <= 0 && top <= 0 && right >= width && bottom >= height)
        return FALSE;
    }

  return left <= right;
}

VqdModeHints
vqd_mode_look (GimpImage *image)
{
  VqdModeHints hints = { FALSE, FALSE };

  if (image != NULL)
    {
      hints.has_selection = ! gimp_selection_is_empty (image);
      /* What is selected comes first anyway. */
      hints.has_border = ! hints.has_selection && has_border (image);
    }
  return hints;
}

gboolean
vqd_mode_find_task (const char *name, const VqdModeHints *hints, VqdTask *task,
                    GError **error)
{
  if (g_strcmp0 (name, names[0]) == 0)
    {
      *task = hints->has_selection ? VQD_TASK_FILL
              : hints->has_border  ? VQD_TASK_EXPAND
                                   : VQD_TASK_GENERATE;
      return TRUE;
    }

  for (int i = 1; names[i] != NULL; i++)
    if (g_strcmp0 (name, names[i]) == 0)
      {
        *task = (VqdTask) (i - 1);
        return TRUE;
      }

  g_autofree char *valid = g_strjoinv (", ", (char **) names);
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               _ ("There is no mode \"%s\". It is one of: %s."),
               name != NULL ? name : "", valid);
  return FALSE;
}
