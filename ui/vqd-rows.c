/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-rows.h"

#include <glib/gi18n.h>
#include <libgimp/gimpui.h>
#include <string.h>

#define TEXT_CHARS 50
#define ROW_SPACING_PX 6
#define COLUMN_SPACING_PX 12
#define N_ROWS_KEY "vqd-n-rows"
#define LABELS_KEY "vqd-labels"

GtkWidget *
vqd_rows_new (void)
{
  GtkWidget *rows = gtk_grid_new ();

  g_object_set_data_full (G_OBJECT (rows), LABELS_KEY,
                          gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL),
                          g_object_unref);
  gtk_grid_set_row_spacing (GTK_GRID (rows), ROW_SPACING_PX);
  gtk_grid_set_column_spacing (GTK_GRID (rows), COLUMN_SPACING_PX);
  gtk_widget_show (rows);

  return rows;
}

void
vqd_rows_align (GtkWidget *rows, GtkWidget *others)
{
  GtkSizeGroup *labels = g_object_get_data (G_OBJECT (others), LABELS_KEY);

  g_object_set_data_full (G_OBJECT (rows), LABELS_KEY, g_object_ref (labels),
                          g_object_unref);
}

static GParamSpec *
find_property (GObject *config, const char *property)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (config), property);
}

/* By the text alone: the label's relation is not a name for all tools, and a
 * combo box would be called by its value. */
static void
set_name (GtkWidget *widget, GtkWidget *label)
{
  const char *text = gtk_label_get_text (GTK_LABEL (label));
  const char *colon = strrchr (text, ':');
  g_autofree char *name = colon != NULL
                              ? g_strndup (text, (gsize) (colon - text))
                              : g_strdup (text);

  atk_object_set_name (gtk_widget_get_accessible (widget), name);
}

GtkWidget *
vqd_rows_name (const char *text, GtkWidget *widget)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (text);

  /* Makes the accessible relation too. */
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), widget);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  set_name (widget, label);
  gtk_widget_show (label);

  return label;
}

GtkWidget *
vqd_rows_new_label (GObject *config, const char *property, GtkWidget *widget)
{
  GParamSpec *pspec = find_property (config, property);
  g_autofree char *text =
      /* Translators: the label of a row, before its widget */
      g_strdup_printf (_ ("%s:"), g_param_spec_get_nick (pspec));
  GtkWidget *label = vqd_rows_name (text, widget);

  gimp_help_set_help_data (widget, g_param_spec_get_blurb (pspec), NULL);

  return label;
}

static int
next_row (GtkWidget *rows)
{
  const int row =
      GPOINTER_TO_INT (g_object_get_data (G_OBJECT (rows), N_ROWS_KEY));

  g_object_set_data (G_OBJECT (rows), N_ROWS_KEY, GINT_TO_POINTER (row + 1));
  return row;
}

static void
attach (GtkWidget *rows, GtkWidget *label, GtkWidget *box)
{
  const int row = next_row (rows);

  gtk_widget_set_hexpand (box, TRUE);
  gtk_widget_show (box);
  g_object_bind_property (box, "visible", label, "visible",
                          G_BINDING_SYNC_CREATE);
  gtk_size_group_add_widget (g_object_get_data (G_OBJECT (rows), LABELS_KEY),
                             label);
  gtk_grid_attach (GTK_GRID (rows), label, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (rows), box, 1, row, 1, 1);
}

void
vqd_rows_add_box (GtkWidget *rows, GObject *config, const char *property,
                  GtkWidget *box, GtkWidget *widget)
{
  attach (rows, vqd_rows_new_label (config, property, widget), box);
}

void
vqd_rows_add_labelled (GtkWidget *rows, const char *text, GtkWidget *box,
                       GtkWidget *widget)
{
  attach (rows, vqd_rows_name (text, widget), box);
}

void
vqd_rows_append (GtkWidget *rows, GtkWidget *widget)
{
  gtk_widget_show (widget);
  gtk_grid_attach (GTK_GRID (rows), widget, 1, next_row (rows), 1, 1);
}

void
vqd_rows_add (GtkWidget *rows, GObject *config, const char *property,
              GtkWidget *widget)
{
  vqd_rows_add_box (rows, config, property, widget, widget);
}

void
vqd_rows_add_wide (GtkWidget *rows, GObject *config, const char *property,
                   GtkWidget *widget)
{
  gimp_help_set_help_data (
      widget, g_param_spec_get_blurb (find_property (config, property)), NULL);
  gtk_widget_show (widget);
  gtk_grid_attach (GTK_GRID (rows), widget, 0, next_row (rows), 2, 1);
}

GtkWidget *
vqd_rows_new_text (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (label), TEXT_CHARS);
  gtk_label_set_max_width_chars (GTK_LABEL (label), TEXT_CHARS);
  return label;
}
