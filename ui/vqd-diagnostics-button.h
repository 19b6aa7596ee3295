/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-diagnostics-button.h - diagnostics, seen before they are copied */
#ifndef VQD_DIAGNOSTICS_BUTTON_H
#define VQD_DIAGNOSTICS_BUTTON_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The text, with or without the words of the prompt. (transfer full) */
typedef char *(*VqdDiagnosticsFunc) (gboolean with_prompt, gpointer user_data);

/* label: with a mnemonic. user_data is there as long as the button. */
GtkWidget *vqd_diagnostics_button_new (const char *label,
                                       VqdDiagnosticsFunc func,
                                       gpointer user_data);

G_END_DECLS

#endif /* VQD_DIAGNOSTICS_BUTTON_H */
