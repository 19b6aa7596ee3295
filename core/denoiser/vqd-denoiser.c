/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/base/vqd-i18n.h"
#include "core/base/vqd-status.h"
#include "core/denoiser/vqd-denoiser-private.h"

#define PREFIX "transformer.transformer."

struct _VqdDenoiser
{
  VqdDenoiserConfig config;
  VqdBackend *backend;
  VqdMatrix token_table; /* [K + 1, D] */
  VqdMatrix height_table;
  VqdMatrix width_table;
  VqdDenoiserBlock *blocks; /* [L] */
  VqdNorm head_norm;
  VqdLinear head; /* [K, D] */

  int n_conditions;
  int context;
};


/* ---- the tensors ---- */

VqdDenoiser *
vqd_denoiser_new (VqdWeights *weights, const VqdDenoiserConfig *config,
                  VqdBackend *backend, GError **error)
{
  g_autoptr (VqdDenoiser) self = g_new0 (VqdDenoiser, 1);
  const int d = config->width;

  self->config = *config;
  self->backend = backend;
  self->blocks = g_new0 (VqdDenoiserBlock, config->n_layers);

  if (! vqd_weights_matrix (weights, PREFIX, "content_emb.emb.weight",
                            config->n_codes + 1, d, &self->token_table,
                            error) ||
      ! vqd_weights_matrix (weights, PREFIX, "content_emb.height_emb.weight",
                            -1, d, &self->height_table, error) ||
      ! vqd_weights_matrix (weights, PREFIX, "content_emb.width_emb.weight", -1,
                            d, &self->width_table, error) ||
      ! vqd_norm_find (weights, PREFIX, "to_logits.0", d, &self->head_norm,
                       error) ||
      ! vqd_linear_find (weights, PREFIX, "to_logits.1", config->n_codes, d,
                         &self->head, error))
    return NULL;

  const gint64 n_tokens = (gint64) config->grid_height * config->grid_width;
  if ((gint64) self->height_table.n_rows * self->width_table.n_rows < n_tokens)
    {
      g_set_error (
          error, VQD_ERROR, VQD_ERROR_MODEL,
          _ ("%s: position tables of %d and %d rows are too small for a "
             "grid of %dx%d"),
          vqd_weights_get_path (weights), self->height_table.n_rows,
          self->width_table.n_rows, config->grid_height, config->grid_width);
      return NULL;
    }

  for (int i = 0; i < config->n_layers; i++)
    {
      g_autofree char *prefix = g_strdup_printf (PREFIX "blocks.%d.", i);

      if (! vqd_denoiser_block_find (weights, prefix, config, &self->blocks[i],
                                     error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

void
vqd_denoiser_free (VqdDenoiser *self)
{
  if (self == NULL)
    return;
  g_free (self->blocks);
  g_free (self);
}

const VqdDenoiserConfig *
vqd_denoiser_get_config (const VqdDenoiser *self)
{
  return &self->config;
}

/* ---- AdaLN's tables ---- */

/* How many AdaLN of t a block has. */
static int
n_time_norms (const VqdDenoiserConfig *config)
{
  return config->kind == VQD_CONDITION_TEXT ? 2 : 1;
}

static float *
table_layout (const VqdDenoiserConfig *config, VqdArena *arena)
{
  return vqd_arena_floats (arena, config->n_steps, 2 * (gint64) config->width);
}

void
vqd_denoiser_measure_tables (const VqdDenoiserConfig *config, VqdArena *arena)
{
  for (int i = 0; i < n_time_norms (config) * config->n_layers; i++)
    table_layout (config, arena);

  const gsize mark = vqd_arena_mark (arena);
  vqd_arena_ints (arena, config->n_steps, 1);
  vqd_arena_floats (arena, config->n_steps, config->width);
  vqd_arena_reset (arena, mark);
}

/* table = (scale, shift) = W silu (h) + b; h: [n, D], overwritten */
static void
ada_norm_table (const VqdDenoiser *self, VqdAdaNorm *norm, float *h, int n)
{
  self->backend->ops->silu (self->backend, h, h,
                            (gsize) n * (gsize) self->config.width);
  vqd_linear_forward (self->backend, &norm->linear, norm->table, h, n,
                      VQD_EPILOGUE_STORE);
}

static void
time_norm_table (const VqdDenoiser *self, VqdAdaNorm *norm, const int *all_t,
                 float *h)
{
  self->backend->ops->embed (self->backend, h, all_t, &norm->emb, NULL, NULL, 1,
                             self->config.n_steps);
  ada_norm_table (self, norm, h, self->config.n_steps);
}

void
vqd_denoiser_prepare (VqdDenoiser *self, VqdArena *arena)
{
  const VqdDenoiserConfig *config = &self->config;
  g_autofree int *all_t = g_new (int, config->n_steps);

  for (int i = 0; i < config->n_layers; i++)
    {
      self->blocks[i].ln1.table = table_layout (config, arena);
      if (n_time_norms (config) == 2)
        self->blocks[i].ln1_1.table = table_layout (config, arena);
    }

  const gsize mark = vqd_arena_mark (arena);
  int *t_device = vqd_arena_ints (arena, config->n_steps, 1);
  float *h = vqd_arena_floats (arena, config->n_steps, config->width);

  for (int t = 0; t < config->n_steps; t++)
    all_t[t] = t;
  self->backend->ops->upload (self->backend, t_device, all_t,
                              sizeof (int) * (gsize) config->n_steps);
  for (int i = 0; i < config->n_layers; i++)
    {
      time_norm_table (self, &self->blocks[i].ln1, t_device, h);
      if (n_time_norms (config) == 2)
        time_norm_table (self, &self->blocks[i].ln1_1, t_device, h);
    }
  vqd_arena_reset (arena, mark);
}

/* ---- the condition ---- */

static void
text_layout (const VqdDenoiserConfig *config, int rows, VqdArena *arena,
             float **keys, float **values)
{
  *keys = vqd_arena_floats (arena, rows, config->width);
  *values = vqd_arena_floats (arena, rows, config->width);
}

static float *
label_layout (const VqdDenoiserConfig *config, int n, VqdArena *arena)
{
  return vqd_arena_floats (arena, n, 2 * (gint64) config->width);
}

void
vqd_denoiser_measure_conditions (const VqdDenoiserConfig *config,
                                 int n_conditions, int context, VqdArena *arena)
{
  float *keys;
  float *values;

  if (config->kind == VQD_CONDITION_TEXT)
    for (int i = 0; i < config->n_layers; i++)
      text_layout (config, n_conditions * context, arena, &keys, &values);
  if (config->kind == VQD_CONDITION_CLASS)
    {
      for (int i = 0; i < config->n_layers; i++)
        label_layout (config, n_conditions, arena);

      const gsize mark = vqd_arena_mark (arena);
      vqd_arena_floats (arena, n_conditions, config->width);
      vqd_arena_reset (arena, mark);
    }
}

void
vqd_denoiser_set_conditions (VqdDenoiser *self, VqdArena *arena,
                             const float *features, int n, int context)
{
  const int rows = n * context;

  g_assert (self->config.kind == VQD_CONDITION_TEXT);
  self->n_conditions = n;
  self->context = context;
  for (int i = 0; i < self->config.n_layers; i++)
    {
      VqdDenoiserBlock *block = &self->blocks[i];

      text_layout (&self->config, rows, arena, &block->cond_keys,
                   &block->cond_values);
      vqd_linear_forward (self->backend, &block->attn2.key, block->cond_keys,
                          features, rows, VQD_EPILOGUE_STORE);
      vqd_linear_forward (self->backend, &block->attn2.value,
                          block->cond_values, features, rows,
                          VQD_EPILOGUE_STORE);
    }
}

/* Row label of a table, or the mean of all rows. */
static void
label_embedding (const VqdMatrix *table, int label, float *row)
{
  const int d = table->n_cols;

  if (label >= 0 && label < table->n_rows)
    {
      const VqdMatrix one = vqd_matrix_row (table, label);

      vqd_matrix_to_float (&one, row);
      return;
    }

  g_autofree float *all = g_new (float, (gsize) table->n_rows *(gsize) d);
  vqd_matrix_to_float (table, all);
  for (int c = 0; c < d; c++)
    {
      double sum = 0;

      for (int r = 0; r < table->n_rows; r++)
        sum += all[(gsize) r * (gsize) d + (gsize) c];
      row[c] = (float) (sum / table->n_rows);
    }
}

void
vqd_denoiser_set_labels (VqdDenoiser *self, VqdArena *arena, const int *labels,
                         int n)
{
  const gsize d = (gsize) self->config.width;
  g_autofree float *rows = g_new (float, (gsize) n *d);

  self->n_conditions = n;
  if (self->config.kind != VQD_CONDITION_CLASS)
    return;

  for (int i = 0; i < self->config.n_layers; i++)
    self->blocks[i].ln2_ada.table = label_layout (&self->config, n, arena);

  const gsize mark = vqd_arena_mark (arena);
  float *h = vqd_arena_floats (arena, n, self->config.width);
  for (int i = 0; i < self->config.n_layers; i++)
    {
      VqdAdaNorm *norm = &self->blocks[i].ln2_ada;

      for (int j = 0; j < n; j++)
        label_embedding (&norm->emb, labels[j], rows + (gsize) j * d);
      self->backend->ops->upload (self->backend, h, rows,
                                  sizeof (float) * (gsize) n * d);
      ada_norm_table (self, norm, h, n);
    }
  vqd_arena_reset (arena, mark);
}

/* ---- an evaluation ---- */

static void
layout (const VqdDenoiserConfig *config, int batch, VqdArena *arena,
        VqdDenoiserBuffers *buffers)
{
  const int n_tokens = config->grid_height * config->grid_width;

  buffers->batch = batch;
  buffers->n_tokens = n_tokens;
  buffers->x =
      vqd_arena_floats (arena, (gint64) batch * n_tokens, config->width);
  buffers->h =
      vqd_arena_floats (arena, (gint64) batch * n_tokens, config->width);
  buffers->wide = vqd_arena_floats (arena, (gint64) batch * n_tokens,
                                    4 * (gint64) config->width);
  buffers->unfolded = NULL;
  if (config->conv_mlp)
    buffers->unfolded = vqd_arena_floats (arena, (gint64) batch * n_tokens,
                                          9 * 4 * (gint64) config->width);
}

void
vqd_denoiser_measure (const VqdDenoiserConfig *config, int batch,
                      VqdArena *arena)
{
  const gsize mark = vqd_arena_mark (arena);
  VqdDenoiserBuffers buffers;

  layout (config, batch, arena, &buffers);
  vqd_arena_reset (arena, mark);
}

gboolean
vqd_denoiser_evaluate (VqdDenoiser *self, VqdArena *arena, const int *tokens,
                       int batch, int t, float *logits,
                       GCancellable *cancellable, GError **error)
{
  const VqdBackendOps *ops = self->backend->ops;
  const gsize mark = vqd_arena_mark (arena);
  VqdDenoiserBuffers buffers;
  gboolean ok = TRUE;

  g_assert (t >= 0 && t < self->config.n_steps);
  const int n_conditions = MIN (self->n_conditions, batch);
  g_assert (n_conditions > 0 && batch % n_conditions == 0);

  layout (&self->config, batch, arena, &buffers);
  buffers.n_conditions = n_conditions;
  buffers.context = self->context;
  const int rows = batch * buffers.n_tokens;

  ops->embed (self->backend, buffers.x, tokens, &self->token_table,
              &self->height_table, &self->width_table, batch, buffers.n_tokens);
  for (int i = 0; i < self->config.n_layers && ok; i++)
    ok = vqd_denoiser_block_forward (self->backend, &self->config,
                                     &self->blocks[i], t, &buffers, cancellable,
                                     error);
  if (ok)
    {
      ops->layer_norm (self->backend, buffers.h, buffers.x,
                       self->head_norm.gain, self->head_norm.shift, rows,
                       self->config.width);
      vqd_linear_forward (self->backend, &self->head, logits, buffers.h, rows,
                          VQD_EPILOGUE_STORE);
      ok = vqd_backend_check (self->backend, error);
    }
  vqd_arena_reset (arena, mark);
  return ok;
}
