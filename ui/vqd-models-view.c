/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-models-view.h"

#include <glib/gi18n.h>

#include "core/vqd.h"
#include "ui/vqd-model-row.h"
#include "ui/vqd-rows.h"

#define BORDER_PX 12
#define HEIGHT_PX 200

struct _VqdModelsView
{
  GtkScrolledWindow parent_instance;

  GObject *config;
  char *property;
  GPtrArray *entries; /* of the rows */
  GCancellable *cancellable;
  gboolean is_reading;
  GtkWidget *list; /* NULL: destroyed */
};

G_DEFINE_FINAL_TYPE (VqdModelsView, vqd_models_view, GTK_TYPE_SCROLLED_WINDOW)

enum
{
  CHANGED,
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- rows ---- */

char *
vqd_models_view_get_used (VqdModelsView *self)
{
  g_autoptr (GFile) file = NULL;

  g_object_get (self->config, self->property, &file, NULL);
  return file != NULL ? g_file_get_path (file) : vqd_model_find (NULL, NULL);
}

VqdModelEntry *
vqd_models_view_get_selected (VqdModelsView *self)
{
  GtkListBoxRow *row =
      gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));

  return row != NULL ? vqd_model_row_get_entry (VQD_MODEL_ROW (row)) : NULL;
}

static void
update_row (GtkWidget *row, gpointer used)
{
  vqd_model_row_update (
      VQD_MODEL_ROW (row),
      g_strcmp0 (used, vqd_model_row_get_entry (VQD_MODEL_ROW (row))->path) ==
          0);
}

void
vqd_models_view_update (VqdModelsView *self)
{
  g_autofree char *used = vqd_models_view_get_used (self);

  if (self->list == NULL)
    return;

  gtk_container_foreach (GTK_CONTAINER (self->list), update_row, used);
  g_signal_emit (self, signals[CHANGED], 0);
}

static VqdModelRow *
find_row (VqdModelsView *self, const char *path)
{
  GtkListBoxRow *row;

  for (int i = 0;
       (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), i)) !=
       NULL;
       i++)
    if (g_str_equal (vqd_model_row_get_entry (VQD_MODEL_ROW (row))->path, path))
      return VQD_MODEL_ROW (row);

  return NULL;
}

VqdModelEntry *
vqd_models_view_find (VqdModelsView *self, const char *path)
{
  VqdModelRow *row = find_row (self, path);

  return row != NULL ? vqd_model_row_get_entry (row) : NULL;
}

void
vqd_models_view_select (VqdModelsView *self, const char *path)
{
  VqdModelRow *row = find_row (self, path);

  if (row != NULL)
    gtk_list_box_select_row (GTK_LIST_BOX (self->list), GTK_LIST_BOX_ROW (row));
}

/* ---- reading, an entry at a time ---- */

static void
read_entry (GTask *task, gpointer source, gpointer task_data,
            GCancellable *cancellable)
{
  g_task_return_pointer (task, vqd_model_entry_read (task_data, cancellable),
                         (GDestroyNotify) vqd_model_entry_unref);
}

/* The entry of a list that has meanwhile changed is thrown away. */
static void
take_entry (VqdModelsView *self, VqdModelEntry *entry)
{
  VqdModelRow *row = find_row (self, entry->path);

  for (guint i = 0; row != NULL && i < self->entries->len; i++)
    {
      VqdModelEntry *old = g_ptr_array_index (self->entries, i);

      if (! g_str_equal (old->path, entry->path))
        continue;
      entry->is_added = old->is_added;
      self->entries->pdata[i] = vqd_model_entry_ref (entry);
      vqd_model_row_set_entry (row, entry);
      vqd_model_entry_unref (old);
    }
  vqd_models_view_update (self);
}

static VqdModelEntry *
find_unread (VqdModelsView *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      VqdModelEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->state == VQD_MODEL_UNREAD)
        return entry;
    }
  return NULL;
}

/* Takes what was read, when called for that, and reads the next one. */
static void
read_next (GObject *object, GAsyncResult *result, gpointer user_data)
{
  VqdModelsView *self = VQD_MODELS_VIEW (object);

  if (result != NULL)
    {
      g_autoptr (VqdModelEntry) read =
          g_task_propagate_pointer (G_TASK (result), NULL);

      self->is_reading = FALSE;
      if (read == NULL || self->list == NULL)
        return;
      take_entry (self, read);
    }

  VqdModelEntry *unread = find_unread (self);
  if (unread == NULL)
    return;

  /* The task holds the view until the thread has ended. */
  g_autoptr (GTask) task =
      g_task_new (self, self->cancellable, read_next, NULL);
  self->is_reading = TRUE;
  g_task_set_task_data (task, vqd_model_entry_ref (unread),
                        (GDestroyNotify) vqd_model_entry_unref);
  g_task_run_in_thread (task, read_entry);
}

/* ---- the widgets ---- */

static GtkWidget *
new_placeholder (void)
{
  g_autofree char *folder = vqd_model_list_get_folder ();
  g_autofree char *shown = g_filename_display_name (folder);
  g_autofree char *text = g_strdup_printf (
      /* Translators: a folder */
      _ ("No model was found. Add one, or put a model file into %s."), shown);
  GtkWidget *label = vqd_rows_new_text (text);

  g_object_set (label, "margin", BORDER_PX, NULL);
  gtk_widget_show (label);
  return label;
}

static void
row_selected (VqdModelsView *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
row_activated (VqdModelsView *self)
{
  g_signal_emit (self, signals[ACTIVATED], 0);
}

static void
add_list (VqdModelsView *self)
{
  GtkScrolledWindow *window = GTK_SCROLLED_WINDOW (self);

  self->list = gtk_list_box_new ();
  gtk_list_box_set_activate_on_single_click (GTK_LIST_BOX (self->list), FALSE);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), new_placeholder ());
  atk_object_set_name (gtk_widget_get_accessible (self->list), _ ("Models"));
  g_signal_connect_swapped (self->list, "row-selected",
                            G_CALLBACK (row_selected), self);
  g_signal_connect_swapped (self->list, "row-activated",
                            G_CALLBACK (row_activated), self);

  gtk_scrolled_window_set_policy (window, GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_shadow_type (window, GTK_SHADOW_IN);
  gtk_scrolled_window_set_min_content_height (window, HEIGHT_PX);
  gtk_container_add (GTK_CONTAINER (self), self->list);
}

static void
dispose (GObject *object)
{
  VqdModelsView *self = VQD_MODELS_VIEW (object);

  g_cancellable_cancel (self->cancellable);
  if (self->list != NULL)
    g_signal_handlers_disconnect_by_data (self->list, self);
  self->list = NULL;
  G_OBJECT_CLASS (vqd_models_view_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  VqdModelsView *self = VQD_MODELS_VIEW (object);

  g_clear_object (&self->config);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_free (self->property);
  G_OBJECT_CLASS (vqd_models_view_parent_class)->finalize (object);
}

static guint
new_signal (VqdModelsViewClass *klass, const char *name)
{
  return g_signal_new (name, G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                       NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vqd_models_view_class_init (VqdModelsViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  signals[CHANGED] = new_signal (klass, "changed");
  signals[ACTIVATED] = new_signal (klass, "activated");
}

static void
vqd_models_view_init (VqdModelsView *self)
{
  self->cancellable = g_cancellable_new ();
  self->entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) vqd_model_entry_unref);
}

GtkWidget *
vqd_models_view_new (GObject *config, const char *property)
{
  VqdModelsView *self = g_object_new (VQD_TYPE_MODELS_VIEW, NULL);
  g_autofree char *changed = g_strconcat ("notify::", property, NULL);

  self->config = g_object_ref (config);
  self->property = g_strdup (property);
  add_list (self);
  g_signal_connect_object (config, changed, G_CALLBACK (vqd_models_view_update),
                           self, G_CONNECT_SWAPPED);

  return GTK_WIDGET (self);
}

void
vqd_models_view_refresh (VqdModelsView *self)
{
  const VqdModelEntry *selected = vqd_models_view_get_selected (self);
  g_autofree char *path = selected != NULL ? g_strdup (selected->path)
                                           : vqd_models_view_get_used (self);
  g_autoptr (GPtrArray) old = self->entries;
  GtkListBoxRow *row;

  self->entries = vqd_model_list_find (old);
  while ((row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0)) !=
         NULL)
    gtk_widget_destroy (GTK_WIDGET (row));
  for (guint i = 0; i < self->entries->len; i++)
    gtk_list_box_insert (
        GTK_LIST_BOX (self->list),
        vqd_model_row_new (g_ptr_array_index (self->entries, i)), -1);

  if (path != NULL)
    vqd_models_view_select (self, path);
  vqd_models_view_update (self);
  if (! self->is_reading)
    read_next (G_OBJECT (self), NULL, NULL);
}
