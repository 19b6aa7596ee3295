/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-room.h"

#define TITLE_BAR_PX 48

void
vqd_room_limit (int *width_px, int *height_px)
{
  GdkDisplay *display = gdk_display_get_default ();
  GdkMonitor *monitor = gdk_display_get_primary_monitor (display);
  GdkRectangle area;

  if (monitor == NULL)
    monitor = gdk_display_get_monitor (display, 0);
  if (monitor == NULL)
    return;

  gdk_monitor_get_workarea (monitor, &area);
  *width_px = MIN (*width_px, area.width);
  *height_px = MIN (*height_px, area.height - TITLE_BAR_PX);
}

void
vqd_room_fit (GtkWidget *scroll)
{
  GtkScrolledWindow *window = GTK_SCROLLED_WINDOW (scroll);
  GtkWidget *toplevel = gtk_widget_get_toplevel (scroll);
  int child_px = 0;
  int rest_px = 0;
  int width_px = 0;
  int height_px;

  if (! gtk_widget_is_toplevel (toplevel))
    return;

  /* What else there is, is all but what the child gets. */
  gtk_scrolled_window_set_min_content_height (window, -1);
  gtk_widget_get_preferred_height (toplevel, &rest_px, NULL);
  gtk_widget_get_preferred_height (gtk_bin_get_child (GTK_BIN (scroll)), NULL,
                                   &child_px);
  gtk_window_get_size (GTK_WINDOW (toplevel), &width_px, NULL);
  height_px = rest_px + child_px;
  vqd_room_limit (&width_px, &height_px);
  gtk_scrolled_window_set_min_content_height (window,
                                              MAX (height_px - rest_px, 0));
  gtk_window_resize (GTK_WINDOW (toplevel), width_px, 1);
}

GtkWidget *
vqd_room_new_scroll (GtkWidget *child)
{
  GtkWidget *scroll = gtk_scrolled_window_new (NULL, NULL);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  /* A bar that is always there says that there is more. */
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (scroll),
                                             FALSE);
  gtk_container_add (GTK_CONTAINER (scroll), child);
  g_signal_connect (scroll, "map", G_CALLBACK (vqd_room_fit), NULL);
  gtk_widget_show (scroll);
  return scroll;
}
