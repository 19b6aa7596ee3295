/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A zip archive from its end:
 *
 *   local header + member, ...          "PK\3\4"
 *   directory: an entry a member        "PK\1\2"
 *   zip64 end, zip64 locator            "PK\6\6", "PK\6\7" (large archives)
 *   end, with a comment behind it       "PK\5\6" */
#include <string.h>

#include "core/io/vqd-torch-zip.h"

#include "core/base/vqd-i18n.h"

#define LOCAL_BYTES 30
#define ENTRY_BYTES 46
#define END_BYTES 22
#define ZIP64_LOCATOR_BYTES 20
#define ZIP64_END_BYTES 56
#define MAX_COMMENT_BYTES 65535
/* A checkpoint has some thousands. */
#define MAX_MEMBERS (1 << 20)

#define METHOD_STORED 0
#define FLAG_ENCRYPTED 1
#define EXTRA_ZIP64 1

#define MODEL_ERROR(error, ...)                                                \
  g_set_error ((error), VQD_ERROR, VQD_ERROR_MODEL, __VA_ARGS__)

typedef struct
{
  char *name;
  guint method;
  guint flags;
  guint64 packed_bytes;
  guint64 n_bytes;
  guint64 local; /* offset of the local header */
} Member;

typedef struct
{
  guint64 n_members;
  guint64 first;
  guint64 n_bytes;
} Directory;

struct _VqdTorchZip
{
  const guint8 *bytes;
  guint64 members_end; /* where the directory begins */
  GArray *members;     /* Member, sorted by offset */
  GHashTable *by_name; /* name (borrowed) -> index + 1 */
  char *folder;
};


/* The one place where an offset becomes a pointer. */
static const guint8 *
at (const guint8 *bytes, guint64 end, guint64 first, guint64 n_bytes)
{
  return first <= end && n_bytes <= end - first ? bytes + first : NULL;
}

static guint
u16_at (const guint8 *bytes)
{
  return (guint) bytes[0] | (guint) bytes[1] << 8;
}

static guint32
u32_at (const guint8 *bytes)
{
  return u16_at (bytes) | (guint32) u16_at (bytes + 2) << 16;
}

static guint64
u64_at (const guint8 *bytes)
{
  return u32_at (bytes) | (guint64) u32_at (bytes + 4) << 32;
}

/* ---- the directory ------------------------------------------------------- */

/* The zip64 end, which the locator before the plain end points to. */
static gboolean
read_zip64_end (const guint8 *bytes, guint64 end, Directory *directory,
                GError **error)
{
  const guint8 *locator =
      end < ZIP64_LOCATOR_BYTES
          ? NULL
          : at (bytes, end, end - ZIP64_LOCATOR_BYTES, ZIP64_LOCATOR_BYTES);

  if (locator == NULL || memcmp (locator, "PK\6\7", 4) != 0)
    return TRUE;

  const guint8 *record = at (bytes, end, u64_at (locator + 8), ZIP64_END_BYTES);
  if (record == NULL || memcmp (record, "PK\6\6", 4) != 0)
    {
      MODEL_ERROR (error, _ ("the archive's end is not where it should be"));
      return FALSE;
    }
  directory->n_members = u64_at (record + 32);
  directory->n_bytes = u64_at (record + 40);
  directory->first = u64_at (record + 48);
  return TRUE;
}

static gboolean
find_directory (const guint8 *bytes, guint64 n_bytes, Directory *directory,
                GError **error)
{
  const guint64 last =
      n_bytes < END_BYTES ? 0 : n_bytes - END_BYTES; /* where it may begin */

  for (guint64 back = 0; back <= MIN (last, MAX_COMMENT_BYTES); back++)
    {
      const guint8 *end = at (bytes, n_bytes, last - back, END_BYTES);

      if (end == NULL || memcmp (end, "PK\5\6", 4) != 0)
        continue;
      directory->n_members = u16_at (end + 10);
      directory->n_bytes = u32_at (end + 12);
      directory->first = u32_at (end + 16);
      return read_zip64_end (bytes, last - back, directory, error);
    }
  MODEL_ERROR (error,
               _ ("the file is cut short: the archive has no end. Copy or "
                  "download the model again."));
  return FALSE;
}

/* The extra field holds the 64-bit numbers of those that are all ones. */
static gboolean
read_zip64_extra (const guint8 *extra, gsize n_extra, Member *member)
{
  guint64 *const numbers[] = { &member->n_bytes, &member->packed_bytes,
                               &member->local };
  const guint8 *next = NULL;
  gsize left = 0;

  for (gsize i = 0; i + 4 <= n_extra && next == NULL;)
    {
      const gsize n = u16_at (extra + i + 2);

      if (n > n_extra - i - 4)
        break;
      if (u16_at (extra + i) == EXTRA_ZIP64)
        {
          next = extra + i + 4;
          left = n;
        }
      i += 4 + n;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (*numbers[i] == G_MAXUINT32)
      {
        if (left < 8)
          return FALSE;
        *numbers[i] = u64_at (next);
        next += 8;
        left -= 8;
      }
  return TRUE;
}

/* Reads the entry at *first of the directory, which ends at end. */
static gboolean
read_entry (const guint8 *bytes, guint64 end, guint64 *first, Member *member)
{
  const guint8 *entry = at (bytes, end, *first, ENTRY_BYTES);

  if (entry == NULL || memcmp (entry, "PK\1\2", 4) != 0)
    return FALSE;

  const gsize n_name = u16_at (entry + 28);
  const gsize n_extra = u16_at (entry + 30);
  const gsize n_all = ENTRY_BYTES + n_name + n_extra + u16_at (entry + 32);
  if (at (bytes, end, *first, n_all) == NULL)
    return FALSE;

  *member = (Member){ .flags = u16_at (entry + 8),
                      .method = u16_at (entry + 10),
                      .packed_bytes = u32_at (entry + 20),
                      .n_bytes = u32_at (entry + 24),
                      .local = u32_at (entry + 42) };
  if (! read_zip64_extra (entry + ENTRY_BYTES + n_name, n_extra, member))
    return FALSE;
  member->name =
      g_utf8_make_valid ((const char *) entry + ENTRY_BYTES, (gssize) n_name);
  *first += n_all;
  return TRUE;
}

static int
compare_members (gconstpointer a, gconstpointer b)
{
  const Member *one = a;
  const Member *other = b;

  return one->local < other->local ? -1 : one->local > other->local;
}

/* Where the next member begins, or the directory. */
static guint64
member_end (const VqdTorchZip *self, guint i)
{
  return i + 1 < self->members->len
             ? g_array_index (self->members, Member, i + 1).local
             : self->members_end;
}

/* Members lie behind each other, before the directory. */
static gboolean
check_places (const VqdTorchZip *self, GError **error)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      const Member *member = &g_array_index (self->members, Member, i);
      const guint64 end = member_end (self, i);

      if (member->local >= self->members_end)
        {
          MODEL_ERROR (error, _ ("member %s lies outside of the archive"),
                       member->name);
          return FALSE;
        }
      if (at (self->bytes, end, member->local, LOCAL_BYTES) == NULL ||
          at (self->bytes, end, member->local + LOCAL_BYTES,
              member->packed_bytes) == NULL)
        {
          MODEL_ERROR (error, _ ("member %s overlaps what is behind it"),
                       member->name);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
index_members (VqdTorchZip *self, GError **error)
{
  g_array_sort (self->members, compare_members);
  for (guint i = 0; i < self->members->len; i++)
    {
      const char *name = g_array_index (self->members, Member, i).name;
      const char *slash = strchr (name, '/');

      if (! g_hash_table_insert (self->by_name, (char *) name,
                                 GUINT_TO_POINTER (i + 1)))
        {
          MODEL_ERROR (error, _ ("member %s is there twice"), name);
          return FALSE;
        }
      if (self->folder == NULL && slash != NULL &&
          g_str_equal (slash, "/data.pkl"))
        self->folder = g_strndup (name, (gsize) (slash - name));
    }
  return TRUE;
}

static gboolean
read_directory (VqdTorchZip *self, guint64 n_bytes, GError **error)
{
  Directory directory;
  guint64 next;

  if (! find_directory (self->bytes, n_bytes, &directory, error))
    return FALSE;
  if (at (self->bytes, n_bytes, directory.first, directory.n_bytes) == NULL ||
      directory.n_members > MAX_MEMBERS ||
      directory.n_members > directory.n_bytes / ENTRY_BYTES)
    {
      MODEL_ERROR (error,
                   _ ("the archive's directory, %llu members in %llu bytes, is "
                      "not possible"),
                   (unsigned long long) directory.n_members,
                   (unsigned long long) directory.n_bytes);
      return FALSE;
    }

  self->members_end = directory.first;
  next = directory.first;
  for (guint64 i = 0; i < directory.n_members; i++)
    {
      Member member;

      if (! read_entry (self->bytes, directory.first + directory.n_bytes, &next,
                        &member))
        {
          MODEL_ERROR (error,
                       _ ("entry %llu of the archive's directory is broken"),
                       (unsigned long long) i);
          return FALSE;
        }
      g_array_append_val (self->members, member);
    }
  return index_members (self, error) && check_places (self, error);
}

static void
member_clear (gpointer member)
{
  g_free (((Member *) member)->name);
}

VqdTorchZip *
vqd_torch_zip_new (const guint8 *bytes, guint64 n_bytes, GError **error)
{
  g_autoptr (VqdTorchZip) self = g_new0 (VqdTorchZip, 1);

  self->bytes = bytes;
  self->members = g_array_new (FALSE, FALSE, sizeof (Member));
  g_array_set_clear_func (self->members, member_clear);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  if (! read_directory (self, n_bytes, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
vqd_torch_zip_free (VqdTorchZip *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->members, g_array_unref);
  g_free (self->folder);
  g_free (self);
}

const char *
vqd_torch_zip_get_folder (const VqdTorchZip *self)
{
  return self->folder;
}

/* ---- members ------------------------------------------------------------- */

gboolean
vqd_torch_zip_has (const VqdTorchZip *self, const char *name)
{
  return g_hash_table_contains (self->by_name, name);
}

gboolean
vqd_torch_zip_find (const VqdTorchZip *self, const char *name,
                    const guint8 **bytes, guint64 *n_bytes, GError **error)
{
  const guint index =
      GPOINTER_TO_UINT (g_hash_table_lookup (self->by_name, name));

  if (index == 0)
    {
      MODEL_ERROR (error, _ ("the archive has no member %s"), name);
      return FALSE;
    }

  const Member *member = &g_array_index (self->members, Member, index - 1);
  if (member->method != METHOD_STORED || member->flags & FLAG_ENCRYPTED ||
      member->packed_bytes != member->n_bytes)
    {
      MODEL_ERROR (error,
                   member->flags & FLAG_ENCRYPTED
                       ? _ ("member %s is encrypted: only archives as PyTorch "
                            "writes them, with members stored as they are, "
                            "can be read")
                       : _ ("member %s is compressed: only archives as "
                            "PyTorch writes them, with members stored as they "
                            "are, can be read"),
                   name);
      return FALSE;
    }

  const guint64 end = member_end (self, index - 1);
  const guint8 *local = at (self->bytes, end, member->local, LOCAL_BYTES);
  if (local == NULL || memcmp (local, "PK\3\4", 4) != 0)
    {
      MODEL_ERROR (error, _ ("member %s is not where the directory says"),
                   name);
      return FALSE;
    }

  *bytes = at (self->bytes, end,
               member->local + LOCAL_BYTES + u16_at (local + 26) +
                   u16_at (local + 28),
               member->n_bytes);
  *n_bytes = member->n_bytes;
  if (*bytes == NULL)
    {
      MODEL_ERROR (error, _ ("member %s does not fit the archive"), name);
      return FALSE;
    }
  return TRUE;
}
