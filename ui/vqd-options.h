/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-options.h - each option of the procedures as a row, by its name
 *
 * Dialogs and the window's panel take their rows from here, so that an option
 * looks the same wherever it is. */
#ifndef VQD_OPTIONS_H
#define VQD_OPTIONS_H

#include <gtk/gtk.h>

#include "core/vqd.h"

G_BEGIN_DECLS

/* Appends the row of an option. Returns what to hide with the row, (transfer
 * none); NULL when config has no such option, and nothing is appended. */
GtkWidget *vqd_options_add (GtkWidget *rows, GObject *config, const char *name);

/* Where the row's widget stands for the model's own number, shows which that
 * is. info: NULL: not known. */
void vqd_options_show_own (GtkWidget *widget, const char *name,
                           const VqdModelInfo *info);

/* A device as the row of "device" calls it; as it is when that does not know
 * it. */
const char *vqd_options_get_device_label (const char *name);

/* Whether an option means something in a mode. */
gboolean vqd_options_belongs (const char *name, VqdTask mode);

G_END_DECLS

#endif /* VQD_OPTIONS_H */
