/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mapped codebooks: the denoiser's classes are some of the codec's codes. The
 * published maps are not inside the checkpoints (SPEC 7). */
#include "core/base/vqd-i18n.h"
#include "core/io/vqd-config-derive.h"
#include "core/io/vqd-weights-reader.h"
#include "vqd-codebook-maps-resources.h"

#define RESOURCE "/vqdiffusion/codebooks/"
#define MAX_CLASSES 65536


static gboolean
add_ints (VqdWeights *weights, const char *name, const int *numbers, int n,
          GError **error)
{
  gpointer copy = g_memdup2 (numbers, sizeof (int) * (gsize) n);
  const VqdTensor tensor = { .name = name,
                             .dtype = VQD_DTYPE_I32,
                             .rank = 1,
                             .shape = { n },
                             .data = copy,
                             .n_bytes = sizeof (int) * (guint64) n };

  vqd_weights_keep (weights, copy);
  return vqd_weights_add (weights, &tensor, error);
}

gboolean
vqd_codebook_map_add (VqdWeights *weights, const int *full_to_class, int n_full,
                      GError **error)
{
  int n_classes = 0;

  for (int i = 0; i < n_full; i++)
    {
      if (full_to_class[i] < 0 || full_to_class[i] >= MAX_CLASSES)
        {
          g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                       _ ("the codebook's map holds the class %d"),
                       full_to_class[i]);
          return FALSE;
        }
      n_classes = MAX (n_classes, full_to_class[i] + 1);
    }

  g_autofree int *class_to_full = g_new0 (int, MAX (n_classes, 1));
  for (int i = n_full - 1; i >= 0; i--)
    class_to_full[full_to_class[i]] = i;
  return add_ints (weights, "codebook.full_to_class", full_to_class, n_full,
                   error) &&
         add_ints (weights, "codebook.class_to_full", class_to_full, n_classes,
                   error);
}

gboolean
vqd_codebook_map_add_published (VqdWeights *weights, GError **error)
{
  const VqdTensor *table =
      vqd_weights_find (weights, "transformer.transformer.to_logits.1.weight");
  const VqdTensor *codebook = NULL;
  static const char *const codebooks[] = {
    "content_codec.enc.quantize.embed.weight",
    "content_codec.enc.quantize.embedding.weight",
    "content_codec.enc.quantize.embedding"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (codebooks) && codebook == NULL; i++)
    codebook = vqd_weights_find (weights, codebooks[i]);
  if (table == NULL || codebook == NULL ||
      table->shape[0] == codebook->shape[0] ||
      vqd_weights_find (weights, "codebook.class_to_full") != NULL)
    return TRUE;

  g_autofree char *path = g_strdup_printf (
      RESOURCE "full_to_class.%" G_GINT64_FORMAT, table->shape[0]);
  g_autoptr (GBytes) map =
      g_resource_lookup_data (vqd_codebook_maps_get_resource (), path,
                              G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  if (map == NULL ||
      g_bytes_get_size (map) != sizeof (gint32) * (guint64) codebook->shape[0])
    return TRUE; /* the config's check says what does not fit */

  gsize n_bytes = 0;
  const guint8 *bytes = g_bytes_get_data (map, &n_bytes);
  const int n_full = (int) (n_bytes / sizeof (gint32));
  g_autofree int *full_to_class = g_new (int, n_full);
  for (int i = 0; i < n_full; i++)
    {
      gint32 value;

      memcpy (&value, bytes + (gsize) i * sizeof value, sizeof value);
      full_to_class[i] = GINT32_FROM_LE (value);
    }
  return vqd_codebook_map_add (weights, full_to_class, n_full, error);
}
