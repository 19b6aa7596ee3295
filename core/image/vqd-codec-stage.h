/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-codec-stage.h - encoder and decoder as lists of stages
 *
 * A stage is a residual block, an attention, a resampling or a convolution of
 * taming's model.py. The lists follow from the config alone; the tensors are
 * found afterwards. One runner executes both, over three buffers that are each
 * as large as the largest map. It looks at the cancellable between two calls
 * of the backend, and cuts calls that would be long. */
#ifndef VQD_CODEC_STAGE_H
#define VQD_CODEC_STAGE_H

#include "core/image/vqd-codec.h"
#include "core/io/vqd-layer.h"

G_BEGIN_DECLS

typedef enum
{
  VQD_STAGE_POINT, /* 1x1 convolution */
  VQD_STAGE_CONV,  /* 3x3 */
  VQD_STAGE_RES,   /* norm, swish, conv, twice, and a shortcut */
  VQD_STAGE_ATTN,  /* one head over all pixels */
  VQD_STAGE_DOWN,  /* 3x3 with stride 2 */
  VQD_STAGE_UP,    /* nearest x2, 3x3 */
  VQD_STAGE_OUT    /* norm, swish, 3x3 */
} VqdStageKind;

typedef struct
{
  VqdStageKind kind;
  char name[40]; /* of its tensors, after the prefix */
  int in_channels;
  int out_channels;

  VqdNorm norm1;
  VqdNorm norm2;
  VqdConv conv1;
  VqdConv conv2;
  VqdLinear point; /* of POINT; nin_shortcut of RES */
  VqdLinear q;
  VqdLinear k;
  VqdLinear v;
  VqdLinear proj_out;
} VqdStage;

/* Multiply-adds of a call of the backend, where they can be chosen: about 40 ms
 * of two cores. */
#define VQD_STAGE_MAX_WORK 4e9

/* A map that passes through the stages. */
typedef struct
{
  int height;
  int width;
  float *x;     /* the map: [height, width, channels] */
  float *spare; /* two more of the same size */
  float *spare2;
  float *edge;     /* two rows of the map */
  double max_work; /* VQD_STAGE_MAX_WORK, or less in tests */
} VqdMap;

/* (transfer full): of VqdStage, g_array_unref. */
GArray *vqd_stages_plan_decoder (const VqdCodecConfig *config);
GArray *vqd_stages_plan_encoder (const VqdCodecConfig *config);

/* Floats of each of the three maps, and of the edge, for a map of this size at
 * the start. */
void vqd_stages_measure (const GArray *stages, int height, int width,
                         gsize *map_floats, gsize *edge_floats);

/* Bytes of the packed 3x3 weights. */
gsize vqd_stages_packed_bytes (const GArray *stages);

/* Finds the tensors, packs the 3x3 weights into memory of the backend, which
 * is added to packed (the owner releases it). A tensor that no stage has a use
 * for is an error: without it the pictures would be wrong. */
gboolean vqd_stages_load (GArray *stages, VqdWeights *weights,
                          const char *prefix, VqdBackend *backend,
                          GPtrArray *packed, GError **error);

/* map -> map. FALSE when cancelled. */
gboolean vqd_stages_run (const GArray *stages, VqdBackend *backend, VqdMap *map,
                         GCancellable *cancellable, GError **error);

G_END_DECLS

#endif /* VQD_CODEC_STAGE_H */
