/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-worker.h - a thread that keeps the engine and draws what waits in a queue
 *
 * What is asked for is a run; each of its pictures is drawn by a call of its
 * own, with a seed of its own, so that it can be shown, stopped or dropped
 * alone. Runs are drawn in the queue's order; it may be changed at any time.
 *
 *   main thread                      the worker's thread
 *   vqd_worker_add () ---- queue --> opens the engine, draws a picture
 *   VqdWorkerEvents  <-- mailbox --- begun, progress, done, ended
 *
 * All functions are the main thread's, and so are the events: they come from
 * the default main context. */
#ifndef VQD_WORKER_H
#define VQD_WORKER_H

#include "core/vqd.h"
#include "plugin/vqd-studio.h"

/* A picture of a run: its index in the run, and the run's number, 1 ... */
typedef struct
{
  guint run;
  int index;
} VqdPictureId;

typedef struct
{
  /* An engine was opened for a run, or is open after vqd_worker_load (). Valid
   * during the call. */
  void (*opened) (const VqdModelInfo *model, const char *device,
                  gpointer user_data);
  /* The engine of vqd_worker_load () cannot be opened. */
  void (*not_opened) (const GError *error, gpointer user_data);
  void (*begun) (VqdPictureId id, gpointer user_data);
  /* Of the picture that was begun last; 20 times a second at most. tokens:
   * valid during the call. */
  void (*progress) (const VqdProgress *progress, gpointer user_data);
  /* drawn: (transfer full) */
  void (*done) (VqdPictureId id, VqdDrawn *drawn, gpointer user_data);
  /* The picture will not be: error NULL when it was stopped. */
  void (*ended) (VqdPictureId id, const GError *error, gpointer user_data);
  /* RGB of each code, [n_codes, 3]: how a token looks in a preview. */
  void (*palette) (GBytes *palette, gpointer user_data);
  /* A run came, went, or moved. */
  void (*queue_changed) (gpointer user_data);
} VqdWorkerEvents;

typedef struct _VqdWorker VqdWorker;

/* events: borrowed, for as long as the worker is there; none is NULL.
 * cache_folder: as for vqd_studio_new (). */
VqdWorker *vqd_worker_new (const VqdWorkerEvents *events, gpointer user_data,
                           const char *cache_folder);

/* Stops all and waits for the thread. No event comes afterwards. */
void vqd_worker_free (VqdWorker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdWorker, vqd_worker_free)

/* Opens the engine when nothing else is to be done, so that the first run need
 * not wait for it. */
void vqd_worker_load (VqdWorker *self, const VqdEngineOptions *options);

/* Appends a run and returns its number. request->seed is not -1. owner holds
 * what request and options borrow; it is freed on the main thread. */
guint vqd_worker_add (VqdWorker *self, const VqdRequest *request,
                      const VqdEngineOptions *options, gpointer owner,
                      GDestroyNotify free_owner);

/* Drops a picture that waits, stops one that is being drawn. */
void vqd_worker_stop (VqdWorker *self, VqdPictureId id);
void vqd_worker_stop_run (VqdWorker *self, guint run);
void vqd_worker_stop_all (VqdWorker *self);

/* Moves a run by so many places; negative: nearer to the front. */
void vqd_worker_move (VqdWorker *self, guint run, int places);

typedef struct
{
  guint run;
  int n_images;
  int n_left; /* waiting or being drawn */
  gboolean is_working;
} VqdQueued;

/* The runs that have pictures left, in order: an array of VqdQueued. (transfer
 * full) */
GArray *vqd_worker_get_queue (VqdWorker *self);

/* Whether nothing is being drawn and nothing waits. */
gboolean vqd_worker_is_idle (VqdWorker *self);

#endif /* VQD_WORKER_H */
