/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-session-private.h - what a window at work knows, for its own files */
#ifndef VQD_SESSION_PRIVATE_H
#define VQD_SESSION_PRIVATE_H

#include <libgimp/gimp.h>

#include "plugin/vqd-asked.h"
#include "plugin/vqd-image-watch.h"
#include "plugin/vqd-intake.h"
#include "plugin/vqd-saver.h"
#include "plugin/vqd-status.h"
#include "plugin/vqd-stopwatch.h"
#include "plugin/vqd-worker.h"
#include "ui/vqd-window.h"

/* Numbers of items: the run's, and the picture's in it. */
#define ITEM_OF(id) ((id).run * VQD_MAX_IMAGES + (guint) (id).index)

/* A picture of the gallery. */
typedef struct
{
  VqdPictureId id;
  VqdAsked *asked;
  VqdDrawn *drawn; /* NULL: not yet */
  int layer;       /* number of what was inserted last; 0: nothing */
  gboolean is_begun;
  gboolean is_over; /* drawn, or never to be */
} VqdSessionItem;

typedef struct
{
  GimpProcedureConfig *config;
  VqdWindow *window;
  VqdGallery *gallery;
  VqdWorker *worker;
  VqdImageWatch *watch;
  VqdIntake *intake;
  VqdSaver *saver;
  VqdTask task;
  GHashTable *items; /* number -> VqdSessionItem */
  GHashTable *runs;  /* number -> VqdAsked */
  GArray *layers;    /* numbers of what was inserted */
  VqdPictureId current;
  VqdStatus status;
  gint64 status_us;        /* when it was shown */
  VqdStopwatch *stopwatch; /* NULL: nobody wants to know */
  double model_guidance;   /* of the model that is open; 1 is none */
} VqdSession;

/* The picture becomes a layer, in one undo step; with_purity: below its purity
 * map. item->drawn is there. What goes wrong is shown in the window. */
void vqd_session_insert (VqdSession *self, VqdSessionItem *item,
                         gboolean with_purity);

/* Its purity map above the picture's layer; while there is none, together with
 * it. */
void vqd_session_insert_purity (VqdSession *self, VqdSessionItem *item);

#endif /* VQD_SESSION_PRIVATE_H */
