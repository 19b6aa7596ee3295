/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-worker.h"

#ifdef __linux__
#include <sys/resource.h>
#endif

#include "plugin/vqd-mailbox.h"
#include "plugin/vqd-run-queue.h"

/* Enough to give way at once; what else the machine does is not preferred by
 * much. */
#define NICE 5

typedef enum
{
  LETTER_OPENED,
  LETTER_NOT_OPENED,
  LETTER_BEGUN,
  LETTER_DONE,
  LETTER_ENDED,
  LETTER_PALETTE,
  LETTER_QUEUE,
  LETTER_RUN_OVER
} LetterKind;

/* What the thread has to say, or the main thread to itself later. Owns all. */
typedef struct
{
  LetterKind kind;
  VqdPictureId id;
  GError *error;
  VqdDrawn *drawn;
  VqdQueuedRun *run; /* that can be freed */
  GBytes *palette;
  VqdModelInfo *info;
  char *device;
} Letter;

struct _VqdWorker
{
  const VqdWorkerEvents *events;
  gpointer user_data;
  VqdMailbox *mailbox;
  GThread *thread;
  guint last_run;

  GMutex lock; /* of all below, but the studio */
  GCond wake;
  gboolean quits;
  GQueue queue;                  /* as of vqd-run-queue.h */
  VqdEngineOptions *load_wanted; /* NULL: none */
  VqdPictureId current;          /* run 0: none */
  GCancellable *cancellable;     /* of what the thread does; NULL: nothing */
  gboolean has_chore;            /* does what any run may interrupt */

  VqdStudio *studio; /* the thread's own */
};

/* ---- letters ---- */

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  g_clear_error (&letter->error);
  g_clear_pointer (&letter->palette, g_bytes_unref);
  vqd_drawn_unref (letter->drawn);
  vqd_queued_run_free (letter->run);
  vqd_model_info_free (letter->info);
  g_free (letter->device);
  g_free (letter);
}

static Letter *
letter_new (LetterKind kind, guint run, int index)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->kind = kind;
  letter->id = (VqdPictureId){ run, index };
  return letter;
}

static void
post (VqdWorker *self, LetterKind kind, guint run, int index)
{
  vqd_mailbox_post (self->mailbox, letter_new (kind, run, index));
}

static void
read_letter (gpointer data, gpointer user_data)
{
  VqdWorker *self = user_data;
  Letter *letter = data;
  const VqdWorkerEvents *events = self->events;

  switch (letter->kind)
    {
    case LETTER_OPENED:
      events->opened (letter->info, letter->device, self->user_data);
      break;
    case LETTER_NOT_OPENED:
      events->not_opened (letter->error, self->user_data);
      break;
    case LETTER_BEGUN:
      events->begun (letter->id, self->user_data);
      break;
    case LETTER_DONE:
      events->done (letter->id, g_steal_pointer (&letter->drawn),
                    self->user_data);
      break;
    case LETTER_ENDED:
      events->ended (letter->id, letter->error, self->user_data);
      break;
    case LETTER_PALETTE:
      events->palette (letter->palette, self->user_data);
      break;
    case LETTER_QUEUE:
      events->queue_changed (self->user_data);
      break;
    case LETTER_RUN_OVER: /* goes with the letter */
      break;
    }
  letter_free (letter);
}

static void
read_progress (const VqdProgress *progress, gpointer user_data)
{
  VqdWorker *self = user_data;

  self->events->progress (progress, self->user_data);
}

/* ---- the queue, with the lock ---- */

/* The run may be gone afterwards. */
static void
picture_over (VqdWorker *self, VqdQueuedRun *run, int index)
{
  const guint id = run->id;

  if (vqd_run_queue_over (&self->queue, run, index))
    {
      Letter *letter = letter_new (LETTER_RUN_OVER, id, index);

      letter->run = run;
      vqd_mailbox_post (self->mailbox, letter);
    }
  post (self, LETTER_QUEUE, id, index);
}

/* error: NULL when it was stopped. The run may be gone afterwards. */
static void
picture_ended (VqdWorker *self, VqdQueuedRun *run, int index,
               const GError *error)
{
  Letter *letter = letter_new (LETTER_ENDED, run->id, index);

  letter->error = error != NULL ? g_error_copy (error) : NULL;
  vqd_mailbox_post (self->mailbox, letter);
  picture_over (self, run, index);
}

/* The run may be gone afterwards. */
static void
end_waiting (VqdWorker *self, VqdQueuedRun *run, const GError *error)
{
  int n_waiting = 0;

  for (int i = 0; i < run->request.n_images; i++)
    n_waiting += run->states[i] == VQD_PICTURE_WAITS;
  for (int i = 0; n_waiting > 0; i++)
    if (run->states[i] == VQD_PICTURE_WAITS)
      {
        n_waiting--; /* the last may take the run along */
        picture_ended (self, run, i, error);
      }
}

/* ---- the thread; functions are called with the lock and let go of it ---- */

/* tells: also of an engine that was open. */
static gboolean
open_engine (VqdWorker *self, const VqdEngineOptions *options, gboolean tells,
             GCancellable *cancellable, GError **error)
{
  gboolean is_new;

  if (! vqd_studio_open (self->studio, options, &is_new, cancellable, error))
    return FALSE;

  if (is_new || tells)
    {
      VqdEngine *engine = vqd_studio_get_engine (self->studio);
      Letter *opened = letter_new (LETTER_OPENED, 0, 0);
      Letter *palette = letter_new (LETTER_PALETTE, 0, 0);

      opened->info = vqd_model_info_copy (vqd_engine_get_info (engine));
      opened->device = g_strdup (vqd_engine_get_device (engine));
      palette->palette = vqd_studio_get_palette (self->studio);
      vqd_mailbox_post (self->mailbox, opened);
      vqd_mailbox_post (self->mailbox, palette);
    }
  return TRUE;
}

static void
note_progress (const VqdProgress *progress, gpointer user_data)
{
  VqdWorker *self = user_data;

  vqd_mailbox_set_progress (self->mailbox, progress);
}

static void
post_palette (VqdWorker *self)
{
  Letter *letter = letter_new (LETTER_PALETTE, 0, 0);

  letter->palette = vqd_studio_get_palette (self->studio);
  vqd_mailbox_post (self->mailbox, letter);
}

static void
draw_picture (VqdWorker *self, VqdQueuedRun *run, int index,
              GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  VqdDrawn *drawn = NULL;

  self->current = (VqdPictureId){ run->id, index };
  post (self, LETTER_BEGUN, run->id, index);
  post (self, LETTER_QUEUE, run->id, index);
  g_mutex_unlock (&self->lock);

  if (open_engine (self, &run->options, FALSE, cancellable, &error))
    drawn = vqd_studio_draw (self->studio, &run->request, index, note_progress,
                             self, cancellable, &error);
  if (drawn != NULL)
    {
      Letter *letter = letter_new (LETTER_DONE, run->id, index);

      letter->drawn = drawn;
      vqd_mailbox_post (self->mailbox, letter);
      post_palette (self);
    }

  g_mutex_lock (&self->lock);
  self->current = (VqdPictureId){ 0, 0 };
  if (drawn != NULL)
    {
      picture_over (self, run, index);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      picture_ended (self, run, index, NULL);
    }
  else
    {
      /* The others would fail in the same way. */
      end_waiting (self, run, error);
      picture_ended (self, run, index, error);
    }
}

static void
load (VqdWorker *self, GCancellable *cancellable)
{
  VqdEngineOptions *options = g_steal_pointer (&self->load_wanted);
  g_autoptr (GError) error = NULL;

  g_mutex_unlock (&self->lock);
  if (! open_engine (self, options, TRUE, cancellable, &error) &&
      ! g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      Letter *letter = letter_new (LETTER_NOT_OPENED, 0, 0);

      letter->error = g_steal_pointer (&error);
      vqd_mailbox_post (self->mailbox, letter);
    }
  vqd_engine_options_free (options);
  g_mutex_lock (&self->lock);
}

static void
do_chore (VqdWorker *self, GCancellable *cancellable)
{
  self->has_chore = TRUE;
  g_mutex_unlock (&self->lock);
  vqd_studio_do_chore (self->studio, cancellable);
  post_palette (self);
  g_mutex_lock (&self->lock);
  self->has_chore = FALSE;
}

/* One thing to do; FALSE when there is none. */
static gboolean
work (VqdWorker *self)
{
  int index = 0;
  VqdQueuedRun *run = vqd_run_queue_take (&self->queue, &index);

  if (run == NULL && self->load_wanted == NULL &&
      ! vqd_studio_has_chores (self->studio))
    return FALSE;

  self->cancellable = g_cancellable_new ();
  if (run != NULL)
    draw_picture (self, run, index, self->cancellable);
  else if (self->load_wanted != NULL)
    load (self, self->cancellable);
  else
    do_chore (self, self->cancellable);
  g_clear_object (&self->cancellable);
  return TRUE;
}

/* The window and GIMP go first; the threads that this one begins follow it. On
 * Linux 0 is the thread alone; elsewhere it would be the process. */
static void
step_back (void)
{
#ifdef __linux__
  setpriority (PRIO_PROCESS, 0, NICE);
#endif
}

static gpointer
worker_thread (gpointer user_data)
{
  VqdWorker *self = user_data;

  step_back ();
  g_mutex_lock (&self->lock);
  while (! self->quits)
    if (! work (self))
      g_cond_wait (&self->wake, &self->lock);
  g_mutex_unlock (&self->lock);
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
  self->mailbox =
      vqd_mailbox_new (read_letter, read_progress, self, letter_free);
  self->studio = vqd_studio_new (cache_folder);
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  g_queue_init (&self->queue);
  self->thread = g_thread_new ("vqdiffusion", worker_thread, self);
  return self;
}

static void
free_run (gpointer run)
{
  vqd_queued_run_free (run);
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

  vqd_mailbox_free (self->mailbox);
  g_queue_clear_full (&self->queue, free_run);
  vqd_studio_free (self->studio);
  vqd_engine_options_free (self->load_wanted);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->wake);
  g_free (self);
}

/* With the lock. */
static void
wake (VqdWorker *self)
{
  if (self->has_chore)
    g_cancellable_cancel (self->cancellable);
  g_cond_signal (&self->wake);
}

void
vqd_worker_load (VqdWorker *self, const VqdEngineOptions *options)
{
  g_mutex_lock (&self->lock);
  vqd_engine_options_free (self->load_wanted);
  self->load_wanted = vqd_engine_options_copy (options);
  wake (self);
  g_mutex_unlock (&self->lock);
}

guint
vqd_worker_add (VqdWorker *self, const VqdRequest *request,
                const VqdEngineOptions *options, gpointer owner,
                GDestroyNotify free_owner)
{
  g_return_val_if_fail (request->seed >= 0, 0);

  VqdQueuedRun *run = vqd_queued_run_new (++self->last_run, request, options,
                                          owner, free_owner);
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->queue, run);
  post (self, LETTER_QUEUE, run->id, 0);
  wake (self);
  g_mutex_unlock (&self->lock);
  return self->last_run;
}

void
vqd_worker_stop (VqdWorker *self, VqdPictureId id)
{
  g_mutex_lock (&self->lock);
  VqdQueuedRun *run = vqd_run_queue_find (&self->queue, id.run);
  if (run != NULL && id.index >= 0 && id.index < run->request.n_images)
    {
      if (run->states[id.index] == VQD_PICTURE_WORKS)
        g_cancellable_cancel (self->cancellable);
      else if (run->states[id.index] == VQD_PICTURE_WAITS)
        picture_ended (self, run, id.index, NULL);
    }
  g_mutex_unlock (&self->lock);
}

/* With the lock. The run may be gone afterwards. */
static void
stop_run (VqdWorker *self, VqdQueuedRun *run)
{
  if (self->current.run == run->id)
    g_cancellable_cancel (self->cancellable);
  end_waiting (self, run, NULL);
}

void
vqd_worker_stop_run (VqdWorker *self, guint id)
{
  g_mutex_lock (&self->lock);
  VqdQueuedRun *run = vqd_run_queue_find (&self->queue, id);
  if (run != NULL)
    stop_run (self, run);
  g_mutex_unlock (&self->lock);
}

void
vqd_worker_stop_all (VqdWorker *self)
{
  g_mutex_lock (&self->lock);
  for (GList *link = self->queue.head; link != NULL;)
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
  VqdQueuedRun *run = vqd_run_queue_find (&self->queue, id);
  if (run != NULL)
    {
      vqd_run_queue_move (&self->queue, run, places);
      post (self, LETTER_QUEUE, id, 0);
    }
  g_mutex_unlock (&self->lock);
}

GArray *
vqd_worker_get_queue (VqdWorker *self)
{
  GArray *queue = g_array_new (FALSE, TRUE, sizeof (VqdQueued));

  g_mutex_lock (&self->lock);
  for (GList *link = self->queue.head; link != NULL; link = link->next)
    {
      const VqdQueuedRun *run = link->data;
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
  const gboolean is_idle = g_queue_is_empty (&self->queue);
  g_mutex_unlock (&self->lock);
  return is_idle;
}
