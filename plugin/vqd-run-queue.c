/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin/vqd-run-queue.h"

VqdQueuedRun *
vqd_queued_run_new (guint id, const VqdRequest *request,
                    const VqdEngineOptions *options, gpointer owner,
                    GDestroyNotify free_owner)
{
  VqdQueuedRun *run = g_new0 (VqdQueuedRun, 1);

  run->id = id;
  run->request = *request;
  run->options = *options;
  run->owner = owner;
  run->free_owner = free_owner;
  run->states = g_new0 (VqdPictureState, (gsize) request->n_images);
  run->n_left = request->n_images;
  return run;
}

void
vqd_queued_run_free (VqdQueuedRun *run)
{
  if (run == NULL)
    return;
  if (run->free_owner != NULL)
    run->free_owner (run->owner);
  g_free (run->states);
  g_free (run);
}

VqdQueuedRun *
vqd_run_queue_find (GQueue *queue, guint id)
{
  for (GList *link = queue->head; link != NULL; link = link->next)
    if (((VqdQueuedRun *) link->data)->id == id)
      return link->data;

  return NULL;
}

VqdQueuedRun *
vqd_run_queue_take (GQueue *queue, int *index)
{
  for (GList *link = queue->head; link != NULL; link = link->next)
    {
      VqdQueuedRun *run = link->data;

      for (int i = 0; i < run->request.n_images; i++)
        if (run->states[i] == VQD_PICTURE_WAITS)
          {
            run->states[i] = VQD_PICTURE_WORKS;
            *index = i;
            return run;
          }
    }
  return NULL;
}

gboolean
vqd_run_queue_over (GQueue *queue, VqdQueuedRun *run, int index)
{
  run->states[index] = VQD_PICTURE_OVER;
  run->n_left--;
  if (run->n_left > 0)
    return FALSE;

  g_queue_remove (queue, run);
  return TRUE;
}

void
vqd_run_queue_move (GQueue *queue, VqdQueuedRun *run, int places)
{
  const int position = g_queue_index (queue, run) + places;
  const int last = (int) g_queue_get_length (queue) - 1;

  g_queue_remove (queue, run);
  g_queue_push_nth (queue, run, CLAMP (position, 0, last));
}
