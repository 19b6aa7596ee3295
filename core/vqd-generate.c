/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request, from its words to its pictures. */
#include <math.h>
#include <string.h>

#include "core/base/vqd-i18n.h"
#include "core/canvas/vqd-cut.h"
#include "core/canvas/vqd-soft-mask.h"
#include "core/text/vqd-bpe.h"
#include "core/text/vqd-label.h"
#include "core/text/vqd-wildcards.h"
#include "core/vqd-paint.h"
#include "core/vqd-private.h"

/* Characters of a prompt that a message repeats. */
#define MAX_QUOTED 60

/* Of the blend, the part over which the new picture fades out beside the cut;
 * it runs through the rest. */
#define CUT_FADE_PX(blend_px) CLAMP ((blend_px) / 4, 1, 4)

typedef struct
{
  int x;
  int y;
  int width;
  int height;
} Rectangle;

/* One call of generate (). */
typedef struct
{
  VqdEngine *engine;
  const VqdRequest *request;
  VqdSamplerSettings settings;
  gint64 seed; /* of the first picture */
  VqdResult *result;
  VqdProgressFunc progress;
  gpointer user_data;
  GCancellable *cancellable;
  gint64 start_us;
  int image;    /* index of the present picture */
  char *prompt; /* that is set, wildcards expanded; NULL: none yet */

  VqdFrame frame;
  VqdRegion *region;
  float *mask;      /* [frame], or NULL: all of it shows, or there is a zone */
  float *zone;      /* [frame]: of the cut (vqd-cut.h), or NULL: none */
  Rectangle shown;  /* the part of the frame that is a picture */
  int result_width; /* of a picture in the end */
  int result_height;
} Job;


/* Of picture i: users' seeds wrap. */
static guint64
picture_seed (const Job *job, int i)
{
  return (guint64) ((job->seed + i) & VQD_MAX_SEED);
}

/* ---- progress ---- */

static void
report (Job *job, const VqdProgress *progress)
{
  const int n = job->request->n_images;
  const double elapsed = vqd_seconds_since (job->start_us);
  VqdProgress full = *progress;

  full.image = job->image;
  full.n_images = n;
  full.fraction = (job->image + progress->fraction) / n;
  full.seconds_left =
      full.fraction > 0 ? elapsed / full.fraction * (1 - full.fraction) : -1;
  full.grid_width = job->engine->info.grid_width;
  full.grid_height = job->engine->info.grid_height;
  if (job->progress != NULL)
    job->progress (&full, job->user_data);
}

static void
report_text (Job *job, int i)
{
  const VqdProgress progress = { .phase = VQD_PHASE_TEXT, .n_windows = 1 };

  job->image = i;
  report (job, &progress);
}

static void
report_paint (const VqdPaintProgress *paint, gpointer user_data)
{
  const VqdProgress progress = {
    .phase = paint->phase,
    .step = paint->step,
    .n_steps = paint->n_steps,
    .fraction = paint->fraction,
    .tokens = paint->tokens,
    .window = paint->window,
    .n_windows = paint->n_windows,
  };

  report (user_data, &progress);
}

/* ---- the condition ---- */

static gboolean
check_cut (const Job *job, int context, GError **error)
{
  const char *cut_text = job->result->cut_text;

  if (! job->request->fail_on_cut || *cut_text == '\0')
    return TRUE;

  g_autofree char *start = g_utf8_substring (
      cut_text, 0, MIN (g_utf8_strlen (cut_text, -1), MAX_QUOTED));
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               _ ("The prompt is too long: the model reads %d tokens. Left out "
                  "would be all from \"%s\"."),
               context, start);
  return FALSE;
}

/* Encodes the prompt of one picture, and what guidance steers away from. */
static gboolean
set_prompt (Job *job, const char *prompt, guint64 seed, GError **error)
{
  VqdPipeline *pipeline = job->engine->pipeline;
  const int context = vqd_pipeline_get_config (pipeline)->text.context;
  const gboolean guided = vqd_sampler_n_conditions (&job->settings) == 2;
  const gboolean has_negative = *job->request->negative_prompt != '\0';
  g_autofree char *negative =
      vqd_wildcards_expand (job->request->negative_prompt, seed);
  g_autofree int *ids = g_new (int, context);
  g_autofree int *null_ids = g_new (int, context);
  g_autofree char *cut_text = NULL;

  vqd_bpe_encode (vqd_bpe_get_default (), prompt, context, ids, &cut_text);
  if (*job->result->cut_text == '\0')
    {
      g_free (job->result->cut_text);
      job->result->cut_text = g_steal_pointer (&cut_text);
    }
  if (has_negative)
    vqd_bpe_encode (vqd_bpe_get_default (), negative, context, null_ids, NULL);
  return check_cut (job, context, error) &&
         vqd_pipeline_set_prompt (pipeline, ids, guided,
                                  has_negative ? null_ids : NULL, NULL, error);
}

static gboolean
set_label (Job *job, GError **error)
{
  const VqdConfig *config = vqd_pipeline_get_config (job->engine->pipeline);
  const gboolean guided = vqd_sampler_n_conditions (&job->settings) == 2;
  int label = 0;

  if (config->denoiser.kind == VQD_CONDITION_CLASS)
    {
      const char *text = *job->request->label != '\0' ? job->request->label
                                                      : job->request->prompt;

      label = vqd_label_find (text, config->denoiser.n_labels, error);
      if (label < 0)
        return FALSE;
    }
  return vqd_pipeline_set_label (job->engine->pipeline, label, guided, error);
}

/* The condition of picture i, where it is not that of the one before. */
static gboolean
set_condition (Job *job, int i, GError **error)
{
  const VqdConfig *config = vqd_pipeline_get_config (job->engine->pipeline);
  const gint64 start_us = g_get_monotonic_time ();
  const guint64 seed = picture_seed (job, i);
  gboolean ok;

  report_text (job, i);
  if (config->denoiser.kind == VQD_CONDITION_TEXT)
    {
      g_autofree char *prompt =
          vqd_wildcards_expand (job->request->prompt, seed);
      const gboolean same = g_strcmp0 (prompt, job->prompt) == 0 &&
                            strchr (job->request->negative_prompt, '{') == NULL;

      ok = same || set_prompt (job, prompt, seed, error);
      g_free (job->prompt);
      job->prompt = g_steal_pointer (&prompt);
    }
  else
    ok = i > 0 || set_label (job, error);

  job->result->seconds.text += vqd_seconds_since (start_us);
  return ok && ! g_cancellable_set_error_if_cancelled (job->cancellable, error);
}

/* ---- where the picture goes ---- */

static gboolean
has_canvas (const Job *job)
{
  return job->request->task == VQD_TASK_FILL ||
         job->request->task == VQD_TASK_EXPAND ||
         job->request->task == VQD_TASK_VARY;
}

/* A side in the size that is drawn: a power of two times the model's along the
 * side that is shorter in windows, and as much for the other one. */
static int
drawn_side (int asked, double ratio, int n_halvings, int cell_px, int window_px)
{
  const int step = cell_px << n_halvings;
  const int side = (int) lrint (asked * ratio / step) * step;

  return MAX (side, window_px << n_halvings);
}

/* The frame of a picture from nothing, in the model's own scale. */
static void
drawn_size (const Job *job, int *width, int *height)
{
  const VqdModelInfo *info = &job->engine->info;
  const double windows = MIN ((double) job->result_width / info->width_px,
                              (double) job->result_height / info->height_px);
  const int n_halvings = MAX (0, (int) lrint (log2 (windows)));
  const double ratio = ldexp (1, n_halvings) / windows;

  *width = drawn_side (job->result_width, ratio, n_halvings, info->cell_px,
                       info->width_px);
  *height = drawn_side (job->result_height, ratio, n_halvings, info->cell_px,
                        info->height_px);
}

/* The part of the frame where the new picture shows at all. */
static Rectangle
shown_part (const Job *job)
{
  const VqdFrame *frame = &job->frame;
  int left = frame->width;
  int right = 0;
  int top = frame->height;
  int bottom = 0;

  if (job->mask == NULL)
    return (Rectangle){ 0, 0, frame->width, frame->height };
  for (int y = 0; y < frame->height; y++)
    for (int x = 0; x < frame->width; x++)
      if (job->mask[(gsize) y * (gsize) frame->width + (gsize) x] > 0)
        {
          left = MIN (left, x);
          right = MAX (right, x + 1);
          top = MIN (top, y);
          bottom = y + 1;
        }
  return (Rectangle){ left, top, right - left, bottom - top };
}

static float *
new_mask (const Job *job, GError **error)
{
  const VqdFrame *frame = &job->frame;
  float *mask = g_try_new (float, (gsize) frame->width *(gsize) frame->height);

  if (mask == NULL)
    g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                 _ ("There is not enough memory to work on %d x %d pixels."),
                 frame->width, frame->height);
  return mask;
}

/* A new picture that is wanted to fade in, too, fades over all of the blend. */
static gboolean
make_zone (Job *job, GError **error)
{
  const VqdFrame *frame = &job->frame;
  const VqdRequest *request = job->request;
  const int fade = CUT_FADE_PX (request->blend_px);

  if (request->feather_px > 0 || request->blend_px <= fade)
    return TRUE;

  job->zone = new_mask (job, error);
  return job->zone != NULL &&
         vqd_soft_mask (job->zone, frame->selection, frame->width,
                        frame->height, 0, request->blend_px - fade,
                        job->cancellable, error);
}

static gboolean
check_shown (const Job *job, GError **error)
{
  if (job->shown.width > 0)
    return TRUE;
  g_set_error (
      error, VQD_ERROR, VQD_ERROR_REQUEST, "%s",
      job->request->task == VQD_TASK_VARY
          ? _ ("There is nothing to vary: the selection is too faint to show "
               "anything.")
          : _ ("There is nothing to fill: the selection is too faint to show "
               "anything."));
  return FALSE;
}

/* How much of the new picture shows: softened where it meets what stays. */
static gboolean
make_mask (Job *job, GError **error)
{
  const VqdFrame *frame = &job->frame;
  const VqdRequest *request = job->request;
  const gsize n = (gsize) frame->width * (gsize) frame->height;
  gboolean whole = TRUE;

  for (gsize i = 0; i < n && whole; i++)
    whole = frame->selection[i] >= 1;
  if (whole)
    return TRUE;

  job->mask = new_mask (job, error);
  if (job->mask == NULL)
    return FALSE;
  if (request->task == VQD_TASK_VARY && ! frame->by_selection)
    {
      memcpy (job->mask, frame->selection, sizeof (float) * n);
      return TRUE;
    }
  return vqd_soft_mask (job->mask, frame->selection, frame->width,
                        frame->height, request->feather_px, request->blend_px,
                        job->cancellable, error) &&
         make_zone (job, error);
}

/* The frame's own arrays, the mask and the zone. */
static guint64
frame_bytes (int width, int height)
{
  return (guint64) width * (guint64) height *
         (3 * sizeof (float) + 2 * sizeof (guint8));
}

/* All pictures, and what making one of them takes beside. */
static guint64
picture_bytes (const Job *job, int width, int height)
{
  const guint64 n_pictures = (guint64) job->request->n_images + 1;

  return (guint64) width * (guint64) height * n_pictures * 4 * sizeof (float);
}

/* Cutting the mask of one picture. */
static guint64
cut_bytes (const Job *job)
{
  const gsize n = (gsize) job->frame.width * (gsize) job->frame.height;
  guint64 n_band = 0;

  for (gsize i = 0; job->zone != NULL && i < n; i++)
    n_band += job->zone[i] > 0 && job->zone[i] < 1;
  return n_band * VQD_CUT_BYTES;
}

/* The frame, and the mask in it. */
static gboolean
prepare_frame (Job *job, GError **error)
{
  const VqdRequest *request = job->request;
  const gint64 limit = job->engine->memory_limit_bytes;
  int width;
  int height;

  if (has_canvas (job))
    {
      vqd_frame_measure (request, &width, &height);
      if (! vqd_check_memory (frame_bytes (width, height), VQD_MEMORY_OF_CANVAS,
                              limit, error))
        return FALSE;
    }
  else
    {
      drawn_size (job, &width, &height);
      if (! vqd_check_memory (
              frame_bytes (width, height) +
                  picture_bytes (job, MAX (width, job->result_width),
                                 MAX (height, job->result_height)),
              VQD_MEMORY_OF_PICTURES, limit, error))
        return FALSE;
    }
  return vqd_frame_init (&job->frame, request, width, height, job->cancellable,
                         error) &&
         make_mask (job, error);
}

/* All memory of a run, the engine's own apart. */
static guint64
measure (const Job *job, const VqdRegionModel *model)
{
  const VqdConfig *config = vqd_pipeline_get_config (job->engine->pipeline);
  const VqdFrame *frame = &job->frame;
  const guint64 bytes =
      frame_bytes (frame->width, frame->height) +
      vqd_region_measure (frame, model, job->request->task == VQD_TASK_VARY) +
      cut_bytes (job);

  if (has_canvas (job))
    return bytes + picture_bytes (job, job->shown.width, job->shown.height) +
           vqd_pipeline_encoder_bytes (config);
  return bytes + picture_bytes (job, MAX (frame->width, job->result_width),
                                MAX (frame->height, job->result_height));
}

static gboolean
prepare_canvas (Job *job, GError **error)
{
  const VqdRequest *request = job->request;
  const VqdEngine *engine = job->engine;
  const VqdModelInfo *info = &engine->info;
  const VqdRegionModel model = { .cell_px = info->cell_px,
                                 .window_width = info->grid_width,
                                 .window_height = info->grid_height,
                                 .n_codes = info->n_codes,
                                 .id = info->id };

  job->result_width =
      request->width_px > 0 ? request->width_px : info->width_px;
  job->result_height =
      request->height_px > 0 ? request->height_px : info->height_px;
  if (! prepare_frame (job, error))
    return FALSE;

  job->shown = shown_part (job);
  if (job->zone != NULL) /* each picture gets a mask of its own */
    g_clear_pointer (&job->mask, g_free);
  if (! check_shown (job, error) ||
      ! vqd_check_memory (measure (job, &model), VQD_MEMORY_OF_PICTURE,
                          engine->memory_limit_bytes, error))
    return FALSE;
  job->region = vqd_region_new (&job->frame, &model, job->cancellable, error);
  return job->region != NULL;
}

/* ---- pictures ---- */

/* Of picture i: from the first one's to the last one's. */
static double
picture_strength (const VqdRequest *request, int i)
{
  if (request->strength_last < 0 || request->n_images < 2)
    return request->strength;
  return request->strength + (request->strength_last - request->strength) * i /
                                 (request->n_images - 1);
}

/* Pixels of a canvas may hold anything; NaN becomes 0. */
static void
copy_pixel (const float *from, float *to)
{
  for (int c = 0; c < 3; c++)
    to[c] = from[c] > 0 ? MIN (from[c], 1.0f) : 0.0f;
}

/* The shown part of the frame: as painted; what is beyond the region stays as
 * the canvas has it. */
static gboolean
crop_pixels (const Job *job, const VqdPainting *painting, VqdPicture *picture,
             GError **error)
{
  const VqdFrame *frame = &job->frame;
  const VqdLevel *level = &job->region->levels[0];
  const Rectangle *shown = &job->shown;
  const gsize n = (gsize) shown->width * (gsize) shown->height;
  const gboolean has_mask = job->mask != NULL || job->zone != NULL;

  picture->width_px = shown->width;
  picture->height_px = shown->height;
  picture->x_px = shown->x - frame->left;
  picture->y_px = shown->y - frame->top;
  picture->rgb = g_try_new0 (float, 3 * n);
  picture->mask = has_mask ? g_try_new (float, n) : NULL;
  if (picture->rgb == NULL || (has_mask && picture->mask == NULL))
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                   _ ("There is not enough memory for a picture of %d x %d "
                      "pixels."),
                   shown->width, shown->height);
      return FALSE;
    }

  for (int y = 0; y < shown->height; y++)
    for (int x = 0; x < shown->width; x++)
      {
        const gsize to = (gsize) y * (gsize) shown->width + (gsize) x;
        const int region_x = shown->x + x - job->region->x;
        const int region_y = shown->y + y - job->region->y;
        const int canvas_x = picture->x_px + x;
        const int canvas_y = picture->y_px + y;
        const float *from = NULL;

        if (region_x >= 0 && region_x < level->width && region_y >= 0 &&
            region_y < level->height)
          from = painting->rgb + 3 * ((gsize) region_y * (gsize) level->width +
                                      (gsize) region_x);
        else if (canvas_x >= 0 && canvas_x < frame->canvas->width_px &&
                 canvas_y >= 0 && canvas_y < frame->canvas->height_px)
          from = frame->canvas->rgb +
                 3 * ((gsize) canvas_y * (gsize) frame->canvas->width_px +
                      (gsize) canvas_x);
        if (from != NULL)
          copy_pixel (from, picture->rgb + 3 * to);
        if (job->mask != NULL)
          picture->mask[to] =
              job->mask[(gsize) (shown->y + y) * (gsize) frame->width +
                        (gsize) (shown->x + x)];
      }
  return TRUE;
}

static float
pixel_difference (const float *a, const float *b)
{
  return (fabsf (a[0] - b[0]) + fabsf (a[1] - b[1]) + fabsf (a[2] - b[2])) / 3;
}

/* The mask of this picture: where it and the old one meet depends on both. */
static gboolean
cut_mask (const Job *job, VqdPicture *picture, GError **error)
{
  const VqdFrame *frame = &job->frame;
  const Rectangle *shown = &job->shown;
  const gsize n = (gsize) shown->width * (gsize) shown->height;
  float *difference = picture->mask; /* until the mask is there */
  g_autofree float *zone = g_try_new (float, n);

  if (zone == NULL)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                   _ ("There is not enough memory to work on %d x %d pixels."),
                   shown->width, shown->height);
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    {
      const int x = shown->x + (int) (i % (gsize) shown->width);
      const int y = shown->y + (int) (i / (gsize) shown->width);
      const gsize at = (gsize) y * (gsize) frame->width + (gsize) x;
      const gsize pixel =
          (gsize) (y - frame->top) * (gsize) frame->canvas->width_px +
          (gsize) (x - frame->left);

      zone[i] = job->zone[at];
      difference[i] = frame->known[at]
                          ? pixel_difference (frame->canvas->rgb + 3 * pixel,
                                              picture->rgb + 3 * i)
                          : 0;
    }
  if (! vqd_cut (zone, difference, shown->width, shown->height,
                 job->cancellable, error) ||
      ! vqd_soft_mask (picture->mask, zone, shown->width, shown->height, 0,
                       CUT_FADE_PX (job->request->blend_px), job->cancellable,
                       error))
    return FALSE;

  for (gsize i = 0; i < n; i++)
    {
      const gsize x = (gsize) shown->x + i % (gsize) shown->width;
      const gsize y = (gsize) shown->y + i / (gsize) shown->width;

      picture->mask[i] = MAX (picture->mask[i],
                              frame->selection[y * (gsize) frame->width + x]);
    }
  return TRUE;
}

/* The cells that the shown part meets, and how sure the model was of them. */
static void
crop_tokens (const Job *job, const VqdPainting *painting, VqdPicture *picture)
{
  const VqdLevel *level = &job->region->levels[0];
  const int cell = job->engine->info.cell_px;
  const int x = MAX (0, job->shown.x - job->region->x);
  const int y = MAX (0, job->shown.y - job->region->y);
  const int right =
      MIN (level->width, job->shown.x + job->shown.width - job->region->x);
  const int bottom =
      MIN (level->height, job->shown.y + job->shown.height - job->region->y);
  const int column = x / cell;
  const int row = y / cell;
  const int width = (right + cell - 1) / cell - column;
  const int height = (bottom + cell - 1) / cell - row;
  int *tokens = g_new (int, (gsize) width *(gsize) height);
  float *purity = g_new (float, (gsize) width *(gsize) height);

  for (int i = 0; i < height; i++)
    {
      const gsize to = (gsize) i * (gsize) width;
      const gsize from =
          (gsize) (row + i) * (gsize) level->grid_width + (gsize) column;

      memcpy (tokens + to, painting->tokens + from,
              sizeof (int) * (gsize) width);
      memcpy (purity + to, painting->purity + from,
              sizeof (float) * (gsize) width);
    }
  picture->grid =
      (VqdTokenGrid){ .x_px = job->region->x + column * cell - job->shown.x,
                      .y_px = job->region->y + row * cell - job->shown.y,
                      .cell_px = cell,
                      .grid_width = width,
                      .grid_height = height,
                      .tokens = tokens,
                      .model = g_strdup (job->engine->info.id) };
  picture->purity = (VqdPurity){ .x_px = picture->grid.x_px,
                                 .y_px = picture->grid.y_px,
                                 .cell_width_px = cell,
                                 .cell_height_px = cell,
                                 .grid_width = width,
                                 .grid_height = height,
                                 .values = purity };
}

static gboolean
make_picture (Job *job, int i, GError **error)
{
  const VqdRequest *request = job->request;
  VqdResult *result = job->result;
  g_auto (VqdPainting) painting = { 0 };
  g_autoptr (VqdPicture) picture = g_new0 (VqdPicture, 1);

  if (! set_condition (job, i, error))
    return FALSE;

  const VqdPaint paint = {
    .pipeline = job->engine->pipeline,
    .settings = job->settings,
    .seed = picture_seed (job, i),
    .task = request->task,
    .strength = picture_strength (request, i),
    .keep = request->keep,
    .tiling =
        request->task == VQD_TASK_TILE ? request->tiling : VQD_TILING_NONE,
    .color_match = request->color_match,
    .report = report_paint,
    .user_data = job,
    .cancellable = job->cancellable,
    .sample_seconds = &result->seconds.sample,
    .decode_seconds = &result->seconds.decode,
    .n_evaluations = &result->n_evaluations,
  };
  if (! vqd_paint (&paint, job->region, &painting, error))
    return FALSE;
  if (i == request->n_images - 1)
    vqd_region_drop_pixels (job->region);
  if (! crop_pixels (job, &painting, picture, error))
    return FALSE;
  crop_tokens (job, &painting, picture);
  vqd_painting_clear (&painting);
  if ((job->zone != NULL && ! cut_mask (job, picture, error)) ||
      (! has_canvas (job) &&
       ! vqd_picture_resize (picture, job->result_width, job->result_height,
                             paint.tiling, job->cancellable, error)))
    return FALSE;

  picture->seed = (gint64) paint.seed;
  picture->settings =
      vqd_settings_to_json (request, &job->settings, &job->engine->info,
                            picture->seed, paint.strength);
  g_ptr_array_add (result->pictures, g_steal_pointer (&picture));
  return TRUE;
}

static void
job_clear (Job *job)
{
  g_free (job->prompt);
  g_free (job->mask);
  g_free (job->zone);
  vqd_frame_clear (&job->frame);
  vqd_region_free (job->region);
}

VqdResult *
vqd_engine_generate (VqdEngine *self, const VqdRequest *request,
                     VqdProgressFunc progress, gpointer user_data,
                     GCancellable *cancellable, GError **error)
{
  if (! vqd_request_validate (request, error))
    return NULL;

  g_autoptr (VqdResult) result = vqd_result_new ();
  Job job = { .engine = self,
              .request = request,
              .seed = request->seed >= 0 ? request->seed
                                         : g_random_int () & VQD_MAX_SEED,
              .result = result,
              .progress = progress,
              .user_data = user_data,
              .cancellable = cancellable,
              .start_us = g_get_monotonic_time () };

  result->seconds.load = self->load_seconds;
  vqd_settings_resolve (request, vqd_pipeline_get_config (self->pipeline),
                        &job.settings);
  gboolean ok = prepare_canvas (&job, error);
  for (int i = 0; i < request->n_images && ok; i++)
    ok = make_picture (&job, i, error);
  job_clear (&job);
  return ok ? g_steal_pointer (&result) : NULL;
}
