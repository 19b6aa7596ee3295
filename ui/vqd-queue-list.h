/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-queue-list.h - the runs that are being drawn or wait: to be reordered and
 * cancelled. Takes no room while there is but one: there is another button to
 * stop that. */
#ifndef VQD_QUEUE_LIST_H
#define VQD_QUEUE_LIST_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct
{
  guint run;
  const char *title; /* the prompt, shortened */
  int n_images;
  int n_left;
  gboolean is_working;
} VqdQueueRow;

#define VQD_TYPE_QUEUE_LIST (vqd_queue_list_get_type ())
G_DECLARE_FINAL_TYPE (VqdQueueList, vqd_queue_list, VQD, QUEUE_LIST, GtkBox)

/* Signals: "move" (guint run, int places), negative is nearer to the front;
 * "cancel" (guint run). */
GtkWidget *vqd_queue_list_new (void);

/* The runs in their order. */
void vqd_queue_list_set (VqdQueueList *self, const VqdQueueRow *rows,
                         int n_rows);

G_END_DECLS

#endif /* VQD_QUEUE_LIST_H */
