/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/denoiser/vqd-denoiser-private.h"


static gboolean
find_ada_norm (VqdWeights *weights, const char *prefix, const char *name,
               int n_rows, int width, VqdAdaNorm *norm, GError **error)
{
  g_autofree char *emb = g_strconcat (name, ".emb.weight", NULL);
  g_autofree char *linear = g_strconcat (name, ".linear", NULL);

  return vqd_weights_matrix (weights, prefix, emb, n_rows, width, &norm->emb,
                             error) &&
         vqd_linear_find (weights, prefix, linear, 2 * width, width,
                          &norm->linear, error);
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

static gboolean
find_mlp (VqdWeights *weights, const char *prefix,
          const VqdDenoiserConfig *config, VqdDenoiserBlock *block,
          GError **error)
{
  const int d = config->width;
  const int taps = config->conv_mlp ? 9 : 1;

  return vqd_linear_find (weights, prefix,
                          config->conv_mlp ? "mlp.conv1" : "mlp.0", 4 * d,
                          taps * d, &block->mlp_in, error) &&
         vqd_linear_find (weights, prefix,
                          config->conv_mlp ? "mlp.conv2" : "mlp.2", d,
                          taps * 4 * d, &block->mlp_out, error);
}

gboolean
vqd_denoiser_block_find (VqdWeights *weights, const char *prefix,
                         const VqdDenoiserConfig *config,
                         VqdDenoiserBlock *block, GError **error)
{
  const int d = config->width;
  const gboolean text = config->kind == VQD_CONDITION_TEXT;

  if (! find_ada_norm (weights, prefix, "ln1", config->n_steps, d, &block->ln1,
                       error) ||
      ! find_attention (weights, prefix, text ? "attn1" : "attn", d, d,
                        &block->attn1, error) ||
      ! find_mlp (weights, prefix, config, block, error))
    return FALSE;

  if (config->kind == VQD_CONDITION_CLASS)
    return find_ada_norm (weights, prefix, "ln2", config->n_labels, d,
                          &block->ln2_ada, error);
  if (! vqd_norm_find (weights, prefix, "ln2", d, &block->ln2, error))
    return FALSE;
  return ! text || (find_ada_norm (weights, prefix, "ln1_1", config->n_steps, d,
                                   &block->ln1_1, error) &&
                    find_attention (weights, prefix, "attn2", d,
                                    config->cond_width, &block->attn2, error));
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

/* h = AdaLN2 (x, label): a part of the batch for each label */
static void
label_norm (VqdBackend *backend, const VqdAdaNorm *norm, int dim,
            const VqdDenoiserBuffers *buffers)
{
  const int n = buffers->n_conditions;
  const int rows = buffers->batch / n * buffers->n_tokens;

  for (int i = 0; i < n; i++)
    {
      const gsize first = (gsize) i * (gsize) rows * (gsize) dim;
      const float *scale = norm->table + (gsize) i * 2 * (gsize) dim;

      backend->ops->ada_norm (backend, buffers->h + first, buffers->x + first,
                              scale, scale + dim, rows, dim);
    }
}

/* x += mlp (h) */
static void
mlp (VqdBackend *backend, const VqdDenoiserConfig *config,
     const VqdDenoiserBlock *block, const VqdDenoiserBuffers *buffers)
{
  const int d = config->width;
  const int rows = buffers->batch * buffers->n_tokens;
  const float *in = buffers->h;
  const float *hidden = buffers->wide;

  if (config->conv_mlp)
    {
      backend->ops->unfold3 (backend, buffers->unfolded, in, buffers->batch,
                             config->grid_height, config->grid_width, d);
      in = buffers->unfolded;
    }
  vqd_linear_forward (backend, &block->mlp_in, buffers->wide, in, rows,
                      VQD_EPILOGUE_GELU2);
  if (config->conv_mlp)
    {
      backend->ops->unfold3 (backend, buffers->unfolded, hidden, buffers->batch,
                             config->grid_height, config->grid_width, 4 * d);
      hidden = buffers->unfolded;
    }
  vqd_linear_forward (backend, &block->mlp_out, buffers->x, hidden, rows,
                      VQD_EPILOGUE_ADD);
}

gboolean
vqd_denoiser_block_forward (VqdBackend *backend,
                            const VqdDenoiserConfig *config,
                            const VqdDenoiserBlock *block, int t,
                            const VqdDenoiserBuffers *buffers,
                            GCancellable *cancellable, GError **error)
{
  ada_norm (backend, &block->ln1, t, config->width, buffers);
  self_attention (backend, config, &block->attn1, buffers);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  if (config->kind == VQD_CONDITION_TEXT)
    {
      ada_norm (backend, &block->ln1_1, t, config->width, buffers);
      cross_attention (backend, config, block, buffers);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
    }

  if (config->kind == VQD_CONDITION_CLASS)
    label_norm (backend, &block->ln2_ada, config->width, buffers);
  else
    backend->ops->layer_norm (
        backend, buffers->h, buffers->x, block->ln2.gain, block->ln2.shift,
        buffers->batch * buffers->n_tokens, config->width);
  mlp (backend, config, block, buffers);
  return ! g_cancellable_set_error_if_cancelled (cancellable, error);
}
