/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-window.h - the window: words, settings, pictures; it stays open
 *
 * Bound to the config of plug-in-vqdiffusion. It knows nothing of images and
 * engines: what the user wants is told by VqdWindowActions, what happens by the
 * functions below and those of its gallery. */
#ifndef VQD_WINDOW_H
#define VQD_WINDOW_H

#include <gtk/gtk.h>

#include "core/vqd.h"
#include "ui/vqd-gallery.h"
#include "ui/vqd-queue-list.h"

G_BEGIN_DECLS

/* What the user wants; none may be NULL. */
typedef struct
{
  /* A run with the settings of the config. */
  void (*start) (gpointer user_data);
  void (*stop_all) (gpointer user_data);
  void (*stop_run) (guint run, gpointer user_data);
  void (*move_run) (guint run, int places, gpointer user_data);
  /* Something with an item of the gallery; not VQD_ITEM_SAVE. */
  void (*act) (guint item, VqdItemAction action, gpointer user_data);
  void (*save) (guint item, GFile *file, gpointer user_data);
  /* A name for the file of an item. (transfer full) */
  char *(*file_name) (guint item, gpointer user_data);
  /* image: a number of vqd_window_set_images (). */
  void (*choose_image) (int image, gpointer user_data);
  /* The settings of the selected layer into the config. */
  void (*reuse_layer) (gpointer user_data);
  /* Takes all pictures off the gallery that are not being drawn. */
  void (*remove_all) (gpointer user_data);
  /* Whether closing would lose work. */
  gboolean (*is_busy) (gpointer user_data);
} VqdWindowActions;

#define VQD_TYPE_WINDOW (vqd_window_get_type ())
G_DECLARE_FINAL_TYPE (VqdWindow, vqd_window, VQD, WINDOW, GtkWindow)

/* actions: borrowed. */
GtkWidget *vqd_window_new (GObject *config, const VqdWindowActions *actions,
                           gpointer user_data);

VqdGallery *vqd_window_get_gallery (VqdWindow *self);

/* What the model gets as prompt. (transfer full) */
char *vqd_window_get_prompt (VqdWindow *self);

/* A run was begun; seed: of its first picture. */
void vqd_window_begun (VqdWindow *self, gint64 seed);

/* The model that is open, and what computes it; copied. NULL and NULL: none. */
void vqd_window_set_model (VqdWindow *self, const VqdModelInfo *info,
                           const char *device);

/* Measured: seconds of an evaluation, and of a picture for all else. */
void vqd_window_set_speed (VqdWindow *self, double per_evaluation,
                           double beside);

/* What the button does: the config's mode, or what follows from the image. */
void vqd_window_set_task (VqdWindow *self, VqdTask task);

typedef struct
{
  int number;
  const char *name;
} VqdWindowImage;

/* The images to choose from, and the number of the one that is chosen. The
 * chooser is shown when there is a choice. */
void vqd_window_set_images (VqdWindow *self, const VqdWindowImage *images,
                            int n_images, int chosen);

void vqd_window_set_queue (VqdWindow *self, const VqdQueueRow *rows,
                           int n_rows);

/* What is going on, in words; fraction: of all that was asked for, negative:
 * nothing is going on. */
void vqd_window_set_status (VqdWindow *self, double fraction, const char *text);

/* what: one sentence. A cancelled run shows nothing. */
void vqd_window_show_error (VqdWindow *self, const char *what,
                            const GError *error);

/* A run that failed; it can be tried again. */
void vqd_window_show_run_error (VqdWindow *self, const GError *error);

/* The action on an item failed; it can be tried again. */
void vqd_window_show_item_error (VqdWindow *self, guint item,
                                 VqdItemAction action, const char *what,
                                 const GError *error);

/* Something to know that is no error. */
void vqd_window_show_notice (VqdWindow *self, const char *what);

/* Shows a picture and what lies below it, of the same size. */
void vqd_window_compare (VqdWindow *self, guint item, GdkPixbuf *picture,
                         GdkPixbuf *below);

G_END_DECLS

#endif /* VQD_WINDOW_H */
