/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-purity-row.h"

#include <glib/gi18n.h>

#include "ui/vqd-purity-colors.h"

#define SPACING_PX 6
#define BAR_WIDTH_PX 60
#define BAR_HEIGHT_PX 10

struct _VqdPurityRow
{
  GtkBox parent_instance;

  GtkWidget *show;
  gulong show_handler;
  GtkWidget *legend;
  GtkWidget *layer;
};

G_DEFINE_FINAL_TYPE (VqdPurityRow, vqd_purity_row, GTK_TYPE_BOX)

static guint switched_signal = 0;
static guint make_layer_signal = 0;

static void
toggled (GtkToggleButton *show, VqdPurityRow *self)
{
  g_signal_emit (self, switched_signal, 0, gtk_toggle_button_get_active (show));
}

static void
clicked (GtkWidget *layer, VqdPurityRow *self)
{
  g_signal_emit (self, make_layer_signal, 0);
}

/* ---- what the colours mean ---- */

static gboolean
draw_bar (GtkWidget *bar, cairo_t *cr)
{
  const int width = gtk_widget_get_allocated_width (bar);
  const int height = gtk_widget_get_allocated_height (bar);
  const gboolean mirrored = gtk_widget_get_direction (bar) == GTK_TEXT_DIR_RTL;

  for (int x = 0; x < width; x++)
    {
      guint8 rgb[3];

      vqd_purity_color ((mirrored ? width - 1 - x : x) / MAX (width - 1.0, 1.0),
                        rgb);
      cairo_set_source_rgb (cr, rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0);
      cairo_rectangle (cr, x, 0, 1, height);
      cairo_fill (cr);
    }
  return GDK_EVENT_STOP;
}

static GtkWidget *
new_legend (void)
{
  GtkWidget *legend = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget *bar = gtk_drawing_area_new ();
  AtkObject *accessible = gtk_widget_get_accessible (bar);

  gtk_widget_set_size_request (bar, BAR_WIDTH_PX, BAR_HEIGHT_PX);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  atk_object_set_role (accessible, ATK_ROLE_IMAGE);
  atk_object_set_name (accessible, _ ("Dark is unsure, light is sure"));
  g_signal_connect (bar, "draw", G_CALLBACK (draw_bar), NULL);
  /* Translators: the ends of a scale: how sure the model was */
  gtk_box_pack_start (GTK_BOX (legend), gtk_label_new (_ ("unsure")), FALSE,
                      FALSE, 0);
  gtk_box_pack_start (GTK_BOX (legend), bar, TRUE, TRUE, 0);
  /* Translators: the ends of a scale: how sure the model was */
  gtk_box_pack_start (GTK_BOX (legend), gtk_label_new (_ ("sure")), FALSE,
                      FALSE, 0);
  gtk_widget_show_all (legend);
  gtk_widget_set_no_show_all (legend, TRUE);
  gtk_widget_hide (legend);
  return legend;
}

/* ---- building ---- */

static void
vqd_purity_row_class_init (VqdPurityRowClass *klass)
{
  switched_signal =
      g_signal_new ("switched", VQD_TYPE_PURITY_ROW, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  make_layer_signal =
      g_signal_new ("make-layer", VQD_TYPE_PURITY_ROW, G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
vqd_purity_row_init (VqdPurityRow *self)
{
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
  self->show = gtk_check_button_new_with_mnemonic (_ (VQD_PURITY_SHOW));
  gtk_widget_set_tooltip_text (
      self->show,
      _ ("See how sure the model was of each part of the picture when it drew "
         "it. What was there before has no colour"));
  self->show_handler =
      g_signal_connect (self->show, "toggled", G_CALLBACK (toggled), self);
  self->legend = new_legend ();
  self->layer = gtk_button_new_with_mnemonic (_ (VQD_PURITY_LAYER));
  gtk_widget_set_tooltip_text (
      self->layer,
      _ ("Insert how sure the model was as a grey layer above the picture's "
         "own, white where it was certain. A picture that is no layer is "
         "inserted with it"));
  g_signal_connect (self->layer, "clicked", G_CALLBACK (clicked), self);
  gtk_box_pack_start (GTK_BOX (self), self->show, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->legend, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (self), self->layer, FALSE, FALSE, 0);
  gtk_widget_show_all (GTK_WIDGET (self));
}

GtkWidget *
vqd_purity_row_new (void)
{
  return g_object_new (VQD_TYPE_PURITY_ROW, NULL);
}

void
vqd_purity_row_set (VqdPurityRow *self, gboolean has_map, gboolean is_on)
{
  g_signal_handler_block (self->show, self->show_handler);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->show), is_on);
  g_signal_handler_unblock (self->show, self->show_handler);
  gtk_widget_set_sensitive (self->show, has_map);
  gtk_widget_set_sensitive (self->layer, has_map);
}

void
vqd_purity_row_set_legend (VqdPurityRow *self, gboolean is_shown)
{
  gtk_widget_set_visible (self->legend, is_shown);
}
