/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-status.h - what is going on, in words and numbers: elapsed, time left,
 * evaluations a second */
#ifndef VQD_STATUS_H
#define VQD_STATUS_H

#include "core/vqd.h"

/* Since nothing was being done. Zeros to begin with. */
typedef struct
{
  gint64 begun_us; /* 0: nothing is being done */
  int n_asked;     /* pictures */
  int n_over;
  int n_drawn; /* of those over */
  /* Of the picture that is drawn. */
  double fraction;
  gint64 step_us; /* when step was reached; 0: none yet */
  int step;
  double evaluations_per_s; /* 0: not known yet */
  /* Seconds of a picture, from those that were drawn; 0: not known yet. */
  double picture_seconds;
} VqdStatus;

void vqd_status_asked (VqdStatus *self, int n_images);
void vqd_status_begun (VqdStatus *self);
void vqd_status_progress (VqdStatus *self, const VqdProgress *progress);
/* seconds: of a picture that was drawn; negative: it was not. */
void vqd_status_over (VqdStatus *self, double seconds);
/* Nothing is being done any more. */
void vqd_status_idle (VqdStatus *self);

/* Of all that was asked for, 0 ... 1. */
double vqd_status_get_fraction (const VqdStatus *self);

/* Until all is drawn; negative: not known. */
double vqd_status_get_seconds_left (const VqdStatus *self,
                                    const VqdProgress *progress);

/* "Step 3 of 25" (transfer full) */
char *vqd_status_phase_text (const VqdProgress *progress);

/* The whole line. (transfer full) */
char *vqd_status_text (const VqdStatus *self, const VqdProgress *progress);

/* After the work: how many pictures, and how long. (transfer full) */
char *vqd_status_done_text (const VqdStatus *self);

#endif /* VQD_STATUS_H */
