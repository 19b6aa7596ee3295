/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-convert-button.h - how a model is to be converted
 *
 * A button that opens a form: the numbers' size, the name of the new file in
 * the user's folder for models.
 *
 * Signals: "convert" (char *out, char *dtype). */
#ifndef VQD_CONVERT_BUTTON_H
#define VQD_CONVERT_BUTTON_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define VQD_TYPE_CONVERT_BUTTON (vqd_convert_button_get_type ())
G_DECLARE_FINAL_TYPE (VqdConvertButton, vqd_convert_button, VQD, CONVERT_BUTTON,
                      GtkMenuButton)

GtkWidget *vqd_convert_button_new (void);

/* The file that would be converted. */
void vqd_convert_button_set_path (VqdConvertButton *self, const char *path);

G_END_DECLS

#endif /* VQD_CONVERT_BUTTON_H */
