/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is read of the authors' checkpoints, and of no archive that is
 * broken. */
#include "core/io/vqd-torch.h"
#include "tests/core/torch-files.h"


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
  ADD ("absurd-directory", test_absurd_directory, NULL);
  ADD ("other-archives", test_other_archives, NULL);
  ADD ("big-endian", test_big_endian, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (broken_entries); i++)
    {
      g_autofree char *name =
          g_strconcat ("/torch/entry/", broken_entries[i].name, NULL);

      g_test_add (name, Fixture, GSIZE_TO_POINTER (i), set_up,
                  test_broken_entry, tear_down);
    }
  return g_test_run ();
}
