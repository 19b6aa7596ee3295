/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-run-queue.h - runs in the order they are drawn in, and how far their
 * pictures are
 *
 * Plain data: who shares it between threads locks it. A run leaves the queue
 * when its last picture is over. */
#ifndef VQD_RUN_QUEUE_H
#define VQD_RUN_QUEUE_H

#include "core/vqd.h"

typedef enum
{
  VQD_PICTURE_WAITS,
  VQD_PICTURE_WORKS,
  VQD_PICTURE_OVER
} VqdPictureState;

/* A run that waits or is drawn; owns what request and options borrow. */
typedef struct
{
  guint id;
  VqdRequest request;
  VqdEngineOptions options;
  gpointer owner;
  GDestroyNotify free_owner; /* NULL: nothing is freed */
  VqdPictureState *states;   /* [n_images] */
  int n_left;                /* not over */
} VqdQueuedRun;

/* An empty GQueue of VqdQueuedRun is a queue. */

VqdQueuedRun *vqd_queued_run_new (guint id, const VqdRequest *request,
                                  const VqdEngineOptions *options,
                                  gpointer owner, GDestroyNotify free_owner);
void vqd_queued_run_free (VqdQueuedRun *run);

/* NULL: no run of this number. */
VqdQueuedRun *vqd_run_queue_find (GQueue *queue, guint id);

/* The next picture that waits; it works from now on. NULL: none waits. */
VqdQueuedRun *vqd_run_queue_take (GQueue *queue, int *index);

/* A picture is over. TRUE when the run has left the queue: it is the caller's
 * now. */
gboolean vqd_run_queue_over (GQueue *queue, VqdQueuedRun *run, int index);

/* Moves a run by so many places, as far as there are. */
void vqd_run_queue_move (GQueue *queue, VqdQueuedRun *run, int places);

#endif /* VQD_RUN_QUEUE_H */
