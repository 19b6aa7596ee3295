/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-history-button.h - earlier prompts to choose from
 *
 * A button that opens a list, the newest first, with a search, a switch that
 * keeps none and a button that clears all.
 *
 * Signals: "chosen" (char *prompt, char *negative_prompt); "failed" (GError
 * *error): a file could not be written. */
#ifndef VQD_HISTORY_BUTTON_H
#define VQD_HISTORY_BUTTON_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define VQD_TYPE_HISTORY_BUTTON (vqd_history_button_get_type ())
G_DECLARE_FINAL_TYPE (VqdHistoryButton, vqd_history_button, VQD, HISTORY_BUTTON,
                      GtkMenuButton)

GtkWidget *vqd_history_button_new (void);

G_END_DECLS

#endif /* VQD_HISTORY_BUTTON_H */
