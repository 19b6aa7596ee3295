/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/vqd-clip-text.h"
#include "core/io/vqd-layer.h"

typedef struct
{
  VqdNorm ln_1;
  VqdLinear in_proj; /* [3 D, D]: query, key, value */
  VqdLinear out_proj;
  VqdNorm ln_2;
  VqdLinear c_fc;
  VqdLinear c_proj;
} Block;

struct _VqdClipText
{
  VqdTextConfig config;
  VqdBackend *backend;
  VqdMatrix token_embedding;
  VqdMatrix positional_embedding;
  Block *blocks;
  VqdNorm ln_final;
};

typedef struct
{
  int *ids;    /* [S] */
  float *x;    /* [S, D] */
  float *h;    /* [S, D] */
  float *wide; /* [S, 4 D]: query, key and value; then the MLP */
} Buffers;


static void
layout (const VqdTextConfig *config, VqdArena *arena, Buffers *buffers)
{
  const int s = config->context;

  buffers->ids = vqd_arena_ints (arena, s, 1);
  buffers->x = vqd_arena_floats (arena, s, config->width);
  buffers->h = vqd_arena_floats (arena, s, config->width);
  buffers->wide = vqd_arena_floats (arena, s, 4 * (gint64) config->width);
}

void
vqd_clip_text_measure (const VqdTextConfig *config, VqdArena *arena)
{
  const gsize mark = vqd_arena_mark (arena);
  Buffers buffers;

  layout (config, arena, &buffers);
  vqd_arena_reset (arena, mark);
}

static gboolean
find_block (VqdWeights *weights, const char *prefix, int d, Block *block,
            GError **error)
{
  return vqd_norm_find (weights, prefix, "ln_1", d, &block->ln_1, error) &&
         vqd_linear_find_named (weights, prefix, "attn.in_proj_weight",
                                "attn.in_proj_bias", 3 * d, d, &block->in_proj,
                                error) &&
         vqd_linear_find (weights, prefix, "attn.out_proj", d, d,
                          &block->out_proj, error) &&
         vqd_norm_find (weights, prefix, "ln_2", d, &block->ln_2, error) &&
         vqd_linear_find (weights, prefix, "mlp.c_fc", 4 * d, d, &block->c_fc,
                          error) &&
         vqd_linear_find (weights, prefix, "mlp.c_proj", d, 4 * d,
                          &block->c_proj, error);
}

VqdClipText *
vqd_clip_text_new (VqdWeights *weights, const char *prefix,
                   const VqdTextConfig *config, VqdBackend *backend,
                   GError **error)
{
  g_autoptr (VqdClipText) self = g_new0 (VqdClipText, 1);
  const int d = config->width;

  self->config = *config;
  self->backend = backend;
  self->blocks = g_new0 (Block, config->n_layers);

  if (! vqd_weights_matrix (weights, prefix, "token_embedding.weight",
                            config->n_words, d, &self->token_embedding,
                            error) ||
      ! vqd_weights_matrix (weights, prefix, "positional_embedding",
                            config->context, d, &self->positional_embedding,
                            error) ||
      ! vqd_norm_find (weights, prefix, "ln_final", d, &self->ln_final, error))
    return NULL;

  for (int i = 0; i < config->n_layers; i++)
    {
      g_autofree char *block =
          g_strdup_printf ("%stransformer.resblocks.%d.", prefix, i);

      if (! find_block (weights, block, d, &self->blocks[i], error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

void
vqd_clip_text_free (VqdClipText *self)
{
  if (self == NULL)
    return;
  g_free (self->blocks);
  g_free (self);
}

/* x += attention (ln_1 (x)); x += mlp (ln_2 (x)) */
static void
block_forward (const VqdClipText *self, const Block *block,
               const Buffers *buffers)
{
  const VqdBackendOps *ops = self->backend->ops;
  const int s = self->config.context;
  const int d = self->config.width;
  const VqdAttention attention = { .batch = 1,
                                   .kv_batch = 1,
                                   .heads = self->config.n_heads,
                                   .n_q = s,
                                   .n_k = s,
                                   .d_head = d / self->config.n_heads,
                                   .q_stride = 3 * d,
                                   .kv_stride = 3 * d,
                                   .causal = true };

  ops->layer_norm (self->backend, buffers->h, buffers->x, block->ln_1.gain,
                   block->ln_1.shift, s, d);
  vqd_linear_forward (self->backend, &block->in_proj, buffers->wide, buffers->h,
                      s, VQD_EPILOGUE_STORE);
  ops->attention (self->backend, buffers->h, buffers->wide, buffers->wide + d,
                  buffers->wide + 2 * d, &attention);
  vqd_linear_forward (self->backend, &block->out_proj, buffers->x, buffers->h,
                      s, VQD_EPILOGUE_ADD);

  ops->layer_norm (self->backend, buffers->h, buffers->x, block->ln_2.gain,
                   block->ln_2.shift, s, d);
  vqd_linear_forward (self->backend, &block->c_fc, buffers->wide, buffers->h, s,
                      VQD_EPILOGUE_GELU2);
  vqd_linear_forward (self->backend, &block->c_proj, buffers->x, buffers->wide,
                      s, VQD_EPILOGUE_ADD);
}

void
vqd_clip_text_encode (VqdClipText *self, VqdArena *arena, const int *ids,
                      float *features, gboolean normalised)
{
  const VqdBackendOps *ops = self->backend->ops;
  const int s = self->config.context;
  const int d = self->config.width;
  const gsize mark = vqd_arena_mark (arena);
  Buffers buffers;

  layout (&self->config, arena, &buffers);
  ops->upload (self->backend, buffers.ids, ids, sizeof (int) * (gsize) s);
  ops->embed (self->backend, buffers.x, buffers.ids, &self->token_embedding,
              NULL, &self->positional_embedding, 1, s);
  for (int i = 0; i < self->config.n_layers; i++)
    block_forward (self, &self->blocks[i], &buffers);

  ops->layer_norm (self->backend, features, buffers.x, self->ln_final.gain,
                   self->ln_final.shift, s, d);
  if (normalised)
    ops->l2_norm (self->backend, features, features, s, d);
  vqd_arena_reset (arena, mark);
}
