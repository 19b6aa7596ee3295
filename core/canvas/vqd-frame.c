/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/base/vqd-i18n.h"
#include "core/canvas/vqd-region.h"
#include "core/canvas/vqd-soft-mask.h"

/* A pixel that is less opaque than this is as good as none. */
#define OPAQUE 0.5f

static gboolean
allocate (VqdFrame *self, GError **error)
{
  const gsize n = (gsize) self->width * (gsize) self->height;

  self->selection = g_try_new0 (float, n);
  self->known = g_try_new0 (guint8, n);
  self->hole = g_try_new0 (guint8, n);
  if (self->selection != NULL && self->known != NULL && self->hole != NULL)
    return TRUE;

  g_set_error (
      error, VQD_ERROR, VQD_ERROR_MEMORY,
      _ ("There is not enough memory for a picture of %d x %d pixels."),
      self->width, self->height);
  return FALSE;
}

static gboolean
is_opaque (const VqdCanvas *canvas, gsize i)
{
  return canvas->alpha == NULL || canvas->alpha[i] >= OPAQUE;
}

/* Within 0 ... 1; what is no number is 0. */
static float
in_range (float value)
{
  return value > 0 ? MIN (value, 1.0f) : 0.0f;
}

/* Whether anything is selected. */
static gboolean
has_selection (const VqdCanvas *canvas)
{
  const gsize n = (gsize) canvas->width_px * (gsize) canvas->height_px;

  if (canvas->selection == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (canvas->selection[i] > 0)
      return TRUE;
  return FALSE;
}

/* How much of a pixel of the canvas the new picture replaces. */
static float
selected (const VqdRequest *request, gboolean by_selection, gsize i)
{
  const VqdCanvas *canvas = request->canvas;

  if (by_selection)
    return in_range (canvas->selection[i]);
  if (request->task == VQD_TASK_VARY)
    return canvas->alpha == NULL ? 1.0f : in_range (canvas->alpha[i]);
  return is_opaque (canvas, i) ? 0.0f : 1.0f;
}

/* The frame beyond the canvas is selected and not known. Whether anything is
 * selected. */
static gboolean
read_canvas (VqdFrame *self, const VqdRequest *request)
{
  const VqdCanvas *canvas = request->canvas;
  const gboolean sees_selected = request->task == VQD_TASK_VARY;
  gboolean any = FALSE;

  self->by_selection =
      request->task != VQD_TASK_EXPAND && has_selection (canvas);
  for (int y = 0; y < self->height; y++)
    for (int x = 0; x < self->width; x++)
      {
        const gsize i = (gsize) y * (gsize) self->width + (gsize) x;
        const int canvas_x = x - self->left;
        const int canvas_y = y - self->top;
        const gboolean inside = canvas_x >= 0 && canvas_x < canvas->width_px &&
                                canvas_y >= 0 && canvas_y < canvas->height_px;
        const gsize k =
            (gsize) canvas_y * (gsize) canvas->width_px + (gsize) canvas_x;

        self->selection[i] =
            inside ? selected (request, self->by_selection, k) : 1.0f;
        self->known[i] = inside && is_opaque (canvas, k) &&
                         (sees_selected || self->selection[i] <= 0);
        any = any || self->selection[i] > 0;
      }
  return any;
}

static gboolean
any_known (const VqdFrame *self)
{
  return memchr (self->known, 1, (gsize) self->width * (gsize) self->height) !=
         NULL;
}

#define NOTHING_TO_VARY                                                        \
  _ ("There is nothing to vary: the picture is transparent.")

/* Whether the task can be done. */
static gboolean
check (const VqdFrame *self, const VqdRequest *request, gboolean any_selected,
       GError **error)
{
  if (! any_selected)
    {
      g_set_error_literal (
          error, VQD_ERROR, VQD_ERROR_REQUEST,
          request->task == VQD_TASK_EXPAND
              ? _ ("There is nothing to expand: give the number of pixels for "
                   "at least one side, or a picture with a transparent border.")
          : request->task == VQD_TASK_FILL
              ? _ ("There is nothing to fill: select what is to be filled, or "
                   "take a picture with transparent parts.")
              : NOTHING_TO_VARY);
      return FALSE;
    }
  if (request->task == VQD_TASK_VARY && ! any_known (self))
    {
      g_set_error_literal (error, VQD_ERROR, VQD_ERROR_REQUEST,
                           NOTHING_TO_VARY);
      return FALSE;
    }
  return TRUE;
}

void
vqd_frame_measure (const VqdRequest *request, int *width_px, int *height_px)
{
  const gboolean expands = request->task == VQD_TASK_EXPAND;

  *width_px = request->canvas->width_px +
              (expands ? request->left_px + request->right_px : 0);
  *height_px = request->canvas->height_px +
               (expands ? request->top_px + request->bottom_px : 0);
}

gboolean
vqd_frame_init (VqdFrame *self, const VqdRequest *request, int width_px,
                int height_px, GCancellable *cancellable, GError **error)
{
  const gboolean has_canvas = request->task == VQD_TASK_FILL ||
                              request->task == VQD_TASK_EXPAND ||
                              request->task == VQD_TASK_VARY;
  const gboolean expands = request->task == VQD_TASK_EXPAND;

  *self = (VqdFrame){ .width = width_px, .height = height_px };
  if (has_canvas)
    {
      self->canvas = request->canvas;
      self->left = expands ? request->left_px : 0;
      self->top = expands ? request->top_px : 0;
      vqd_frame_measure (request, &self->width, &self->height);
    }

  if (! allocate (self, error))
    return FALSE;
  if (has_canvas)
    return check (self, request, read_canvas (self, request), error) &&
           vqd_hole_mask (self->hole, self->selection, NULL, self->width,
                          self->height,
                          request->task == VQD_TASK_VARY ? 0 : request->grow_px,
                          cancellable, error);

  const gsize n = (gsize) self->width * (gsize) self->height;
  for (gsize i = 0; i < n; i++)
    self->selection[i] = 1;
  memset (self->hole, 1, n);
  return TRUE;
}

void
vqd_frame_clear (VqdFrame *self)
{
  g_free (self->selection);
  g_free (self->known);
  g_free (self->hole);
}
