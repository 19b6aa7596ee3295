/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-intake.h"

#include "plugin/vqd-canvas-reader.h"
#include "plugin/vqd-where.h"

typedef struct
{
  VqdAsked *asked;
  VqdCanvasReader *reader; /* NULL: there is nothing to read */
} Entry;

struct _VqdIntake
{
  VqdIntakeFunc func;
  gpointer user_data;
  GQueue entries; /* Entry; the first is being read */
  guint idle;     /* 0: no entry */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  vqd_asked_unref (entry->asked);
  vqd_canvas_reader_free (entry->reader);
  g_free (entry);
}

static void
deliver (VqdIntake *self, Entry *entry, const GError *error)
{
  self->func (vqd_asked_ref (entry->asked), error, self->user_data);
  entry_free (entry);
}

/* FALSE when there is more of it, and no error. */
static gboolean
read_strip (const Entry *entry, GError **error)
{
  VqdAsked *asked = entry->asked;

  if (entry->reader == NULL)
    return TRUE;
  if (! vqd_canvas_reader_step (entry->reader, &asked->canvas, error))
    return TRUE;
  if (asked->canvas == NULL)
    return FALSE;

  asked->args->request.canvas = &asked->canvas->canvas;
  return TRUE;
}

static gboolean
read_on (gpointer user_data)
{
  VqdIntake *self = user_data;
  Entry *entry = g_queue_peek_head (&self->entries);
  g_autoptr (GError) error = NULL;

  if (! read_strip (entry, &error))
    return G_SOURCE_CONTINUE;

  g_queue_pop_head (&self->entries);
  const gboolean was_last = g_queue_is_empty (&self->entries);
  if (was_last)
    self->idle = 0;
  deliver (self, entry, error);
  return was_last ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

VqdIntake *
vqd_intake_new (VqdIntakeFunc func, gpointer user_data)
{
  VqdIntake *self = g_new0 (VqdIntake, 1);

  self->func = func;
  self->user_data = user_data;
  g_queue_init (&self->entries);
  return self;
}

void
vqd_intake_free (VqdIntake *self)
{
  if (self == NULL)
    return;
  vqd_intake_drop_all (self);
  g_free (self);
}

gboolean
vqd_intake_add (VqdIntake *self, VqdAsked *asked, GimpImage *image,
                GError **error)
{
  const VqdRequest *request = &asked->args->request;
  VqdCanvasReader *reader = NULL;

  if ((VQD_TASKS_OF (request->task) & VQD_TASKS_ON_CANVAS) != 0)
    {
      GimpLayer *layer = vqd_where_find_layer (image, NULL, error);

      if (layer != NULL)
        reader = vqd_canvas_reader_new (layer, request, error);
      if (reader == NULL)
        return FALSE;
    }

  Entry *entry = g_new0 (Entry, 1);
  entry->asked = vqd_asked_ref (asked);
  entry->reader = reader;
  if (reader == NULL && vqd_intake_is_empty (self))
    {
      deliver (self, entry, NULL);
      return TRUE;
    }

  g_queue_push_tail (&self->entries, entry);
  if (self->idle == 0)
    self->idle = g_idle_add (read_on, self);
  return TRUE;
}

gboolean
vqd_intake_is_empty (const VqdIntake *self)
{
  return self->entries.length == 0;
}

int
vqd_intake_drop_all (VqdIntake *self)
{
  int n_pictures = 0;
  Entry *entry;

  while ((entry = g_queue_pop_head (&self->entries)) != NULL)
    {
      n_pictures += entry->asked->args->request.n_images;
      entry_free (entry);
    }
  if (self->idle != 0)
    g_source_remove (self->idle);
  self->idle = 0;
  return n_pictures;
}
