/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-worker.h"

#include <string.h>

#include "plugin/vqd-palette.h"

#define PROGRESS_INTERVAL_US 50000

typedef enum
{
  PICTURE_WAITS,
  PICTURE_WORKS,
  PICTURE_OVER
} PictureState;

typedef struct
{
  guint id;
  VqdRequest request;
  VqdEngineOptions options;
  gpointer owner;
  GDestroyNotify free_owner;
  PictureState *states; /* [n_images] */
  int n_left;           /* not over */
} Run;

typedef enum
{
  EVENT_OPENED,
  EVENT_NOT_OPENED,
  EVENT_BEGUN,
  EVENT_DONE,
  EVENT_ENDED,
  EVENT_PALETTE,
  EVENT_QUEUE,
  EVENT_RUN_OVER
} EventKind;

/* What the thread has to say, or the main thread to itself later. */
typedef struct
{
  EventKind kind;
  VqdPictureId id;
  GError *error;
  VqdDrawn *drawn;
  Run *run;        /* that can be freed */
  guint8 *palette; /* [n_codes, 3] */
  VqdModelInfo info;
  char *strings[12]; /* that info borrows */
  char *device;
  double load_seconds;
} Event;

struct _VqdWorker
{
  const VqdWorkerEvents *events;
  gpointer user_data;
  GThread *thread;
  char *cache_folder; /* NULL: none */

  /* The main thread's. */
  guint last_run;

  GMutex lock; /* of all below, up to the thread's own */
  GCond wake;
  gboolean quits;
  GList *runs;                   /* Run, in order */
  VqdEngineOptions *load_wanted; /* NULL: none */
  VqdPictureId current;          /* run 0: none */
  GCancellable *cancellable;     /* of what the thread does; NULL: nothing */
  gboolean is_exploring;         /* which any run may interrupt */
  GQueue queue;                  /* Event */
  GSource *event_source;
  GSource *progress_source;
  gint64 progress_us; /* when the last one was given on */
  VqdPictureId progress_id;
  VqdProgress progress;
  int *tokens; /* that progress has */
  gsize n_tokens;
  gboolean has_progress;
  double evaluations_per_s;

  /* The thread's own. */
  VqdEngine *engine;
  VqdEngineOptions *options; /* the engine's */
  VqdPalette *palette;       /* the engine's */
  gboolean cannot_explore;   /* it failed */
  gint64 begun_us;           /* the sampling of the picture; 0: not yet */
  int begun_step;
};

/* ---- what is handed on ---- */

void
vqd_drawn_free (VqdDrawn *drawn)
{
  if (drawn == NULL)
    return;
  vqd_result_free (drawn->result);
  g_free (drawn->rgb8);
  g_free (drawn);
}

static VqdEngineOptions *
options_copy (const VqdEngineOptions *options)
{
  VqdEngineOptions *copy = g_memdup2 (options, sizeof *options);

  copy->model = g_strdup (options->model);
  copy->device = g_strdup (options->device);
  return copy;
}

static void
options_free (VqdEngineOptions *options)
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

static void
run_free (Run *run)
{
  if (run->free_owner != NULL)
    run->free_owner (run->owner);
  g_free (run->states);
  g_free (run);
}

static void
event_free (Event *event)
{
  for (gsize i = 0; i < G_N_ELEMENTS (event->strings); i++)
    g_free (event->strings[i]);
  g_free (event->device);
  g_free (event->palette);
  g_clear_error (&event->error);
  vqd_drawn_free (event->drawn);
  if (event->run != NULL)
    run_free (event->run);
  g_free (event);
}

/* ---- events, on the main thread ---- */

static void
tell_opened (VqdWorker *self, const Event *event)
{
  const VqdWorkerModel model = { &event->info, event->device,
                                 event->load_seconds };

  if (self->events->opened != NULL)
    self->events->opened (&model, self->user_data);
}

static void
tell (VqdWorker *self, Event *event)
{
  const VqdWorkerEvents *events = self->events;

  switch (event->kind)
    {
    case EVENT_OPENED:
      tell_opened (self, event);
      break;
    case EVENT_NOT_OPENED:
      if (events->not_opened != NULL)
        events->not_opened (event->error, self->user_data);
      break;
    case EVENT_BEGUN:
      if (events->begun != NULL)
        events->begun (event->id, self->user_data);
      break;
    case EVENT_DONE:
      if (events->done != NULL)
        events->done (event->id, g_steal_pointer (&event->drawn),
                      self->user_data);
      break;
    case EVENT_ENDED:
      if (events->ended != NULL)
        events->ended (event->id, event->error, self->user_data);
      break;
    case EVENT_PALETTE:
      if (events->palette != NULL)
        events->palette (event->palette, event->info.n_codes, self->user_data);
      break;
    case EVENT_QUEUE:
      if (events->queue_changed != NULL)
        events->queue_changed (self->user_data);
      break;
    case EVENT_RUN_OVER: /* freed with the event */
      break;
    }
}

static gboolean
dispatch_events (gpointer user_data)
{
  VqdWorker *self = user_data;

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->event_source, g_source_unref);
  for (;;)
    {
      Event *event = g_queue_pop_head (&self->queue);

      if (event == NULL)
        break;
      g_mutex_unlock (&self->lock);
      tell (self, event);
      event_free (event);
      g_mutex_lock (&self->lock);
    }
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

static gboolean
dispatch_progress (gpointer user_data)
{
  VqdWorker *self = user_data;

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->progress_source, g_source_unref);
  VqdProgress progress = self->progress;
  const VqdPictureId id = self->progress_id;
  const double evaluations_per_s = self->evaluations_per_s;
  const gboolean has_progress = self->has_progress;
  g_autofree int *tokens =
      progress.tokens != NULL
          ? g_memdup2 (self->tokens, self->n_tokens * sizeof (int))
          : NULL;
  self->has_progress = FALSE;
  self->progress_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);

  progress.tokens = tokens;
  if (has_progress && self->events->progress != NULL)
    self->events->progress (id, &progress, evaluations_per_s, self->user_data);
  return G_SOURCE_REMOVE;
}

static GSource *
attach (GSource *source, GSourceFunc func, gpointer user_data)
{
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, user_data, NULL);
  g_source_attach (source, NULL);
  return source;
}

/* With the lock; takes the event. */
static void
post (VqdWorker *self, Event *event)
{
  g_queue_push_tail (&self->queue, event);
  if (self->event_source == NULL)
    self->event_source = attach (g_idle_source_new (), dispatch_events, self);
}

static Event *
event_new (EventKind kind, VqdPictureId id)
{
  Event *event = g_new0 (Event, 1);

  event->kind = kind;
  event->id = id;
  return event;
}

/* With the lock. */
static void
post_simple (VqdWorker *self, EventKind kind, VqdPictureId id)
{
  post (self, event_new (kind, id));
}

/* ---- the queue, with the lock ---- */

static Run *
find_run (VqdWorker *self, guint id)
{
  for (GList *link = self->runs; link != NULL; link = link->next)
    if (((Run *) link->data)->id == id)
      return link->data;

  return NULL;
}

/* A picture of the run is over. The run may be gone afterwards. */
static void
picture_over (VqdWorker *self, Run *run, int index)
{
  const VqdPictureId id = { run->id, index };

  run->states[index] = PICTURE_OVER;
  run->n_left--;
  if (run->n_left == 0)
    {
      Event *event = event_new (EVENT_RUN_OVER, id);

      self->runs = g_list_remove (self->runs, run);
      event->run = run;
      post (self, event);
    }
  post_simple (self, EVENT_QUEUE, id);
}

/* error: NULL when it was stopped. The run may be gone afterwards. */
static void
picture_ended (VqdWorker *self, Run *run, int index, const GError *error)
{
  Event *event = event_new (EVENT_ENDED, (VqdPictureId){ run->id, index });

  event->error = error != NULL ? g_error_copy (error) : NULL;
  post (self, event);
  picture_over (self, run, index);
}

static void
end_waiting (VqdWorker *self, Run *run, const GError *error)
{
  const int n_images = run->request.n_images;
  int n_waiting = 0;

  for (int i = 0; i < n_images; i++)
    n_waiting += run->states[i] == PICTURE_WAITS;
  for (int i = 0; i < n_images && n_waiting > 0; i++)
    if (run->states[i] == PICTURE_WAITS)
      {
        n_waiting--; /* the last may take the run along */
        picture_ended (self, run, i, error);
      }
}

/* The next picture to be drawn; NULL when none waits. */
static Run *
take_picture (VqdWorker *self, int *index)
{
  for (GList *link = self->runs; link != NULL; link = link->next)
    {
      Run *run = link->data;

      for (int i = 0; i < run->request.n_images; i++)
        if (run->states[i] == PICTURE_WAITS)
          {
            run->states[i] = PICTURE_WORKS;
            *index = i;
            return run;
          }
    }

  return NULL;
}

/* ---- the thread ---- */

static void
measure_speed (VqdWorker *self, const VqdProgress *progress)
{
  const gint64 now_us = g_get_monotonic_time ();

  if (progress->phase != VQD_PHASE_SAMPLE)
    return;
  if (self->begun_us == 0)
    {
      self->begun_us = now_us;
      self->begun_step = progress->step;
    }
  else if (progress->step > self->begun_step && now_us > self->begun_us)
    self->evaluations_per_s = (double) (progress->step - self->begun_step) *
                              G_USEC_PER_SEC /
                              (double) (now_us - self->begun_us);
}

static void
keep_tokens (VqdWorker *self, const VqdProgress *progress)
{
  const gsize n = (gsize) progress->grid_width * (gsize) progress->grid_height;

  if (n > self->n_tokens || self->tokens == NULL)
    self->tokens = g_renew (int, self->tokens, n);
  self->n_tokens = n;
  memcpy (self->tokens, progress->tokens, n * sizeof (int));
}

static void
note_progress (const VqdProgress *progress, gpointer user_data)
{
  VqdWorker *self = user_data;

  g_mutex_lock (&self->lock);
  measure_speed (self, progress);
  self->progress = *progress;
  self->progress_id = self->current;
  self->has_progress = TRUE;
  if (progress->tokens != NULL)
    keep_tokens (self, progress);
  if (self->progress_source == NULL)
    {
      const gint64 due_us = self->progress_us + PROGRESS_INTERVAL_US;
      const gint64 wait_us = MAX (due_us - g_get_monotonic_time (), 0);

      self->progress_source =
          attach (g_timeout_source_new ((guint) (wait_us / 1000)),
                  dispatch_progress, self);
    }
  g_mutex_unlock (&self->lock);
}

/* What is said of the engine; the strings are copies. */
static Event *
opened_event (VqdEngine *engine, double load_seconds)
{
  Event *event = event_new (EVENT_OPENED, (VqdPictureId){ 0, 0 });
  VqdModelInfo *info = &event->info;

  *info = *vqd_engine_get_info (engine);
  const char **const borrowed[] = {
    &info->path,       &info->name,     &info->version, &info->description,
    &info->licence,    &info->credits,  &info->kind,    &info->null_condition,
    &info->codec_kind, &info->checksum, &info->id,      &info->strategy,
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (borrowed) == G_N_ELEMENTS (event->strings));
  for (gsize i = 0; i < G_N_ELEMENTS (borrowed); i++)
    {
      event->strings[i] = g_strdup (*borrowed[i]);
      *borrowed[i] = event->strings[i];
    }
  event->device = g_strdup (vqd_engine_get_device (engine));
  event->load_seconds = load_seconds;
  return event;
}

static void
post_palette (VqdWorker *self)
{
  Event *event = event_new (EVENT_PALETTE, (VqdPictureId){ 0, 0 });

  event->palette = vqd_palette_get_colors (self->palette);
  event->info.n_codes = vqd_palette_get_n_codes (self->palette);
  g_mutex_lock (&self->lock);
  post (self, event);
  g_mutex_unlock (&self->lock);
}

/* Of the engine's palette; NULL: none. (transfer full) */
static char *
palette_path (VqdWorker *self)
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
open_palette (VqdWorker *self)
{
  g_autofree char *path = palette_path (self);

  self->palette = vqd_palette_new (vqd_engine_get_info (self->engine)->n_codes);
  if (path != NULL)
    vqd_palette_load (self->palette, path);
  post_palette (self);
}

static void
close_engine (VqdWorker *self)
{
  if (self->engine == NULL)
    return;

  g_autofree char *path = palette_path (self);
  if (path != NULL)
    vqd_palette_save (self->palette, path);
  g_clear_pointer (&self->engine, vqd_engine_free);
  g_clear_pointer (&self->options, options_free);
  g_clear_pointer (&self->palette, vqd_palette_free);
}

/* The engine for the options; one that is open already when they fit. */
static gboolean
open_engine (VqdWorker *self, const VqdEngineOptions *options,
             GCancellable *cancellable, GError **error)
{
  const gint64 start_us = g_get_monotonic_time ();

  if (self->engine != NULL && options_equal (options, self->options))
    return TRUE;

  close_engine (self); /* its memory first */
  self->engine = vqd_engine_new (options, cancellable, error);
  if (self->engine == NULL)
    return FALSE;

  self->options = options_copy (options);
  Event *event = opened_event (self->engine,
                               (double) (g_get_monotonic_time () - start_us) /
                                   G_USEC_PER_SEC);
  g_mutex_lock (&self->lock);
  post (self, event);
  g_mutex_unlock (&self->lock);
  open_palette (self);
  return TRUE;
}

/* The strength of picture i, as in one request for all. */
static double
strength_of (const VqdRequest *request, int i)
{
  if (request->strength_last < 0 || request->n_images < 2)
    return request->strength;

  return request->strength + (request->strength_last - request->strength) * i /
                                 (request->n_images - 1);
}

static VqdDrawn *
draw (VqdWorker *self, const Run *run, int index, GCancellable *cancellable,
      GError **error)
{
  const gint64 start_us = g_get_monotonic_time ();
  VqdRequest request = run->request;

  request.seed = vqd_worker_seed (&run->request, index);
  request.strength = strength_of (&run->request, index);
  request.strength_last = -1;
  request.n_images = 1;
  self->begun_us = 0;
  VqdResult *result = vqd_engine_generate (
      self->engine, &request, note_progress, self, cancellable, error);
  if (result == NULL)
    return NULL;

  VqdDrawn *drawn = g_new0 (VqdDrawn, 1);
  drawn->result = result;
  drawn->picture = vqd_result_get_picture (result, 0);
  drawn->rgb8 = g_malloc_n ((gsize) drawn->picture->width_px * 3,
                            (gsize) drawn->picture->height_px);
  vqd_picture_to_rgb8 (drawn->picture, drawn->rgb8);
  drawn->seconds =
      (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
  return drawn;
}

/* Whether the other pictures of the run would fail in the same way. */
static gboolean
fails_for_all (const GError *error)
{
  return ! g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* With the lock, which is let go of meanwhile. */
static void
draw_picture (VqdWorker *self, Run *run, int index, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  VqdDrawn *drawn = NULL;

  self->current = (VqdPictureId){ run->id, index };
  post_simple (self, EVENT_BEGUN, self->current);
  post_simple (self, EVENT_QUEUE, self->current);
  g_mutex_unlock (&self->lock);

  if (open_engine (self, &run->options, cancellable, &error))
    drawn = draw (self, run, index, cancellable, &error);
  if (drawn != NULL &&
      vqd_palette_learn (self->palette, drawn->picture,
                         vqd_engine_get_info (self->engine)->cell_px))
    post_palette (self);

  g_mutex_lock (&self->lock);
  self->has_progress = FALSE;
  const VqdPictureId id = self->current;
  self->current = (VqdPictureId){ 0, 0 };
  if (drawn != NULL)
    {
      Event *event = event_new (EVENT_DONE, id);

      event->drawn = drawn;
      post (self, event);
      picture_over (self, run, index);
    }
  else
    {
      const gboolean for_all = fails_for_all (error);

      if (for_all)
        end_waiting (self, run, error);
      picture_ended (self, run, index, for_all ? error : NULL);
    }
}

/* With the lock, which is let go of meanwhile. */
static void
load (VqdWorker *self, GCancellable *cancellable)
{
  VqdEngineOptions *options = g_steal_pointer (&self->load_wanted);
  g_autoptr (GError) error = NULL;

  g_mutex_unlock (&self->lock);
  const gboolean ok = open_engine (self, options, cancellable, &error);
  options_free (options);
  g_mutex_lock (&self->lock);
  if (! ok && fails_for_all (error))
    {
      Event *event = event_new (EVENT_NOT_OPENED, (VqdPictureId){ 0, 0 });

      event->error = g_steal_pointer (&error);
      post (self, event);
    }
}

/* What is done while nobody waits. With the lock, which is let go of
 * meanwhile. */
static void
explore (VqdWorker *self, GCancellable *cancellable)
{
  self->is_exploring = TRUE;
  g_mutex_unlock (&self->lock);
  if (vqd_palette_explore (self->palette, self->engine, cancellable))
    post_palette (self);
  else if (! g_cancellable_is_cancelled (cancellable))
    self->cannot_explore = TRUE;
  g_mutex_lock (&self->lock);
  self->is_exploring = FALSE;
}

/* One thing to do; FALSE when there is none. With the lock, which is let go of
 * meanwhile. */
static gboolean
work (VqdWorker *self)
{
  int index = 0;
  Run *run = take_picture (self, &index);
  const gboolean may_explore = self->engine != NULL && ! self->cannot_explore &&
                               ! vqd_palette_is_explored (self->palette);

  if (run == NULL && self->load_wanted == NULL && ! may_explore)
    return FALSE;

  self->cancellable = g_cancellable_new ();
  if (run != NULL)
    draw_picture (self, run, index, self->cancellable);
  else if (self->load_wanted != NULL)
    load (self, self->cancellable);
  else
    explore (self, self->cancellable);
  g_clear_object (&self->cancellable);
  return TRUE;
}

/* With the lock. */
static void
interrupt_exploring (VqdWorker *self)
{
  if (self->is_exploring)
    g_cancellable_cancel (self->cancellable);
  g_cond_signal (&self->wake);
}

static gpointer
worker_thread (gpointer user_data)
{
  VqdWorker *self = user_data;

  g_mutex_lock (&self->lock);
  while (! self->quits)
    if (! work (self))
      g_cond_wait (&self->wake, &self->lock);
  g_mutex_unlock (&self->lock);

  close_engine (self);
  return NULL;
}

/* ---- the main thread ---- */

VqdWorker *
vqd_worker_new (const VqdWorkerEvents *events, gpointer user_data,
                const char *cache_folder)
{
  VqdWorker *self = g_new0 (VqdWorker, 1);

  self->events = events;
  self->user_data = user_data;
  self->cache_folder = g_strdup (cache_folder);
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  g_queue_init (&self->queue);
  self->thread = g_thread_new ("vqdiffusion", worker_thread, self);
  return self;
}

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

void
vqd_worker_free (VqdWorker *self)
{
  if (self == NULL)
    return;

  vqd_worker_stop_all (self);
  g_mutex_lock (&self->lock);
  self->quits = TRUE;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);

  drop_source (&self->event_source);
  drop_source (&self->progress_source);
  for (Event *event; (event = g_queue_pop_head (&self->queue)) != NULL;)
    event_free (event);
  for (GList *link = self->runs; link != NULL; link = link->next)
    run_free (link->data);
  g_list_free (self->runs);
  options_free (self->load_wanted);
  g_free (self->tokens);
  g_free (self->cache_folder);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->wake);
  g_free (self);
}

void
vqd_worker_load (VqdWorker *self, const VqdEngineOptions *options)
{
  g_mutex_lock (&self->lock);
  options_free (self->load_wanted);
  self->load_wanted = options_copy (options);
  interrupt_exploring (self);
  g_mutex_unlock (&self->lock);
}

gint64
vqd_worker_seed (const VqdRequest *request, int index)
{
  return (request->seed + index) & VQD_MAX_SEED;
}

guint
vqd_worker_add (VqdWorker *self, const VqdRequest *request,
                const VqdEngineOptions *options, gpointer owner,
                GDestroyNotify free_owner)
{
  Run *run = g_new0 (Run, 1);

  g_return_val_if_fail (request->seed >= 0, 0);

  run->id = ++self->last_run;
  run->request = *request;
  run->options = *options;
  run->owner = owner;
  run->free_owner = free_owner;
  run->states = g_new0 (PictureState, (gsize) request->n_images);
  run->n_left = request->n_images;

  g_mutex_lock (&self->lock);
  self->runs = g_list_append (self->runs, run);
  post_simple (self, EVENT_QUEUE, (VqdPictureId){ run->id, 0 });
  interrupt_exploring (self);
  g_mutex_unlock (&self->lock);
  return self->last_run;
}

void
vqd_worker_stop (VqdWorker *self, VqdPictureId id)
{
  g_mutex_lock (&self->lock);
  Run *run = find_run (self, id.run);
  if (run != NULL && id.index >= 0 && id.index < run->request.n_images)
    {
      if (run->states[id.index] == PICTURE_WORKS)
        g_cancellable_cancel (self->cancellable);
      else if (run->states[id.index] == PICTURE_WAITS)
        picture_ended (self, run, id.index, NULL);
    }
  g_mutex_unlock (&self->lock);
}

/* With the lock. The run may be gone afterwards. */
static void
stop_run (VqdWorker *self, Run *run)
{
  if (self->current.run == run->id)
    g_cancellable_cancel (self->cancellable);
  end_waiting (self, run, NULL);
}

void
vqd_worker_stop_run (VqdWorker *self, guint id)
{
  g_mutex_lock (&self->lock);
  Run *run = find_run (self, id);
  if (run != NULL)
    stop_run (self, run);
  g_mutex_unlock (&self->lock);
}

void
vqd_worker_stop_all (VqdWorker *self)
{
  g_mutex_lock (&self->lock);
  for (GList *link = self->runs; link != NULL;)
    {
      GList *next = link->next;

      stop_run (self, link->data);
      link = next;
    }
  g_mutex_unlock (&self->lock);
}

void
vqd_worker_move (VqdWorker *self, guint id, int places)
{
  g_mutex_lock (&self->lock);
  Run *run = find_run (self, id);
  if (run != NULL)
    {
      const int n_runs = (int) g_list_length (self->runs);
      const int position = g_list_index (self->runs, run) + places;

      self->runs = g_list_remove (self->runs, run);
      self->runs =
          g_list_insert (self->runs, run, CLAMP (position, 0, n_runs - 1));
      post_simple (self, EVENT_QUEUE, (VqdPictureId){ id, 0 });
    }
  g_mutex_unlock (&self->lock);
}

GArray *
vqd_worker_get_queue (VqdWorker *self)
{
  GArray *queue = g_array_new (FALSE, TRUE, sizeof (VqdQueued));

  g_mutex_lock (&self->lock);
  for (GList *link = self->runs; link != NULL; link = link->next)
    {
      const Run *run = link->data;
      const VqdQueued queued = { run->id, run->request.n_images, run->n_left,
                                 run->id == self->current.run };

      g_array_append_val (queue, queued);
    }
  g_mutex_unlock (&self->lock);
  return queue;
}

gboolean
vqd_worker_is_idle (VqdWorker *self)
{
  g_mutex_lock (&self->lock);
  const gboolean is_idle = self->runs == NULL;
  g_mutex_unlock (&self->lock);
  return is_idle;
}
