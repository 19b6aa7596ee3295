/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-model-work.h"

#include <glib/gi18n.h>

#include "core/vqd.h"

#define SPACING_PX 6
#define LOOK_MS 100

/* What the thread works on. */
typedef struct
{
  char *in;
  char *out; /* NULL: in is verified */
  char *dtype;
  gboolean force;

  GMutex lock; /* of the two below */
  guint64 n_done;
  guint64 n_all;
} Work;

struct _VqdModelWork
{
  GtkBox parent_instance;

  GtkWidget *label;
  GtkWidget *bar;
  GCancellable *cancellable;
  GTask *task; /* NULL: nothing is done */
  Work *work;  /* of task */
  guint timer;
  char *path;
  gboolean was_conversion;
};

G_DEFINE_TYPE (VqdModelWork, vqd_model_work, GTK_TYPE_BOX)

enum
{
  DONE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
work_free (gpointer data)
{
  Work *work = data;

  g_free (work->in);
  g_free (work->out);
  g_free (work->dtype);
  g_mutex_clear (&work->lock);
  g_free (work);
}

/* ---- the thread ---- */

static void
note (guint64 n_done, guint64 n_all, gpointer user_data)
{
  Work *work = user_data;

  g_mutex_lock (&work->lock);
  work->n_done = n_done;
  work->n_all = n_all;
  g_mutex_unlock (&work->lock);
}

static void
run (GTask *task, gpointer source, gpointer task_data,
     GCancellable *cancellable)
{
  Work *work = task_data;
  const VqdConvertOptions options = { .dtype = work->dtype,
                                      .force = work->force };
  GError *error = NULL;
  const gboolean done =
      work->out != NULL
          ? vqd_model_convert (work->in, work->out, &options, note, work,
                               cancellable, &error)
          : vqd_model_verify (work->in, note, work, cancellable, &error);

  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* ---- the window's side ---- */

static gboolean
look (gpointer user_data)
{
  VqdModelWork *self = user_data;

  g_mutex_lock (&self->work->lock);
  const guint64 n_done = self->work->n_done;
  const guint64 n_all = self->work->n_all;
  g_mutex_unlock (&self->work->lock);

  if (n_all > 0)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar),
                                   MIN (1.0, (double) n_done / (double) n_all));
  else
    gtk_progress_bar_pulse (GTK_PROGRESS_BAR (self->bar));

  return G_SOURCE_CONTINUE;
}

static void
cancel (VqdModelWork *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

static void
finished (GObject *object, GAsyncResult *result, gpointer user_data)
{
  VqdModelWork *self = VQD_MODEL_WORK (object);
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  self->task = NULL;
  self->work = NULL;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->cancellable);
  if (gtk_widget_in_destruction (GTK_WIDGET (self)) || self->label == NULL)
    return;

  gtk_widget_hide (GTK_WIDGET (self));
  if (! g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[DONE], 0, error);
}

/* Takes the work. */
static gboolean
start (VqdModelWork *self, Work *work, const char *text)
{
  if (self->task != NULL)
    {
      work_free (work);
      return FALSE;
    }

  g_free (self->path);
  self->path = g_strdup (work->out != NULL ? work->out : work->in);
  self->was_conversion = work->out != NULL;
  self->work = work;
  self->cancellable = g_cancellable_new ();
  gtk_label_set_text (GTK_LABEL (self->label), text);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), 0);
  gtk_widget_show (GTK_WIDGET (self));

  /* The task holds the widget until the thread has ended. */
  self->task = g_task_new (self, self->cancellable, finished, NULL);
  g_task_set_task_data (self->task, work, work_free);
  self->timer = g_timeout_add (LOOK_MS, look, self);
  g_task_run_in_thread (self->task, run);
  g_object_unref (self->task);

  return TRUE;
}

static Work *
work_new (const char *in)
{
  Work *work = g_new0 (Work, 1);

  g_mutex_init (&work->lock);
  work->in = g_strdup (in);
  return work;
}

static void
dispose (GObject *object)
{
  VqdModelWork *self = VQD_MODEL_WORK (object);

  cancel (self);
  g_clear_handle_id (&self->timer, g_source_remove);
  self->label = NULL;
  G_OBJECT_CLASS (vqd_model_work_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  g_free (VQD_MODEL_WORK (object)->path);
  G_OBJECT_CLASS (vqd_model_work_parent_class)->finalize (object);
}

static void
vqd_model_work_class_init (VqdModelWorkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  signals[DONE] =
      g_signal_new ("done", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
vqd_model_work_init (VqdModelWork *self)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Cancel"));

  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
  self->label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_MIDDLE);
  self->bar = gtk_progress_bar_new ();
  gtk_widget_set_valign (self->bar, GTK_ALIGN_CENTER);
  atk_object_set_name (gtk_widget_get_accessible (self->bar), _ ("Progress"));
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (cancel), self);
  gtk_box_pack_start (GTK_BOX (self), self->label, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->bar, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self), button, FALSE, FALSE, 0);
  gtk_widget_show_all (GTK_WIDGET (self));
  gtk_widget_hide (GTK_WIDGET (self));
  gtk_widget_set_no_show_all (GTK_WIDGET (self), TRUE);
}

GtkWidget *
vqd_model_work_new (void)
{
  return g_object_new (VQD_TYPE_MODEL_WORK, NULL);
}

gboolean
vqd_model_work_convert (VqdModelWork *self, const char *in, const char *out,
                        const char *dtype, gboolean force)
{
  Work *work = work_new (in);
  g_autofree char *base = g_path_get_basename (out);
  g_autofree char *name = g_filename_display_name (base);
  g_autofree char *text =
      /* Translators: a file's name */
      g_strdup_printf (_ ("Writing %s"), name);

  work->out = g_strdup (out);
  work->dtype = g_strdup (dtype);
  work->force = force;
  return start (self, work, text);
}

gboolean
vqd_model_work_verify (VqdModelWork *self, const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = g_filename_display_name (base);
  g_autofree char *text =
      /* Translators: a file's name */
      g_strdup_printf (_ ("Checking %s"), name);

  return start (self, work_new (path), text);
}

const char *
vqd_model_work_get_path (VqdModelWork *self)
{
  return self->path;
}

gboolean
vqd_model_work_was_conversion (VqdModelWork *self)
{
  return self->was_conversion;
}
