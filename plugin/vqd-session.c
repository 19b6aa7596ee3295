/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-session.h"

#include <glib/gi18n.h>
#include <libgimp/gimpui.h>
#include <math.h>

#include "plugin/vqd-args.h"
#include "plugin/vqd-canvas-io.h"
#include "plugin/vqd-image-watch.h"
#include "plugin/vqd-insert.h"
#include "plugin/vqd-names.h"
#include "plugin/vqd-output.h"
#include "plugin/vqd-where.h"
#include "plugin/vqd-worker.h"
#include "ui/vqd-window.h"

/* Numbers of items: the run's, and the picture's in it. */
#define ITEM_OF(id) ((id).run * VQD_MAX_IMAGES + (guint) (id).index)

/* A run as it was asked for; its items and the worker hold it. */
typedef struct
{
  int n_refs;
  VqdArgs *args;
  VqdCanvasIo *canvas; /* NULL: none */
  char *title;
  gboolean has_failed; /* and the user was told */
} Asked;

/* A picture of the gallery. */
typedef struct
{
  VqdPictureId id;
  VqdItemState state;
  Asked *asked;
  VqdDrawn *drawn; /* NULL: not yet */
} Item;

typedef struct
{
  GimpProcedureConfig *config;
  VqdWindow *window;
  VqdGallery *gallery;
  VqdWorker *worker;
  VqdImageWatch *watch;
  VqdTask task;
  GHashTable *items; /* number -> Item */
  GHashTable *runs;  /* number -> Asked, of those not over */
  GArray *layers;    /* numbers of what was inserted */

  /* What is going on since the worker was idle. */
  gint64 busy_us; /* begin; 0: it is idle */
  int n_asked;
  int n_over;
  double picture_seconds; /* of a picture, the last ones' mean; 0: unknown */
  double picture_fraction;
} Session;

/* ---- what was asked for ---- */

static Asked *
asked_ref (Asked *asked)
{
  asked->n_refs++;
  return asked;
}

static void
asked_unref (gpointer data)
{
  Asked *asked = data;

  if (--asked->n_refs > 0)
    return;
  vqd_args_free (asked->args);
  vqd_canvas_io_free (asked->canvas);
  g_free (asked->title);
  g_free (asked);
}

static void
item_free (gpointer data)
{
  Item *item = data;

  asked_unref (item->asked);
  vqd_drawn_free (item->drawn);
  g_free (item);
}

static Item *
find_item (Session *self, guint number)
{
  return g_hash_table_lookup (self->items, GUINT_TO_POINTER (number));
}

static void
set_state (Session *self, Item *item, VqdItemState state, const char *note)
{
  item->state = state;
  vqd_gallery_set_state (self->gallery, ITEM_OF (item->id), state, note);
}

/* ---- status ---- */

/* "1:05" (transfer full) */
static char *
clock_text (double seconds)
{
  const int whole = (int) ceil (CLAMP (seconds, 0, 24 * 3600.0));

  return g_strdup_printf ("%d:%02d", whole / 60, whole % 60);
}

/* Seconds until all is drawn; negative when not known. */
static double
seconds_left (const Session *self, const VqdProgress *progress)
{
  const int n_waiting = self->n_asked - self->n_over - 1;

  if (progress->seconds_left < 0 && self->picture_seconds <= 0)
    return -1;
  if (self->picture_seconds <= 0)
    return n_waiting > 0 ? -1 : progress->seconds_left;

  return n_waiting * self->picture_seconds +
         (progress->seconds_left >= 0
              ? progress->seconds_left
              : self->picture_seconds * (1 - progress->fraction));
}

static char *
phase_text (const VqdProgress *progress)
{
  switch (progress->phase)
    {
    case VQD_PHASE_TEXT:
      return g_strdup (_ ("Reading the prompt"));
    case VQD_PHASE_SAMPLE:
      if (progress->n_windows > 1)
        return g_strdup_printf (_ ("Part %d of %d, step %d of %d"),
                                progress->window + 1, progress->n_windows,
                                progress->step, progress->n_steps);
      return g_strdup_printf (_ ("Step %d of %d"), progress->step,
                              progress->n_steps);
    case VQD_PHASE_DECODE:
      return g_strdup (_ ("Painting"));
    }
  return g_strdup ("");
}

static void
show_progress (Session *self, const VqdProgress *progress,
               double evaluations_per_s)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *phase = phase_text (progress);
  g_autofree char *elapsed = clock_text (
      (double) (g_get_monotonic_time () - self->busy_us) / G_USEC_PER_SEC);
  const double left = seconds_left (self, progress);

  if (self->n_asked > 1)
    g_string_append_printf (text, _ ("Picture %d of %d: "), self->n_over + 1,
                            self->n_asked);
  g_string_append (text, phase);
  g_string_append_printf (text, _ (" · %s elapsed"), elapsed);
  if (left >= 0)
    {
      g_autofree char *left_text = clock_text (left);

      g_string_append_printf (text, _ (", %s left"), left_text);
    }
  if (evaluations_per_s > 0)
    g_string_append_printf (text, _ (" · %.1f evaluations/s"),
                            evaluations_per_s);

  self->picture_fraction = progress->fraction;
  vqd_window_set_status (
      self->window,
      (self->n_over + progress->fraction) / MAX (self->n_asked, 1), text->str);
}

static void
show_idle (Session *self)
{
  g_autofree char *elapsed = clock_text (
      (double) (g_get_monotonic_time () - self->busy_us) / G_USEC_PER_SEC);
  g_autofree char *text = g_strdup_printf (
      ngettext ("Ready: %d picture in %s", "Ready: %d pictures in %s",
                (unsigned long) self->n_over),
      self->n_over, elapsed);

  vqd_window_set_status (self->window, -1, text);
}

static void
one_more_over (Session *self)
{
  self->n_over++;
  self->picture_fraction = 0;
  if (! vqd_worker_is_idle (self->worker))
    return;

  show_idle (self);
  self->busy_us = 0;
  self->n_asked = 0;
  self->n_over = 0;
}

/* ---- what the worker tells ---- */

static void
picture_begun (VqdPictureId id, gpointer user_data)
{
  Session *self = user_data;
  Item *item = find_item (self, ITEM_OF (id));

  if (item != NULL)
    set_state (self, item, VQD_ITEM_WORKING, NULL);
  if (self->n_over == 0)
    vqd_window_set_status (self->window, 0, _ ("Loading the model"));
}

static void
picture_progress (VqdPictureId id, const VqdProgress *progress,
                  double evaluations_per_s, gpointer user_data)
{
  Session *self = user_data;
  Item *item = find_item (self, ITEM_OF (id));

  show_progress (self, progress, evaluations_per_s);
  if (item == NULL)
    return;

  g_autofree char *note = phase_text (progress);
  set_state (self, item, VQD_ITEM_WORKING, note);
  if (progress->tokens != NULL)
    vqd_gallery_set_tokens (self->gallery, ITEM_OF (id), progress->tokens,
                            progress->grid_width, progress->grid_height);
}

static void
learn_seconds (Session *self, double seconds)
{
  self->picture_seconds = self->picture_seconds > 0
                              ? (self->picture_seconds + seconds) / 2
                              : seconds;
}

static void
picture_done (VqdPictureId id, VqdDrawn *drawn, gpointer user_data)
{
  Session *self = user_data;
  Item *item = find_item (self, ITEM_OF (id));
  const VqdPicture *picture = drawn->picture;

  learn_seconds (self, drawn->seconds);
  if (item == NULL)
    {
      vqd_drawn_free (drawn);
    }
  else
    {
      g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new_from_data (
          drawn->rgb8, GDK_COLORSPACE_RGB, FALSE, 8, picture->width_px,
          picture->height_px, picture->width_px * 3, NULL, NULL);

      item->drawn = drawn;
      vqd_gallery_set_picture (self->gallery, ITEM_OF (id), pixbuf);
      set_state (self, item, VQD_ITEM_DONE, NULL);
    }
  one_more_over (self);
}

static void
picture_ended (VqdPictureId id, const GError *error, gpointer user_data)
{
  Session *self = user_data;
  Item *item = find_item (self, ITEM_OF (id));

  if (item != NULL)
    set_state (self, item, error != NULL ? VQD_ITEM_FAILED : VQD_ITEM_STOPPED,
               NULL);
  one_more_over (self);
  if (error != NULL && item != NULL && ! item->asked->has_failed)
    {
      item->asked->has_failed = TRUE;
      vqd_window_show_error (self->window,
                             _ ("The pictures could not be made."), error);
    }
}

static void
palette_changed (const guint8 *palette, int n_codes, gpointer user_data)
{
  Session *self = user_data;
  g_autoptr (GBytes) bytes = g_bytes_new (palette, 3 * (gsize) n_codes);

  vqd_gallery_set_palette (self->gallery, bytes);
}

static void
queue_changed (gpointer user_data)
{
  Session *self = user_data;
  g_autoptr (GArray) queue = vqd_worker_get_queue (self->worker);
  g_autofree VqdQueueRow *rows = g_new0 (VqdQueueRow, queue->len);

  for (guint i = 0; i < queue->len; i++)
    {
      const VqdQueued *queued = &g_array_index (queue, VqdQueued, i);
      const Asked *asked =
          g_hash_table_lookup (self->runs, GUINT_TO_POINTER (queued->run));

      rows[i] =
          (VqdQueueRow){ queued->run, asked != NULL ? asked->title : "",
                         queued->n_images, queued->n_left, queued->is_working };
    }
  vqd_window_set_queue (self->window, rows, (int) queue->len);
}

static const VqdWorkerEvents worker_events = {
  .begun = picture_begun,
  .progress = picture_progress,
  .done = picture_done,
  .ended = picture_ended,
  .palette = palette_changed,
  .queue_changed = queue_changed,
};

/* ---- starting ---- */

static gboolean
needs_layer (VqdTask task)
{
  return (VQD_TASKS_OF (task) & VQD_TASKS_ON_CANVAS) != 0;
}

static gboolean
read_canvas (Session *self, Asked *asked, GError **error)
{
  if (! needs_layer (asked->args->request.task))
    return TRUE;

  GimpLayer *layer = vqd_where_find_layer (
      vqd_image_watch_get_image (self->watch), NULL, error);

  if (layer != NULL)
    asked->canvas = vqd_canvas_io_read (layer, &asked->args->request, error);
  if (asked->canvas == NULL)
    return FALSE;

  asked->args->request.canvas = &asked->canvas->canvas;
  return TRUE;
}

static Asked *
asked_new (Session *self, GError **error)
{
  g_autoptr (VqdArgs) args =
      vqd_args_new_from_config (self->config, self->task, error);

  if (args == NULL || ! vqd_output_check (args, error))
    return NULL;

  Asked *asked = g_new0 (Asked, 1);
  asked->n_refs = 1;
  asked->args = g_steal_pointer (&args);
  asked->title = vqd_names_shorten (asked->args->prompt);
  if (asked->title[0] == '\0')
    {
      g_free (asked->title);
      asked->title = g_strdup (_ ("No prompt"));
    }
  if (asked->args->request.seed < 0)
    asked->args->request.seed = g_random_int () & VQD_MAX_SEED;
  if (! read_canvas (self, asked, error))
    {
      asked_unref (asked);
      return NULL;
    }
  return asked;
}

static void
add_items (Session *self, Asked *asked, guint run)
{
  const VqdRequest *request = &asked->args->request;

  for (int i = 0; i < request->n_images; i++)
    {
      Item *item = g_new0 (Item, 1);

      item->id = (VqdPictureId){ run, i };
      item->asked = asked_ref (asked);
      g_hash_table_insert (self->items, GUINT_TO_POINTER (ITEM_OF (item->id)),
                           item);
      vqd_gallery_add (self->gallery, ITEM_OF (item->id), asked->title,
                       vqd_worker_seed (request, i));
    }
}

static void
start (gpointer user_data)
{
  Session *self = user_data;
  g_autoptr (GError) error = NULL;

  vqd_image_watch_look (self->watch);
  Asked *asked = asked_new (self, &error);
  if (asked == NULL)
    {
      vqd_window_show_error (self->window,
                             _ ("The pictures could not be made."), error);
      return;
    }

  if (self->busy_us == 0)
    self->busy_us = g_get_monotonic_time ();
  self->n_asked += asked->args->request.n_images;
  const guint run =
      vqd_worker_add (self->worker, &asked->args->request,
                      &asked->args->options, asked_ref (asked), asked_unref);
  add_items (self, asked, run);
  g_hash_table_insert (self->runs, GUINT_TO_POINTER (run), asked);
}

static void
stop_all (gpointer user_data)
{
  Session *self = user_data;

  vqd_worker_stop_all (self->worker);
}

static void
stop_run (guint run, gpointer user_data)
{
  Session *self = user_data;

  vqd_worker_stop_run (self->worker, run);
}

static void
move_run (guint run, int places, gpointer user_data)
{
  Session *self = user_data;

  vqd_worker_move (self->worker, run, places);
}

/* ---- a picture ---- */

static void
insert (Session *self, const Item *item)
{
  const VqdArgs *args = item->asked->args;
  const VqdInsert where = {
    .image = args->target != VQD_TARGET_IMAGE
                 ? vqd_image_watch_get_image (self->watch)
                 : NULL,
    .canvas = item->asked->canvas,
    .show = TRUE,
  };
  VqdInserted inserted;

  vqd_insert_pictures (&where, args, &item->drawn->picture, 1, &inserted);
  gimp_displays_flush ();
  for (int i = 0; inserted.layers[i] != NULL; i++)
    {
      const int number = gimp_item_get_id (GIMP_ITEM (inserted.layers[i]));

      g_array_append_val (self->layers, number);
    }
  g_free (inserted.layers);
  if (where.image == NULL && args->target != VQD_TARGET_IMAGE)
    vqd_image_watch_choose (self->watch, gimp_image_get_id (inserted.image));
  vqd_gallery_set_inserted (self->gallery, ITEM_OF (item->id));
}

static void
act (guint number, VqdItemAction action, gpointer user_data)
{
  Session *self = user_data;
  Item *item = find_item (self, number);

  if (item == NULL)
    return;

  switch (action)
    {
    case VQD_ITEM_INSERT:
      if (item->drawn != NULL)
        insert (self, item);
      break;
    case VQD_ITEM_STOP:
      vqd_worker_stop (self->worker, item->id);
      break;
    case VQD_ITEM_DELETE:
      vqd_gallery_remove (self->gallery, number);
      g_hash_table_remove (self->items, GUINT_TO_POINTER (number));
      break;
    case VQD_ITEM_COMPARE:
    case VQD_ITEM_REUSE:
    case VQD_ITEM_SAVE:
      break;
    }
}

static char *
file_name (guint number, gpointer user_data)
{
  Session *self = user_data;
  const Item *item = find_item (self, number);

  if (item == NULL)
    return g_strdup ("");

  const VqdArgs *args = item->asked->args;
  return vqd_names_file (
      args->file_template, args->keep_settings ? args->prompt : "",
      vqd_worker_seed (&args->request, item->id.index), item->id.index + 1);
}

static void
save (guint number, GFile *file, gpointer user_data)
{
}

/* ---- the image ---- */

static void
update_task (Session *self, const VqdWatchState *state)
{
  g_autofree char *mode = NULL;

  g_object_get (self->config, "mode", &mode, NULL);
  /* A name that a file of settings made up changes nothing. */
  vqd_mode_find_task (mode, &state->hints, &self->task, NULL);
  vqd_window_set_task (self->window, self->task);
}

static void
image_changed (const VqdWatchState *state, gpointer user_data)
{
  Session *self = user_data;
  const guint n_images = state->images->len;
  g_autofree VqdWindowImage *images = g_new0 (VqdWindowImage, n_images + 1);

  for (guint i = 0; i < n_images; i++)
    {
      const VqdWatchedImage *image = state->images->pdata[i];

      images[i] = (VqdWindowImage){ image->number, image->name };
    }
  images[n_images] = (VqdWindowImage){ 0, _ ("A new image") };
  vqd_window_set_images (self->window, images, (int) n_images + 1,
                         state->chosen);
  update_task (self, state);
}

static void
choose_image (int number, gpointer user_data)
{
  Session *self = user_data;

  vqd_image_watch_choose (self->watch, number);
}

static void
mode_changed (Session *self)
{
  update_task (self, vqd_image_watch_look (self->watch));
}

static gboolean
is_busy (gpointer user_data)
{
  Session *self = user_data;

  return ! vqd_worker_is_idle (self->worker);
}

static const VqdWindowActions window_actions = {
  .start = start,
  .stop_all = stop_all,
  .stop_run = stop_run,
  .move_run = move_run,
  .act = act,
  .save = save,
  .file_name = file_name,
  .choose_image = choose_image,
  .is_busy = is_busy,
};

/* ---- the whole ---- */

static GimpLayer **
layers_left (const Session *self)
{
  GimpLayer **layers = g_new0 (GimpLayer *, self->layers->len + 1);
  int n_layers = 0;

  for (guint i = 0; i < self->layers->len; i++)
    {
      const int number = g_array_index (self->layers, int, i);

      if (gimp_item_id_is_valid (number))
        layers[n_layers++] = gimp_layer_get_by_id (number);
    }
  return layers;
}

/* The engine while the user still types. */
static void
load_model (Session *self)
{
  g_autoptr (VqdArgs) args =
      vqd_args_new_from_config (self->config, VQD_TASK_GENERATE, NULL);

  if (args != NULL)
    vqd_worker_load (self->worker, &args->options);
}

GimpLayer **
vqd_session_run (GimpProcedure *procedure, GimpProcedureConfig *config,
                 GimpImage *image)
{
  Session self = {
    .config = config,
    .items = g_hash_table_new_full (NULL, NULL, NULL, item_free),
    .runs = g_hash_table_new_full (NULL, NULL, NULL, asked_unref),
    .layers = g_array_new (FALSE, FALSE, sizeof (int)),
  };

  g_autofree char *cache_folder =
      g_build_filename (g_get_user_cache_dir (), "vqdiffusion", NULL);

  gimp_ui_init ("vqdiffusion");
  self.window =
      VQD_WINDOW (vqd_window_new (G_OBJECT (config), &window_actions, &self));
  self.gallery = vqd_window_get_gallery (self.window);
  self.worker = vqd_worker_new (&worker_events, &self, cache_folder);
  self.watch = vqd_image_watch_new (image, image_changed, &self);
  load_model (&self);
  const gulong handler = g_signal_connect_swapped (
      config, "notify::mode", G_CALLBACK (mode_changed), &self);
  g_signal_connect (self.window, "destroy", G_CALLBACK (gtk_main_quit), NULL);
  gimp_window_set_transient (GTK_WINDOW (self.window));
  gtk_widget_show (GTK_WIDGET (self.window));

  gtk_main ();

  g_signal_handler_disconnect (config, handler);
  vqd_image_watch_free (self.watch);
  vqd_worker_free (self.worker);
  GimpLayer **layers = layers_left (&self);
  g_hash_table_unref (self.items);
  g_hash_table_unref (self.runs);
  g_array_unref (self.layers);
  return layers;
}
