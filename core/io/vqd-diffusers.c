/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FOLDER/model_index.json            which pipeline this is
 * FOLDER/PART/config.json            sizes
 * FOLDER/PART/WEIGHTS.safetensors    or .bin, whole or in pieces that an index
 *                                    names, in full precision or in half */
#include <string.h>

#include "core/base/vqd-i18n.h"
#include "core/io/vqd-diffusers-config.h"
#include "core/io/vqd-diffusers.h"
#include "core/io/vqd-json.h"
#include "core/io/vqd-torch.h"

#define INDEX_FILE "model_index.json"
#define PIPELINE "VQDiffusionPipeline"
#define NULL_PART "learned_classifier_free_sampling_embeddings"

/* The index of a model in a thousand pieces has some 100 kB. */
#define MAX_JSON_BYTES (16 << 20)

#define MODEL_ERROR(error, ...)                                                \
  g_set_error ((error), VQD_ERROR, VQD_ERROR_MODEL, __VA_ARGS__)

/* The names of the part that config describes; NULL without an error: it has
 * no tensors. */
typedef VqdDiffusersNames *(*NamesFunc) (JsonObject *config, GError **error);


typedef struct
{
  const char *name; /* of the subfolder */
  const char *config_file;
  gboolean required;

  NamesFunc names;         /* NULL: nothing but a config */
  const char *safetensors; /* the weights' files, without what follows */
  const char *torch;
} Part;

/* The weights' files: NAME before VARIANT after. */
typedef struct
{
  const char *before;
  const char *after;
  gboolean is_index; /* a JSON file that names the pieces */
  gboolean is_torch;
} Form;

/* Mapped as it is before what must be unpickled, one file before pieces. */
static const Form forms[] = {
  { "", ".safetensors", FALSE, FALSE },
  { ".safetensors.index", ".json", TRUE, FALSE },
  { "", ".bin", FALSE, TRUE },
  { ".bin.index", ".json", TRUE, TRUE },
};

/* The best first. */
static const char *const variants[] = { "", ".fp16" };

static const Part parts[] = {
  { "transformer", "config.json", TRUE, vqd_diffusers_denoiser_names,
    "diffusion_pytorch_model", "diffusion_pytorch_model" },
  { "vqvae", "config.json", TRUE, vqd_diffusers_codec_names,
    "diffusion_pytorch_model", "diffusion_pytorch_model" },
  { "text_encoder", "config.json", TRUE, vqd_diffusers_text_names, "model",
    "pytorch_model" },
  { NULL_PART, "config.json", FALSE, vqd_diffusers_null_names,
    "diffusion_pytorch_model", "diffusion_pytorch_model" },
  { "scheduler", "scheduler_config.json", FALSE, NULL, NULL, NULL },
  { "tokenizer", "tokenizer_config.json", FALSE, NULL, NULL, NULL },
};

/* One part, while its files are read. */
typedef struct
{
  VqdWeights *weights;
  const char *folder; /* of the part */
  const Part *part;
  VqdDiffusersNames *names;
  char *spare; /* the first tensor that has no place, or NULL */
} Reading;


/* ---- JSON files --------------------------------------------------------- */

/* The whole text of a small file, which must be one (a pipe would have us
 * wait). */
static GMappedFile *
map_json (const char *path, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GMappedFile) map = NULL;

  if (! g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      MODEL_ERROR (error, _ ("the file is missing"));
      return NULL;
    }
  map = g_mapped_file_new (path, FALSE, &why);
  if (map == NULL)
    MODEL_ERROR (error, "%s", why->message);
  else if (g_mapped_file_get_length (map) == 0)
    MODEL_ERROR (error, _ ("the file is empty"));
  else if (g_mapped_file_get_length (map) > MAX_JSON_BYTES)
    MODEL_ERROR (error, _ ("the file is too large"));
  else
    return g_steal_pointer (&map);
  return NULL;
}

/* FOLDER/FILE as an object. key, when not NULL: its text becomes that
 * metadata. Errors begin with PART/FILE. */
static JsonNode *
read_json (VqdWeights *weights, const char *folder, const char *part,
           const char *file, const char *key, GError **error)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GMappedFile) map = map_json (path, error);
  g_autoptr (JsonNode) node = NULL;

  if (map != NULL)
    node = vqd_json_parse (g_mapped_file_get_contents (map),
                           g_mapped_file_get_length (map), error);
  if (node == NULL)
    {
      g_prefix_error (error, "%s%s%s: ", part, *part == '\0' ? "" : "/", file);
      return NULL;
    }

  if (key != NULL)
    {
      g_autofree char *name = g_strconcat (VQD_DIFFUSERS_CONFIG, key, NULL);
      g_autofree char *text = g_strndup (g_mapped_file_get_contents (map),
                                         g_mapped_file_get_length (map));

      vqd_weights_set_metadata (weights, name, text);
    }
  return g_steal_pointer (&node);
}

/* ---- the weights' files ------------------------------------------------- */

static char *
rename_tensor (const char *theirs, gpointer user_data)
{
  Reading *self = user_data;

  if (self->spare == NULL && vqd_diffusers_names_is_spare (self->names, theirs))
    self->spare = g_strdup (theirs);
  return g_strdup (vqd_diffusers_names_take (self->names, theirs));
}

/* One file of the part's folder. */
static gboolean
read_weights (Reading *self, const char *file, gboolean is_torch,
              GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, file, NULL);
  gboolean ok = FALSE;

  if (! g_file_test (path, G_FILE_TEST_IS_REGULAR))
    MODEL_ERROR (error, _ ("the file is missing"));
  else if (is_torch)
    ok = vqd_torch_read (self->weights, path, rename_tensor, self, error);
  else
    ok = vqd_safetensors_read (self->weights, path, rename_tensor, self, error);

  if (! ok)
    g_prefix_error (error, "%s/%s: ", self->part->name, file);
  return ok;
}

/* A file beside the index, and nothing else. */
static gboolean
is_file_name (const char *name)
{
  return *name != '\0' && ! g_str_equal (name, ".") &&
         ! g_str_equal (name, "..") && strpbrk (name, "/\\:") == NULL;
}

/* The files that an index names, each once; NULL when there is a bad one. */
static GHashTable *
pieces_of (JsonObject *index, GError **error)
{
  g_autoptr (GHashTable) pieces =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  JsonNode *node = json_object_get_member (index, "weight_map");

  if (node == NULL || ! JSON_NODE_HOLDS_OBJECT (node))
    {
      MODEL_ERROR (error, _ ("weight_map is missing"));
      return NULL;
    }

  JsonObject *map = json_node_get_object (node);
  g_autoptr (GList) tensors = json_object_get_members (map);
  for (GList *tensor = tensors; tensor != NULL; tensor = tensor->next)
    {
      const char *file = vqd_diffusers_config_word (map, tensor->data);

      if (file == NULL || ! is_file_name (file))
        {
          MODEL_ERROR (
              error,
              _ ("weight_map: tensor %s is said to be in \"%s\", which "
                 "is not the name of a file beside it"),
              (const char *) tensor->data, file == NULL ? "" : file);
          return NULL;
        }
      g_hash_table_add (pieces, g_strdup (file));
    }
  return g_steal_pointer (&pieces);
}

static gboolean
read_pieces (Reading *self, const char *index_file, gboolean is_torch,
             GError **error)
{
  g_autoptr (JsonNode) index = read_json (
      self->weights, self->folder, self->part->name, index_file, NULL, error);
  if (index == NULL)
    return FALSE;

  g_autoptr (GHashTable) pieces =
      pieces_of (json_node_get_object (index), error);
  if (pieces == NULL)
    {
      g_prefix_error (error, "%s/%s: ", self->part->name, index_file);
      return FALSE;
    }

  g_autoptr (GList) files =
      g_list_sort (g_hash_table_get_keys (pieces), (GCompareFunc) strcmp);
  for (GList *file = files; file != NULL; file = file->next)
    if (! read_weights (self, file->data, is_torch, error))
      return FALSE;
  return TRUE;
}

/* The best form and variant of the weights that is there. */
static gboolean
find_weights (const Reading *self, const Form **form, char **file)
{
  for (gsize v = 0; v < G_N_ELEMENTS (variants); v++)
    for (gsize f = 0; f < G_N_ELEMENTS (forms); f++)
      {
        const char *base =
            forms[f].is_torch ? self->part->torch : self->part->safetensors;
        g_autofree char *name = g_strconcat (base, forms[f].before, variants[v],
                                             forms[f].after, NULL);
        g_autofree char *path = g_build_filename (self->folder, name, NULL);

        if (g_file_test (path, G_FILE_TEST_EXISTS))
          {
            *form = &forms[f];
            *file = g_steal_pointer (&name);
            return TRUE;
          }
      }
  return FALSE;
}

static gboolean
read_tensors (Reading *self, GError **error)
{
  g_autofree char *file = NULL;
  g_autofree char *missing = NULL;
  const Form *form;

  if (! find_weights (self, &form, &file))
    {
      MODEL_ERROR (error, _ ("%s/%s.safetensors is missing, and %s.bin, too"),
                   self->part->name, self->part->safetensors,
                   self->part->torch);
      return FALSE;
    }
  if (! (form->is_index ? read_pieces (self, file, form->is_torch, error)
                        : read_weights (self, file, form->is_torch, error)))
    return FALSE;

  missing = vqd_diffusers_names_get_missing (self->names);
  if (missing != NULL)
    MODEL_ERROR (error, _ ("%s/%s: tensor %s is missing"), self->part->name,
                 file, missing);
  else if (self->spare != NULL)
    MODEL_ERROR (error,
                 _ ("%s/%s: tensor %s has no place in the model that %s/%s "
                    "describes"),
                 self->part->name, file, self->spare, self->part->name,
                 self->part->config_file);
  return missing == NULL && self->spare == NULL;
}

/* ---- the text encoder's attention --------------------------------------- */

/* The bytes of all three, one after another, or NULL: not of one shape. */
static guint8 *
join_bytes (const VqdTensor *const *three, VqdTensor *joined)
{
  GByteArray *bytes = g_byte_array_new ();

  for (int i = 0; i < 3; i++)
    {
      const VqdTensor *tensor = three[i];

      if (tensor->dtype != three[0]->dtype || tensor->rank != three[0]->rank ||
          tensor->rank < 1 || tensor->n_bytes > G_MAXINT32 / 3 ||
          memcmp (tensor->shape, three[0]->shape, sizeof tensor->shape) != 0)
        {
          g_byte_array_free (bytes, TRUE);
          return NULL;
        }
      g_byte_array_append (bytes, tensor->data, (guint) tensor->n_bytes);
    }

  joined->dtype = three[0]->dtype;
  joined->rank = three[0]->rank;
  memcpy (joined->shape, three[0]->shape, sizeof joined->shape);
  joined->shape[0] *= 3;
  joined->n_bytes = bytes->len;
  return g_byte_array_free (bytes, FALSE);
}

/* BLOCK.attn.{q,k,v}.NAME become BLOCK.attn.in_proj_NAME: a copy, for they
 * lie apart in the file. FALSE with no error: there is no such block. */
static gboolean
join_attention (VqdWeights *weights, int block, const char *name,
                GError **error)
{
  static const char *const letters[] = { "q.", "k.", "v." };
  g_autofree char *prefix = g_strdup_printf (
      "transformer.condition_emb.transformer.resblocks.%d.attn.", block);
  g_autofree char *joined_name = g_strconcat (prefix, "in_proj_", name, NULL);
  g_auto (GStrv) names = g_new0 (char *, G_N_ELEMENTS (letters) + 1);
  const VqdTensor *three[3];
  VqdTensor joined = { .name = joined_name };

  for (int i = 0; i < 3; i++)
    {
      names[i] = g_strconcat (prefix, letters[i], name, NULL);
      three[i] = vqd_weights_find (weights, names[i]);
      if (three[i] == NULL)
        return FALSE;
    }

  joined.data = join_bytes (three, &joined);
  if (joined.data == NULL)
    {
      MODEL_ERROR (error,
                   _ ("text_encoder: the tensors encoder.layers.%d.self_attn."
                      "{q,k,v}_proj.%s are not of one shape and type"),
                   block, name);
      return FALSE;
    }
  vqd_weights_keep (weights, (gpointer) joined.data);
  for (int i = 0; i < 3; i++)
    vqd_weights_remove (weights, names[i]);
  return vqd_weights_add (weights, &joined, error);
}

static gboolean
join_all_attention (VqdWeights *weights, GError **error)
{
  GError *why = NULL;

  for (int block = 0; join_attention (weights, block, "weight", &why) &&
                      join_attention (weights, block, "bias", &why);
       block++)
    ;
  if (why != NULL)
    g_propagate_error (error, why);
  return why == NULL;
}

/* ---- the reader --------------------------------------------------------- */

static gboolean
read_part (VqdWeights *weights, const char *path, const Part *part,
           GError **error)
{
  g_autofree char *folder = g_build_filename (path, part->name, NULL);
  g_autofree char *config_path =
      g_build_filename (folder, part->config_file, NULL);
  g_autoptr (VqdDiffusersNames) names = NULL;
  GError *why = NULL;

  if (! part->required && ! g_file_test (config_path, G_FILE_TEST_EXISTS))
    return TRUE;

  g_autoptr (JsonNode) node = read_json (weights, folder, part->name,
                                         part->config_file, part->name, error);
  if (node == NULL)
    return FALSE;

  JsonObject *config = json_node_get_object (node);
  if (vqd_diffusers_config_check (part->name, config, &why) &&
      part->names != NULL)
    names = part->names (config, &why);
  if (why != NULL)
    {
      g_propagate_prefixed_error (error, why, "%s/%s: ", part->name,
                                  part->config_file);
      return FALSE;
    }
  if (names == NULL)
    return TRUE;

  Reading reading = {
    .weights = weights, .folder = folder, .part = part, .names = names
  };
  const gboolean ok = read_tensors (&reading, error);
  g_free (reading.spare);
  return ok;
}

static gboolean
read_folder (VqdWeights *weights, const char *path, GError **error)
{
  g_autoptr (JsonNode) index =
      read_json (weights, path, "", INDEX_FILE, "model_index", error);
  if (index == NULL)
    return FALSE;

  const char *pipeline =
      vqd_diffusers_config_word (json_node_get_object (index), "_class_name");
  if (g_strcmp0 (pipeline, PIPELINE) != 0)
    {
      if (pipeline == NULL)
        MODEL_ERROR (error,
                     _ ("%s: it does not say what the model is, expected a %s"),
                     INDEX_FILE, PIPELINE);
      else
        MODEL_ERROR (error, _ ("%s: the model is a %s, expected a %s"),
                     INDEX_FILE, pipeline, PIPELINE);
      return FALSE;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (! read_part (weights, path, &parts[i], error))
      return FALSE;
  if (! join_all_attention (weights, error))
    return FALSE;

  /* The last word, for the parts' files have metadata of their own. */
  vqd_weights_set_metadata (weights, "format", VQD_DIFFUSERS_FORMAT);
  return TRUE;
}

static gboolean
probe (const char *path, const guint8 *start, gsize n_start)
{
  g_autofree char *index = g_build_filename (path, INDEX_FILE, NULL);

  return start == NULL && g_file_test (index, G_FILE_TEST_EXISTS);
}

const VqdWeightsReader vqd_reader_diffusers = { "diffusers", probe,
                                                read_folder };
