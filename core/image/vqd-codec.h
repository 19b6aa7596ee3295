/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-codec.h - pictures <-> grids of tokens: the VQGAN
 *
 * Source: SPEC 9; Esser et al., 2020, upstream taming/modules/diffusionmodules/
 * model.py. encode: encoder, quant_conv, nearest code. decode: code vectors,
 * post_quant_conv, decoder. All is convolution and attention over the whole
 * map, so any size works that is a multiple of the token's side. */
#ifndef VQD_CODEC_H
#define VQD_CODEC_H

#include "core/base/vqd-arena.h"
#include "core/image/vqd-codec-config.h"
#include "core/io/vqd-weights.h"

G_BEGIN_DECLS

typedef struct _VqdCodec VqdCodec;

/* Finds and checks the tensors: ENC_PREFIX "encoder.*", "quant_conv.*",
 * "quantize.*"; DEC_PREFIX "decoder.*", "post_quant_conv.*". The encoder's are
 * read by the first encode (). weights and backend must outlive it. */
VqdCodec *vqd_codec_new (VqdWeights *weights, const char *enc_prefix,
                         const char *dec_prefix, const VqdCodecConfig *config,
                         VqdBackend *backend, GError **error);
void vqd_codec_free (VqdCodec *codec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdCodec, vqd_codec_free)

/* Pixels of a token's side: f. */
int vqd_codec_config_factor (const VqdCodecConfig *config);

/* Memory of the decoder's packed convolutions, beside the arena. */
gsize vqd_codec_packed_bytes (const VqdCodecConfig *config);

/* The same of the encoder, once it is used. */
gsize vqd_codec_encoder_packed_bytes (const VqdCodecConfig *config);

/* "ema-vq", "vq", "gumbel" */
const char *vqd_codec_kind_name (VqdCodecKind kind);

/* Scratch that decode () takes from the arena and gives back. */
void vqd_codec_measure_decode (const VqdCodecConfig *config, int grid_height,
                               int grid_width, VqdArena *arena);

/* tokens: [grid_height, grid_width], host, codes of the codebook;
 * rgb: [f grid_height, f grid_width, 3], host, 0 ... 1. */
gboolean vqd_codec_decode (VqdCodec *codec, VqdArena *arena, const int *tokens,
                           int grid_height, int grid_width, float *rgb,
                           GCancellable *cancellable, GError **error);

/* Scratch that encode () takes from the arena and gives back. */
void vqd_codec_measure_encode (const VqdCodecConfig *config, int height_px,
                               int width_px, VqdArena *arena);

/* rgb: [height, width, 3], host, 0 ... 1, multiples of f; tokens: [height / f,
 * width / f], host; prequant: quant_conv's output, [tokens, embedding], host,
 * or NULL. */
gboolean vqd_codec_encode (VqdCodec *codec, VqdArena *arena, const float *rgb,
                           int height_px, int width_px, int *tokens,
                           float *prequant, GCancellable *cancellable,
                           GError **error);

G_END_DECLS

#endif /* VQD_CODEC_H */
