/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-insert.h"

#include "plugin/vqd-layer-io.h"
#include "plugin/vqd-names.h"
#include "plugin/vqd-place.h"
#include "plugin/vqd-purity-layer.h"
#include "plugin/vqd-xmp.h"

#define NEUTRAL_NAME "VQ-Diffusion"

typedef struct
{
  const VqdInsert *where;
  const VqdArgs *args;
  const VqdPicture *const *pictures;
  int n_pictures;
} Batch;

static int
layers_per_picture (const Batch *batch)
{
  return batch->where->with_purity ? 2 : 1;
}

static int
count_layers (const Batch *batch)
{
  return batch->n_pictures * layers_per_picture (batch);
}

static const VqdPicture *
picture_of_layer (const Batch *batch, int i)
{
  return batch->pictures[i / layers_per_picture (batch)];
}

static GimpLayer **
new_layers (GimpImage *image, const Batch *batch)
{
  const gboolean keep_settings = batch->args->keep_settings;
  const int n_layers = count_layers (batch);
  GimpLayer **layers = g_new0 (GimpLayer *, n_layers + 1);

  for (int i = 0; i < n_layers; i++)
    {
      const VqdPicture *picture = picture_of_layer (batch, i);
      g_autofree char *name =
          keep_settings ? vqd_names_layer (batch->args->prompt, picture->seed)
                        : g_strdup (NEUTRAL_NAME);

      if (batch->where->with_purity)
        layers[i++] = vqd_purity_layer_new (image, picture, name);
      layers[i] = vqd_layer_io_new_layer (image, picture, name, keep_settings);
    }

  return layers;
}

/* Whether the pictures go into a group that is in the image already. */
static gboolean
has_group (const VqdPlace *place, const Batch *batch)
{
  GimpItem *group = (GimpItem *) batch->where->group;

  return batch->args->target == VQD_TARGET_GROUP && group != NULL &&
         gimp_item_is_valid (group) && gimp_item_is_group (group) &&
         gimp_item_get_image (group) == place->image;
}

static void
insert_layers (const VqdPlace *place, const Batch *batch, GimpLayer **layers)
{
  const VqdArgs *args = batch->args;
  g_autofree char *start =
      args->keep_settings ? vqd_names_shorten (args->prompt) : g_strdup ("");
  const char *group_name = start[0] != '\0' ? start : NEUTRAL_NAME;
  VqdPlace inside = *place;

  if (has_group (place, batch))
    {
      inside.parent = batch->where->group;
      inside.position = 0;
      group_name = NULL;
    }
  else if (args->target != VQD_TARGET_GROUP)
    group_name = NULL;

  g_autofree GimpLayer **before = gimp_image_get_layers (place->image);
  gimp_image_undo_group_start (place->image);
  vqd_place_insert (&inside, layers, count_layers (batch), group_name);
  if (args->mark_image)
    vqd_xmp_mark (place->image, before[0] != NULL);
  gimp_image_undo_group_end (place->image);
}

static GimpLayer **
insert_centred (const VqdPlace *place, const Batch *batch)
{
  GimpLayer **layers = new_layers (place->image, batch);

  for (int i = 0; i < count_layers (batch); i++)
    vqd_place_centre (place, layers[i]);
  insert_layers (place, batch, layers);

  return layers;
}

static void
insert_new_image (const VqdInsert *self, const Batch *batch,
                  VqdInserted *inserted)
{
  const VqdPicture *first = batch->pictures[0];
  const VqdPlace place = {
    .image = gimp_image_new (first->width_px, first->height_px, GIMP_RGB),
  };

  gimp_image_undo_disable (place.image);
  inserted->layers = insert_centred (&place, batch);
  gimp_image_undo_enable (place.image);
  inserted->image = place.image;

  if (self->show)
    gimp_display_new (place.image);
}

/* FALSE when the canvas has no place any more. */
static gboolean
insert_on_canvas (const VqdCanvasIo *canvas, const Batch *batch,
                  VqdInserted *inserted)
{
  const VqdRequest *request = &batch->args->request;
  GimpDrawable *drawables[] = { GIMP_DRAWABLE (canvas->layer), NULL };
  int x = 0, y = 0;
  VqdPlace place;

  if (! vqd_canvas_io_get_corner (canvas, &x, &y) ||
      ! vqd_place_find (&place, canvas->image, drawables, NULL))
    return FALSE;

  if (request->task == VQD_TASK_EXPAND)
    {
      place.left_px = request->left_px;
      place.top_px = request->top_px;
      place.right_px = request->right_px;
      place.bottom_px = request->bottom_px;
    }

  inserted->image = canvas->image;
  inserted->layers = new_layers (canvas->image, batch);
  for (int i = 0; i < count_layers (batch); i++)
    gimp_layer_set_offsets (
        inserted->layers[i],
        place.left_px + x + picture_of_layer (batch, i)->x_px,
        place.top_px + y + picture_of_layer (batch, i)->y_px);
  insert_layers (&place, batch, inserted->layers);
  return TRUE;
}

static gboolean
insert_in_image (const VqdInsert *self, const Batch *batch,
                 VqdInserted *inserted)
{
  VqdPlace place;

  if (! gimp_image_is_valid (self->image) ||
      ! vqd_place_find (&place, self->image, self->drawables, NULL))
    return FALSE;

  inserted->image = self->image;
  inserted->layers = insert_centred (&place, batch);
  return TRUE;
}

void
vqd_insert_pictures (const VqdInsert *self, const VqdArgs *args,
                     const VqdPicture *const *pictures, int n_pictures,
                     VqdInserted *inserted)
{
  const Batch batch = { self, args, pictures, n_pictures };
  gboolean done = FALSE;

  *inserted = (VqdInserted){ .is_lost = FALSE };
  if (self->canvas != NULL)
    done = insert_on_canvas (self->canvas, &batch, inserted);
  else if (self->image != NULL)
    done = insert_in_image (self, &batch, inserted);

  if (! done)
    {
      inserted->is_lost = self->canvas != NULL || self->image != NULL;
      insert_new_image (self, &batch, inserted);
    }
}
