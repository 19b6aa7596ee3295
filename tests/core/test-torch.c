/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The authors' checkpoints: what is read of them, and that a hostile one is
 * refused or inert. The files in golden/torch are made by
 * tests/tools/make-checkpoint.py. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/io/vqd-torch.h"

typedef struct
{
  char *dir;
  char *path;
} Fixture;


static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("vqd-torch-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->dir, "model.pth", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_rmdir (fixture->dir);
  g_free (fixture->path);
  g_free (fixture->dir);
}

static char *
small_path (const char *file)
{
  return g_test_build_filename (G_TEST_DIST, "golden", "torch", file, NULL);
}

static VqdWeights *
open_small (const char *file)
{
  g_autofree char *path = small_path (file);
  g_autoptr (GError) error = NULL;
  VqdWeights *weights = vqd_weights_open (path, &error);

  g_assert_no_error (error);
  return weights;
}

static VqdWeights *
open_golden (const char *folder, const char *file)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("VQD_GOLDEN_DIR"), folder, file, NULL);
  g_autoptr (GError) error = NULL;
  VqdWeights *weights = vqd_weights_open (path, &error);

  g_assert_no_error (error);
  return weights;
}

static GByteArray *
load_small (const char *file)
{
  g_autofree char *path = small_path (file);
  char *bytes;
  gsize n_bytes;

  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  return g_byte_array_new_take ((guint8 *) bytes, n_bytes);
}

static void
store (Fixture *fixture, const GByteArray *bytes)
{
  g_assert_true (g_file_set_contents (fixture->path, (const char *) bytes->data,
                                      bytes->len, NULL));
}

static void
expect_refused (const char *path, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VqdWeights) weights = vqd_weights_open (path, &error);

  g_assert_null (weights);
  g_assert_error (error, VQD_ERROR, VQD_ERROR_MODEL);
  if (! g_pattern_match_simple (pattern, error->message))
    g_error ("expected \"%s\", got \"%s\"", pattern, error->message);
}

/* Reads every byte that the tensors claim. */
static guint
touch_all (const VqdWeights *weights)
{
  guint n;
  guint sum = 0;
  const VqdTensor *tensors = vqd_weights_get_tensors (weights, &n);

  for (guint i = 0; i < n; i++)
    for (guint64 b = 0; b < tensors[i].n_bytes; b++)
      sum += ((const guint8 *) tensors[i].data)[b];
  return sum;
}

/* ---- real checkpoints ---------------------------------------------------- */

/* Half, float and double mixed; `ema` beside `model`. Seen: all 303 tensors
 * have the same type (the one double is F32 in both) and the same bytes. */
static void
test_text_equals_single_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdWeights) seen = open_golden ("text", "checkpoint.pth");
  g_autoptr (VqdWeights) expected = open_golden ("text", "model.safetensors");
  guint n_seen;
  guint n_expected;
  const VqdTensor *tensors = vqd_weights_get_tensors (expected, &n_expected);

  vqd_weights_get_tensors (seen, &n_seen);
  g_assert_cmpuint (n_seen, ==, n_expected);
  for (guint i = 0; i < n_expected; i++)
    {
      const VqdTensor *tensor = vqd_weights_find (seen, tensors[i].name);

      if (tensor == NULL)
        g_error ("tensor %s is missing", tensors[i].name);
      g_assert_cmpint (tensor->dtype, ==, tensors[i].dtype);
      g_assert_cmpint (tensor->rank, ==, tensors[i].rank);
      g_assert_cmpmem (
          tensor->shape, (gsize) tensor->rank * sizeof tensor->shape[0],
          tensors[i].shape, (gsize) tensors[i].rank * sizeof tensor->shape[0]);
      g_assert_cmpmem (tensor->data, tensor->n_bytes, tensors[i].data,
                       tensors[i].n_bytes);
    }
  g_assert_cmpstr (vqd_weights_get_metadata (seen, "format"), ==, "torch");
}

static void
test_loads_the_model_alone (Fixture *fixture, gconstpointer data)
{
  const char *folder = data;
  static const char *const needed[] = {
    "transformer.transformer.content_emb.emb.weight",
    "transformer.transformer.blocks.1.mlp.conv2.weight",
    "transformer.transformer.to_logits.1.weight",
    "content_codec.enc.quantize.embedding.weight",
    "content_codec.enc.encoder.conv_in.weight",
    "content_codec.dec.decoder.conv_out.weight",
    "content_codec.dec.post_quant_conv.weight",
  };
  static const char *const useless[] = {
    "*log_*", "*.Lt_*", "content_codec.dec.quantize*", "*/*", "ema*", "model*",
  };
  g_autoptr (VqdWeights) weights = open_golden (folder, "checkpoint.pth");
  guint n;
  const VqdTensor *tensors = vqd_weights_get_tensors (weights, &n);

  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    g_assert_nonnull (vqd_weights_find (weights, needed[i]));
  g_assert_cmpint (
      vqd_weights_find (weights, needed[2])->shape[0] + 1, ==,
      vqd_weights_find (weights, needed[0])->shape[0]); /* [MASK] has none */
  for (guint i = 0; i < n; i++)
    for (gsize u = 0; u < G_N_ELEMENTS (useless); u++)
      g_assert_false (g_pattern_match_simple (useless[u], tensors[i].name));
  g_assert_cmpint (
      vqd_weights_find (
          weights, "transformer.transformer.blocks.0.ln2.emb.weight") != NULL,
      ==, g_str_equal (folder, "class"));
  touch_all (weights);
}

static void
test_lone_tensor (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdWeights) weights = open_golden ("class", "mapping.pt");
  const VqdTensor *tensor = vqd_weights_find (weights, "tensor");

  g_assert_nonnull (tensor);
  g_assert_cmpint (tensor->dtype, ==, VQD_DTYPE_I64);
  g_assert_cmpint (tensor->rank, ==, 1);
  g_assert_cmpint (tensor->shape[0], ==, 72);
}

/* ---- every feature, small ------------------------------------------------ */

static double
number_at (const VqdTensor *tensor, gsize i)
{
  const VqdMatrix one = { .data = (const guint8 *) tensor->data +
                                  i * vqd_dtype_bytes (tensor->dtype),
                          .dtype = tensor->dtype,
                          .n_rows = 1,
                          .n_cols = 1 };
  float value;

  switch (tensor->dtype)
    {
    case VQD_DTYPE_I64:
      return (double) ((const gint64 *) tensor->data)[i];
    case VQD_DTYPE_I32:
      return ((const gint32 *) tensor->data)[i];
    case VQD_DTYPE_U8:
      return ((const guint8 *) tensor->data)[i];
    case VQD_DTYPE_I8:
      return ((const gint8 *) tensor->data)[i];
    default:
      vqd_matrix_to_float (&one, &value);
      return value;
    }
}

static const struct
{
  const char *name;
  VqdDtype dtype;
  int rank;
  gint64 shape[VQD_MAX_RANK];
  int n;
  double numbers[24];
} small[] = {
  { "f32", VQD_DTYPE_F32, 2, { 2, 3 }, 6, { 0, 1, 2, 3, 4, 5 } },
  { "f16", VQD_DTYPE_F16, 2, { 2, 3 }, 6, { 0, 1, 2, 3, 4, 5 } },
  { "bf16", VQD_DTYPE_BF16, 2, { 2, 3 }, 6, { 0, 1, 2, 3, 4, 5 } },
  { "f64", VQD_DTYPE_F32, 2, { 2, 3 }, 6, { 0, 1, 2, 3, 4, 5 } },
  { "i8", VQD_DTYPE_I8, 2, { 2, 3 }, 6, { 0, 1, 2, 3, 4, 5 } },
  { "u8", VQD_DTYPE_U8, 2, { 2, 3 }, 6, { 0, 1, 2, 3, 4, 5 } },
  { "i32", VQD_DTYPE_I32, 2, { 2, 3 }, 6, { 0, 1, 2, 3, 4, 5 } },
  { "i64", VQD_DTYPE_I64, 2, { 2, 3 }, 6, { 0, 1, 2, 3, 4, 5 } },
  { "bool", VQD_DTYPE_U8, 1, { 3 }, 3, { 1, 0, 1 } },
  { "scalar", VQD_DTYPE_F32, 0, { 0 }, 1, { 2.5 } },
  { "nothing", VQD_DTYPE_F32, 2, { 0, 4 }, 0, { 0 } },
  { "transposed", VQD_DTYPE_F32, 2, { 3, 2 }, 6, { 0, 3, 1, 4, 2, 5 } },
  { "part",
    VQD_DTYPE_F32,
    3,
    { 2, 2, 2 },
    8,
    { 8, 9, 10, 11, 14, 15, 16, 17 } },
  { "reversed", VQD_DTYPE_F32, 3, { 4, 2, 3 }, 24, { 0, 4, 8,  12, 16, 20,
                                                     1, 5, 9,  13, 17, 21,
                                                     2, 6, 10, 14, 18, 22,
                                                     3, 7, 11, 15, 19, 23 } },
  { "parameter", VQD_DTYPE_F32, 1, { 4 }, 4, { 0, 1, 2, 3 } },
  { "trained", VQD_DTYPE_F32, 1, { 2 }, 2, { 40, 41 } }, /* the average */
};

/* In the zip form, the old form, and a pickle of protocol 4. */
static void
test_small (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdWeights) weights = open_small (data);
  guint n;

  for (gsize i = 0; i < G_N_ELEMENTS (small); i++)
    {
      g_autofree char *name = g_strconcat ("transformer.", small[i].name, NULL);
      const VqdTensor *tensor = vqd_weights_find (weights, name);

      g_test_message ("%s", name);
      g_assert_nonnull (tensor);
      g_assert_cmpint (tensor->dtype, ==, small[i].dtype);
      g_assert_cmpint (tensor->rank, ==, small[i].rank);
      for (int d = 0; d < small[i].rank; d++)
        g_assert_cmpint (tensor->shape[d], ==, small[i].shape[d]);
      g_assert_cmpuint (tensor->n_bytes, ==,
                        (gsize) small[i].n * vqd_dtype_bytes (tensor->dtype));
      for (int k = 0; k < small[i].n; k++)
        g_assert_cmpfloat (number_at (tensor, (gsize) k), ==,
                           small[i].numbers[k]);
    }

  /* and the codebook; of all else, nothing */
  g_assert_nonnull (
      vqd_weights_find (weights, "content_codec.enc.quantize.embedding"));
  vqd_weights_get_tensors (weights, &n);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (small) + 1);
}

static void
test_state_dictionaries (Fixture *fixture, gconstpointer data)
{
  static const char *const files[] = { "flat.pth", "nested.pth", "zip64.pth" };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (VqdWeights) weights = open_small (files[i]);
      const VqdTensor *tensor = vqd_weights_find (weights, "encoder.weight");
      guint n;

      g_assert_nonnull (tensor);
      g_assert_cmpfloat (number_at (tensor, 3), ==, 3);
      vqd_weights_get_tensors (weights, &n);
      g_assert_cmpuint (n, ==, 1); /* without the loss */
    }
}

static char *
keep_exp_avg (const char *name, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup (name));
  return g_str_has_suffix (name, "exp_avg") ? g_strdup ("kept") : NULL;
}

static void
test_names_are_joined_keys (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdWeights) weights = open_small ("flat.pth");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *path = small_path ("small.pth");
  g_autoptr (GError) error = NULL;
  guint n;

  vqd_torch_read (weights, path, keep_exp_avg, names, &error);
  g_assert_no_error (error);
  g_assert_true (g_ptr_array_find_with_equal_func (
      names, "model/transformer.f32", g_str_equal, NULL));
  g_assert_true (g_ptr_array_find_with_equal_func (names, "ema/trained",
                                                   g_str_equal, NULL));
  g_assert_true (g_ptr_array_find_with_equal_func (
      names, "optimizer/state/0/exp_avg", g_str_equal, NULL));
  /* inside objects of an unknown class: not looked into */
  g_assert_false (g_ptr_array_find_with_equal_func (names, "unknown/tensor",
                                                    g_str_equal, NULL));
  vqd_weights_get_tensors (weights, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpfloat (number_at (vqd_weights_find (weights, "kept"), 8), ==, 7);
}

/* ---- archives ------------------------------------------------------------ */

/* The directory's entry of a member whose name ends so. */
static guint8 *
find_entry (GByteArray *bytes, const char *suffix)
{
  for (guint i = 0; i + 46 < bytes->len; i++)
    {
      guint8 *entry = bytes->data + i;
      const gsize n_name = entry[28];

      if (memcmp (entry, "PK\1\2", 4) == 0 && n_name >= strlen (suffix) &&
          memcmp (entry + 46 + n_name - strlen (suffix), suffix,
                  strlen (suffix)) == 0)
        return entry;
    }
  g_error ("no member %s", suffix);
  return NULL;
}

/* offset in the entry of flat.pth's data/0, bytes to put there, pattern of
 * the message */
static const struct
{
  const char *name;
  int offset;
  int n_bytes;
  const char *bytes;
  const char *pattern;
} broken_entries[] = {
  { "method", 10, 2, "\x08\0", "*encoder.weight: member flat/data/0 is comp*" },
  { "encrypted", 8, 2, "\x01\0", "*member flat/data/0 is encrypted*" },
  { "outside", 42, 4, "\xf0\xff\xff\x7f", "*flat/data/0 lies outside*" },
  { "at-the-end", 42, 4, "\xff\xff\xff\xff", "*entry 4 *is broken*" },
  { "overlap", 20, 8, "\0\x01\0\0\0\x01\0\0", "*member * overlaps*" },
  { "first", 42, 4, "\0\0\0\0", "*member * overlaps*" },
  { "size", 20, 8, "\x08\0\0\0\x08\0\0\0",
    "*has 8 bytes, expected 4 numbers*" },
  { "absurd-size", 20, 8, "\xfe\xff\xff\xff\xfe\xff\xff\xff", "*overlaps*" },
  { "signature", 0, 1, "X", "*entry 4 *is broken*" },
  { "name-length", 28, 2, "\xff\xff", "*entry 4 *is broken*" },
  { "no-such-member", 46, 1, "X", "*no member flat/data/0*" },
};

static void
test_broken_entry (Fixture *fixture, gconstpointer data)
{
  const gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GByteArray) bytes = load_small ("flat.pth");

  memcpy (find_entry (bytes, "flat/data/0") + broken_entries[i].offset,
          broken_entries[i].bytes, (gsize) broken_entries[i].n_bytes);
  store (fixture, bytes);
  expect_refused (fixture->path, broken_entries[i].pattern);
}

/* What is not needed may be as broken as it likes. */
static void
test_useless_storage_is_not_touched (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GByteArray) bytes = load_small ("flat.pth");
  guint8 *entry = find_entry (bytes, "flat/data/1"); /* the loss */
  const guint local = entry[42] | (guint) entry[43] << 8;

  memset (bytes->data + local, 0xff, 30);
  store (fixture, bytes);
  g_autoptr (GError) error = NULL;
  g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->path, &error);
  g_assert_no_error (error);
  g_clear_pointer (&weights, vqd_weights_free);

  entry = find_entry (bytes, "flat/data/0");
  memset (bytes->data + (entry[42] | (guint) entry[43] << 8), 0xff, 30);
  store (fixture, bytes);
  expect_refused (fixture->path,
                  "*encoder.weight: member flat/data/0 is not where*");
}

static void
test_absurd_directory (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GByteArray) bytes = load_small ("zip64.pth");
  const guint zip64_end = bytes->len - 9 - 22 - 20 - 56;

  g_assert_cmpmem (bytes->data + zip64_end, 4, "PK\6\6", 4);
  for (int field = 32; field <= 48; field += 8)
    {
      guint8 before[8];

      memcpy (before, bytes->data + zip64_end + field, 8);
      memset (bytes->data + zip64_end + field, 0xff, 8);
      store (fixture, bytes);
      expect_refused (fixture->path, "*directory*is not possible*");
      memcpy (bytes->data + zip64_end + field, before, 8);
    }
  store (fixture, bytes);
  g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->path, NULL);
  g_assert_nonnull (weights);
}

static void
test_other_archives (Fixture *fixture, gconstpointer data)
{
  g_autofree char *compressed = small_path ("compressed.pth");
  g_autoptr (GByteArray) bytes = load_small ("flat.pth");
  guint8 *entry = find_entry (bytes, "data.pkl");

  expect_refused (compressed, "*member flat/byteorder is compressed: only*");
  memcpy (entry + 46, "flat/data.txt", strlen ("flat/data.txt"));
  store (fixture, bytes);
  expect_refused (fixture->path, "*not a checkpoint of PyTorch*");
}

static void
test_big_endian (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GByteArray) bytes = load_small ("flat.pth");

  for (guint i = 0; i + 6 < bytes->len; i++)
    if (memcmp (bytes->data + i, "little", 6) == 0)
      memcpy (bytes->data + i, "biggie", 6);
  store (fixture, bytes);
  expect_refused (fixture->path, "*big-endian*");
}

/* ---- pickles ------------------------------------------------------------- */

/* A file of the old form around a pickle, with one storage "0" of 4 floats
 * where there is to be one. */
static void
store_pickle (Fixture *fixture, const void *pickle, gsize n_bytes,
              gboolean has_storage)
{
  static const guint8 before[] =
      "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
      "\x80\x02M\xe9\x03."
      "\x80\x02}.";
  static const guint8 keys[] = "\x80\x02]U\x01"
                               "0a."
                               "\4\0\0\0\0\0\0\0"
                               "\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40";
  static const guint8 no_keys[] = "\x80\x02].";
  g_autoptr (GByteArray) file = g_byte_array_new ();

  g_byte_array_append (file, before, sizeof before - 1);
  g_byte_array_append (file, pickle, (guint) n_bytes);
  if (has_storage)
    g_byte_array_append (file, keys, sizeof keys - 1);
  else
    g_byte_array_append (file, no_keys, sizeof no_keys - 1);
  store (fixture, file);
}

/* A storage of n (an opcode with its number) floats. */
#define STORAGE(n)                                                             \
  "(U\x07storagectorch\nFloatStorage\nU\x01"                                   \
  "0U\x03"                                                                     \
  "cpu" n "tQ"
#define TENSOR(n, first, shape, stride)                                        \
  "ctorch._utils\n_rebuild_tensor\n(" STORAGE (n) first shape stride "tR"
#define A_TENSOR(first, shape, stride)                                         \
  "}U\x01"                                                                     \
  "a" TENSOR ("K\x04", first, shape, stride) "s."
#define FOUR_FLOATS TENSOR ("K\x04", "K\0", "K\x04\x85", "K\x01\x85")
#define BYTES(text) (text), sizeof (text) - 1

static const struct
{
  const char *name;
  gboolean has_storage;
  const char *pickle;
  gsize n_bytes;
  const char *pattern; /* NULL: it is read */
} pickles[] = {
  { "good", TRUE, BYTES (A_TENSOR ("K\0", "K\x02K\x02\x86", "K\x02K\x01\x86")),
    NULL },
  { "ordered-dict-of-python-2", TRUE,
    BYTES (
        "ccollections\nOrderedDict\n(](](U\x01"
        "a" TENSOR ("K\x04", "K\0", "K\x04\x85", "\x8a\x01\x01\x85") "eetR."),
    NULL },
  { "beyond", TRUE, BYTES (A_TENSOR ("K\x01", "K\x04\x85", "K\x01\x85")),
    "*tensor a reaches beyond its storage 0*" },
  { "stride-beyond", TRUE,
    BYTES (A_TENSOR ("K\0", "K\x02K\x02\x86", "K\x03K\x01\x86")),
    "*tensor a reaches beyond*" },
  { "first-beyond", TRUE,
    BYTES (A_TENSOR ("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f", "K\x01\x85",
                     "K\x01\x85")),
    "*tensor a reaches beyond*" },
  { "negative-first", TRUE,
    BYTES (A_TENSOR ("J\xff\xff\xff\xff", "K\x01\x85", "K\x01\x85")),
    "*a tensor is not a storage*" },
  { "negative-stride", TRUE,
    BYTES (A_TENSOR ("K\x03", "K\x04\x85", "J\xff\xff\xff\xff\x85")),
    "*tensor a reaches beyond*" },
  { "negative-shape", TRUE,
    BYTES (A_TENSOR ("K\0", "J\xff\xff\xff\xff\x85", "K\x01\x85")),
    "*tensor a has an impossible shape*" },
  { "absurd-shape", TRUE,
    BYTES (A_TENSOR ("K\0", "J\xff\xff\xff\x7fJ\xff\xff\xff\x7fK\x09\x87",
                     "K\0K\0K\0\x87")),
    "*tensor a has an impossible shape*" },
  { "absurd-repetition", TRUE,
    BYTES (A_TENSOR ("K\0", "J\xff\xff\xff\x7fK\x09\x86", "K\0K\0\x86")),
    "*tensor a would take more memory*" },
  { "absurd-stride", TRUE,
    BYTES (A_TENSOR ("K\0", "J\xff\xff\xff\x7f\x85",
                     "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85")),
    "*tensor a reaches beyond*" },
  { "six-dimensions", TRUE,
    BYTES (A_TENSOR ("K\0", "(K\x01K\x01K\x01K\x01K\x01K\x01t",
                     "(K\x01K\x01K\x01K\x01K\x01K\x01t")),
    "*tensor a has 6 dimensions*" },
  { "shape-and-stride", TRUE,
    BYTES (A_TENSOR ("K\0", "K\x02K\x02\x86", "K\x01\x85")),
    "*a tensor is not a storage*" },
  { "other-size", TRUE,
    BYTES ("}U\x01"
           "a" TENSOR ("K\x03", "K\0", "K\x01\x85", "K\x01\x85") "s."),
    "*storage 0 has 4 numbers, expected 3*" },
  { "absurd-storage", TRUE,
    BYTES ("}U\x01"
           "a" TENSOR ("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f", "K\0",
                       "K\x01\x85", "K\x01\x85") "s."),
    "*cut short: it ends before storage 0 does*" },
  { "negative-storage", TRUE, BYTES (STORAGE ("J\xff\xff\xff\xff") "."),
    "*no key or no size*" },
  { "twice", TRUE,
    BYTES ("}(U\x01"
           "a" FOUR_FLOATS "U\x01"
           "a" FOUR_FLOATS "u."),
    "*tensor a is there twice*" },

  { "no-tensors", FALSE, BYTES ("}."), "*no tensors*" },
  { "a-number", FALSE, BYTES ("K\x01."), "*neither a tensor nor*" },
  { "empty", FALSE, BYTES ("."), "*more from its stack*" },
  { "nothing", FALSE, BYTES (""), "*neither a tensor nor*" },
  { "old-opcode", FALSE, BYTES ("I1\n."),
    "*byte 0: opcode 0x49 is not among*" },
  { "extension", FALSE, BYTES ("\x82\x01."), "*opcode 0x82*" },
  { "old-call", FALSE, BYTES ("(ios\nsystem\n."), "*opcode 0x69*" },
  { "no-mark", FALSE, BYTES ("K\x01t."), "*TUPLE: a mark is missing*" },
  { "below-mark", FALSE, BYTES ("K\x01(\x85."), "*TUPLE1: it takes more*" },
  { "no-memo", FALSE, BYTES ("h\x05."), "*object 5 is used before*" },
  { "odd-items", FALSE, BYTES ("}(K\x01u."), "*SETITEMS: it adds items*" },
  { "items-of-a-number", FALSE,
    BYTES ("K\x01K\x01"
           "a."),
    "*APPEND: it adds items*" },
  { "call-of-a-number", FALSE, BYTES ("K\x01)R."), "*not a function*" },
  { "call-of-a-storage-type", FALSE, BYTES ("ctorch\nFloatStorage\n)R."),
    "*torch.FloatStorage is called*" },
  { "call-without-a-tuple", FALSE, BYTES ("ctorch\nSize\n]R."),
    "*arguments are not a tuple*" },
  { "persistent-number", FALSE, BYTES ("K\x01Q."), "*not a storage*" },
  { "text-length", FALSE, BYTES ("X\xff\xff\xff\xff."),
    "*BINUNICODE: it ends*" },
  { "text-length-64", FALSE, BYTES ("\x8d\xff\xff\xff\xff\xff\xff\xff\xff."),
    "*BINUNICODE8: it ends*" },
  { "unknown-root", FALSE, BYTES ("cmodels\nNet\n)\x81}b."),
    "*it holds a models.Net*" },
  { "no-pairs", FALSE,
    BYTES ("ccollections\nOrderedDict\n](K\x01"
           "e\x85R."),
    "*not pairs*" },
};

static void
test_pickle (Fixture *fixture, gconstpointer data)
{
  const gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;

  store_pickle (fixture, pickles[i].pickle, pickles[i].n_bytes,
                pickles[i].has_storage);
  if (pickles[i].pattern != NULL)
    {
      expect_refused (fixture->path, pickles[i].pattern);
      return;
    }

  g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (number_at (vqd_weights_find (weights, "a"), 3), ==, 4);
}

/* A call of os.system, beside a tensor and alone. */
static void
test_nothing_is_executed (Fixture *fixture, gconstpointer data)
{
  static const char good[] = "}(U\x01"
                             "a" FOUR_FLOATS "U\x01x";
  g_autofree char *mark = g_build_filename (fixture->dir, "executed", NULL);
  g_autofree char *call =
      g_strdup_printf ("cos\nsystem\nX%c%c%c%ctouch %s\x85R", 0, 0, 0, 0, mark);
  g_autoptr (GByteArray) pickle = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  const guint n_text = (guint) (strlen ("touch ") + strlen (mark));
  const guint n_call =
      (guint) (strlen ("cos\nsystem\nX") + 4 + n_text + strlen ("\x85R"));

  call[strlen ("cos\nsystem\nX")] = (char) n_text;
  g_byte_array_append (pickle, (const guint8 *) good, sizeof good - 1);
  g_byte_array_append (pickle, (const guint8 *) call, n_call);
  g_byte_array_append (pickle, (const guint8 *) "u.", 2);
  store_pickle (fixture, pickle->data, pickle->len, TRUE);
  g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_nonnull (vqd_weights_find (weights, "a"));
  g_assert_false (g_file_test (mark, G_FILE_TEST_EXISTS));

  g_byte_array_set_size (pickle, 0);
  g_byte_array_append (pickle, (const guint8 *) call, n_call);
  g_byte_array_append (pickle, (const guint8 *) ".", 1);
  store_pickle (fixture, pickle->data, pickle->len, FALSE);
  expect_refused (fixture->path, "*it holds a os.system*");
  g_assert_false (g_file_test (mark, G_FILE_TEST_EXISTS));
}

static void
test_unknown_is_refused_by_name (Fixture *fixture, gconstpointer data)
{
  g_autofree char *unknown = small_path ("unknown.pth");
  g_autofree char *quantized = small_path ("quantized.pth");

  expect_refused (unknown, "*its model is a __main__.Unknown*");
  expect_refused (quantized,
                  "*tensor a is made by torch._utils._rebuild_qtensor*");
}

/* One opcode a million times and more. */
static void
test_absurd_counts (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *repeated;
    const char *pattern;
  } cases[] = {
    { "(", "*stack is deeper*" },      { "N0", "*more objects than any*" },
    { "2", "*stack is deeper*" },      { "}", "*stack is deeper*" },
    { "\x85", "*more objects than*" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) pickle = g_byte_array_new ();

      g_byte_array_append (pickle, (const guint8 *) "N", 1);
      for (int n = 0; n < (3 << 20); n++)
        g_byte_array_append (pickle, (const guint8 *) cases[i].repeated,
                             (guint) strlen (cases[i].repeated));
      store_pickle (fixture, pickle->data, pickle->len, FALSE);
      expect_refused (fixture->path, cases[i].pattern);
    }
}

/* Dictionaries that hold the one before n times: few bytes, and a tree of
 * any size; and one that holds itself. */
static void
test_nested_dictionaries (Fixture *fixture, gconstpointer data)
{
  for (int n = 2; n <= 10; n += 8)
    {
      g_autoptr (GString) pickle = g_string_new ("}q\1");

      for (int depth = 0; depth < 40; depth++)
        {
          g_string_append (pickle, "}(");
          for (int i = 0; i < n; i++)
            g_string_append_printf (pickle, "U\1%ch\1", 'a' + i);
          g_string_append (pickle, "uq\1");
        }
      g_string_append_c (pickle, '.');
      store_pickle (fixture, pickle->str, pickle->len, FALSE);
      expect_refused (fixture->path,
                      n == 2 ? "*no tensors*" : "*more entries than any*");
    }

  store_pickle (fixture, BYTES ("}q\1U\1ah\1s."), FALSE);
  expect_refused (fixture->path, "*no tensors*");
}

/* ---- damage -------------------------------------------------------------- */

static void
test_cut_short (Fixture *fixture, gconstpointer data)
{
  static const char *const files[] = { "small.pth", "small-legacy.pth",
                                       "zip64.pth" };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GByteArray) bytes = load_small (files[i]);
      /* of a comment behind an archive, nothing is needed */
      const guint n_needed = bytes->len - (i == 2 ? 9 : 0);

      for (guint n = 0; n < n_needed; n += n < 200 ? 1 : 37)
        {
          g_byte_array_set_size (bytes, n);
          store (fixture, bytes);
          g_autoptr (VqdWeights) weights =
              vqd_weights_open (fixture->path, NULL);
          g_assert_null (weights);
          g_byte_array_unref (bytes);
          bytes = load_small (files[i]);
        }
      g_byte_array_set_size (bytes, n_needed - 1);
      store (fixture, bytes);
      expect_refused (fixture->path, "*cut short*");
    }
}

/* Every byte changed, one at a time: refused or read, and what is read lies
 * in the file. */
static void
test_changed_bytes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GByteArray) bytes = load_small (data);
  static const guint8 changes[] = { 0x01, 0x80, 0xff };
  guint n_refused = 0;

  store (fixture, bytes);
  const int file = g_open (fixture->path, O_WRONLY, 0);
  g_assert_cmpint (file, >=, 0);
  for (guint i = 0; i < bytes->len; i++)
    for (gsize c = 0; c <= G_N_ELEMENTS (changes); c++)
      {
        const guint8 byte = c < G_N_ELEMENTS (changes)
                                ? bytes->data[i] ^ changes[c]
                                : bytes->data[i];

        g_assert_cmpint (pwrite (file, &byte, 1, i), ==, 1);
        if (c == G_N_ELEMENTS (changes))
          break;
        g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->path, NULL);
        if (weights == NULL)
          n_refused++;
        else
          touch_all (weights);
      }
  close (file);
  g_assert_cmpuint (n_refused, >, bytes->len / 10);
  g_test_message ("%u of %u refused", n_refused, 3 * bytes->len);
}

#define ADD(name, function, data)                                              \
  g_test_add ("/torch/" name, Fixture, (data), set_up, (function), tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("text/equals-single-file", test_text_equals_single_file, NULL);
  ADD ("class/loads-the-model-alone", test_loads_the_model_alone, "class");
  ADD ("uncond/loads-the-model-alone", test_loads_the_model_alone, "uncond");
  ADD ("lone-tensor", test_lone_tensor, NULL);
  ADD ("small/zip", test_small, "small.pth");
  ADD ("small/legacy", test_small, "small-legacy.pth");
  ADD ("small/protocol-4", test_small, "small-protocol4.pth");
  ADD ("state-dictionaries", test_state_dictionaries, NULL);
  ADD ("names-are-joined-keys", test_names_are_joined_keys, NULL);
  ADD ("useless-storage-is-not-touched", test_useless_storage_is_not_touched,
       NULL);
  ADD ("nothing-is-executed", test_nothing_is_executed, NULL);
  ADD ("unknown-is-refused-by-name", test_unknown_is_refused_by_name, NULL);
  ADD ("absurd-directory", test_absurd_directory, NULL);
  ADD ("absurd-counts", test_absurd_counts, NULL);
  ADD ("nested-dictionaries", test_nested_dictionaries, NULL);
  ADD ("other-archives", test_other_archives, NULL);
  ADD ("big-endian", test_big_endian, NULL);
  ADD ("cut-short", test_cut_short, NULL);
  ADD ("changed-bytes/zip", test_changed_bytes, "flat.pth");
  ADD ("changed-bytes/zip64", test_changed_bytes, "zip64.pth");
  ADD ("changed-bytes/legacy", test_changed_bytes, "small-legacy.pth");
  for (gsize i = 0; i < G_N_ELEMENTS (broken_entries); i++)
    {
      g_autofree char *name =
          g_strconcat ("/torch/entry/", broken_entries[i].name, NULL);

      g_test_add (name, Fixture, GSIZE_TO_POINTER (i), set_up,
                  test_broken_entry, tear_down);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (pickles); i++)
    {
      g_autofree char *name =
          g_strconcat ("/torch/pickle/", pickles[i].name, NULL);

      g_test_add (name, Fixture, GSIZE_TO_POINTER (i), set_up, test_pickle,
                  tear_down);
    }
  return g_test_run ();
}
