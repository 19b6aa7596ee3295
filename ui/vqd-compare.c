/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-compare.h"

#include <glib/gi18n.h>

#define BORDER_PX 12
#define SPACING_PX 6
#define MIN_SIDE_PX 384
#define MAX_SIDE_PX 640
#define STEP 0.05
#define DATA_KEY "vqd-compare"

typedef struct
{
  GdkPixbuf *picture;
  GdkPixbuf *below;
  int width; /* as it is shown */
  int height;
  GtkWidget *area;
  GtkAdjustment *edge; /* 0 ... 1: the picture is left of it */
} Compare;

static void
compare_free (gpointer data)
{
  Compare *self = data;

  g_object_unref (self->picture);
  g_object_unref (self->below);
  g_object_unref (self->edge);
  g_free (self);
}

static void
paint (cairo_t *cr, const Compare *self, GdkPixbuf *pixbuf, double from,
       double to)
{
  cairo_save (cr);
  cairo_rectangle (cr, from, 0, to - from, self->height);
  cairo_clip (cr);
  cairo_scale (cr, (double) self->width / gdk_pixbuf_get_width (pixbuf),
               (double) self->height / gdk_pixbuf_get_height (pixbuf));
  gdk_cairo_set_source_pixbuf (cr, pixbuf, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_paint (cr);
  cairo_restore (cr);
}

static gboolean
draw (GtkWidget *area, cairo_t *cr, const Compare *self)
{
  const double x = self->width * gtk_adjustment_get_value (self->edge);

  cairo_translate (
      cr, (gtk_widget_get_allocated_width (area) - self->width) / 2, 0);
  paint (cr, self, self->picture, 0, x);
  paint (cr, self, self->below, x, self->width);
  /* Seen on light and on dark. */
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_rectangle (cr, x - 1, 0, 1, self->height);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_rectangle (cr, x, 0, 1, self->height);
  cairo_fill (cr);
  return GDK_EVENT_STOP;
}

static void
move_edge (GtkWidget *area, double x, Compare *self)
{
  const double left = (gtk_widget_get_allocated_width (area) - self->width) / 2;

  gtk_adjustment_set_value (self->edge, (x - left) / self->width);
}

static gboolean
pressed (GtkWidget *area, GdkEventButton *event, Compare *self)
{
  move_edge (area, event->x, self);
  return GDK_EVENT_STOP;
}

static gboolean
dragged (GtkWidget *area, GdkEventMotion *event, Compare *self)
{
  if ((event->state & GDK_BUTTON1_MASK) == 0)
    return GDK_EVENT_PROPAGATE;

  move_edge (area, event->x, self);
  return GDK_EVENT_STOP;
}

static GtkWidget *
new_area (Compare *self)
{
  GtkWidget *area = gtk_drawing_area_new ();

  gtk_widget_set_size_request (area, self->width, self->height);
  gtk_widget_add_events (area, GDK_BUTTON_PRESS_MASK | GDK_BUTTON1_MOTION_MASK);
  atk_object_set_name (gtk_widget_get_accessible (area),
                       _ ("The picture, and what lies below it"));
  g_signal_connect (area, "draw", G_CALLBACK (draw), self);
  g_signal_connect (area, "button-press-event", G_CALLBACK (pressed), self);
  g_signal_connect (area, "motion-notify-event", G_CALLBACK (dragged), self);
  g_signal_connect_swapped (self->edge, "value-changed",
                            G_CALLBACK (gtk_widget_queue_draw), area);
  return area;
}

static GtkWidget *
new_scale_row (Compare *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget *scale = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, self->edge);
  GtkWidget *picture = gtk_label_new_with_mnemonic (_ ("_Picture"));
  GtkWidget *below = gtk_label_new (_ ("Below"));

  gtk_scale_set_draw_value (GTK_SCALE (scale), FALSE);
  gtk_label_set_mnemonic_widget (GTK_LABEL (picture), scale);
  atk_object_set_name (gtk_widget_get_accessible (scale),
                       _ ("How much of the picture is shown"));
  gtk_box_pack_start (GTK_BOX (row), picture, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), scale, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), below, FALSE, FALSE, 0);
  gtk_widget_grab_focus (scale);
  return row;
}

/* Small pictures grow, large ones shrink. */
static void
choose_size (Compare *self)
{
  const int width = gdk_pixbuf_get_width (self->picture);
  const int height = gdk_pixbuf_get_height (self->picture);
  const int side = MAX (width, height);
  const double scale = (double) CLAMP (side, MIN_SIDE_PX, MAX_SIDE_PX) / side;

  self->width = MAX ((int) (width * scale), 1);
  self->height = MAX ((int) (height * scale), 1);
}

void
vqd_compare_show (GtkWindow *parent, GdkPixbuf *picture, GdkPixbuf *below)
{
  GtkWidget *dialog = gtk_dialog_new_with_buttons (
      _ ("Compare"), parent, GTK_DIALOG_DESTROY_WITH_PARENT, _ ("_Close"),
      GTK_RESPONSE_CLOSE, NULL);
  GtkWidget *area = gtk_dialog_get_content_area (GTK_DIALOG (dialog));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  Compare *self = g_new0 (Compare, 1);

  self->picture = g_object_ref (picture);
  self->below = g_object_ref (below);
  self->edge =
      g_object_ref_sink (gtk_adjustment_new (0.5, 0, 1, STEP, 4 * STEP, 0));
  choose_size (self);
  g_object_set_data_full (G_OBJECT (dialog), DATA_KEY, self, compare_free);
  gtk_container_set_border_width (GTK_CONTAINER (box), BORDER_PX);
  gtk_box_pack_start (GTK_BOX (box), new_area (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_scale_row (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (area), box, TRUE, TRUE, 0);
  gtk_window_set_resizable (GTK_WINDOW (dialog), FALSE);
  g_signal_connect (dialog, "response", G_CALLBACK (gtk_widget_destroy), NULL);
  gtk_widget_show_all (dialog);
}
