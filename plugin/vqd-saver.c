/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-saver.h"

#include "plugin/vqd-output.h"

struct _VqdSaver
{
  VqdSaverFunc func;
  gpointer user_data;
  int n_open; /* tasks */
};

typedef struct
{
  VqdSaver *saver;
  VqdDrawn *drawn;
  VqdAsked *asked;
  GFile *file; /* NULL: to the folder */
  int number;
} Job;

VqdSaver *
vqd_saver_new (VqdSaverFunc func, gpointer user_data)
{
  VqdSaver *self = g_new0 (VqdSaver, 1);

  self->func = func;
  self->user_data = user_data;
  return self;
}

void
vqd_saver_free (VqdSaver *self)
{
  if (self == NULL)
    return;
  self->func = NULL;
  while (self->n_open > 0)
    g_main_context_iteration (NULL, TRUE);
  g_free (self);
}

/* The task's thread: the run's arguments are only read. */
static void
write_file (GTask *task, gpointer source, gpointer data,
            GCancellable *cancellable)
{
  const Job *job = data;
  const VqdArgs *args = job->asked->args;
  const VqdPicture *picture = job->drawn->picture;
  GError *error = NULL;
  const gboolean ok =
      job->file != NULL
          ? vqd_output_save_as (picture, args->keep_settings, job->file, &error)
          : vqd_output_save_one (args, picture, job->number, &error);

  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Job *job = user_data;
  VqdSaver *self = job->saver;
  g_autoptr (GError) error = NULL;

  self->n_open--;
  g_task_propagate_boolean (G_TASK (result), &error);
  if (self->func != NULL)
    self->func (job->drawn, error, self->user_data);
  g_clear_object (&job->file);
  vqd_drawn_unref (job->drawn);
  vqd_asked_unref (job->asked);
  g_free (job);
}

static void
begin (VqdSaver *self, VqdDrawn *drawn, VqdAsked *asked, GFile *file,
       int number)
{
  Job *job = g_new0 (Job, 1);

  job->saver = self;
  job->drawn = vqd_drawn_ref (drawn);
  job->asked = vqd_asked_ref (asked);
  job->file = file != NULL ? g_object_ref (file) : NULL;
  job->number = number;
  self->n_open++;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, written, job);
  g_task_set_task_data (task, job, NULL);
  g_task_run_in_thread (task, write_file);
}

void
vqd_saver_save_as (VqdSaver *self, VqdDrawn *drawn, VqdAsked *asked,
                   GFile *file)
{
  begin (self, drawn, asked, file, 0);
}

void
vqd_saver_save_to_folder (VqdSaver *self, VqdDrawn *drawn, VqdAsked *asked,
                          int number)
{
  begin (self, drawn, asked, NULL, number);
}
