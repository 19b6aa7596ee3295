/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-prompt-entry.h"

#include <libgimp/gimpui.h>

#include "ui/vqd-rows.h"

#define HEIGHT_PX 84
#define WIDTH_PX 400
#define MARGIN_PX 6
#define SPACING_PX 6

static gboolean
key_pressed (GtkWidget *view, GdkEventKey *event, gpointer user_data)
{
  const gboolean is_enter =
      event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter;

  if (! is_enter || ! (event->state & GDK_CONTROL_MASK))
    return GDK_EVENT_PROPAGATE;

  gtk_window_activate_default (GTK_WINDOW (gtk_widget_get_toplevel (view)));
  return GDK_EVENT_STOP;
}

static GtkWidget *
new_view (GObject *config, const char *property)
{
  GtkTextBuffer *buffer = gimp_prop_text_buffer_new (config, property, -1);
  GtkWidget *view = gtk_text_view_new_with_buffer (buffer);
  GtkTextView *text_view = GTK_TEXT_VIEW (view);

  g_object_unref (buffer);
  gtk_text_view_set_wrap_mode (text_view, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (text_view, FALSE);
  gtk_text_view_set_left_margin (text_view, MARGIN_PX);
  gtk_text_view_set_right_margin (text_view, MARGIN_PX);
  gtk_text_view_set_top_margin (text_view, MARGIN_PX);
  gtk_text_view_set_bottom_margin (text_view, MARGIN_PX);
  g_signal_connect (view, "key-press-event", G_CALLBACK (key_pressed), NULL);
  /* GIMP gives the focus to a button, which a space in the prompt would
   * press. */
  g_signal_connect_after (view, "map", G_CALLBACK (gtk_widget_grab_focus),
                          NULL);

  return view;
}

GtkWidget *
vqd_prompt_entry_new (GObject *config, const char *property)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  GtkWidget *window = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *view = new_view (config, property);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (window),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (window),
                                       GTK_SHADOW_IN);
  gtk_widget_set_size_request (window, WIDTH_PX, HEIGHT_PX);
  gtk_container_add (GTK_CONTAINER (window), view);
  gtk_box_pack_start (GTK_BOX (box),
                      vqd_rows_new_label (config, property, view), FALSE, FALSE,
                      0);
  gtk_box_pack_start (GTK_BOX (box), window, TRUE, TRUE, 0);
  gtk_widget_show_all (box);

  return box;
}
