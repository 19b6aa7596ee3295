/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-template-button.h - a text around the prompt to choose from
 *
 * A button that says which template is chosen and opens the list of them, where
 * the user adds and removes some.
 *
 * Property "template-name": the chosen template's name, "" is none.
 * Signals: "failed" (GError *error): the file could not be written. */
#ifndef VQD_TEMPLATE_BUTTON_H
#define VQD_TEMPLATE_BUTTON_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define VQD_TYPE_TEMPLATE_BUTTON (vqd_template_button_get_type ())
G_DECLARE_FINAL_TYPE (VqdTemplateButton, vqd_template_button, VQD,
                      TEMPLATE_BUTTON, GtkMenuButton)

GtkWidget *vqd_template_button_new (void);

/* The chosen template's text, NULL without one. (transfer none), until another
 * is chosen. */
const char *vqd_template_button_get_text (VqdTemplateButton *self);

G_END_DECLS

#endif /* VQD_TEMPLATE_BUTTON_H */
