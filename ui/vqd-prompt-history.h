/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-prompt-history.h - the prompts that were used, in a file of the user's
 *
 * One file for all windows, in the user's data folder, for the user's eyes
 * alone (0600). Each change reads it anew under a lock and writes it whole, so
 * that two windows lose nothing to each other. At most VQD_HISTORY_MAX_ENTRIES
 * of VQD_HISTORY_MAX_BYTES; the oldest go first. */
#ifndef VQD_PROMPT_HISTORY_H
#define VQD_PROMPT_HISTORY_H

#include <gio/gio.h>

G_BEGIN_DECLS

#define VQD_HISTORY_MAX_ENTRIES 1000
#define VQD_HISTORY_MAX_BYTES (1 << 20)

/* One that was used. */
typedef struct
{
  char *prompt;
  char *negative_prompt;
} VqdHistoryEntry;

/* The newest first, of VqdHistoryEntry. (transfer full). Empty when there is
 * no file; lines that are not ours are passed over. */
GPtrArray *vqd_prompt_history_read (void);

/* Puts it in front; the same one further down goes. A prompt of blanks alone,
 * and one that is too long for the file, is not kept. */
gboolean vqd_prompt_history_add (const char *prompt,
                                 const char *negative_prompt, GError **error);

/* Takes one out; none is meant by it: no error. */
gboolean vqd_prompt_history_remove (const char *prompt,
                                    const char *negative_prompt,
                                    GError **error);

/* Removes the file. */
gboolean vqd_prompt_history_clear (GError **error);

/* Whether the user wants a history; kept in the user's config folder. TRUE at
 * first. */
gboolean vqd_prompt_history_is_on (void);
gboolean vqd_prompt_history_set_on (gboolean on, GError **error);

G_END_DECLS

#endif /* VQD_PROMPT_HISTORY_H */
