/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-saver.h - pictures as PNG files, written by threads of their own */
#ifndef VQD_SAVER_H
#define VQD_SAVER_H

#include <gio/gio.h>

#include "plugin/vqd-asked.h"
#include "plugin/vqd-studio.h"

typedef struct _VqdSaver VqdSaver;

/* On the main thread, when a picture's file is written or cannot be. */
typedef void (*VqdSaverFunc) (const VqdDrawn *drawn, const GError *error,
                              gpointer user_data);

VqdSaver *vqd_saver_new (VqdSaverFunc func, gpointer user_data);

/* Waits for what is being written. */
void vqd_saver_free (VqdSaver *self);

void vqd_saver_save_as (VqdSaver *self, VqdDrawn *drawn, VqdAsked *asked,
                        GFile *file);

/* To the run's output folder, by its template. number: of the picture in the
 * run, 1 ... */
void vqd_saver_save_to_folder (VqdSaver *self, VqdDrawn *drawn, VqdAsked *asked,
                               int number);

#endif /* VQD_SAVER_H */
