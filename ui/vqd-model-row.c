/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-model-row.h"

#include <glib/gi18n.h>
#include <string.h>

#define SPACING_PX 6
#define WIDTH_CHARS 40

struct _VqdModelRow
{
  GtkListBoxRow parent_instance;

  VqdModelEntry *entry;
  GtkWidget *icon;
  GtkWidget *name;
  GtkWidget *use;
  GtkWidget *what;
  GtkWidget *state;
  GtkWidget *path;
};

G_DEFINE_TYPE (VqdModelRow, vqd_model_row, GTK_TYPE_LIST_BOX_ROW)

/* ---- words; all (transfer full) ---- */

static char *
describe_name (const VqdModelEntry *entry)
{
  g_autofree char *base = g_path_get_basename (entry->path);

  if (entry->name == NULL || entry->name[0] == '\0')
    return g_filename_display_name (base);

  return g_strstrip (g_strconcat (
      entry->name, " ", entry->version != NULL ? entry->version : "", NULL));
}

static char *
describe_what (const VqdModelEntry *entry)
{
  const char *kind = entry->kind != NULL ? entry->kind : "";

  if (entry->state == VQD_MODEL_UNREAD)
    return g_strdup (_ ("Being read…"));
  if (entry->state == VQD_MODEL_BROKEN)
    return g_strdup (entry->error);

  if (g_str_equal (kind, "text"))
    /* Translators: width and height of a model's pictures */
    return g_strdup_printf (_ ("Draws what a text says, %d × %d pixels"),
                            entry->width_px, entry->height_px);
  if (g_str_equal (kind, "class"))
    return g_strdup_printf (_ ("Draws one of its labels, %d × %d pixels"),
                            entry->width_px, entry->height_px);

  return g_strdup_printf (_ ("Draws without words, %d × %d pixels"),
                          entry->width_px, entry->height_px);
}

static const char *
describe_check (const VqdModelEntry *entry)
{
  switch (entry->check)
    {
    case VQD_CHECK_GOOD:
      return _ ("checksum is right");
    case VQD_CHECK_BAD:
      return _ ("damaged: the checksum is wrong");
    case VQD_CHECK_NOT_DONE:
      return _ ("checksum not compared yet");
    default:
      return _ ("states no checksum");
    }
}

static char *
describe_state (const VqdModelEntry *entry)
{
  g_autofree char *size = g_format_size (entry->file_bytes);
  g_autofree char *needed = g_format_size (entry->needed_bytes);
  const char *licence = entry->licence != NULL && entry->licence[0] != '\0'
                            ? entry->licence
                            : _ ("no licence stated");

  if (entry->state != VQD_MODEL_READ)
    return g_steal_pointer (&size);

  /* Translators: a file's size; memory; a licence; whether it was checked */
  return g_strdup_printf (_ ("%s, needs %s of memory; %s; %s"), size, needed,
                          licence, describe_check (entry));
}

/* As users write it: the home folder is ~. (transfer full) */
static char *
describe_path (const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *home =
      g_strconcat (g_get_home_dir (), G_DIR_SEPARATOR_S, NULL);

  return g_str_has_prefix (path, home)
             ? g_build_filename ("~", shown + strlen (home), NULL)
             : g_steal_pointer (&shown);
}

/* ---- the widgets ---- */

static GtkWidget *
add_line (GtkWidget *grid, int row, double scale)
{
  GtkWidget *label = gtk_label_new (NULL);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (scale));
  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  pango_attr_list_unref (attributes);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (label), WIDTH_CHARS);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_grid_attach (GTK_GRID (grid), label, 1, row, 2, 1);

  return label;
}

static void
add_head (VqdModelRow *self, GtkWidget *grid)
{
  PangoAttrList *bold = pango_attr_list_new ();

  self->icon = gtk_image_new ();
  self->name = gtk_label_new (NULL);
  self->use = gtk_label_new (_ ("in use"));
  pango_attr_list_insert (bold, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  gtk_label_set_attributes (GTK_LABEL (self->name), bold);
  pango_attr_list_unref (bold);
  gtk_label_set_xalign (GTK_LABEL (self->name), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (self->name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->name, TRUE);
  gtk_grid_attach (GTK_GRID (grid), self->icon, 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), self->name, 1, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), self->use, 2, 0, 1, 1);
}

static void
finalize (GObject *object)
{
  g_clear_pointer (&VQD_MODEL_ROW (object)->entry, vqd_model_entry_unref);
  G_OBJECT_CLASS (vqd_model_row_parent_class)->finalize (object);
}

static void
vqd_model_row_class_init (VqdModelRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
}

static void
vqd_model_row_init (VqdModelRow *self)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_container_set_border_width (GTK_CONTAINER (grid), SPACING_PX);
  gtk_grid_set_column_spacing (GTK_GRID (grid), SPACING_PX);
  add_head (self, grid);
  self->what = add_line (grid, 1, 1.0);
  self->state = add_line (grid, 2, PANGO_SCALE_SMALL);
  self->path = add_line (grid, 3, PANGO_SCALE_SMALL);
  gtk_label_set_line_wrap (GTK_LABEL (self->path), FALSE);
  gtk_label_set_ellipsize (GTK_LABEL (self->path), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_show_all (grid);
  gtk_container_add (GTK_CONTAINER (self), grid);
}

GtkWidget *
vqd_model_row_new (VqdModelEntry *entry)
{
  VqdModelRow *self = g_object_new (VQD_TYPE_MODEL_ROW, NULL);
  g_autofree char *path = describe_path (entry->path);

  self->entry = vqd_model_entry_ref (entry);
  gtk_label_set_text (GTK_LABEL (self->path), path);
  gtk_widget_set_tooltip_text (self->path, path);
  vqd_model_row_update (self, FALSE);
  gtk_widget_show (GTK_WIDGET (self));

  return GTK_WIDGET (self);
}

VqdModelEntry *
vqd_model_row_get_entry (VqdModelRow *self)
{
  return self->entry;
}

void
vqd_model_row_set_entry (VqdModelRow *self, VqdModelEntry *entry)
{
  vqd_model_entry_ref (entry);
  vqd_model_entry_unref (self->entry);
  self->entry = entry;
}

void
vqd_model_row_update (VqdModelRow *self, gboolean is_used)
{
  const VqdModelEntry *entry = self->entry;
  const gboolean is_bad =
      entry->state == VQD_MODEL_BROKEN ||
      (entry->state == VQD_MODEL_READ && entry->check == VQD_CHECK_BAD);
  g_autofree char *name = describe_name (entry);
  g_autofree char *what = describe_what (entry);
  g_autofree char *state = describe_state (entry);
  g_autofree char *all =
      g_strjoin (", ", name, is_used ? _ ("in use") : what,
                 is_used ? what : state, is_used ? state : NULL, NULL);

  gtk_label_set_text (GTK_LABEL (self->name), name);
  gtk_label_set_text (GTK_LABEL (self->what), what);
  gtk_label_set_text (GTK_LABEL (self->state), state);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon),
                                is_bad ? "dialog-warning-symbolic"
                                       : "object-select-symbolic",
                                GTK_ICON_SIZE_MENU);
  /* Kept in its place, so that names stand in a column. */
  gtk_widget_set_opacity (self->icon, is_bad || is_used ? 1.0 : 0.0);
  gtk_widget_set_opacity (self->use, is_used ? 1.0 : 0.0);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), all);
}
