/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-models-view.h - the list of the models of this machine
 *
 * Files are read in a thread, one after another; destroying the view cancels
 * that.
 *
 * Signals: "changed" (no arguments): another one is selected or in use, or one
 * was read; "activated" (no arguments): the selected one is to be used. */
#ifndef VQD_MODELS_VIEW_H
#define VQD_MODELS_VIEW_H

#include <gtk/gtk.h>

#include "ui/vqd-model-list.h"

G_BEGIN_DECLS

#define VQD_TYPE_MODELS_VIEW (vqd_models_view_get_type ())
G_DECLARE_FINAL_TYPE (VqdModelsView, vqd_models_view, VQD, MODELS_VIEW,
                      GtkScrolledWindow)

/* property: a GFile of config, the model in use; NULL there is the first that
 * is found. */
GtkWidget *vqd_models_view_new (GObject *config, const char *property);

/* Looks again which models there are. */
void vqd_models_view_refresh (VqdModelsView *self);

/* (transfer none); NULL: none. */
VqdModelEntry *vqd_models_view_get_selected (VqdModelsView *self);
VqdModelEntry *vqd_models_view_find (VqdModelsView *self, const char *path);

void vqd_models_view_select (VqdModelsView *self, const char *path);

/* The model in use; NULL: there is none at all. (transfer full) */
char *vqd_models_view_get_used (VqdModelsView *self);

/* After a change of an entry. */
void vqd_models_view_update (VqdModelsView *self);

G_END_DECLS

#endif /* VQD_MODELS_VIEW_H */
