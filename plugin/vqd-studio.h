/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-studio.h - an engine that stays open, and what is learnt about its model
 *
 * Of one thread alone. */
#ifndef VQD_STUDIO_H
#define VQD_STUDIO_H

#include "core/vqd.h"
#include "plugin/vqd-preview.h"

/* A picture that is drawn; never changed. All owned by it; picture is the
 * result's own. */
typedef struct
{
  VqdResult *result;
  const VqdPicture *picture;
  VqdPreview *preview;
  double seconds; /* from the call to the preview */
} VqdDrawn;

/* By any thread. */
VqdDrawn *vqd_drawn_ref (VqdDrawn *drawn);
void vqd_drawn_unref (VqdDrawn *drawn);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdDrawn, vqd_drawn_unref)

/* Copies with strings of their own. (transfer full) */
VqdEngineOptions *vqd_engine_options_copy (const VqdEngineOptions *options);
void vqd_engine_options_free (VqdEngineOptions *options);

typedef struct _VqdStudio VqdStudio;

/* cache_folder: where palettes are kept; NULL: nowhere. */
VqdStudio *vqd_studio_new (const char *cache_folder);
void vqd_studio_free (VqdStudio *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdStudio, vqd_studio_free)

/* The engine for the options; one that is open stays when they are the same.
 * is_new: whether it was opened now. */
gboolean vqd_studio_open (VqdStudio *self, const VqdEngineOptions *options,
                          gboolean *is_new, GCancellable *cancellable,
                          GError **error);

/* NULL: none is open. */
VqdEngine *vqd_studio_get_engine (VqdStudio *self);

/* The seed of a picture of a request for several, as the engine gives it.
 * request->seed is not -1. */
gint64 vqd_studio_seed (const VqdRequest *request, int index);

/* Draws one picture of a request, which comes out as when all are drawn by one
 * call of the engine. With an open engine. (transfer full) */
VqdDrawn *vqd_studio_draw (VqdStudio *self, const VqdRequest *request,
                           int index, VqdProgressFunc progress,
                           gpointer user_data, GCancellable *cancellable,
                           GError **error);

/* Something to do while nobody waits: the colours of codes, part by part.
 * FALSE: no more. */
gboolean vqd_studio_has_chores (const VqdStudio *self);
void vqd_studio_do_chore (VqdStudio *self, GCancellable *cancellable);

/* RGB of each code, as far as is known. (transfer full) */
GBytes *vqd_studio_get_palette (const VqdStudio *self);

#endif /* VQD_STUDIO_H */
