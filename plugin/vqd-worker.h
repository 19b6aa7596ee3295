/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-worker.h - a thread that keeps the engine and draws what waits in a queue
 *
 * What is asked for is a run; each of its pictures is drawn by a call of its
 * own, with a seed of its own, so that it can be shown, stopped or dropped
 * alone. Runs are drawn in the queue's order; it may be changed at any time.
 *
 *   main thread                      the worker's thread
 *   vqd_worker_add () ---- queue --> opens the engine, draws a picture
 *   VqdWorkerEvents  <--- events --- begun, progress, done, ended
 *
 * All functions are the main thread's, and so are the events: they come from
 * the default main context, progress at most 20 times a second. */
#ifndef VQD_WORKER_H
#define VQD_WORKER_H

#include "core/vqd.h"

/* A picture of a run: its index in the run, and the run's number, 1 ... */
typedef struct
{
  guint run;
  int index;
} VqdPictureId;

/* A picture that is drawn. All owned by it; picture is the result's own. */
typedef struct
{
  VqdResult *result;
  const VqdPicture *picture;
  guint8 *rgb8; /* [height, width, 3] */
  double seconds;
} VqdDrawn;

void vqd_drawn_free (VqdDrawn *drawn);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdDrawn, vqd_drawn_free)

/* The engine as it was opened. Valid during the call. */
typedef struct
{
  const VqdModelInfo *info;
  const char *device;
  double load_seconds;
} VqdWorkerModel;

/* Any may be NULL. */
typedef struct
{
  /* An engine was opened, for a run or by vqd_worker_load (). */
  void (*opened) (const VqdWorkerModel *model, gpointer user_data);
  /* The engine of vqd_worker_load () cannot be opened. */
  void (*not_opened) (const GError *error, gpointer user_data);
  void (*begun) (VqdPictureId id, gpointer user_data);
  /* progress->tokens is a copy, valid during the call. evaluations_per_s: 0
   * when not known yet. */
  void (*progress) (VqdPictureId id, const VqdProgress *progress,
                    double evaluations_per_s, gpointer user_data);
  /* drawn: (transfer full) */
  void (*done) (VqdPictureId id, VqdDrawn *drawn, gpointer user_data);
  /* The picture will not be: error NULL when it was stopped. */
  void (*ended) (VqdPictureId id, const GError *error, gpointer user_data);
  /* RGB of each code, [n_codes, 3]: how a token looks in a preview. Valid
   * during the call. */
  void (*palette) (const guint8 *palette, int n_codes, gpointer user_data);
  /* A run came, went, or moved. */
  void (*queue_changed) (gpointer user_data);
} VqdWorkerEvents;

typedef struct _VqdWorker VqdWorker;

/* events: borrowed, for as long as the worker is there. cache_folder: where
 * palettes are kept; NULL: nowhere. */
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

/* The seed of a picture of the run, as the engine gives it. */
gint64 vqd_worker_seed (const VqdRequest *request, int index);

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
