/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-job.h"

#ifdef G_OS_UNIX
#include <glib-unix.h>
#endif

/* Each report is a trip to GIMP and back. */
#define REPORT_INTERVAL_MS 100

typedef struct
{
  const VqdEngineOptions *options;
  const VqdRequest *request;
  VqdJobFunc func;
  gpointer user_data;
  GMainLoop *loop;
  GCancellable *cancellable;

  GMutex lock; /* of the two below */
  VqdProgress latest;
  gboolean is_new;

  /* The thread's until it is joined. */
  VqdResult *result;
  char *device;
  GError *error;
} Job;

static void
note_progress (const VqdProgress *progress, gpointer user_data)
{
  Job *job = user_data;

  g_mutex_lock (&job->lock);
  job->latest = *progress;
  job->latest.tokens = NULL;
  job->is_new = TRUE;
  g_mutex_unlock (&job->lock);
}

static gboolean
report_progress (gpointer user_data)
{
  Job *job = user_data;

  g_mutex_lock (&job->lock);
  const VqdProgress latest = job->latest;
  const gboolean is_new = job->is_new;
  job->is_new = FALSE;
  g_mutex_unlock (&job->lock);

  if (is_new && job->func != NULL)
    job->func (&latest, job->user_data);

  return G_SOURCE_CONTINUE;
}

static gboolean
quit_loop (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static gpointer
job_thread (gpointer user_data)
{
  Job *job = user_data;
  g_autoptr (VqdEngine) engine =
      vqd_engine_new (job->options, job->cancellable, &job->error);

  if (engine != NULL)
    {
      job->device = g_strdup (vqd_engine_get_device (engine));
      job->result = vqd_engine_generate (engine, job->request, note_progress,
                                         job, job->cancellable, &job->error);
    }

  /* By the loop's own thread: a quit before it runs would be lost. */
  g_idle_add (quit_loop, job->loop);
  return NULL;
}

#ifdef G_OS_UNIX
static gboolean
cancel_job (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_CONTINUE;
}
#endif

static void
turn_loop (Job *job)
{
  const guint timer = g_timeout_add (REPORT_INTERVAL_MS, report_progress, job);
#ifdef G_OS_UNIX
  const guint term = g_unix_signal_add (SIGTERM, cancel_job, job->cancellable);
  const guint intr = g_unix_signal_add (SIGINT, cancel_job, job->cancellable);
#endif
  GThread *thread = g_thread_new ("vqdiffusion", job_thread, job);

  g_main_loop_run (job->loop);

  g_thread_join (thread);
#ifdef G_OS_UNIX
  g_source_remove (intr);
  g_source_remove (term);
#endif
  g_source_remove (timer);
}

VqdResult *
vqd_job_run (const VqdEngineOptions *options, const VqdRequest *request,
             VqdJobFunc func, gpointer user_data, char **device, GError **error)
{
  Job job = {
    .options = options,
    .request = request,
    .func = func,
    .user_data = user_data,
    .loop = g_main_loop_new (NULL, FALSE),
    .cancellable = g_cancellable_new (),
  };

  g_mutex_init (&job.lock);
  turn_loop (&job);
  g_mutex_clear (&job.lock);
  g_object_unref (job.cancellable);
  g_main_loop_unref (job.loop);

  *device = job.device;
  if (job.result == NULL)
    g_propagate_error (error, job.error);

  return job.result;
}
