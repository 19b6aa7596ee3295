/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-room.h - what fits the screen */
#ifndef VQD_ROOM_H
#define VQD_ROOM_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Makes a size smaller where the screen is; a window's title bar has room. */
void vqd_room_limit (int *width_px, int *height_px);

/* Takes child in a window that scrolls: as high as child is where the screen
 * has room for that and for what else is in the toplevel, which follows. */
GtkWidget *vqd_room_new_scroll (GtkWidget *child);

/* Child has become higher or lower. */
void vqd_room_fit (GtkWidget *scroll);

G_END_DECLS

#endif /* VQD_ROOM_H */
