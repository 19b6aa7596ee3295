/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/io/vqd-diffusers-names.h"

/* How a row of a table becomes tensors. */
typedef enum
{
  WHOLE,  /* the names as they stand */
  WEIGHT, /* NAME.weight */
  BOTH    /* NAME.weight and NAME.bias */
} Kind;

/* theirs: the present name, then older ones after a bar. */
typedef struct
{
  Kind kind;
  const char *theirs;
  const char *ours;
} Row;

typedef struct
{
  char *theirs;
  char *ours;
  gboolean found;
} Entry;

struct _VqdDiffusersNames
{
  GPtrArray *entries;    /* Entry, owned */
  GHashTable *by_theirs; /* name (owned) -> Entry */

  /* Their names may begin with this one or not. */
  const char *optional_prefix;
  gboolean has_prefix;
  const char *const *layers; /* prefixes of what belongs to a layer */
};

/* ---- the denoiser ------------------------------------------------------- */

#define DENOISER "transformer.transformer."

static const Row denoiser_rows[] = {
  { WEIGHT, "latent_image_embedding.emb", "content_emb.emb" },
  { WEIGHT, "latent_image_embedding.height_emb", "content_emb.height_emb" },
  { WEIGHT, "latent_image_embedding.width_emb", "content_emb.width_emb" },
  { BOTH, "norm_out", "to_logits.0" },
  { BOTH, "out", "to_logits.1" },
};

/* transformer_blocks.I. and blocks.I. */
static const Row denoiser_block_rows[] = {
  { WEIGHT, "norm1.emb", "ln1.emb" },
  { BOTH, "norm1.linear", "ln1.linear" },
  { BOTH, "attn1.to_q|attn1.query", "attn1.query" },
  { BOTH, "attn1.to_k|attn1.key", "attn1.key" },
  { BOTH, "attn1.to_v|attn1.value", "attn1.value" },
  { BOTH, "attn1.to_out.0|attn1.proj_attn", "attn1.proj" },
  { WEIGHT, "norm2.emb", "ln1_1.emb" },
  { BOTH, "norm2.linear", "ln1_1.linear" },
  { BOTH, "attn2.to_q|attn2.query", "attn2.query" },
  { BOTH, "attn2.to_k|attn2.key", "attn2.key" },
  { BOTH, "attn2.to_v|attn2.value", "attn2.value" },
  { BOTH, "attn2.to_out.0|attn2.proj_attn", "attn2.proj" },
  { BOTH, "norm3", "ln2" },
  { BOTH, "ff.net.0.proj", "mlp.0" },
  { BOTH, "ff.net.2", "mlp.2" },
};

static const char *const denoiser_layers[] = { "transformer_blocks.", NULL };

static const Row null_rows[] = {
  { WHOLE, "embeddings", "transformer.empty_text_embed" },
};

/* ---- the text encoder --------------------------------------------------- */

#define TEXT "transformer.condition_emb."

static const Row text_rows[] = {
  { WEIGHT, "embeddings.token_embedding", "token_embedding" },
  { WHOLE, "embeddings.position_embedding.weight", "positional_embedding" },
  { BOTH, "final_layer_norm", "ln_final" },
};

/* encoder.layers.I. and transformer.resblocks.I. */
static const Row text_block_rows[] = {
  { BOTH, "layer_norm1", "ln_1" },
  { BOTH, "self_attn.q_proj", "attn.q" },
  { BOTH, "self_attn.k_proj", "attn.k" },
  { BOTH, "self_attn.v_proj", "attn.v" },
  { BOTH, "self_attn.out_proj", "attn.out_proj" },
  { BOTH, "layer_norm2", "ln_2" },
  { BOTH, "mlp.fc1", "mlp.c_fc" },
  { BOTH, "mlp.fc2", "mlp.c_proj" },
};

/* transformers 5 leaves it out. */
#define TEXT_OPTIONAL_PREFIX "text_model."

static const char *const text_layers[] = { "encoder.layers.", NULL };

/* ---- the codec ---------------------------------------------------------- */

#define ENCODER "content_codec.enc."
#define DECODER "content_codec.dec."

static const Row codec_rows[] = {
  { BOTH, "quant_conv", ENCODER "quant_conv" },
  { WEIGHT, "quantize.embedding", ENCODER "quantize.embedding" },
  { BOTH, "post_quant_conv", DECODER "post_quant_conv" },
};

/* Of the encoder, and of the decoder. */
static const Row codec_ends_rows[] = {
  { BOTH, "conv_in", "conv_in" },
  { BOTH, "conv_norm_out", "norm_out" },
  { BOTH, "conv_out", "conv_out" },
};

static const Row resnet_rows[] = {
  { BOTH, "norm1", "norm1" },
  { BOTH, "conv1", "conv1" },
  { BOTH, "norm2", "norm2" },
  { BOTH, "conv2", "conv2" },
};

static const Row shortcut_rows[] = {
  { BOTH, "conv_shortcut", "nin_shortcut" },
};

static const Row attention_rows[] = {
  { BOTH, "group_norm", "norm" },
  { BOTH, "to_q|query", "q" },
  { BOTH, "to_k|key", "k" },
  { BOTH, "to_v|value", "v" },
  { BOTH, "to_out.0|proj_attn", "proj_out" },
};

static const Row downsample_rows[] = {
  { BOTH, "downsamplers.0.conv", "downsample.conv" },
};

static const Row upsample_rows[] = {
  { BOTH, "upsamplers.0.conv", "upsample.conv" },
};

static const char *const codec_layers[] = { "encoder.", "decoder.", NULL };


static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->theirs);
  g_free (entry->ours);
  g_free (entry);
}

static VqdDiffusersNames *
names_new (const char *const *layers)
{
  VqdDiffusersNames *self = g_new0 (VqdDiffusersNames, 1);

  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->by_theirs =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->layers = layers;
  return self;
}

/* One tensor; prefixes before, suffix after each of the names. */
static void
add_tensor (VqdDiffusersNames *self, const Row *row, const char *theirs_prefix,
            const char *ours_prefix, const char *suffix)
{
  g_auto (GStrv) names = g_strsplit (row->theirs, "|", -1);
  Entry *entry = g_new0 (Entry, 1);

  entry->theirs = g_strconcat (theirs_prefix, names[0], suffix, NULL);
  entry->ours = g_strconcat (ours_prefix, row->ours, suffix, NULL);
  g_ptr_array_add (self->entries, entry);
  for (int i = 0; names[i] != NULL; i++)
    g_hash_table_insert (self->by_theirs,
                         g_strconcat (theirs_prefix, names[i], suffix, NULL),
                         entry);
}

static void
add_rows (VqdDiffusersNames *self, const Row *rows, gsize n_rows,
          const char *theirs_prefix, const char *ours_prefix)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      add_tensor (self, &rows[i], theirs_prefix, ours_prefix,
                  rows[i].kind == WHOLE ? "" : ".weight");
      if (rows[i].kind == BOTH)
        add_tensor (self, &rows[i], theirs_prefix, ours_prefix, ".bias");
    }
}

#define ADD_ROWS(self, rows, theirs_prefix, ours_prefix)                       \
  add_rows ((self), (rows), G_N_ELEMENTS (rows), (theirs_prefix), (ours_prefix))

VqdDiffusersNames *
vqd_diffusers_names_new_denoiser (int n_layers)
{
  VqdDiffusersNames *self = names_new (denoiser_layers);

  ADD_ROWS (self, denoiser_rows, "", DENOISER);
  for (int i = 0; i < n_layers; i++)
    {
      g_autofree char *theirs = g_strdup_printf ("transformer_blocks.%d.", i);
      g_autofree char *ours = g_strdup_printf (DENOISER "blocks.%d.", i);

      ADD_ROWS (self, denoiser_block_rows, theirs, ours);
    }
  return self;
}

VqdDiffusersNames *
vqd_diffusers_names_new_null (void)
{
  static const char *const no_layers[] = { NULL };
  VqdDiffusersNames *self = names_new (no_layers);

  ADD_ROWS (self, null_rows, "", "");
  return self;
}

VqdDiffusersNames *
vqd_diffusers_names_new_text (int n_layers)
{
  VqdDiffusersNames *self = names_new (text_layers);

  self->optional_prefix = TEXT_OPTIONAL_PREFIX;
  ADD_ROWS (self, text_rows, "", TEXT);
  for (int i = 0; i < n_layers; i++)
    {
      g_autofree char *theirs = g_strdup_printf ("encoder.layers.%d.", i);
      g_autofree char *ours =
          g_strdup_printf (TEXT "transformer.resblocks.%d.", i);

      ADD_ROWS (self, text_block_rows, theirs, ours);
    }
  return self;
}

/* theirs.resnets.I and ours I. A block that changes the number of channels
 * has a shortcut. */
static void
add_resnet (VqdDiffusersNames *self, const char *theirs, int theirs_i,
            const char *ours, int ours_i, gboolean has_shortcut)
{
  g_autofree char *their_block =
      g_strdup_printf ("%s.resnets.%d.", theirs, theirs_i);
  g_autofree char *our_block = g_strdup_printf ("%s%d.", ours, ours_i);

  ADD_ROWS (self, resnet_rows, their_block, our_block);
  if (has_shortcut)
    ADD_ROWS (self, shortcut_rows, their_block, our_block);
}

static void
add_attention (VqdDiffusersNames *self, const char *theirs, int i,
               const char *ours)
{
  g_autofree char *their_block =
      g_strdup_printf ("%s.attentions.%d.", theirs, i);
  g_autofree char *our_block = g_strdup_printf ("%s.", ours);

  ADD_ROWS (self, attention_rows, their_block, our_block);
}

/* The blocks of one level: down_blocks.I and down.I, up_blocks.I and up.J. */
static void
add_level (VqdDiffusersNames *self, const char *theirs, const char *ours,
           int n_blocks, gboolean changes_channels, gboolean has_attention)
{
  g_autofree char *our_blocks = g_strconcat (ours, ".block.", NULL);

  for (int i = 0; i < n_blocks; i++)
    {
      g_autofree char *our_attention = g_strdup_printf ("%s.attn.%d", ours, i);

      add_resnet (self, theirs, i, our_blocks, i, i == 0 && changes_channels);
      if (has_attention)
        add_attention (self, theirs, i, our_attention);
    }
}

/* What encoder and decoder have alike: both ends, and the middle. */
static void
add_ends (VqdDiffusersNames *self, const char *theirs, const char *ours)
{
  g_autofree char *their_middle = g_strconcat (theirs, "mid_block", NULL);
  g_autofree char *our_blocks = g_strconcat (ours, "mid.block_", NULL);
  g_autofree char *our_attention = g_strconcat (ours, "mid.attn_1", NULL);

  ADD_ROWS (self, codec_ends_rows, theirs, ours);
  add_resnet (self, their_middle, 0, our_blocks, 1, FALSE);
  add_attention (self, their_middle, 0, our_attention);
  add_resnet (self, their_middle, 1, our_blocks, 2, FALSE);
}

static void
add_down_level (VqdDiffusersNames *self, const VqdDiffusersCodec *codec, int i)
{
  g_autofree char *theirs = g_strdup_printf ("encoder.down_blocks.%d", i);
  g_autofree char *ours = g_strdup_printf (ENCODER "encoder.down.%d", i);
  g_autofree char *theirs_dot = g_strconcat (theirs, ".", NULL);
  g_autofree char *ours_dot = g_strconcat (ours, ".", NULL);

  add_level (self, theirs, ours, codec->n_blocks,
             i > 0 && codec->channels[i] != codec->channels[i - 1],
             codec->attention_down[i]);
  if (i < codec->n_levels - 1)
    ADD_ROWS (self, downsample_rows, theirs_dot, ours_dot);
}

/* The authors count the decoder's levels as the encoder's, Diffusers in the
 * order in which they run. */
static void
add_up_level (VqdDiffusersNames *self, const VqdDiffusersCodec *codec, int i)
{
  const int last = codec->n_levels - 1;
  g_autofree char *theirs = g_strdup_printf ("decoder.up_blocks.%d", last - i);
  g_autofree char *ours = g_strdup_printf (DECODER "decoder.up.%d", i);
  g_autofree char *theirs_dot = g_strconcat (theirs, ".", NULL);
  g_autofree char *ours_dot = g_strconcat (ours, ".", NULL);

  add_level (self, theirs, ours, codec->n_blocks + 1,
             i < last && codec->channels[i] != codec->channels[i + 1],
             codec->attention_up[i]);
  if (i > 0)
    ADD_ROWS (self, upsample_rows, theirs_dot, ours_dot);
}

VqdDiffusersNames *
vqd_diffusers_names_new_codec (const VqdDiffusersCodec *codec)
{
  VqdDiffusersNames *self = names_new (codec_layers);

  ADD_ROWS (self, codec_rows, "", "");
  add_ends (self, "encoder.", ENCODER "encoder.");
  add_ends (self, "decoder.", DECODER "decoder.");
  for (int i = 0; i < codec->n_levels; i++)
    {
      add_down_level (self, codec, i);
      add_up_level (self, codec, i);
    }
  return self;
}

void
vqd_diffusers_names_free (VqdDiffusersNames *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->by_theirs, g_hash_table_unref);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_free (self);
}

/* ---- looking up --------------------------------------------------------- */

static const char *
without_prefix (const VqdDiffusersNames *self, const char *theirs)
{
  return self->optional_prefix != NULL &&
                 g_str_has_prefix (theirs, self->optional_prefix)
             ? theirs + strlen (self->optional_prefix)
             : theirs;
}

const char *
vqd_diffusers_names_take (VqdDiffusersNames *self, const char *theirs)
{
  const char *name = without_prefix (self, theirs);
  Entry *entry = g_hash_table_lookup (self->by_theirs, name);

  if (entry == NULL)
    return NULL;
  entry->found = TRUE;
  self->has_prefix = self->has_prefix || name != theirs;
  return entry->ours;
}

gboolean
vqd_diffusers_names_is_spare (const VqdDiffusersNames *self, const char *theirs)
{
  const char *name = without_prefix (self, theirs);

  if (g_hash_table_contains (self->by_theirs, name))
    return FALSE;
  for (int i = 0; self->layers[i] != NULL; i++)
    if (g_str_has_prefix (name, self->layers[i]))
      return TRUE;
  return FALSE;
}

char *
vqd_diffusers_names_get_missing (const VqdDiffusersNames *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (self->entries, i);

      if (! entry->found)
        return g_strconcat (self->has_prefix ? self->optional_prefix : "",
                            entry->theirs, NULL);
    }
  return NULL;
}
