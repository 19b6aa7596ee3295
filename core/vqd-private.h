/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-private.h - shared by the files of the engine */
#ifndef VQD_PRIVATE_H
#define VQD_PRIVATE_H

#include "core/io/vqd-config.h"
#include "core/sampler/vqd-sampler.h"
#include "core/vqd.h"

G_BEGIN_DECLS

struct _VqdResult
{
  GPtrArray *pictures; /* VqdPicture */
  char *cut_text;
  VqdSeconds seconds;
};

VqdResult *vqd_result_new (void);

/* What is asked for, each -1 and "auto" replaced by the model's own. */
void vqd_settings_resolve (const VqdRequest *request, const VqdConfig *config,
                           VqdSamplerSettings *settings);

/* The JSON of a picture: everything needed to make it again. (transfer full) */
char *vqd_settings_to_json (const VqdRequest *request,
                            const VqdSamplerSettings *settings,
                            const VqdModelInfo *info, gint64 seed);

G_END_DECLS

#endif /* VQD_PRIVATE_H */
