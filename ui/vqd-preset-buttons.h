/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-preset-buttons.h - Load, Save and Reset of settings
 *
 * Signals: "failed" (GError *error). */
#ifndef VQD_PRESET_BUTTONS_H
#define VQD_PRESET_BUTTONS_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define VQD_TYPE_PRESET_BUTTONS (vqd_preset_buttons_get_type ())
G_DECLARE_FINAL_TYPE (VqdPresetButtons, vqd_preset_buttons, VQD, PRESET_BUTTONS,
                      GtkBox)

/* config: a GimpConfig. */
GtkWidget *vqd_preset_buttons_new (GObject *config);

G_END_DECLS

#endif /* VQD_PRESET_BUTTONS_H */
