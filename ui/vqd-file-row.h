/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-file-row.h - a file or folder that may also be none
 *
 * A button with its name that opens a chooser, and one that takes it back. */
#ifndef VQD_FILE_ROW_H
#define VQD_FILE_ROW_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define VQD_TYPE_FILE_ROW (vqd_file_row_get_type ())
G_DECLARE_FINAL_TYPE (VqdFileRow, vqd_file_row, VQD, FILE_ROW, GtkBox)

/* Bound to a GFile of config. title: of the chooser; none: what NULL is
 * called. */
GtkWidget *vqd_file_row_new (GObject *config, const char *property,
                             GtkFileChooserAction action, const char *title,
                             const char *none);

/* For its label. (transfer none) */
GtkWidget *vqd_file_row_get_button (VqdFileRow *self);

G_END_DECLS

#endif /* VQD_FILE_ROW_H */
