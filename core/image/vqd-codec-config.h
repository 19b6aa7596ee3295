/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-codec-config.h - the sizes of a VQGAN (SPEC 9) */
#ifndef VQD_CODEC_CONFIG_H
#define VQD_CODEC_CONFIG_H

#define VQD_CODEC_MAX_LEVELS 8

typedef enum
{
  VQD_CODEC_EMA_VQ, /* nearest code; quantize.embedding */
  VQD_CODEC_VQ,     /* nearest code; quantize.embedding.weight */
  VQD_CODEC_GUMBEL  /* likeliest code by quantize.proj; quantize.embed.weight */
} VqdCodecKind;

typedef struct
{
  VqdCodecKind kind;
  int channels;
  int multipliers[VQD_CODEC_MAX_LEVELS]; /* of channels, finest level first */
  int n_levels; /* f = 2^(n_levels - 1) pixels are a token's side */
  int blocks;   /* residual blocks a level; the decoder has one more */
  int attention_resolutions[VQD_CODEC_MAX_LEVELS];
  int n_attention;
  int z_channels;
  int embedding;    /* length of a code */
  int n_codes;      /* of the codebook */
  int resolution_h; /* that attention_resolutions refer to */
  int resolution_w;
} VqdCodecConfig;

#endif /* VQD_CODEC_CONFIG_H */
