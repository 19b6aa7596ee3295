/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-prompt-entry.h - the prompt: a text of some lines, and what helps to
 * write it
 *
 * From top to bottom: the label, buttons for the history and the templates; the
 * text, whose end is marked where the model would leave it out; the count of
 * tokens, "12 / 77"; what a template makes of it; the negative prompt, folded.
 *
 * Signals: "activate" (no arguments): Ctrl+Enter in one of the texts;
 * "failed" (GError *error): history or templates could not be written. */
#ifndef VQD_PROMPT_ENTRY_H
#define VQD_PROMPT_ENTRY_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define VQD_TYPE_PROMPT_ENTRY (vqd_prompt_entry_get_type ())
G_DECLARE_FINAL_TYPE (VqdPromptEntry, vqd_prompt_entry, VQD, PROMPT_ENTRY,
                      GtkBox)

/* Bound to a string property of config. When config has them too:
 *   negative-prompt  string: the text beneath
 *   template         string: the template's name, "" is none; without it the
 *                    entry keeps the choice itself
 *   keep-settings    boolean: FALSE keeps the prompt out of the history too */
GtkWidget *vqd_prompt_entry_new (GObject *config, const char *property);

/* Tokens that the model reads, both end marks included; 0: it reads no text,
 * and nothing is counted. 77 at first. */
void vqd_prompt_entry_set_context (VqdPromptEntry *self, int context);

/* What to put into the request: the prompt, in its template when one is
 * chosen. (transfer full) */
char *vqd_prompt_entry_get_sent_text (VqdPromptEntry *self);

/* Puts the prompt into the history, unless the user keeps none. To be called
 * when a run begins. */
void vqd_prompt_entry_remember (VqdPromptEntry *self);

/* The keys go to the text. */
void vqd_prompt_entry_focus (VqdPromptEntry *self);

G_END_DECLS

#endif /* VQD_PROMPT_ENTRY_H */
