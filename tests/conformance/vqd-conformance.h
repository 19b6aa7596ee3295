/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-conformance.h - our numbers against a folder of the reference's
 *
 * A folder of this form is described in tests/golden/README.md. Sizes are read
 * from its files, none is assumed. */
#ifndef VQD_CONFORMANCE_H
#define VQD_CONFORMANCE_H

#include <json-glib/json-glib.h>

#include "core/io/vqd-weights.h"
#include "core/vqd-pipeline.h"

/* What a case says: claims held against bounds, worst figures seen. */
typedef struct
{
  VqdBackend *backend;
  GString *text;
  gboolean failed;
} Report;

/* The claim "what: seen, bound" on the report; fails it when ! (seen <= bound),
 * NaN included. */
void report_bound (Report *report, const char *what, double seen, double bound);
/* ... when ! (share >= bound). */
void report_share (Report *report, const char *what, gint64 n_equal, gint64 n,
                   double bound);
void report_note (Report *report, const char *format, ...) G_GNUC_PRINTF (2, 3);

typedef struct
{
  const char *name;
  const char *file; /* that it needs, of the folder */
  gboolean (*run) (const char *dir, Report *report, GError **error);
} FixedCase;

extern const FixedCase fixed_cases[];
extern const guint n_fixed_cases;

/* Runs of text/ and pipeline/: one case each. */
gboolean case_text_run (const char *dir, const char *name, JsonObject *run,
                        Report *report, GError **error);
gboolean case_pipeline_run (const char *dir, const char *name, JsonObject *run,
                            Report *report, GError **error);

gboolean case_class_run (const char *dir, const char *name, JsonObject *run,
                         Report *report, GError **error);
gboolean case_uncond_run (const char *dir, const char *name, JsonObject *run,
                          Report *report, GError **error);

gboolean case_class_forward (const char *dir, Report *report, GError **error);
gboolean case_uncond_forward (const char *dir, Report *report, GError **error);
gboolean case_text_checkpoint (const char *dir, Report *report, GError **error);

/* A stored run of the authors' implementation, whose condition is set: teacher
 * forced, free, and its picture. The batch has one seed; its pictures differ
 * by their index. */
gboolean run_stored (const char *dir, const char *folder, const char *name,
                     JsonObject *run, int batch, VqdPipeline *pipeline,
                     const VqdSamplerSettings *settings, Report *report,
                     GError **error);

/* ---- data ---- */

/* A file of data, numbers as they are; a model, as the program opens it. */
VqdWeights *open_file (const char *dir, const char *file, GError **error);
VqdWeights *open_model (const char *dir, const char *file, GError **error);

/* The numbers of a tensor; n: how many. (transfer full) */
float *need_floats (const VqdWeights *weights, const char *name, gsize *n,
                    GError **error);
double *need_doubles (const VqdWeights *weights, const char *name, gsize *n,
                      GError **error);
int *need_ints (const VqdWeights *weights, const char *name, gsize *n,
                GError **error);

/* Sum of squared differences over that of the reference, its root. */
double relative_error (const float *seen, const float *reference, gsize n);

/* A pipeline over a model file of the folder. */
VqdPipeline *open_pipeline (const char *dir, const char *file, int max_batch,
                            Report *report, GError **error);

/* A decoded picture [h, w, 3] of 0 ... 1 against the reference's 0 ... 255,
 * channels first or last. */
void compare_picture (const float *rgb, const float *reference,
                      gboolean channels_first, int height, int width,
                      double mean_bound, double worst_bound, Report *report);

#endif /* VQD_CONFORMANCE_H */
