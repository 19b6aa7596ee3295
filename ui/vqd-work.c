/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-work.h"

#include <glib/gi18n.h>
#include <math.h>

/* Windows overlap: each adds about so much of its side. */
#define WINDOW_ADDS 0.5

static gboolean
has (GObject *config, const char *property)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (config), property) !=
         NULL;
}

static double
get_double (GObject *config, const char *property, double fallback)
{
  double value = fallback;

  if (has (config, property))
    g_object_get (config, property, &value, NULL);
  return value;
}

static int
get_int (GObject *config, const char *property, int fallback)
{
  int value = fallback;

  if (has (config, property))
    g_object_get (config, property, &value, NULL);
  return value;
}

void
vqd_work_init (VqdWork *self)
{
  *self = (VqdWork){
    .per_evaluation = -1, .beside = 0, .share = 1, .n_windows = 1
  };
}

void
vqd_work_clear (VqdWork *self)
{
  g_free ((char *) self->info.strategy);
  g_free ((char *) self->info.null_condition);
  self->info = (VqdModelInfo){ 0 };
  self->has_info = FALSE;
}

void
vqd_work_set_info (VqdWork *self, const VqdModelInfo *info)
{
  char *strategy = info != NULL ? g_strdup (info->strategy) : NULL;
  char *null_condition = info != NULL ? g_strdup (info->null_condition) : NULL;
  const VqdModelInfo copy = info != NULL ? *info : (VqdModelInfo){ 0 };

  vqd_work_clear (self);
  self->has_info = info != NULL;
  self->info = (VqdModelInfo){
    .strategy = strategy,
    .null_condition = null_condition,
    .cell_px = copy.cell_px,
    .width_px = copy.width_px,
    .height_px = copy.height_px,
    .grid_width = copy.grid_width,
    .grid_height = copy.grid_height,
    .n_codes = copy.n_codes,
    .n_steps = copy.n_steps,
    .file_bytes = copy.file_bytes,
    .working_bytes = copy.working_bytes,
    .steps = copy.steps,
    .guidance = copy.guidance,
    .truncation = copy.truncation,
    .purity_weight = copy.purity_weight,
    .top_k = copy.top_k,
  };
}

int
vqd_work_get_own_steps (const VqdWork *self)
{
  return self->info.steps > 0 ? self->info.steps : self->info.n_steps;
}

/* Vary draws anew what its strength, or the share that is kept, leaves. Over
 * several pictures the strength goes from one end to the other. */
static double
get_share (const VqdWork *self, GObject *config)
{
  if (self->mode != VQD_TASK_VARY)
    return self->share;

  const double keep = get_double (config, "keep", -1);
  const double strength = get_double (config, "strength", 1);
  const double last = get_double (config, "strength-last", -1);

  if (keep >= 0)
    return self->share * (1 - keep);
  if (last >= 0 && get_int (config, "images", 1) > 1)
    return self->share * (strength + last) / 2;

  return self->share * strength;
}

/* Windows that cover a side, beyond those the caller knows of. */
static double
cover (int wanted_px, int model_px)
{
  if (model_px <= 0 || wanted_px <= model_px)
    return 1;

  return 1 + ceil ((double) (wanted_px - model_px) / (WINDOW_ADDS * model_px));
}

static double
count_windows (const VqdWork *self, GObject *config)
{
  if (self->n_windows > 1 ||
      (self->mode != VQD_TASK_GENERATE && self->mode != VQD_TASK_TILE))
    return MAX (self->n_windows, 1);

  return cover (get_int (config, "width", 0), self->info.width_px) *
         cover (get_int (config, "height", 0), self->info.height_px);
}

int
vqd_work_count_evaluations (const VqdWork *self, GObject *config, int steps)
{
  g_autofree char *strategy = NULL;
  VqdRequest request;

  if (! self->has_info)
    return 0;

  vqd_request_init (&request);
  if (has (config, "strategy"))
    g_object_get (config, "strategy", &strategy, NULL);
  if (strategy != NULL)
    request.strategy = strategy;
  request.steps = steps;
  return vqd_request_count_evaluations (&request, &self->info,
                                        get_share (self, config));
}

double
vqd_work_get_seconds (const VqdWork *self, GObject *config, int steps)
{
  const int n = vqd_work_count_evaluations (self, config, steps);
  const double chosen = get_double (config, "guidance", -1);
  const double guidance = chosen < 0 ? self->info.guidance : chosen;
  /* Guidance evaluates a second time, for the null condition. */
  const double weight = guidance == 1 ? 0.5 : 1;
  const double windows = count_windows (self, config);

  if (! self->has_info || self->per_evaluation < 0)
    return -1;

  return windows * (n * weight * self->per_evaluation + MAX (self->beside, 0));
}

char *
vqd_work_describe_seconds (double seconds)
{
  const int whole = (int) ceil (CLAMP (seconds, 0, 1e6));

  if (seconds < 9.95)
    /* Translators: seconds, with one digit after the point */
    return g_strdup_printf (_ ("%.1f s"), MAX (seconds, 0.1));
  if (whole < 60)
    return g_strdup_printf (_ ("%d s"), whole);
  /* Translators: minutes and seconds */
  return g_strdup_printf (_ ("%d min %02d s"), whole / 60, whole % 60);
}
