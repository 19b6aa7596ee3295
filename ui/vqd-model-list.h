/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-model-list.h - which models there are, and what each is
 *
 * Those along vqd_model_search_path (), and those that the user added where
 * they are: a file of the user's data folder lists these. No widgets. */
#ifndef VQD_MODEL_LIST_H
#define VQD_MODEL_LIST_H

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  VQD_MODEL_UNREAD,
  VQD_MODEL_READ,
  VQD_MODEL_BROKEN /* error says why */
} VqdModelState;

typedef enum
{
  VQD_CHECK_NO_SUM, /* the file states none */
  VQD_CHECK_NOT_DONE,
  VQD_CHECK_GOOD,
  VQD_CHECK_BAD
} VqdModelCheck;

/* Reference-counted. What is below the line is known once it is read. */
typedef struct
{
  char *path;
  guint64 file_bytes;
  gint64 modified; /* seconds */
  gboolean is_added;
  /* ---- */
  VqdModelState state;
  VqdModelCheck check;
  char *error;
  char *name;
  char *version;
  char *description;
  char *licence;
  char *credits;
  char *kind;
  int context;
  int width_px;
  int height_px;
  gint64 n_parameters;
  guint64 needed_bytes; /* of memory, the mapped file included */
} VqdModelEntry;

VqdModelEntry *vqd_model_entry_ref (VqdModelEntry *self);
void vqd_model_entry_unref (VqdModelEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdModelEntry, vqd_model_entry_unref)

/* What lies there, unread; a path twice is listed once. known: entries of an
 * earlier list, taken over where the file has not changed; NULL: none.
 * (transfer full), of VqdModelEntry. */
GPtrArray *vqd_model_list_find (const GPtrArray *known);

/* Opens the model and checks small files: takes a while, and may be called by a
 * thread. (transfer full): an entry that is read, or is broken; NULL: it was
 * cancelled. */
VqdModelEntry *vqd_model_entry_read (const VqdModelEntry *self,
                                     GCancellable *cancellable);

/* Whether a path may be a model, by its name. */
gboolean vqd_model_list_is_model (const char *path);

/* Of a file or folder anywhere. */
gboolean vqd_model_list_add (const char *path, GError **error);
gboolean vqd_model_list_remove (const char *path, GError **error);

/* The user's folder for models, which the search path has. (transfer full) */
char *vqd_model_list_get_folder (void);

G_END_DECLS

#endif /* VQD_MODEL_LIST_H */
