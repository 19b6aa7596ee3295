/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hostile pickle is refused or inert, a damaged file refused or read. */
#include <fcntl.h>
#include <unistd.h>

#include "tests/core/torch-files.h"


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
  { "storage-of-a-gpu", TRUE,
    BYTES ("}U\x01"
           "actorch._utils\n_rebuild_tensor_v2\n("
           "(U\x07storagectorch.cuda\nFloatStorage\nU\x01"
           "0U\x06"
           "cuda:0K\x04tQK\0K\x04\x85K\x01\x85\x89}tRs."),
    NULL },
  { "view-beyond", TRUE, BYTES (STORAGE ("K\x04U\1vK\3K\2\x87") "."),
    "*a view of storage 0 is outside*" },
  { "beyond-the-view", TRUE,
    BYTES (
        "}U\x01"
        "a" TENSOR ("K\x04U\1vK\1K\2\x87", "K\1", "K\2\x85", "K\1\x85") "s."),
    "*tensor a reaches beyond*" },
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
  { "nothing", FALSE, BYTES (""), "*it ends in the middle*" },
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

/* Old files have tensors on a part of a storage. */
static void
test_view (Fixture *fixture, gconstpointer data)
{
  static const char pickle[] =
      "}U\x01"
      "a" TENSOR ("K\x04U\1vK\1K\3\x87", "K\1", "K\2\x85", "K\1\x85") "s.";
  g_autoptr (GError) error = NULL;

  store_pickle (fixture, pickle, sizeof pickle - 1, TRUE);
  g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->path, &error);
  g_assert_no_error (error);
  const VqdTensor *tensor = vqd_weights_find (weights, "a");
  g_assert_cmpuint (tensor->n_bytes, ==, 2 * sizeof (float));
  g_assert_cmpfloat (number_at (tensor, 0), ==, 3);
  g_assert_cmpfloat (number_at (tensor, 1), ==, 4);
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

      store (fixture, bytes);
      g_assert_cmpint (truncate (fixture->path, n_needed - 1), ==, 0);
      expect_refused (fixture->path, "*cut short*");
      for (guint n = n_needed - 1; n > 0; n -= MIN (n, n < 200 ? 1 : 37))
        {
          g_assert_cmpint (truncate (fixture->path, n), ==, 0);
          g_autoptr (VqdWeights) weights =
              vqd_weights_open (fixture->path, NULL);
          g_assert_null (weights);
        }
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
  g_test_add ("/unpickle/" name, Fixture, (data), set_up, (function), tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("view-of-a-storage", test_view, NULL);
  ADD ("nothing-is-executed", test_nothing_is_executed, NULL);
  ADD ("unknown-is-refused-by-name", test_unknown_is_refused_by_name, NULL);
  ADD ("absurd-counts", test_absurd_counts, NULL);
  ADD ("nested-dictionaries", test_nested_dictionaries, NULL);
  ADD ("cut-short", test_cut_short, NULL);
  ADD ("changed-bytes/zip", test_changed_bytes, "flat.pth");
  ADD ("changed-bytes/zip64", test_changed_bytes, "zip64.pth");
  ADD ("changed-bytes/legacy", test_changed_bytes, "small-legacy.pth");
  for (gsize i = 0; i < G_N_ELEMENTS (pickles); i++)
    {
      g_autofree char *name =
          g_strconcat ("/unpickle/pickle/", pickles[i].name, NULL);

      g_test_add (name, Fixture, GSIZE_TO_POINTER (i), set_up, test_pickle,
                  tear_down);
    }
  return g_test_run ();
}
