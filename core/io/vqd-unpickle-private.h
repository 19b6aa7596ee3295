/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-unpickle-private.h - between the pickle machine and what it may make */
#ifndef VQD_UNPICKLE_PRIVATE_H
#define VQD_UNPICKLE_PRIVATE_H

#include "core/io/vqd-unpickle.h"

G_BEGIN_DECLS

struct _VqdPickle
{
  GPtrArray *objects;  /* all that were made, owned */
  GPtrArray *storages; /* VqdPickleObject, borrowed */
  guint64 n_made;      /* objects, and items that were copied */
  const VqdPickleObject *root;
};

/* A new object, owned by the pickle; of a kind with items, with none. NULL:
 * there are too many. */
VqdPickleObject *vqd_pickle_make (VqdPickle *pickle, VqdPickleKind kind,
                                  GError **error);

/* FALSE when n more items would be too many. */
gboolean vqd_pickle_charge (VqdPickle *pickle, guint64 n, GError **error);

/* What a pickle's "module", "name" stand for: an entry of the table, or a
 * placeholder. */
VqdPickleObject *vqd_pickle_global (VqdPickle *pickle, const char *module,
                                    gsize n_module, const char *name,
                                    gsize n_name, GError **error);

/* What calling function with arguments (a tuple) makes. */
VqdPickleObject *vqd_pickle_call (VqdPickle *pickle, VqdPickleObject *function,
                                  const VqdPickleObject *arguments,
                                  GError **error);

/* What a persistent id (a tuple) stands for: a storage. */
VqdPickleObject *vqd_pickle_persistent (VqdPickle *pickle,
                                        const VqdPickleObject *id,
                                        GError **error);

G_END_DECLS

#endif /* VQD_UNPICKLE_PRIVATE_H */
