/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-unpickle.h - the objects of a Python pickle, as far as tensors need them
 *
 * Source: SPEC 10a; Python's pickletools. Nothing is ever executed: a pickle
 * names the functions that are to make its objects, and the few names that
 * tensors need stand in a table. What anything else would make becomes an
 * inert placeholder that knows its name alone.
 *
 * Texts are borrowed from the bytes, which must outlive the objects. */
#ifndef VQD_UNPICKLE_H
#define VQD_UNPICKLE_H

#include "core/io/vqd-weights.h"

G_BEGIN_DECLS

typedef enum
{
  VQD_PICKLE_NONE,
  VQD_PICKLE_INT, /* bool too */
  VQD_PICKLE_FLOAT,
  VQD_PICKLE_TEXT, /* bytes too, and integers beyond 64 bits */
  VQD_PICKLE_TUPLE,
  VQD_PICKLE_LIST,
  VQD_PICKLE_DICT,
  VQD_PICKLE_GLOBAL, /* a known function or class */
  VQD_PICKLE_STORAGE,
  VQD_PICKLE_TENSOR,
  VQD_PICKLE_PLACEHOLDER
} VqdPickleKind;

typedef struct _VqdPickleObject VqdPickleObject;

/* Numbers that lie elsewhere in the file, under a key. */
typedef struct
{
  const char *type; /* as PyTorch calls it: "FloatStorage" */
  gsize element_bytes;
  gboolean has_dtype; /* FALSE: numbers of a type that we do not know */
  VqdDtype dtype;
  char *key;
  guint64 n_elements;
  /* The part that its tensors count from; all of it, but in old files. */
  guint64 view_first;
  guint64 view_n;
} VqdPickleStorage;

/* Not checked against the storage. */
typedef struct
{
  const VqdPickleStorage *storage;
  guint64 first; /* element of the storage's view */
  guint rank;    /* may be beyond VQD_MAX_RANK, which shape and stride hold */
  gint64 shape[VQD_MAX_RANK];
  gint64 stride[VQD_MAX_RANK];
} VqdPickleTensor;

struct _VqdPickleObject
{
  VqdPickleKind kind;
  union
  {
    gint64 integer;
    double number;
    struct
    {
      const char *start; /* without a NUL behind */
      gsize n_bytes;
    } text;
    GPtrArray *items; /* tuple, list; of a dict: key, value, key, value */
    int global;       /* index in the table of known names */
    VqdPickleStorage storage;
    VqdPickleTensor tensor;
    struct
    {
      char *name;         /* "module.name" */
      gboolean is_tensor; /* it would be a tensor, of a kind not known */
    } placeholder;
  };
};

typedef struct _VqdPickle VqdPickle;

/* Reads the pickle that begins at bytes; *n_used (or NULL) is its length.
 * Time and memory are bounded by n_bytes. */
VqdPickle *vqd_pickle_read (const guint8 *bytes, guint64 n_bytes,
                            guint64 *n_used, GError **error);
void vqd_pickle_free (VqdPickle *pickle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdPickle, vqd_pickle_free)

/* Borrowed; an object may be reached on several ways, its own inside too. */
const VqdPickleObject *vqd_pickle_get_root (const VqdPickle *pickle);

/* The n-th storage in the order of the pickle, or NULL. */
const VqdPickleStorage *vqd_pickle_get_storage (const VqdPickle *pickle,
                                                guint n);

gboolean vqd_pickle_is_text (const VqdPickleObject *object, const char *text);

G_END_DECLS

#endif /* VQD_UNPICKLE_H */
