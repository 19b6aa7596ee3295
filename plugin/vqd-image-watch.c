/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-image-watch.h"

#define INTERVAL_MS 500

struct _VqdImageWatch
{
  VqdWatchState state;
  VqdImageWatchFunc func;
  gpointer user_data;
  guint timer;
};

static void
watched_image_free (gpointer data)
{
  VqdWatchedImage *image = data;

  g_free (image->name);
  g_free (image);
}

static GPtrArray *
list_images (void)
{
  GPtrArray *images = g_ptr_array_new_with_free_func (watched_image_free);
  g_autofree GimpImage **all = gimp_get_images ();

  for (int i = 0; all != NULL && all[i] != NULL; i++)
    {
      VqdWatchedImage *image = g_new0 (VqdWatchedImage, 1);

      image->number = gimp_image_get_id (all[i]);
      image->name = gimp_image_get_name (all[i]);
      g_ptr_array_add (images, image);
    }
  return images;
}

static gboolean
has_image (const GPtrArray *images, int number)
{
  for (guint i = 0; i < images->len; i++)
    if (((VqdWatchedImage *) images->pdata[i])->number == number)
      return TRUE;

  return FALSE;
}

static gboolean
are_equal (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const VqdWatchedImage *x = a->pdata[i];
      const VqdWatchedImage *y = b->pdata[i];

      if (x->number != y->number || g_strcmp0 (x->name, y->name) != 0)
        return FALSE;
    }
  return TRUE;
}

/* Whether anything is new. */
static gboolean
look (VqdImageWatch *self)
{
  VqdWatchState *state = &self->state;
  const VqdWatchState before = *state;
  GPtrArray *images = list_images ();
  const gboolean same_images =
      before.images != NULL && are_equal (images, before.images);

  g_clear_pointer (&state->images, g_ptr_array_unref);
  state->images = images;
  if (! has_image (images, state->chosen))
    state->chosen = 0;

  GimpImage *image =
      state->chosen != 0 ? gimp_image_get_by_id (state->chosen) : NULL;
  state->hints = vqd_mode_look (image);

  return ! same_images || state->chosen != before.chosen ||
         state->hints.has_selection != before.hints.has_selection ||
         state->hints.has_border != before.hints.has_border;
}

static gboolean
look_again (gpointer user_data)
{
  VqdImageWatch *self = user_data;

  if (look (self))
    self->func (&self->state, self->user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
tell_first (gpointer user_data)
{
  VqdImageWatch *self = user_data;

  look (self);
  self->func (&self->state, self->user_data);
  self->timer = g_timeout_add (INTERVAL_MS, look_again, self);
  return G_SOURCE_REMOVE;
}

VqdImageWatch *
vqd_image_watch_new (GimpImage *image, VqdImageWatchFunc func,
                     gpointer user_data)
{
  VqdImageWatch *self = g_new0 (VqdImageWatch, 1);

  self->func = func;
  self->user_data = user_data;
  self->state.chosen = image != NULL ? gimp_image_get_id (image) : 0;
  self->timer = g_idle_add (tell_first, self);
  return self;
}

void
vqd_image_watch_free (VqdImageWatch *self)
{
  if (self == NULL)
    return;
  g_source_remove (self->timer);
  g_clear_pointer (&self->state.images, g_ptr_array_unref);
  g_free (self);
}

void
vqd_image_watch_choose (VqdImageWatch *self, int number)
{
  if (number == self->state.chosen)
    return;

  self->state.chosen = number;
  look (self);
  self->func (&self->state, self->user_data);
}

GimpImage *
vqd_image_watch_get_image (VqdImageWatch *self)
{
  GimpImage *image = self->state.chosen != 0
                         ? gimp_image_get_by_id (self->state.chosen)
                         : NULL;

  return image != NULL && gimp_image_is_valid (image) ? image : NULL;
}

const VqdWatchState *
vqd_image_watch_look (VqdImageWatch *self)
{
  if (look (self))
    self->func (&self->state, self->user_data);
  return &self->state;
}
