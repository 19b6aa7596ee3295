/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/denoiser/vqd-denoiser-private.h"


static gboolean
find_ada_norm (VqdWeights *weights, const char *prefix, const char *name,
               const VqdDenoiserConfig *config, VqdAdaNorm *norm,
               GError **error)
{
  g_autofree char *emb = g_strconcat (name, ".emb.weight", NULL);
  g_autofree char *linear = g_strconcat (name, ".linear", NULL);

  return vqd_weights_matrix (weights, prefix, emb, config->n_steps,
                             config->width, &norm->emb, error) &&
         vqd_linear_find (weights, prefix, linear, 2 * config->width,
                          config->width, &norm->linear, error);
}

static gboolean
find_attention (VqdWeights *weights, const char *prefix, const char *name,
                int width, int kv_width, VqdAttentionWeights *attention,
                GError **error)
{
  g_autofree char *query = g_strconcat (name, ".query", NULL);
  g_autofree char *key = g_strconcat (name, ".key", NULL);
  g_autofree char *value = g_strconcat (name, ".value", NULL);
  g_autofree char *proj = g_strconcat (name, ".proj", NULL);

  return vqd_linear_find (weights, prefix, query, width, width,
                          &attention->query, error) &&
         vqd_linear_find (weights, prefix, key, width, kv_width,
                          &attention->key, error) &&
         vqd_linear_find (weights, prefix, value, width, kv_width,
                          &attention->value, error) &&
         vqd_linear_find (weights, prefix, proj, width, width, &attention->proj,
                          error);
}

gboolean
vqd_denoiser_block_find (VqdWeights *weights, const char *prefix,
                         const VqdDenoiserConfig *config,
                         VqdDenoiserBlock *block, GError **error)
{
  const int d = config->width;

  return find_ada_norm (weights, prefix, "ln1", config, &block->ln1, error) &&
         find_attention (weights, prefix, "attn1", d, d, &block->attn1,
                         error) &&
         find_ada_norm (weights, prefix, "ln1_1", config, &block->ln1_1,
                        error) &&
         find_attention (weights, prefix, "attn2", d, config->cond_width,
                         &block->attn2, error) &&
         vqd_norm_find (weights, prefix, "ln2", d, &block->ln2, error) &&
         vqd_linear_find (weights, prefix, "mlp.0", 4 * d, d, &block->mlp_in,
                          error) &&
         vqd_linear_find (weights, prefix, "mlp.2", d, 4 * d, &block->mlp_out,
                          error);
}

/* h = LN (x) * (1 + scale_t) + shift_t */
static void
ada_norm (VqdBackend *backend, const VqdAdaNorm *norm, int t, int dim,
          const VqdDenoiserBuffers *buffers)
{
  const float *scale = norm->table + (gsize) t * 2 * dim;

  backend->ops->ada_norm (backend, buffers->h, buffers->x, scale, scale + dim,
                          buffers->batch * buffers->n_tokens, dim);
}

static void
self_attention (VqdBackend *backend, const VqdDenoiserConfig *config,
                const VqdAttentionWeights *weights,
                const VqdDenoiserBuffers *buffers)
{
  const int d = config->width;
  const int rows = buffers->batch * buffers->n_tokens;
  float *q = buffers->wide;
  float *k = q + (gsize) rows * d;
  float *v = k + (gsize) rows * d;
  const VqdAttention shape = { .batch = buffers->batch,
                               .kv_batch = buffers->batch,
                               .heads = config->n_heads,
                               .n_q = buffers->n_tokens,
                               .n_k = buffers->n_tokens,
                               .d_head = d / config->n_heads,
                               .q_stride = d,
                               .kv_stride = d };

  vqd_linear_forward (backend, &weights->query, q, buffers->h, rows,
                      VQD_EPILOGUE_STORE);
  vqd_linear_forward (backend, &weights->key, k, buffers->h, rows,
                      VQD_EPILOGUE_STORE);
  vqd_linear_forward (backend, &weights->value, v, buffers->h, rows,
                      VQD_EPILOGUE_STORE);
  backend->ops->attention (backend, buffers->h, q, k, v, &shape);
  vqd_linear_forward (backend, &weights->proj, buffers->x, buffers->h, rows,
                      VQD_EPILOGUE_ADD);
}

static void
cross_attention (VqdBackend *backend, const VqdDenoiserConfig *config,
                 const VqdDenoiserBlock *block,
                 const VqdDenoiserBuffers *buffers)
{
  const int d = config->width;
  const int rows = buffers->batch * buffers->n_tokens;
  const VqdAttention shape = { .batch = buffers->batch,
                               .kv_batch = buffers->n_conditions,
                               .heads = config->n_heads,
                               .n_q = buffers->n_tokens,
                               .n_k = buffers->context,
                               .d_head = d / config->n_heads,
                               .q_stride = d,
                               .kv_stride = d };

  vqd_linear_forward (backend, &block->attn2.query, buffers->wide, buffers->h,
                      rows, VQD_EPILOGUE_STORE);
  backend->ops->attention (backend, buffers->h, buffers->wide, block->cond_keys,
                           block->cond_values, &shape);
  vqd_linear_forward (backend, &block->attn2.proj, buffers->x, buffers->h, rows,
                      VQD_EPILOGUE_ADD);
}

gboolean
vqd_denoiser_block_forward (VqdBackend *backend,
                            const VqdDenoiserConfig *config,
                            const VqdDenoiserBlock *block, int t,
                            const VqdDenoiserBuffers *buffers,
                            GCancellable *cancellable, GError **error)
{
  const int rows = buffers->batch * buffers->n_tokens;

  ada_norm (backend, &block->ln1, t, config->width, buffers);
  self_attention (backend, config, &block->attn1, buffers);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  ada_norm (backend, &block->ln1_1, t, config->width, buffers);
  cross_attention (backend, config, block, buffers);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  backend->ops->layer_norm (backend, buffers->h, buffers->x, block->ln2.gain,
                            block->ln2.shift, rows, config->width);
  vqd_linear_forward (backend, &block->mlp_in, buffers->wide, buffers->h, rows,
                      VQD_EPILOGUE_GELU2);
  vqd_linear_forward (backend, &block->mlp_out, buffers->x, buffers->wide, rows,
                      VQD_EPILOGUE_ADD);
  return ! g_cancellable_set_error_if_cancelled (cancellable, error);
}
