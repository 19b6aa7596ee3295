/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-file-row.h"

#include <glib/gi18n.h>

#define SPACING_PX 6

struct _VqdFileRow
{
  GtkBox parent_instance;

  GObject *config;
  char *property;
  GtkFileChooserAction action;
  char *title;
  char *none;
  GtkWidget *button;
  GtkWidget *label;
  GtkWidget *clear;
};

G_DEFINE_TYPE (VqdFileRow, vqd_file_row, GTK_TYPE_BOX)

/* (transfer full) */
static GFile *
get_file (VqdFileRow *self)
{
  GFile *file = NULL;

  g_object_get (self->config, self->property, &file, NULL);
  return file;
}

static void
show_file (VqdFileRow *self)
{
  g_autoptr (GFile) file = get_file (self);
  g_autofree char *base = file != NULL ? g_file_get_basename (file) : NULL;
  g_autofree char *name = base != NULL ? g_filename_display_name (base) : NULL;
  g_autofree char *path = file != NULL ? g_file_get_parse_name (file) : NULL;

  gtk_label_set_text (GTK_LABEL (self->label),
                      name != NULL ? name : self->none);
  gtk_widget_set_tooltip_text (self->label, path);
  gtk_widget_set_sensitive (self->clear, file != NULL);
}

static void
choose (VqdFileRow *self)
{
  GtkWidget *top = gtk_widget_get_toplevel (GTK_WIDGET (self));
  g_autoptr (GFile) old = get_file (self);
  GtkWidget *chooser = gtk_file_chooser_dialog_new (
      self->title, GTK_WINDOW (top), self->action, _ ("_Cancel"),
      GTK_RESPONSE_CANCEL, _ ("_Open"), GTK_RESPONSE_ACCEPT, NULL);

  gtk_dialog_set_default_response (GTK_DIALOG (chooser), GTK_RESPONSE_ACCEPT);
  if (old != NULL)
    gtk_file_chooser_set_file (GTK_FILE_CHOOSER (chooser), old, NULL);
  if (gtk_dialog_run (GTK_DIALOG (chooser)) == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file =
          gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

      g_object_set (self->config, self->property, file, NULL);
    }
  gtk_widget_destroy (chooser);
}

static void
clear (VqdFileRow *self)
{
  g_object_set (self->config, self->property, NULL, NULL);
}

static void
add_widgets (VqdFileRow *self)
{
  self->button = gtk_button_new ();
  self->label = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0.0);
  gtk_container_add (GTK_CONTAINER (self->button), self->label);
  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (choose), self);
  gtk_box_pack_start (GTK_BOX (self), self->button, TRUE, TRUE, 0);

  self->clear = gtk_button_new_from_icon_name ("edit-clear-symbolic",
                                               GTK_ICON_SIZE_BUTTON);
  gtk_widget_set_tooltip_text (self->clear, self->none);
  atk_object_set_name (gtk_widget_get_accessible (self->clear), self->none);
  g_signal_connect_swapped (self->clear, "clicked", G_CALLBACK (clear), self);
  gtk_box_pack_start (GTK_BOX (self), self->clear, FALSE, FALSE, 0);
  gtk_widget_show_all (GTK_WIDGET (self));
}

static void
finalize (GObject *object)
{
  VqdFileRow *self = VQD_FILE_ROW (object);

  g_clear_object (&self->config);
  g_free (self->property);
  g_free (self->title);
  g_free (self->none);
  G_OBJECT_CLASS (vqd_file_row_parent_class)->finalize (object);
}

static void
vqd_file_row_class_init (VqdFileRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
}

static void
vqd_file_row_init (VqdFileRow *self)
{
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
}

GtkWidget *
vqd_file_row_new (GObject *config, const char *property,
                  GtkFileChooserAction action, const char *title,
                  const char *none)
{
  VqdFileRow *self = g_object_new (VQD_TYPE_FILE_ROW, NULL);
  g_autofree char *changed = g_strconcat ("notify::", property, NULL);

  self->config = g_object_ref (config);
  self->property = g_strdup (property);
  self->action = action;
  self->title = g_strdup (title);
  self->none = g_strdup (none);
  add_widgets (self);
  g_signal_connect_object (config, changed, G_CALLBACK (show_file), self,
                           G_CONNECT_SWAPPED);
  show_file (self);

  return GTK_WIDGET (self);
}

GtkWidget *
vqd_file_row_get_button (VqdFileRow *self)
{
  return self->button;
}
