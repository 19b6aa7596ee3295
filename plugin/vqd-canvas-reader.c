/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-canvas-reader.h"

#include <glib/gi18n.h>

#include "plugin/vqd-canvas-source.h"
#include "plugin/vqd-layer-io.h"

typedef enum
{
  PASS_PIXELS,
  PASS_SELECTION,
  PASS_KNOWN,
  N_PASSES
} Pass;

struct _VqdCanvasReader
{
  VqdCanvasSource source;
  VqdCanvasIo *io;
  gboolean has_margin; /* asked for, to expand by */
  Pass pass;
  int row; /* of the pass, the next one */

  /* io's own. */
  float *rgb;
  float *alpha;       /* NULL: opaque */
  float *selection;   /* NULL: none */
  gboolean is_opaque; /* as far as it was read */
  gboolean has_room;  /* some of it is transparent */

  /* Of a layer that is one of our pictures. */
  char *record; /* NULL: it is not */
  guint8 *rgb8; /* the whole layer, rounded as the engine does it */
};

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, GIMP_PLUG_IN_ERROR, 0, message);
  return FALSE;
}

static VqdCanvasIo *
new_canvas (const VqdCanvasSource *source)
{
  const gboolean of_image = source->task == VQD_TASK_EXPAND;
  VqdCanvasIo *self = g_new0 (VqdCanvasIo, 1);

  self->canvas.width_px = source->area.width;
  self->canvas.height_px = source->area.height;
  self->task = source->task;
  self->image = source->image;
  self->layer = source->layer;
  self->image_width_px = source->image_width_px;
  self->image_height_px = source->image_height_px;
  self->layer_width_px = source->layer_area.width;
  self->layer_height_px = source->layer_area.height;
  self->x_px = source->area.x - (of_image ? 0 : source->layer_area.x);
  self->y_px = source->area.y - (of_image ? 0 : source->layer_area.y);

  return self;
}

VqdCanvasReader *
vqd_canvas_reader_new (GimpLayer *layer, const VqdRequest *request,
                       GError **error)
{
  g_autoptr (VqdCanvasReader) self = g_new0 (VqdCanvasReader, 1);

  if (! vqd_canvas_source_find (&self->source, layer, request->task, error))
    return NULL;

  self->io = new_canvas (&self->source);
  self->has_margin = request->left_px > 0 || request->top_px > 0 ||
                     request->right_px > 0 || request->bottom_px > 0;
  self->is_opaque = TRUE;
  return g_steal_pointer (&self);
}

void
vqd_canvas_reader_free (VqdCanvasReader *self)
{
  if (self == NULL)
    return;
  vqd_canvas_source_clear (&self->source);
  g_clear_pointer (&self->io, vqd_canvas_io_free);
  g_free (self->record);
  g_free (self->rgb8);
  g_free (self);
}

/* (transfer full), [area.height, area.width, n_channels], or NULL and error. */
static float *
new_values (const VqdCanvasReader *self, int n_channels, GError **error)
{
  const GeglRectangle *area = &self->source.area;
  float *values = g_try_malloc_n ((gsize) area->width * area->height,
                                  n_channels * sizeof (float));

  if (values == NULL)
    g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                 _ ("There is not enough memory to read a picture of %d × %d "
                    "pixels."),
                 area->width, area->height);
  return values;
}

/* ---- passes: what each needs first, a strip, and what follows of all ---- */

static gboolean
begin_pixels (VqdCanvasReader *self, GError **error)
{
  const VqdCanvasSource *source = &self->source;

  self->io->canvas.rgb = self->rgb = new_values (self, 3, error);
  if (self->rgb == NULL)
    return FALSE;
  if (! vqd_canvas_source_may_be_transparent (source) &&
      gegl_rectangle_contains (&source->layer_area, &source->area))
    return TRUE;

  self->io->canvas.alpha = self->alpha = new_values (self, 1, error);
  return self->alpha != NULL;
}

static void
read_pixels (VqdCanvasReader *self, int n_rows)
{
  const VqdCanvasSource *source = &self->source;
  const GeglRectangle rows = { source->area.x - source->layer_area.x,
                               source->area.y - source->layer_area.y +
                                   self->row,
                               source->area.width, n_rows };
  const gsize at = (gsize) self->row * rows.width;
  const gsize n = (gsize) n_rows * rows.width;

  vqd_canvas_source_read (source, &rows, "R'G'B' float", self->rgb + 3 * at);
  if (self->alpha == NULL)
    return;
  vqd_canvas_source_read_alpha (source, &rows, self->alpha + at);
  self->is_opaque =
      self->is_opaque && ! vqd_canvas_any_below (self->alpha + at, n, 1.0f);
  self->has_room =
      self->has_room ||
      vqd_canvas_any_below (self->alpha + at, n, VQD_CANVAS_TRANSPARENT_BELOW);
}

static gboolean
end_pixels (VqdCanvasReader *self, GError **error)
{
  if (self->is_opaque)
    {
      self->io->canvas.alpha = NULL;
      g_clear_pointer (&self->alpha, g_free);
    }

  if (self->io->task == VQD_TASK_FILL && ! self->source.is_selected &&
      ! self->has_room)
    return vqd_canvas_source_has_nothing_to_fill (error);
  if (self->io->task == VQD_TASK_EXPAND && ! self->has_margin &&
      ! self->has_room)
    return fail (error,
                 _ ("There is nowhere to expand to: no pixels are added on "
                    "any side, and the image has no transparent border."));

  return TRUE;
}

static gboolean
begin_selection (VqdCanvasReader *self, GError **error)
{
  if (! self->source.is_selected)
    return TRUE;

  self->io->canvas.selection = self->selection = new_values (self, 1, error);
  return self->selection != NULL;
}

static void
read_selection (VqdCanvasReader *self, int n_rows)
{
  const GeglRectangle *area = &self->source.area;
  const GeglRectangle rows = { area->x, area->y + self->row, area->width,
                               n_rows };

  vqd_canvas_source_read_selection (
      &self->source, &rows, self->selection + (gsize) self->row * area->width);
}

static void
begin_known (VqdCanvasReader *self)
{
  GimpParasite *parasite = gimp_item_get_parasite (
      GIMP_ITEM (self->source.layer), VQD_LAYER_IO_TOKENS);
  guint32 n_bytes = 0;

  if (parasite == NULL)
    return;

  const char *data = gimp_parasite_get_data (parasite, &n_bytes);
  self->record = g_strndup (data, n_bytes);
  self->rgb8 = g_malloc_n ((gsize) self->source.layer_area.width *
                               self->source.layer_area.height,
                           3);
  gimp_parasite_free (parasite);
}

static void
read_known (VqdCanvasReader *self, int n_rows)
{
  const int width = self->source.layer_area.width;
  const GeglRectangle rows = { 0, self->row, width, n_rows };
  g_autofree float *strip =
      g_malloc_n ((gsize) width * n_rows, 3 * sizeof (float));
  const VqdPicture picture = { .width_px = width,
                               .height_px = n_rows,
                               .rgb = strip };

  vqd_canvas_source_read (&self->source, &rows, "R'G'B' float", strip);
  vqd_picture_to_rgb8 (&picture, self->rgb8 + (gsize) self->row * width * 3);
}

/* A record that does not fit, as of a layer that was scaled, is none. */
static void
end_known (VqdCanvasReader *self)
{
  const GeglRectangle *layer = &self->source.layer_area;
  VqdTokenGrid *known = &self->io->canvas.known;

  if (! vqd_token_record_read (self->record, self->rgb8, layer->width,
                               layer->height, known, NULL))
    {
      *known = (VqdTokenGrid){ .tokens = NULL };
      return;
    }
  known->x_px += layer->x - self->source.area.x;
  known->y_px += layer->y - self->source.area.y;
}

static gboolean
begin_pass (VqdCanvasReader *self, GError **error)
{
  switch (self->pass)
    {
    case PASS_PIXELS:
      return begin_pixels (self, error);
    case PASS_SELECTION:
      return begin_selection (self, error);
    case PASS_KNOWN:
      begin_known (self);
      return TRUE;
    case N_PASSES:
      break;
    }
  return TRUE;
}

/* 0: nothing is to be read. */
static int
n_rows_of_pass (const VqdCanvasReader *self)
{
  switch (self->pass)
    {
    case PASS_PIXELS:
      return self->source.area.height;
    case PASS_SELECTION:
      return self->selection != NULL ? self->source.area.height : 0;
    case PASS_KNOWN:
      return self->record != NULL ? self->source.layer_area.height : 0;
    case N_PASSES:
      break;
    }
  return 0;
}

static void
read_rows (VqdCanvasReader *self, int n_rows)
{
  if (self->pass == PASS_PIXELS)
    read_pixels (self, n_rows);
  else if (self->pass == PASS_SELECTION)
    read_selection (self, n_rows);
  else
    read_known (self, n_rows);
}

static gboolean
end_pass (VqdCanvasReader *self, GError **error)
{
  if (self->pass == PASS_PIXELS && ! end_pixels (self, error))
    return FALSE;
  if (self->pass == PASS_KNOWN && self->record != NULL)
    end_known (self);

  self->pass++;
  self->row = 0;
  return TRUE;
}

static gboolean
read_strip (VqdCanvasReader *self, GError **error)
{
  if (self->row == 0 && ! begin_pass (self, error))
    return FALSE;

  const int n_left = n_rows_of_pass (self) - self->row;
  const int n_rows = MIN (n_left, VQD_CANVAS_STRIP_ROWS);
  if (n_rows > 0)
    read_rows (self, n_rows);
  self->row += n_rows;
  return n_rows < n_left || end_pass (self, error);
}

gboolean
vqd_canvas_reader_step (VqdCanvasReader *self, VqdCanvasIo **canvas,
                        GError **error)
{
  *canvas = NULL;
  /* Nobody should come to see the image of copies: all at once. */
  do
    {
      if (! vqd_canvas_source_is_there (&self->source))
        return fail (error, _ ("The layer was changed while it was read. "
                               "Start again."));
      if (! read_strip (self, error))
        return FALSE;
    }
  while (self->source.copies != NULL && self->pass < N_PASSES);

  if (self->pass == N_PASSES)
    *canvas = g_steal_pointer (&self->io);
  return TRUE;
}

VqdCanvasIo *
vqd_canvas_reader_read_all (GimpLayer *layer, const VqdRequest *request,
                            GError **error)
{
  g_autoptr (VqdCanvasReader) reader =
      vqd_canvas_reader_new (layer, request, error);
  VqdCanvasIo *canvas = NULL;

  while (reader != NULL && canvas == NULL)
    if (! vqd_canvas_reader_step (reader, &canvas, error))
      break;

  return canvas;
}
