/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-mailbox.h - from a thread to the main thread: letters, all and in order,
 * and progress, of which only the latest counts
 *
 * Letters arrive at once; progress at most 20 times a second, and never one
 * that is older than a letter that has come after it. */
#ifndef VQD_MAILBOX_H
#define VQD_MAILBOX_H

#include "core/vqd.h"

typedef struct _VqdMailbox VqdMailbox;

/* On the main thread. letter: (transfer full) */
typedef void (*VqdMailboxFunc) (gpointer letter, gpointer user_data);
/* tokens: valid during the call. */
typedef void (*VqdMailboxProgressFunc) (const VqdProgress *progress,
                                        gpointer user_data);

VqdMailbox *vqd_mailbox_new (VqdMailboxFunc func,
                             VqdMailboxProgressFunc progress_func,
                             gpointer user_data, GDestroyNotify free_letter);

/* What was not delivered is freed. Once no thread writes any more. */
void vqd_mailbox_free (VqdMailbox *self);

/* Any thread. */
void vqd_mailbox_post (VqdMailbox *self, gpointer letter);

/* Any thread; tokens are copied. */
void vqd_mailbox_set_progress (VqdMailbox *self, const VqdProgress *progress);

#endif /* VQD_MAILBOX_H */
