/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-prompt-text.h - a text of some lines that a model reads: its tokens are
 * counted while it is typed, and the end that the model would leave out is
 * struck out
 *
 * Signals: "activate": Ctrl+Enter; "changed": another text, or another way to
 * count it. */
#ifndef VQD_PROMPT_TEXT_H
#define VQD_PROMPT_TEXT_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define VQD_TYPE_PROMPT_TEXT (vqd_prompt_text_get_type ())
G_DECLARE_FINAL_TYPE (VqdPromptText, vqd_prompt_text, VQD, PROMPT_TEXT, GtkBox)

/* Bound to a string property of config. n_lines: how many are seen at
 * least. */
GtkWidget *vqd_prompt_text_new (GObject *config, const char *property,
                                int n_lines);

/* The text view, for its label and the keys. (transfer none) */
GtkWidget *vqd_prompt_text_get_view (VqdPromptText *self);

/* (transfer full) */
char *vqd_prompt_text_get_text (VqdPromptText *self);

/* As for vqd_prompt_entry_set_context (). */
void vqd_prompt_text_set_context (VqdPromptText *self, int context);

/* The text is counted as the middle of what is sent. */
void vqd_prompt_text_set_surroundings (VqdPromptText *self, const char *before,
                                       const char *after);

/* What is sent, and the byte of it from which on it is left out. (transfer
 * full) */
char *vqd_prompt_text_get_sent (VqdPromptText *self, gsize *cut_bytes);

G_END_DECLS

#endif /* VQD_PROMPT_TEXT_H */
