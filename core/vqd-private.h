/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-private.h - shared by the files of the engine */
#ifndef VQD_PRIVATE_H
#define VQD_PRIVATE_H

#include "core/io/vqd-config.h"
#include "core/sampler/vqd-sampler.h"
#include "core/vqd-pipeline.h"
#include "core/vqd.h"

G_BEGIN_DECLS

struct _VqdEngine
{
  VqdBackend *backend;
  VqdPipeline *pipeline;
  VqdModelInfo info;
  char *path;
  gint64 memory_limit_bytes;
  double load_seconds;
};

struct _VqdResult
{
  GPtrArray *pictures; /* VqdPicture */
  char *cut_text;
  VqdSeconds seconds;
  int n_evaluations;
};

VqdResult *vqd_result_new (void);

/* What needs the memory. */
typedef enum
{
  VQD_MEMORY_OF_MODEL,
  VQD_MEMORY_OF_CANVAS,
  VQD_MEMORY_OF_PICTURE,
  VQD_MEMORY_OF_PICTURES
} VqdMemoryOf;

/* VQD_ERROR_MEMORY when it needs more than there is, or than limit, where that
 * is not 0. */
gboolean vqd_check_memory (guint64 needed, VqdMemoryOf what, gint64 limit,
                           GError **error);

/* The picture's pixels in another size, tokens dropped; nothing when it has
 * that size. tiling: opposite edges that fit still do. */
gboolean vqd_picture_resize (VqdPicture *picture, int width, int height,
                             VqdTiling tiling, GCancellable *cancellable,
                             GError **error);

/* Its place, when the picture changes its size. */
void vqd_purity_scale (VqdPurity *purity, double x_ratio, double y_ratio);

static inline double
vqd_seconds_since (gint64 start_us)
{
  return (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
}

/* What is asked for, each -1 and "auto" replaced by the model's own. */
void vqd_settings_resolve (const VqdRequest *request, const VqdConfig *config,
                           VqdSamplerSettings *settings);

/* The JSON of a picture: everything needed to make it again, the canvas apart.
 * strength: of this picture. (transfer full) */
char *vqd_settings_to_json (const VqdRequest *request,
                            const VqdSamplerSettings *settings,
                            const VqdModelInfo *info, gint64 seed,
                            double strength);

G_END_DECLS

#endif /* VQD_PRIVATE_H */
