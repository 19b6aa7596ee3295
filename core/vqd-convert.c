/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model of any form that is known -> one file of our own (SPEC 10c): the
 * tensors that a model needs, one after the other, narrowed row by row. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/vqd-i18n.h"
#include "core/io/vqd-config-json.h"
#include "core/io/vqd-dtype.h"
#include "core/io/vqd-safetensors-writer.h"
#include "core/io/vqd-weights-reader.h"
#include "core/vqd.h"

#define SUFFIX ".safetensors"
#define CHUNK_BYTES (1 << 20)
#define REPORT_BYTES (4 << 20)
/* 16 is what readers of files that do not say it take. */
#define MAX_HEADS 1024

static const struct
{
  const char *name;
  gboolean keep;
  VqdDtype dtype; /* of matrices */
} conversions[] = {
  { "keep", TRUE, VQD_DTYPE_F32 },   { "f32", FALSE, VQD_DTYPE_F32 },
  { "bf16", FALSE, VQD_DTYPE_BF16 }, { "f16", FALSE, VQD_DTYPE_F16 },
  { "int8", FALSE, VQD_DTYPE_I8 },
};

#define DENOISER "transformer.transformer."
#define BLOCK DENOISER "blocks.*."
#define CLIP "transformer.condition_emb."
#define RESBLOCK CLIP "transformer.resblocks.*."
#define ENC "content_codec.enc."
#define DEC "content_codec.dec."
#define CODEBOOK_PREFIX ENC "quantize."
#define NULL_FEATURES "transformer.empty_text_embed"
#define SCALE_SUFFIX ".scale"

/* What a model needs (SPEC 10c). Masks, schedules and whatever else training
 * leaves behind is not among it. */
static const char *const needed[] = {
  DENOISER "content_emb.emb.weight",
  DENOISER "content_emb.height_emb.weight",
  DENOISER "content_emb.width_emb.weight",
  DENOISER "to_logits.*",
  BLOCK "ln*",
  BLOCK "query.*",
  BLOCK "key.*",
  BLOCK "value.*",
  BLOCK "proj.*",
  BLOCK "mlp.*",
  NULL_FEATURES,
  CLIP "token_embedding.weight",
  CLIP "positional_embedding",
  CLIP "ln_final.*",
  RESBLOCK "attn.*",
  RESBLOCK "ln_*",
  RESBLOCK "mlp.*",
  ENC "encoder.*",
  ENC "quant_conv.*",
  CODEBOOK_PREFIX "embedding",
  CODEBOOK_PREFIX "embedding.weight",
  CODEBOOK_PREFIX "embed.weight",
  CODEBOOK_PREFIX "proj.*",
  DEC "decoder.*",
  DEC "post_quant_conv.*",
  "codebook.class_to_full",
  "codebook.full_to_class",
};

/* A tensor of the new file; the first member is what is sorted by. */
typedef struct
{
  VqdTensor out;           /* data: none; name: owned */
  const VqdTensor *source; /* the same, or what out holds the scales of */
  gboolean is_new_scale;
} Item;

typedef struct
{
  VqdWeights *weights;
  GArray *items; /* Item */
  gboolean keep;
  VqdDtype dtype;
  VqdSafetensorsWriter *writer;
  guint64 n_bytes;
  guint64 n_bytes_done;
  guint64 n_bytes_reported;
  VqdConvertProgress progress;
  gpointer user_data;
  GCancellable *cancellable;
} Conversion;


static void
item_clear (gpointer data)
{
  Item *item = data;

  g_free ((char *) item->out.name);
}

/* ---- what is written --------------------------------------------------- */

static gboolean
is_needed (const char *name)
{
  if (g_str_has_suffix (name, SCALE_SUFFIX))
    return FALSE; /* comes with its matrix */
  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    if (g_pattern_match_simple (needed[i], name))
      return TRUE;
  return FALSE;
}

static gboolean
is_number (VqdDtype dtype)
{
  return dtype == VQD_DTYPE_F32 || dtype == VQD_DTYPE_F16 ||
         dtype == VQD_DTYPE_BF16 || dtype == VQD_DTYPE_I8;
}

/* The codebook decides between neighbours, and the null features are added to
 * every guided picture: both are small, and stay exact. */
static VqdDtype
choose_dtype (const Conversion *self, const VqdTensor *tensor)
{
  if (self->keep || ! is_number (tensor->dtype))
    return tensor->dtype;
  if (tensor->rank < 2 || g_str_has_prefix (tensor->name, CODEBOOK_PREFIX) ||
      g_str_equal (tensor->name, NULL_FEATURES))
    return VQD_DTYPE_F32;
  return self->dtype;
}

static void
add_item (Conversion *self, const VqdTensor *source, VqdDtype dtype)
{
  Item item = { .out = *source, .source = source };

  item.out.name = g_strdup (source->name);
  item.out.n_bytes = source->n_bytes / vqd_dtype_bytes (source->dtype) *
                     vqd_dtype_bytes (dtype);
  item.out.dtype = dtype;
  g_array_append_val (self->items, item);
}

static void
add_new_scale (Conversion *self, const VqdTensor *source)
{
  Item item = { .out = { .name = g_strconcat (source->name, SCALE_SUFFIX, NULL),
                         .dtype = VQD_DTYPE_F32,
                         .rank = 1,
                         .shape = { source->shape[0] },
                         .n_bytes =
                             (guint64) source->shape[0] * sizeof (float) },
                .source = source,
                .is_new_scale = TRUE };

  g_array_append_val (self->items, item);
}

static gboolean
plan_tensor (Conversion *self, const VqdTensor *tensor, GError **error)
{
  const gboolean is_map = g_str_has_prefix (tensor->name, "codebook.");
  const VqdDtype dtype = choose_dtype (self, tensor);
  VqdMatrix matrix;

  /* Checks the type, the shape and the scales. */
  if (! is_map && ! vqd_weights_matrix (self->weights, "", tensor->name, -1, -1,
                                        &matrix, error))
    return FALSE;

  add_item (self, tensor, dtype);
  if (dtype == VQD_DTYPE_I8 && tensor->dtype != VQD_DTYPE_I8)
    add_new_scale (self, tensor);
  else if (dtype == VQD_DTYPE_I8)
    {
      g_autofree char *name = g_strconcat (tensor->name, SCALE_SUFFIX, NULL);

      add_item (self, vqd_weights_find (self->weights, name), VQD_DTYPE_F32);
    }
  return TRUE;
}

static gboolean
plan (Conversion *self, GError **error)
{
  guint n;
  const VqdTensor *tensors = vqd_weights_get_tensors (self->weights, &n);

  for (guint i = 0; i < n; i++)
    if (is_needed (tensors[i].name) && ! plan_tensor (self, &tensors[i], error))
      return FALSE;

  g_array_sort (self->items, vqd_safetensors_order);
  for (guint i = 0; i < self->items->len; i++)
    vqd_safetensors_writer_declare (self->writer,
                                    &g_array_index (self->items, Item, i).out);
  self->n_bytes = vqd_safetensors_writer_get_data_bytes (self->writer);
  return TRUE;
}

/* ---- writing ----------------------------------------------------------- */

static gboolean
put (Conversion *self, gconstpointer bytes, gsize n, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error) ||
      ! vqd_safetensors_writer_write (self->writer, bytes, n, error))
    return FALSE;

  self->n_bytes_done += n;
  if (self->progress != NULL &&
      self->n_bytes_done - self->n_bytes_reported >= REPORT_BYTES)
    {
      self->progress (self->n_bytes_done, self->n_bytes, self->user_data);
      self->n_bytes_reported = self->n_bytes_done;
    }
  return TRUE;
}

static gboolean
copy (Conversion *self, const VqdTensor *source, GError **error)
{
  for (guint64 i = 0; i < source->n_bytes; i += CHUNK_BYTES)
    if (! put (self, (const guint8 *) source->data + i,
               (gsize) MIN (CHUNK_BYTES, source->n_bytes - i), error))
      return FALSE;
  return TRUE;
}

static gboolean
refuse_number (const Item *item, float number, GError **error)
{
  g_set_error (
      error, VQD_ERROR, VQD_ERROR_MODEL,
      item->out.dtype == VQD_DTYPE_F16
          ? _ ("tensor %s holds the number %g, and the largest that %s can "
               "hold is %g; bf16 holds larger ones")
          : _ ("tensor %s holds the number %g, and the largest that %s can "
               "hold is %g"),
      item->source->name, number, vqd_dtype_get_name (item->out.dtype),
      vqd_dtype_max (item->out.dtype));
  return FALSE;
}

/* Row r of matrix as one of its own. */
static VqdMatrix
matrix_row (const VqdMatrix *matrix, int r)
{
  VqdMatrix row = *matrix;

  row.data =
      (const guint8 *) matrix->data +
      (gsize) r * (gsize) matrix->n_cols * vqd_dtype_bytes (matrix->dtype);
  row.n_rows = 1;
  if (matrix->scale != NULL)
    row.scale = matrix->scale + r;
  return row;
}

static gboolean
narrow (Conversion *self, const Item *item, GError **error)
{
  VqdMatrix matrix;

  if (! vqd_weights_matrix (self->weights, "", item->source->name, -1, -1,
                            &matrix, error))
    return FALSE;

  const gsize n_cols = (gsize) matrix.n_cols;
  g_autofree float *wide = g_new (float, n_cols);
  g_autofree float *narrowed = g_new (float, n_cols);
  for (int r = 0; r < matrix.n_rows; r++)
    {
      const VqdMatrix row = matrix_row (&matrix, r);
      gconstpointer bytes = narrowed;
      gsize n_bytes = n_cols * vqd_dtype_bytes (item->out.dtype);
      float scale;

      vqd_matrix_to_float (&row, wide);
      if (item->is_new_scale)
        {
          scale = vqd_i8_scale (wide, n_cols);
          bytes = &scale;
          n_bytes = sizeof scale;
        }
      else
        {
          const gsize held =
              vqd_dtype_narrow (item->out.dtype, wide, n_cols, narrowed);

          if (held < n_cols)
            return refuse_number (item, wide[held], error);
        }
      if (! put (self, bytes, n_bytes, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_items (Conversion *self, GError **error)
{
  if (! vqd_safetensors_writer_open (self->writer, error))
    return FALSE;
  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = &g_array_index (self->items, Item, i);
      const gboolean same =
          ! item->is_new_scale && item->out.dtype == item->source->dtype;

      if (same ? ! copy (self, item->source, error)
               : ! narrow (self, item, error))
        return FALSE;
    }
  return vqd_safetensors_writer_finish (self->writer, error);
}

/* ---- the whole --------------------------------------------------------- */

static gboolean
set_dtype (Conversion *self, const char *dtype, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (conversions); i++)
    {
      if (g_str_equal (dtype == NULL ? "keep" : dtype, conversions[i].name))
        {
          self->keep = conversions[i].keep;
          self->dtype = conversions[i].dtype;
          return TRUE;
        }
      g_string_append_printf (known, "%s%s", i == 0 ? "" : ", ",
                              conversions[i].name);
    }
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               _ ("There is no dtype \"%s\"; there are: %s."), dtype,
               known->str);
  return FALSE;
}

static gboolean
check_target (const char *in, const char *out, gboolean force, GError **error)
{
  g_autofree char *shown = g_filename_display_name (out);
  GStatBuf old;
  GStatBuf new;

  if (g_stat (out, &new) != 0)
    return TRUE;
  if (g_stat (in, &old) == 0 && old.st_dev == new.st_dev &&
      old.st_ino == new.st_ino)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   _ ("\"%s\" is the model itself. Give the converted one a "
                      "name of its own."),
                   shown);
      return FALSE;
    }
  if (! S_ISREG (new.st_mode))
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_OUTPUT,
                   S_ISDIR (new.st_mode)
                       ? _ ("\"%s\" cannot be written: it is a folder.")
                       : _ ("\"%s\" cannot be written: it is no file."),
                   shown);
      return FALSE;
    }
  if (! force)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_OUTPUT,
                   _ ("\"%s\" exists already. Only \"force\" replaces it."),
                   shown);
      return FALSE;
    }
  return TRUE;
}

static VqdConfig *
load_config (VqdWeights *weights, int n_heads, GError **error)
{
  g_autofree char *heads = g_strdup_printf ("%d", n_heads);

  if (n_heads < 0 || n_heads > MAX_HEADS)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   _ ("heads is %d, expected 1 to %d."), n_heads, MAX_HEADS);
      return NULL;
    }
  if (n_heads > 0)
    vqd_weights_set_metadata (weights, "heads", heads);

  g_autoptr (VqdConfig) config = vqd_config_load (weights, error);
  if (config != NULL && n_heads > 0 && config->denoiser.n_heads != n_heads)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
                   _ ("heads is %d, but the model itself says %d."), n_heads,
                   config->denoiser.n_heads);
      return NULL;
    }
  return g_steal_pointer (&config);
}

/* A file that says nothing of itself is named as it will be. */
static void
name_model (VqdConfig *config, const VqdWeights *weights, const char *out)
{
  if (vqd_weights_get_metadata (weights, "config") != NULL)
    return;

  g_free (config->name);
  config->name = g_path_get_basename (out);
  if (g_str_has_suffix (config->name, SUFFIX))
    config->name[strlen (config->name) - strlen (SUFFIX)] = '\0';
}

gboolean
vqd_model_convert (const char *in, const char *out,
                   const VqdConvertOptions *options,
                   VqdConvertProgress progress, gpointer user_data,
                   GCancellable *cancellable, GError **error)
{
  static const VqdConvertOptions defaults = { .dtype = NULL };
  Conversion self = { .progress = progress,
                      .user_data = user_data,
                      .cancellable = cancellable };

  if (options == NULL)
    options = &defaults;
  if (! set_dtype (&self, options->dtype, error))
    return FALSE;

  g_autofree char *path = vqd_model_find (in, error);
  if (path == NULL || ! check_target (path, out, options->force, error))
    return FALSE;
  g_autoptr (VqdWeights) weights = vqd_weights_open (path, error);
  if (weights == NULL)
    return FALSE;
  g_autoptr (VqdConfig) config = load_config (weights, options->n_heads, error);
  if (config == NULL)
    return FALSE;

  name_model (config, weights, out);
  g_autofree char *json = vqd_config_to_json (config);
  g_autoptr (VqdSafetensorsWriter) writer =
      vqd_safetensors_writer_new (out, options->force);
  vqd_safetensors_writer_set_metadata (writer, "format", "vqdiffusion-1");
  vqd_safetensors_writer_set_metadata (writer, "config", json);

  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (Item));
  g_array_set_clear_func (items, item_clear);
  self.weights = weights;
  self.writer = writer;
  self.items = items;
  return plan (&self, error) && write_items (&self, error);
}
