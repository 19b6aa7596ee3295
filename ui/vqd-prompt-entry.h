/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-prompt-entry.h - the prompt: a text of some lines with its label */
#ifndef VQD_PROMPT_ENTRY_H
#define VQD_PROMPT_ENTRY_H

#include <gtk/gtk.h>

/* Bound to a string property of config. Ctrl+Enter activates the window's
 * default button, since Enter begins a line. */
GtkWidget *vqd_prompt_entry_new (GObject *config, const char *property);

#endif /* VQD_PROMPT_ENTRY_H */
