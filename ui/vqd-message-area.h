/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-message-area.h - what went wrong, why, and what to do next
 *
 * Messages stay until they are closed or replaced; the newest is on top. Takes
 * no room when there is none. What to do next, and with which button, is in
 * vqd-error-advice.h. Errors that others may help with have "Diagnostics":
 * versions, the processor, model and settings as text to copy, the words of
 * the prompt only when the user ticks that.
 *
 * Signals: "action" (char *id): the button of a message was pressed; id:
 * VQD_ADVICE_MODELS, VQD_ADVICE_SIZE, or what the caller named. */
#ifndef VQD_MESSAGE_AREA_H
#define VQD_MESSAGE_AREA_H

#include <gtk/gtk.h>

#include "core/vqd.h"

G_BEGIN_DECLS

#define VQD_TYPE_MESSAGE_AREA (vqd_message_area_get_type ())
G_DECLARE_FINAL_TYPE (VqdMessageArea, vqd_message_area, VQD, MESSAGE_AREA,
                      GtkBox)

/* config: the settings that diagnostics tell. */
GtkWidget *vqd_message_area_new (GObject *config);

/* The model that diagnostics tell; copied. NULL: none is open. */
void vqd_message_area_set_model (VqdMessageArea *self,
                                 const VqdModelInfo *info);

/* Whether the size of pictures is something to choose; not so at first. */
void vqd_message_area_set_can_resize (VqdMessageArea *self,
                                      gboolean can_resize);

/* what: one sentence, "The pictures could not be made."; why: the error's own
 * words; what next follows from the kind of error. retry: what "action" says
 * when it is to be tried again; NULL: it cannot be, in another size neither. A
 * cancelled run is no error and shows nothing. */
void vqd_message_area_show_error (VqdMessageArea *self, const char *what,
                                  const GError *error, const char *retry);

/* A message of any kind. why and next may be NULL. action: the label of a
 * button with a mnemonic, NULL: none; id: what "action" says when it is
 * pressed. The same what and why again replaces the older message. */
void vqd_message_area_show_message (VqdMessageArea *self, GtkMessageType type,
                                    const char *what, const char *why,
                                    const char *next, const char *action,
                                    const char *id);

/* Takes all messages away. */
void vqd_message_area_clear (VqdMessageArea *self);

/* The text of "Diagnostics", of the newest message. (transfer full) */
char *vqd_message_area_get_diagnostics (VqdMessageArea *self,
                                        gboolean with_prompt);

G_END_DECLS

#endif /* VQD_MESSAGE_AREA_H */
