/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-compare.h - a picture and what lies below it, with an edge between them
 * that the mouse or the arrow keys move */
#ifndef VQD_COMPARE_H
#define VQD_COMPARE_H

#include <gtk/gtk.h>

/* A window of its own that is shown until it is closed. below: of the picture's
 * size. */
void vqd_compare_show (GtkWindow *parent, GdkPixbuf *picture, GdkPixbuf *below);

#endif /* VQD_COMPARE_H */
