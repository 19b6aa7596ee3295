/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-convert-button.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/vqd-model-list.h"
#include "ui/vqd-rows.h"

#define BORDER_PX 12
#define SPACING_PX 6
#define NAME_CHARS 30
#define SUFFIX ".safetensors"

typedef struct
{
  const char *dtype;
  const char *label;
} Numbers;

static const Numbers numbers[] = {
  { "keep", N_ ("As they are") }, { "bf16", N_ ("Half (bf16)") },
  { "f16", N_ ("Half (f16)") },   { "int8", N_ ("A quarter (int8)") },
  { "f32", N_ ("Full (f32)") },
};

struct _VqdConvertButton
{
  GtkMenuButton parent_instance;

  GtkWidget *popover;
  GtkWidget *numbers;
  GtkWidget *name;
  GtkWidget *hint;
  GtkWidget *convert;
  char *path;
};

G_DEFINE_TYPE (VqdConvertButton, vqd_convert_button, GTK_TYPE_MENU_BUTTON)

enum
{
  CONVERT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const char *
get_dtype (const VqdConvertButton *self)
{
  return gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->numbers));
}

/* The file that the form means; NULL: its name is none. (transfer full) */
static char *
get_out (const VqdConvertButton *self)
{
  g_autofree char *name =
      g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (self->name))));

  if (name[0] == '\0' || name[0] == '.' ||
      strchr (name, G_DIR_SEPARATOR) != NULL)
    return NULL;

  g_autofree char *folder = vqd_model_list_get_folder ();
  g_autofree char *base =
      g_strconcat (name, g_str_has_suffix (name, SUFFIX) ? "" : SUFFIX, NULL);
  g_autofree char *file = g_filename_from_utf8 (base, -1, NULL, NULL, NULL);
  return file != NULL ? g_build_filename (folder, file, NULL) : NULL;
}

static void
form_changed (VqdConvertButton *self)
{
  g_autofree char *out = get_out (self);
  g_autofree char *folder = vqd_model_list_get_folder ();
  g_autofree char *shown = g_filename_display_name (folder);
  const gboolean is_there =
      out != NULL && g_file_test (out, G_FILE_TEST_EXISTS);
  g_autofree char *where =
      /* Translators: a folder */
      g_strdup_printf (_ ("The file is written to %s"), shown);

  gtk_label_set_text (GTK_LABEL (self->hint),
                      is_there ? _ ("There is a file of this name") : where);
  gtk_widget_set_sensitive (self->convert, out != NULL && ! is_there);
}

/* The name of what is converted, and what becomes of it. */
static void
suggest_name (VqdConvertButton *self)
{
  g_autofree char *base =
      g_path_get_basename (self->path != NULL ? self->path : "model");
  g_autofree char *shown = g_filename_display_name (base);
  char *point = strrchr (shown, '.');
  const char *dtype = get_dtype (self);

  if (point != NULL && point != shown)
    *point = '\0';
  g_autofree char *name = g_strdup_printf (
      "%s-%s", shown, g_strcmp0 (dtype, "keep") == 0 ? "whole" : dtype);
  gtk_entry_set_text (GTK_ENTRY (self->name), name);
  form_changed (self);
}

static void
convert (VqdConvertButton *self)
{
  g_autofree char *out = get_out (self);
  g_autofree char *dtype = g_strdup (get_dtype (self));

  if (! gtk_widget_get_sensitive (self->convert))
    return;

  gtk_popover_popdown (GTK_POPOVER (self->popover));
  g_signal_emit (self, signals[CONVERT], 0, out, dtype);
}

static void
open (VqdConvertButton *self)
{
  if (! gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self)))
    return;

  suggest_name (self);
  gtk_widget_grab_focus (self->numbers);
}

/* ---- the widgets ---- */

static void
attach (GtkWidget *grid, int row, const char *text, GtkWidget *widget)
{
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_grid_attach (GTK_GRID (grid), vqd_rows_name (text, widget), 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), widget, 1, row, 1, 1);
}

static GtkWidget *
new_form (VqdConvertButton *self)
{
  GtkWidget *grid = gtk_grid_new ();

  self->numbers = gtk_combo_box_text_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self->numbers),
                               numbers[i].dtype, _ (numbers[i].label));
  gtk_combo_box_set_active (GTK_COMBO_BOX (self->numbers), 0);
  gtk_widget_set_tooltip_text (
      self->numbers, _ ("How the model's numbers are kept: smaller ones take "
                        "less memory and are a little less exact"));
  self->name = gtk_entry_new ();
  gtk_entry_set_width_chars (GTK_ENTRY (self->name), NAME_CHARS);
  self->hint = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->hint), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (self->hint), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (self->hint), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (self->hint), NAME_CHARS);
  self->convert = gtk_button_new_with_mnemonic (_ ("Con_vert"));
  gtk_widget_set_halign (self->convert, GTK_ALIGN_END);

  g_signal_connect_swapped (self->numbers, "changed", G_CALLBACK (suggest_name),
                            self);
  g_signal_connect_swapped (self->name, "changed", G_CALLBACK (form_changed),
                            self);
  g_signal_connect_swapped (self->name, "activate", G_CALLBACK (convert), self);
  g_signal_connect_swapped (self->convert, "clicked", G_CALLBACK (convert),
                            self);

  gtk_container_set_border_width (GTK_CONTAINER (grid), BORDER_PX);
  gtk_grid_set_row_spacing (GTK_GRID (grid), SPACING_PX);
  gtk_grid_set_column_spacing (GTK_GRID (grid), BORDER_PX);
  attach (grid, 0, _ ("N_umbers:"), self->numbers);
  attach (grid, 1, _ ("_Name:"), self->name);
  gtk_grid_attach (GTK_GRID (grid), self->hint, 0, 2, 2, 1);
  gtk_grid_attach (GTK_GRID (grid), self->convert, 0, 3, 2, 1);
  gtk_widget_show_all (grid);

  return grid;
}

static void
finalize (GObject *object)
{
  g_free (VQD_CONVERT_BUTTON (object)->path);
  G_OBJECT_CLASS (vqd_convert_button_parent_class)->finalize (object);
}

static void
vqd_convert_button_class_init (VqdConvertButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  signals[CONVERT] = g_signal_new (
      "convert", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
      NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
vqd_convert_button_init (VqdConvertButton *self)
{
  gtk_container_add (GTK_CONTAINER (self),
                     gtk_label_new_with_mnemonic (_ ("Con_vert…")));
  gtk_widget_set_tooltip_text (
      GTK_WIDGET (self),
      _ ("Write the model as one file of its own, also a smaller one"));
  self->popover = gtk_popover_new (GTK_WIDGET (self));
  gtk_container_add (GTK_CONTAINER (self->popover), new_form (self));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self), self->popover);
  g_signal_connect (self, "toggled", G_CALLBACK (open), NULL);
  gtk_widget_show_all (GTK_WIDGET (self));
}

GtkWidget *
vqd_convert_button_new (void)
{
  return g_object_new (VQD_TYPE_CONVERT_BUTTON, NULL);
}

void
vqd_convert_button_set_path (VqdConvertButton *self, const char *path)
{
  g_free (self->path);
  self->path = g_strdup (path);
}
