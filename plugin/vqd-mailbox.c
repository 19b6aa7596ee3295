/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-mailbox.h"

#include <string.h>

#define PROGRESS_INTERVAL_US 50000

struct _VqdMailbox
{
  VqdMailboxFunc func;
  VqdMailboxProgressFunc progress_func;
  gpointer user_data;
  GDestroyNotify free_letter;

  GMutex lock; /* of all below */
  GQueue letters;
  GSource *letter_source; /* NULL: none is waited for */
  GSource *progress_source;
  gint64 progress_us; /* when the last one was delivered */
  gboolean has_progress;
  VqdProgress progress;
  int *tokens; /* that progress has */
  gsize n_tokens;
  gsize n_allocated;
};

VqdMailbox *
vqd_mailbox_new (VqdMailboxFunc func, VqdMailboxProgressFunc progress_func,
                 gpointer user_data, GDestroyNotify free_letter)
{
  VqdMailbox *self = g_new0 (VqdMailbox, 1);

  self->func = func;
  self->progress_func = progress_func;
  self->user_data = user_data;
  self->free_letter = free_letter;
  g_mutex_init (&self->lock);
  g_queue_init (&self->letters);
  return self;
}

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

void
vqd_mailbox_free (VqdMailbox *self)
{
  if (self == NULL)
    return;
  drop_source (&self->letter_source);
  drop_source (&self->progress_source);
  g_queue_clear_full (&self->letters, self->free_letter);
  g_free (self->tokens);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
deliver_letters (gpointer user_data)
{
  VqdMailbox *self = user_data;
  gpointer letter;

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->letter_source, g_source_unref);
  while ((letter = g_queue_pop_head (&self->letters)) != NULL)
    {
      g_mutex_unlock (&self->lock);
      self->func (letter, self->user_data);
      g_mutex_lock (&self->lock);
    }
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

static gboolean
deliver_progress (gpointer user_data)
{
  VqdMailbox *self = user_data;

  g_mutex_lock (&self->lock);
  VqdProgress progress = self->progress;
  const gboolean has_progress = self->has_progress;
  g_autofree int *tokens =
      progress.tokens != NULL
          ? g_memdup2 (self->tokens, self->n_tokens * sizeof (int))
          : NULL;
  g_clear_pointer (&self->progress_source, g_source_unref);
  self->has_progress = FALSE;
  self->progress_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);

  progress.tokens = tokens;
  if (has_progress)
    self->progress_func (&progress, self->user_data);
  return G_SOURCE_REMOVE;
}

static GSource *
attach (GSource *source, GSourceFunc func, VqdMailbox *self)
{
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, NULL);
  return source;
}

void
vqd_mailbox_post (VqdMailbox *self, gpointer letter)
{
  g_mutex_lock (&self->lock);
  self->has_progress = FALSE;
  g_queue_push_tail (&self->letters, letter);
  if (self->letter_source == NULL)
    self->letter_source = attach (g_idle_source_new (), deliver_letters, self);
  g_mutex_unlock (&self->lock);
}

static void
keep_tokens (VqdMailbox *self, const VqdProgress *progress)
{
  const gsize n = (gsize) progress->grid_width * (gsize) progress->grid_height;

  if (n > self->n_allocated)
    {
      self->tokens = g_renew (int, self->tokens, n);
      self->n_allocated = n;
    }
  self->n_tokens = n;
  memcpy (self->tokens, progress->tokens, n * sizeof (int));
}

void
vqd_mailbox_set_progress (VqdMailbox *self, const VqdProgress *progress)
{
  g_mutex_lock (&self->lock);
  self->progress = *progress;
  self->has_progress = TRUE;
  if (progress->tokens != NULL)
    keep_tokens (self, progress);
  if (self->progress_source == NULL)
    {
      const gint64 due_us = self->progress_us + PROGRESS_INTERVAL_US;
      const gint64 wait_us = MAX (due_us - g_get_monotonic_time (), 0);

      self->progress_source =
          attach (g_timeout_source_new ((guint) (wait_us / 1000)),
                  deliver_progress, self);
    }
  g_mutex_unlock (&self->lock);
}
