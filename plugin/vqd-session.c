/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-session.h"

#include <glib/gi18n.h>
#include <libgimp/gimpui.h>
#ifdef G_OS_UNIX
#include <glib-unix.h>
#endif

#include "plugin/vqd-below.h"
#include "plugin/vqd-layer-io.h"
#include "plugin/vqd-names.h"
#include "plugin/vqd-session-private.h"
#include "plugin/vqd-settings.h"
#include "plugin/vqd-where.h"

/* Of the status line, which is as wide as the window: drawn together with a
 * picture, all between the two would be drawn, too. */
#define STATUS_INTERVAL_US 300000

static void
item_free (gpointer data)
{
  VqdSessionItem *item = data;

  vqd_asked_unref (item->asked);
  vqd_drawn_unref (item->drawn);
  g_free (item);
}

static void
unref_asked (gpointer asked)
{
  vqd_asked_unref (asked);
}

static VqdSessionItem *
find_item (VqdSession *self, guint number)
{
  return g_hash_table_lookup (self->items, GUINT_TO_POINTER (number));
}

static void
remove_item (VqdSession *self, guint number)
{
  vqd_gallery_remove (self->gallery, number);
  g_hash_table_remove (self->items, GUINT_TO_POINTER (number));
}

/* ---- what the worker tells ---- */

static void
model_opened (const VqdModelInfo *model, const char *device, gpointer user_data)
{
  VqdSession *self = user_data;

  self->model_guidance = model->guidance;
  vqd_window_set_model (self->window, model, device);
}

static void
model_not_opened (const GError *error, gpointer user_data)
{
  VqdSession *self = user_data;

  vqd_window_set_model (self->window, NULL, NULL);
  vqd_window_show_error (self->window, _ ("The model cannot be used."), error);
}

static void
picture_begun (VqdPictureId id, gpointer user_data)
{
  VqdSession *self = user_data;

  VqdSessionItem *item = find_item (self, ITEM_OF (id));

  if (item != NULL)
    item->is_begun = TRUE;
  self->current = id;
  vqd_status_begun (&self->status);
  vqd_gallery_set_state (self->gallery, ITEM_OF (id), VQD_ITEM_WORKING, NULL);
  vqd_gallery_reveal (self->gallery, ITEM_OF (id));
}

static void
show_status (VqdSession *self, const VqdProgress *progress)
{
  const gint64 now_us = g_get_monotonic_time ();

  if (now_us - self->status_us < STATUS_INTERVAL_US)
    return;

  g_autofree char *text = vqd_status_text (&self->status, progress);
  vqd_window_set_status (self->window, vqd_status_get_fraction (&self->status),
                         text);
  self->status_us = now_us;
}

static void
picture_progress (const VqdProgress *progress, gpointer user_data)
{
  VqdSession *self = user_data;
  const guint number = ITEM_OF (self->current);
  g_autofree char *note = vqd_status_phase_text (progress);

  vqd_status_progress (&self->status, progress);
  show_status (self, progress);
  vqd_gallery_set_state (self->gallery, number, VQD_ITEM_WORKING, note);
  if (progress->tokens != NULL)
    vqd_gallery_set_tokens (self->gallery, number, progress->tokens,
                            progress->grid_width, progress->grid_height);
  if (progress->tokens != NULL && progress->step > 0)
    vqd_stopwatch_stop (self->stopwatch, VQD_STOPWATCH_TOKENS);
}

/* (transfer full) */
static GdkPixbuf *
new_pixbuf (const VqdPreview *preview, const guint8 *rgb8)
{
  const int stride = preview->width_px * 3;
  g_autoptr (GBytes) bytes =
      g_bytes_new (rgb8, (gsize) stride * (gsize) preview->height_px);

  return gdk_pixbuf_new_from_bytes (bytes, GDK_COLORSPACE_RGB, FALSE, 8,
                                    preview->width_px, preview->height_px,
                                    stride);
}

/* The times of this machine, for the estimates: with guidance, which looks
 * twice. */
static void
tell_speed (VqdSession *self, const VqdAsked *asked, const VqdDrawn *drawn)
{
  const double asked_guidance = asked->args->request.guidance;
  const double guidance =
      asked_guidance < 0 ? self->model_guidance : asked_guidance;
  const VqdSeconds seconds = vqd_result_get_seconds (drawn->result);
  const int n = vqd_result_get_n_evaluations (drawn->result);

  if (n > 0)
    vqd_window_set_speed (self->window,
                          seconds.sample / n * (guidance == 1 ? 2 : 1),
                          drawn->seconds - seconds.sample);
}

static void
picture_done (VqdPictureId id, VqdDrawn *drawn, gpointer user_data)
{
  VqdSession *self = user_data;
  VqdSessionItem *item = find_item (self, ITEM_OF (id));

  vqd_status_over (&self->status, drawn->seconds);
  if (item == NULL)
    {
      vqd_drawn_unref (drawn);
      return;
    }

  tell_speed (self, item->asked, drawn);

  g_autoptr (GdkPixbuf) pixbuf =
      new_pixbuf (drawn->preview, drawn->preview->rgb8);
  item->drawn = drawn;
  item->is_over = TRUE;
  vqd_gallery_set_picture (self->gallery, ITEM_OF (id), pixbuf);
  vqd_gallery_set_purity (self->gallery, ITEM_OF (id), &drawn->picture->purity,
                          drawn->picture->width_px, drawn->picture->height_px);
  vqd_gallery_set_state (self->gallery, ITEM_OF (id), VQD_ITEM_DONE, NULL);
  if (item->asked->args->output_folder != NULL)
    vqd_saver_save_to_folder (self->saver, drawn, item->asked, id.index + 1);
}

static void
picture_ended (VqdPictureId id, const GError *error, gpointer user_data)
{
  VqdSession *self = user_data;
  VqdSessionItem *item = find_item (self, ITEM_OF (id));

  vqd_status_over (&self->status, -1);
  vqd_gallery_set_state (self->gallery, ITEM_OF (id),
                         error != NULL ? VQD_ITEM_FAILED : VQD_ITEM_STOPPED,
                         NULL);
  if (item == NULL)
    return;
  item->is_over = TRUE;
  /* Of what was never begun there is nothing to see. */
  if (error == NULL && ! item->is_begun)
    {
      remove_item (self, ITEM_OF (id));
      return;
    }
  if (error == NULL || item->asked->has_failed)
    return;

  item->asked->has_failed = TRUE;
  vqd_window_show_run_error (self->window, error);
}

static void
palette_changed (GBytes *palette, gpointer user_data)
{
  VqdSession *self = user_data;

  vqd_gallery_set_palette (self->gallery, palette);
}

static void
show_queue (VqdSession *self)
{
  g_autoptr (GArray) queue = vqd_worker_get_queue (self->worker);
  g_autofree VqdQueueRow *rows = g_new0 (VqdQueueRow, queue->len);

  for (guint i = 0; i < queue->len; i++)
    {
      const VqdQueued *queued = &g_array_index (queue, VqdQueued, i);
      const VqdAsked *asked =
          g_hash_table_lookup (self->runs, GUINT_TO_POINTER (queued->run));

      rows[i] = (VqdQueueRow){ queued->run, asked->title, queued->n_images,
                               queued->n_left, queued->is_working };
    }
  vqd_window_set_queue (self->window, rows, (int) queue->len);
}

static gboolean
is_busy (gpointer user_data)
{
  VqdSession *self = user_data;

  return ! vqd_intake_is_empty (self->intake) ||
         ! vqd_worker_is_idle (self->worker);
}

static void
rest_if_idle (VqdSession *self)
{
  if (self->status.begun_us == 0 || is_busy (self))
    return;

  g_autofree char *text = vqd_status_done_text (&self->status);
  vqd_window_set_status (self->window, -1, text);
  vqd_stopwatch_stop (self->stopwatch, VQD_STOPWATCH_CANCEL);
  vqd_stopwatch_tell_turns (self->stopwatch);
  vqd_status_idle (&self->status);
  g_hash_table_remove_all (self->runs);
}

static void
queue_changed (gpointer user_data)
{
  VqdSession *self = user_data;

  show_queue (self);
  rest_if_idle (self);
}

static const VqdWorkerEvents worker_events = {
  .opened = model_opened,
  .not_opened = model_not_opened,
  .begun = picture_begun,
  .progress = picture_progress,
  .done = picture_done,
  .ended = picture_ended,
  .palette = palette_changed,
  .queue_changed = queue_changed,
};

/* ---- runs ---- */

static void
add_items (VqdSession *self, VqdAsked *asked, guint run)
{
  const VqdRequest *request = &asked->args->request;

  for (int i = 0; i < request->n_images; i++)
    {
      VqdSessionItem *item = g_new0 (VqdSessionItem, 1);

      item->id = (VqdPictureId){ run, i };
      item->asked = vqd_asked_ref (asked);
      g_hash_table_insert (self->items, GUINT_TO_POINTER (ITEM_OF (item->id)),
                           item);
      vqd_gallery_add (self->gallery, ITEM_OF (item->id), i, asked->title,
                       vqd_studio_seed (request, i));
    }
}

/* Pictures that will not be drawn, though they were asked for. */
static void
give_up (VqdSession *self, int n_images)
{
  for (int i = 0; i < n_images; i++)
    vqd_status_over (&self->status, -1);
  rest_if_idle (self);
}

static void
canvas_read (VqdAsked *asked, const GError *error, gpointer user_data)
{
  VqdSession *self = user_data;
  const VqdArgs *args = asked->args;

  if (error != NULL)
    {
      vqd_window_show_error (self->window,
                             _ ("The pictures could not be made."), error);
      give_up (self, args->request.n_images);
      vqd_asked_unref (asked);
      return;
    }

  const guint run =
      vqd_worker_add (self->worker, &args->request, &args->options,
                      vqd_asked_ref (asked), unref_asked);
  g_hash_table_insert (self->runs, GUINT_TO_POINTER (run), asked);
  add_items (self, asked, run);
}

static void
start (gpointer user_data)
{
  VqdSession *self = user_data;
  g_autoptr (GError) error = NULL;

  vqd_stopwatch_start (self->stopwatch, VQD_STOPWATCH_TOKENS);
  if (self->status.begun_us == 0)
    vqd_stopwatch_forget_turns (self->stopwatch);
  vqd_image_watch_look (self->watch);
  g_autofree char *prompt = vqd_window_get_prompt (self->window);
  g_autoptr (VqdAsked) asked =
      vqd_asked_new (self->config, self->task, prompt, &error);
  if (asked == NULL ||
      ! vqd_intake_add (self->intake, asked,
                        vqd_image_watch_get_image (self->watch), &error))
    {
      vqd_window_show_run_error (self->window, error);
      return;
    }

  const VqdArgs *args = asked->args;
  vqd_window_begun (self->window, args->request.seed);
  if (args->keep_settings)
    vqd_settings_keep (self->config);
  if (self->status.begun_us == 0)
    vqd_window_set_status (self->window, 0, _ ("Starting"));
  vqd_status_asked (&self->status, args->request.n_images);
}

static void
stop_all (gpointer user_data)
{
  VqdSession *self = user_data;

  vqd_stopwatch_start (self->stopwatch, VQD_STOPWATCH_CANCEL);
  vqd_worker_stop_all (self->worker);
  give_up (self, vqd_intake_drop_all (self->intake));
}

static void
stop_run (guint run, gpointer user_data)
{
  VqdSession *self = user_data;

  vqd_worker_stop_run (self->worker, run);
}

static void
move_run (guint run, int places, gpointer user_data)
{
  VqdSession *self = user_data;

  vqd_worker_move (self->worker, run, places);
}

/* ---- pictures ---- */

static void
compare (VqdSession *self, const VqdSessionItem *item)
{
  const VqdDrawn *drawn = item->drawn;
  const VqdPreview *preview = drawn->preview;
  g_autoptr (GdkPixbuf) picture = new_pixbuf (preview, preview->rgb8);
  g_autoptr (GdkPixbuf) below =
      preview->before != NULL
          ? new_pixbuf (preview, preview->before)
          : vqd_below_new (vqd_image_watch_get_image (self->watch),
                           drawn->picture->width_px, drawn->picture->height_px,
                           preview->width_px, preview->height_px);

  if (below != NULL)
    vqd_window_compare (self->window, ITEM_OF (item->id), picture, below);
  else
    vqd_window_show_notice (
        self->window,
        _ ("There is no layer below the picture to compare it with."));
}

static void
act (guint number, VqdItemAction action, gpointer user_data)
{
  VqdSession *self = user_data;
  VqdSessionItem *item = find_item (self, number);

  if (item == NULL)
    return;

  switch (action)
    {
    case VQD_ITEM_INSERT:
      if (item->drawn != NULL)
        vqd_session_insert (self, item, FALSE);
      break;
    case VQD_ITEM_COMPARE:
      if (item->drawn != NULL)
        compare (self, item);
      break;
    case VQD_ITEM_REUSE:
      vqd_asked_restore (
          item->asked, self->config,
          vqd_studio_seed (&item->asked->args->request, item->id.index));
      break;
    case VQD_ITEM_SAVE: /* vqd_window asks for the file first */
      break;
    case VQD_ITEM_STOP:
      vqd_worker_stop (self->worker, item->id);
      break;
    case VQD_ITEM_DELETE:
      remove_item (self, number);
      break;
    case VQD_ITEM_PURITY_LAYER:
      if (item->drawn != NULL)
        vqd_session_insert_purity (self, item);
      break;
    }
}

static char *
file_name (guint number, gpointer user_data)
{
  VqdSession *self = user_data;
  const VqdSessionItem *item = find_item (self, number);

  if (item == NULL)
    return g_strdup ("");

  const VqdArgs *args = item->asked->args;
  return vqd_names_file (
      args->file_template, args->keep_settings ? args->prompt : "",
      vqd_studio_seed (&args->request, item->id.index), item->id.index + 1);
}

static void
save (guint number, GFile *file, gpointer user_data)
{
  VqdSession *self = user_data;
  const VqdSessionItem *item = find_item (self, number);

  if (item != NULL && item->drawn != NULL)
    vqd_saver_save_as (self->saver, item->drawn, item->asked, file);
}

/* Of one that was deleted meanwhile, nothing can be tried again. */
static void
saved (const VqdDrawn *drawn, const GError *error, gpointer user_data)
{
  VqdSession *self = user_data;
  const char *what = _ ("The picture could not be saved.");
  GHashTableIter iter;
  gpointer value;

  if (error == NULL)
    return;

  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const VqdSessionItem *item = value;

      if (item->drawn == drawn)
        {
          vqd_window_show_item_error (self->window, ITEM_OF (item->id),
                                      VQD_ITEM_SAVE, what, error);
          return;
        }
    }
  vqd_window_show_error (self->window, what, error);
}

/* ---- the image ---- */

static void
update_task (VqdSession *self, const VqdWatchState *state)
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
  VqdSession *self = user_data;
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
  VqdSession *self = user_data;

  vqd_image_watch_choose (self->watch, number);
}

static void
mode_changed (VqdSession *self)
{
  update_task (self, vqd_image_watch_look (self->watch));
}

static void
reuse_layer (gpointer user_data)
{
  VqdSession *self = user_data;
  g_autoptr (GError) error = NULL;
  GimpLayer *layer = vqd_where_find_layer (
      vqd_image_watch_get_image (self->watch), NULL, &error);
  g_autofree char *json = layer != NULL ? vqd_settings_of_layer (layer) : NULL;

  if (layer != NULL && json == NULL)
    g_set_error_literal (&error, VQD_ERROR, VQD_ERROR_REQUEST,
                         _ ("The selected layer keeps no settings."));
  if (json == NULL ||
      ! vqd_settings_apply (json, G_OBJECT (self->config), &error))
    vqd_window_show_error (self->window,
                           _ ("The settings could not be taken over."), error);
}

static void
remove_all (gpointer user_data)
{
  VqdSession *self = user_data;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const VqdSessionItem *item = value;

      if (! item->is_over)
        continue;
      vqd_gallery_remove (self->gallery, ITEM_OF (item->id));
      g_hash_table_iter_remove (&iter);
    }
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
  .reuse_layer = reuse_layer,
  .remove_all = remove_all,
  .is_busy = is_busy,
};

/* ---- the whole ---- */

static GimpLayer **
layers_left (const VqdSession *self)
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

/* The engine while the user still types, and when another is chosen. */
static void
load_model (VqdSession *self)
{
  g_autoptr (VqdArgs) args =
      vqd_args_new_from_config (self->config, VQD_TASK_GENERATE, NULL);

  if (args != NULL)
    vqd_worker_load (self->worker, &args->options);
}

static gpointer
warm_up (gpointer unused)
{
  vqd_layer_io_warm_up ();
  return NULL;
}

static void
show_window (VqdSession *self)
{
  GtkWindow *window = GTK_WINDOW (self->window);

  g_signal_connect_swapped (self->config, "notify::mode",
                            G_CALLBACK (mode_changed), self);
  g_signal_connect_swapped (self->config, "notify::model",
                            G_CALLBACK (load_model), self);
  g_signal_connect (window, "destroy", G_CALLBACK (gtk_main_quit), NULL);
  gimp_window_set_transient (window);
  gtk_widget_show (GTK_WIDGET (window));
  vqd_stopwatch_set_window (self->stopwatch, GTK_WIDGET (window));
  vqd_stopwatch_stop (self->stopwatch, VQD_STOPWATCH_WINDOW);
}

#ifdef G_OS_UNIX
static gboolean
quit (gpointer user_data)
{
  gtk_main_quit ();
  return G_SOURCE_CONTINUE;
}
#endif

/* Until the window is closed, or the process is told to end: GIMP's own way to
 * end would leave the thread at work. */
static void
turn_loop (void)
{
#ifdef G_OS_UNIX
  const guint term = g_unix_signal_add (SIGTERM, quit, NULL);
  const guint intr = g_unix_signal_add (SIGINT, quit, NULL);
#endif

  gtk_main ();
#ifdef G_OS_UNIX
  g_source_remove (intr);
  g_source_remove (term);
#endif
}

GimpLayer **
vqd_session_run (GimpProcedure *procedure, GimpProcedureConfig *config,
                 GimpImage *image)
{
  g_autofree char *cache_folder =
      g_build_filename (g_get_user_cache_dir (), "vqdiffusion", NULL);
  VqdSession self = {
    .config = config,
    .items = g_hash_table_new_full (NULL, NULL, NULL, item_free),
    .runs = g_hash_table_new_full (NULL, NULL, NULL, unref_asked),
    .layers = g_array_new (FALSE, FALSE, sizeof (int)),
  };

  self.stopwatch = vqd_stopwatch_new ();
  vqd_stopwatch_start (self.stopwatch, VQD_STOPWATCH_WINDOW);
  gimp_ui_init ("vqdiffusion");
  self.window =
      VQD_WINDOW (vqd_window_new (G_OBJECT (config), &window_actions, &self));
  self.gallery = vqd_window_get_gallery (self.window);
  self.worker = vqd_worker_new (&worker_events, &self, cache_folder);
  self.watch = vqd_image_watch_new (image, image_changed, &self);
  self.intake = vqd_intake_new (canvas_read, &self);
  self.saver = vqd_saver_new (saved, &self);
  load_model (&self);
  show_window (&self);
  GThread *warming = g_thread_new ("warm up", warm_up, NULL);

  turn_loop ();

  g_signal_handlers_disconnect_by_data (config, &self);
  gboolean keep_settings = TRUE;
  g_object_get (config, "keep-settings", &keep_settings, NULL);
  if (! keep_settings)
    vqd_settings_forget (G_OBJECT (config));
  g_thread_join (warming);
  vqd_image_watch_free (self.watch);
  vqd_intake_free (self.intake);
  vqd_worker_free (self.worker);
  vqd_saver_free (self.saver);
  vqd_stopwatch_free (self.stopwatch);
  GimpLayer **layers = layers_left (&self);
  g_hash_table_unref (self.items);
  g_hash_table_unref (self.runs);
  g_array_unref (self.layers);
  return layers;
}
