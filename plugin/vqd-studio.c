/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-studio.h"

#include "plugin/vqd-palette.h"

/* Of previews: what fits a window, twice as dense. */
#define PREVIEW_PX 1024

struct _VqdStudio
{
  char *cache_folder; /* NULL: none */
  VqdEngine *engine;  /* NULL: none, and none of the two below */
  VqdEngineOptions *options;
  VqdPalette *palette;
  gboolean cannot_explore; /* the palette; it was tried */
};

VqdDrawn *
vqd_drawn_ref (VqdDrawn *drawn)
{
  return g_atomic_rc_box_acquire (drawn);
}

static void
drawn_clear (gpointer data)
{
  VqdDrawn *drawn = data;

  vqd_result_free (drawn->result);
  vqd_preview_free (drawn->preview);
}

void
vqd_drawn_unref (VqdDrawn *drawn)
{
  if (drawn != NULL)
    g_atomic_rc_box_release_full (drawn, drawn_clear);
}

/* ---- copies ---- */

VqdEngineOptions *
vqd_engine_options_copy (const VqdEngineOptions *options)
{
  VqdEngineOptions *copy = g_memdup2 (options, sizeof *options);

  copy->model = g_strdup (options->model);
  copy->device = g_strdup (options->device);
  return copy;
}

void
vqd_engine_options_free (VqdEngineOptions *options)
{
  if (options == NULL)
    return;
  g_free ((char *) options->model);
  g_free ((char *) options->device);
  g_free (options);
}

static gboolean
options_equal (const VqdEngineOptions *a, const VqdEngineOptions *b)
{
  return g_strcmp0 (a->model, b->model) == 0 &&
         g_strcmp0 (a->device, b->device) == 0 && a->n_heads == b->n_heads &&
         a->n_threads == b->n_threads &&
         a->memory_limit_bytes == b->memory_limit_bytes;
}

/* ---- the engine ---- */

VqdStudio *
vqd_studio_new (const char *cache_folder)
{
  VqdStudio *self = g_new0 (VqdStudio, 1);

  self->cache_folder = g_strdup (cache_folder);
  return self;
}

/* The file of the palette; NULL: none. (transfer full) */
static char *
palette_path (const VqdStudio *self)
{
  const char *id = vqd_engine_get_info (self->engine)->id;
  g_autofree char *sum =
      g_compute_checksum_for_string (G_CHECKSUM_SHA256, id, -1);
  g_autofree char *name = g_strconcat ("palette-", sum, NULL);

  return self->cache_folder != NULL
             ? g_build_filename (self->cache_folder, name, NULL)
             : NULL;
}

static void
close_engine (VqdStudio *self)
{
  if (self->engine == NULL)
    return;

  g_autofree char *path = palette_path (self);
  if (path != NULL)
    vqd_palette_save (self->palette, path);
  g_clear_pointer (&self->engine, vqd_engine_free);
  g_clear_pointer (&self->options, vqd_engine_options_free);
  g_clear_pointer (&self->palette, vqd_palette_free);
}

void
vqd_studio_free (VqdStudio *self)
{
  if (self == NULL)
    return;
  close_engine (self);
  g_free (self->cache_folder);
  g_free (self);
}

gboolean
vqd_studio_open (VqdStudio *self, const VqdEngineOptions *options,
                 gboolean *is_new, GCancellable *cancellable, GError **error)
{
  *is_new = FALSE;
  if (self->engine != NULL && options_equal (options, self->options))
    return TRUE;

  close_engine (self); /* its memory first */
  self->engine = vqd_engine_new (options, cancellable, error);
  if (self->engine == NULL)
    return FALSE;

  self->options = vqd_engine_options_copy (options);
  self->palette = vqd_palette_new (vqd_engine_get_info (self->engine)->n_codes);
  self->cannot_explore = FALSE;
  g_autofree char *path = palette_path (self);
  if (path != NULL)
    vqd_palette_load (self->palette, path);
  *is_new = TRUE;
  return TRUE;
}

VqdEngine *
vqd_studio_get_engine (VqdStudio *self)
{
  return self->engine;
}

/* ---- drawing ---- */

gint64
vqd_studio_seed (const VqdRequest *request, int index)
{
  return (request->seed + index) & VQD_MAX_SEED;
}

/* The strength of a picture, as in one request for all. */
static double
strength_of (const VqdRequest *request, int index)
{
  if (request->strength_last < 0 || request->n_images < 2)
    return request->strength;

  return request->strength + (request->strength_last - request->strength) *
                                 index / (request->n_images - 1);
}

VqdDrawn *
vqd_studio_draw (VqdStudio *self, const VqdRequest *request, int index,
                 VqdProgressFunc progress, gpointer user_data,
                 GCancellable *cancellable, GError **error)
{
  const gint64 start_us = g_get_monotonic_time ();
  VqdRequest one = *request;

  one.seed = vqd_studio_seed (request, index);
  one.strength = strength_of (request, index);
  one.strength_last = -1;
  one.n_images = 1;
  VqdResult *result = vqd_engine_generate (self->engine, &one, progress,
                                           user_data, cancellable, error);
  if (result == NULL)
    return NULL;

  VqdDrawn *drawn = g_atomic_rc_box_new0 (VqdDrawn);
  drawn->result = result;
  drawn->picture = vqd_result_get_picture (result, 0);
  drawn->preview =
      vqd_preview_new (drawn->picture, request->canvas, PREVIEW_PX);
  drawn->seconds =
      (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
  vqd_palette_learn (self->palette, drawn->picture,
                     vqd_engine_get_info (self->engine)->cell_px);
  return drawn;
}

/* ---- colours of codes ---- */

gboolean
vqd_studio_has_chores (const VqdStudio *self)
{
  return self->engine != NULL && ! self->cannot_explore &&
         ! vqd_palette_is_explored (self->palette);
}

void
vqd_studio_do_chore (VqdStudio *self, GCancellable *cancellable)
{
  if (! vqd_palette_explore (self->palette, self->engine, cancellable) &&
      ! g_cancellable_is_cancelled (cancellable))
    self->cannot_explore = TRUE;
}

GBytes *
vqd_studio_get_palette (const VqdStudio *self)
{
  const gsize n_bytes = 3 * (gsize) vqd_palette_get_n_codes (self->palette);

  return g_bytes_new_take (vqd_palette_get_colors (self->palette), n_bytes);
}
