/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-device-note.h"

#include <glib/gi18n.h>

#include "ui/vqd-options.h"

#define SPACING_PX 6
#define TEXT_CHARS 30
#define DEVICE "device"
#define AUTO "auto"

struct _VqdDeviceNote
{
  GtkBox parent_instance;

  GObject *config;
  GtkWidget *missing; /* says which device is not there */
  GtkWidget *memory;
  GtkWidget *icon;
};

G_DEFINE_FINAL_TYPE (VqdDeviceNote, vqd_device_note, GTK_TYPE_BOX)

static void
device_changed (VqdDeviceNote *self)
{
  g_autofree char *device = NULL;

  g_object_get (self->config, DEVICE, &device, NULL);
  if (device != NULL && g_strv_contains (vqd_device_names (), device))
    {
      /* "auto" may be ours. */
      if (! g_str_equal (device, AUTO))
        gtk_widget_hide (self->missing);
      return;
    }

  g_autofree char *text = g_strdup_printf (
      /* Translators: the name of a device, such as a graphics card */
      _ ("This machine has no device \"%s\". One that it has is used instead."),
      device != NULL ? device : "");
  g_object_set (self->config, DEVICE, AUTO, NULL);
  gtk_label_set_text (GTK_LABEL (self->missing), text);
  gtk_widget_show (self->missing);
}

static GtkWidget *
new_text (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), TEXT_CHARS);
  return label;
}

static void
add_widgets (VqdDeviceNote *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);

  self->missing = new_text ();
  gtk_widget_set_no_show_all (self->missing, TRUE);
  self->icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic",
                                             GTK_ICON_SIZE_MENU);
  gtk_widget_set_no_show_all (self->icon, TRUE);
  gtk_widget_set_tooltip_text (
      self->icon, _ ("More than is free: the machine may become slow"));
  atk_object_set_name (gtk_widget_get_accessible (self->icon), _ ("Warning"));
  self->memory = new_text ();
  gtk_box_pack_start (GTK_BOX (box), self->icon, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->memory, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->missing, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), box, FALSE, FALSE, 0);
}

static void
finalize (GObject *object)
{
  VqdDeviceNote *self = VQD_DEVICE_NOTE (object);

  g_clear_object (&self->config);
  G_OBJECT_CLASS (vqd_device_note_parent_class)->finalize (object);
}

static void
vqd_device_note_class_init (VqdDeviceNoteClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
}

static void
vqd_device_note_init (VqdDeviceNote *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self),
                                  GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
}

GtkWidget *
vqd_device_note_new (GObject *config)
{
  VqdDeviceNote *self = g_object_new (VQD_TYPE_DEVICE_NOTE, NULL);

  self->config = g_object_ref (config);
  add_widgets (self);
  gtk_widget_show_all (GTK_WIDGET (self));
  vqd_device_note_set_model (self, NULL, NULL);
  g_signal_connect_object (config, "notify::" DEVICE,
                           G_CALLBACK (device_changed), self,
                           G_CONNECT_SWAPPED);
  device_changed (self);
  return GTK_WIDGET (self);
}

void
vqd_device_note_set_model (VqdDeviceNote *self, const VqdModelInfo *info,
                           const char *device)
{
  if (info == NULL)
    {
      gtk_label_set_text (GTK_LABEL (self->memory),
                          _ ("Known when the model is open"));
      gtk_widget_hide (self->icon);
      return;
    }

  const guint64 needed = info->file_bytes + info->working_bytes;
  const guint64 free_bytes = vqd_get_free_memory_bytes ();
  const char *name = vqd_options_get_device_label (device);
  g_autofree char *needed_text = g_format_size (needed);
  g_autofree char *free_text = g_format_size (free_bytes);
  g_autofree char *text =
      free_bytes == 0
          /* Translators: a device; memory, "80 MB" */
          ? g_strdup_printf (_ ("%s: %s of memory needed"), name, needed_text)
          /* Translators: a device; memory, "80 MB" and "3 GB" */
          : g_strdup_printf (_ ("%s: %s of memory needed, %s free"), name,
                             needed_text, free_text);

  gtk_label_set_text (GTK_LABEL (self->memory), text);
  gtk_widget_set_visible (self->icon, free_bytes > 0 && needed > free_bytes);
}
