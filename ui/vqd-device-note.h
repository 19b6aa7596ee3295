/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-device-note.h - below the row of the device: what computes, and the
 * memory it takes
 *
 * A device that this machine has not, such as one of settings brought from
 * another, is replaced by "auto"; the note says so until another is chosen. */
#ifndef VQD_DEVICE_NOTE_H
#define VQD_DEVICE_NOTE_H

#include <gtk/gtk.h>

#include "core/vqd.h"

G_BEGIN_DECLS

#define VQD_TYPE_DEVICE_NOTE (vqd_device_note_get_type ())
G_DECLARE_FINAL_TYPE (VqdDeviceNote, vqd_device_note, VQD, DEVICE_NOTE, GtkBox)

/* config: has "device". */
GtkWidget *vqd_device_note_new (GObject *config);

/* The model that is open and what computes it; NULL and NULL: none is. */
void vqd_device_note_set_model (VqdDeviceNote *self, const VqdModelInfo *info,
                                const char *device);

G_END_DECLS

#endif /* VQD_DEVICE_NOTE_H */
