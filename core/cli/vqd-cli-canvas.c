/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli-canvas.h"

#include <math.h>

#define N_CHANNELS 3
#define SRGB_GAMMA 45455 /* of a gAMA chunk */
#define GAMMA_TOLERANCE 0.05
#define MAX_8 255
#define OPAQUE 0.5f /* what is less counts as transparent, as in the engine */
/* ITU-R BT.709 */
#define RED_SHARE 0.2126f
#define GREEN_SHARE 0.7152f
#define BLUE_SHARE 0.0722f

void
vqd_cli_canvas_free (VqdCliCanvas *self)
{
  g_clear_pointer (&self->png, vqd_png_free);
  g_free (self->rgb);
  g_free (self->alpha);
  g_free (self->selection);
  g_free (self->canvas.known.tokens);
  g_free (self->canvas.known.model);
  g_free (self);
}

static gsize
count_pixels (const VqdPng *png)
{
  return (gsize) png->width_px * (gsize) png->height_px;
}

/* floats for every pixel of the picture; NULL when there is no memory. */
static float *
new_plane (const VqdPng *png, int n_channels, GError **error)
{
  float *plane = g_try_new (float, count_pixels (png) * n_channels);

  if (plane == NULL)
    g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                 "There is no memory for a picture of %d × %d pixels.",
                 png->width_px, png->height_px);
  return plane;
}

/* A profile, or the word that it is sRGB, says more than the exponent. Numbers
 * of a file with a profile are taken as they are. */
static double
get_exponent (const VqdPng *png)
{
  const double exponent = png->gamma > 0 ? (double) SRGB_GAMMA / png->gamma : 1;

  if (png->profile != NULL || png->srgb_intent >= 0 ||
      fabs (exponent - 1) < GAMMA_TOLERANCE)
    return 1;
  return exponent;
}

static gboolean
fill_planes (VqdCliCanvas *self, GError **error)
{
  const VqdPng *png = self->png;
  const int n = png->n_channels;
  const int blue = vqd_png_has_colour (png) ? 2 : 0;

  self->rgb = new_plane (png, N_CHANNELS, error);
  if (self->rgb == NULL)
    return FALSE;
  if (vqd_png_has_alpha (png))
    {
      self->alpha = new_plane (png, 1, error);
      if (self->alpha == NULL)
        return FALSE;
    }

  for (gsize i = 0; i < count_pixels (png); i++)
    {
      for (int c = 0; c < N_CHANNELS; c++)
        self->rgb[i * N_CHANNELS + c] =
            vqd_png_get (png, i * n + MIN (c, blue));
      if (self->alpha != NULL)
        self->alpha[i] = vqd_png_get (png, i * n + n - 1);
    }
  if (self->exponent != 1)
    for (gsize i = 0; i < count_pixels (png) * N_CHANNELS; i++)
      self->rgb[i] = powf (self->rgb[i], (float) self->exponent);
  return TRUE;
}

static float
get_brightness (const VqdPng *png, gsize i)
{
  const gsize first = i * png->n_channels;

  if (! vqd_png_has_colour (png))
    return vqd_png_get (png, first);
  return RED_SHARE * vqd_png_get (png, first) +
         GREEN_SHARE * vqd_png_get (png, first + 1) +
         BLUE_SHARE * vqd_png_get (png, first + 2);
}

static float
get_alpha (const VqdPng *png, gsize i)
{
  return vqd_png_has_alpha (png)
             ? vqd_png_get (png, (i + 1) * png->n_channels - 1)
             : 1;
}

/* Whether it is one shape of one brightness on nothing: then its colour says
 * nothing. */
static gboolean
is_shape (const VqdPng *mask)
{
  float brightness = -1;
  gboolean has_holes = FALSE;

  for (gsize i = 0; i < count_pixels (mask); i++)
    {
      const float alpha = get_alpha (mask, i);

      has_holes |= alpha < 1;
      if (alpha == 0)
        continue;
      if (brightness < 0)
        brightness = get_brightness (mask, i);
      else if (get_brightness (mask, i) != brightness)
        return FALSE;
    }
  return has_holes;
}

static gboolean
check_mask_size (const VqdCliCanvas *self, const VqdPng *mask, GError **error)
{
  const VqdPng *png = self->png;

  if (mask->width_px == png->width_px && mask->height_px == png->height_px)
    return TRUE;

  g_autofree char *mask_name = g_filename_display_name (self->options->mask);
  g_autofree char *name = g_filename_display_name (self->options->picture);
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               "The mask \"%s\" has %d × %d pixels, but the picture \"%s\" has "
               "%d × %d.",
               mask_name, mask->width_px, mask->height_px, name, png->width_px,
               png->height_px);
  return FALSE;
}

static gboolean
fill_selection (VqdCliCanvas *self, GError **error)
{
  const char *path = self->options->mask;
  g_autoptr (VqdPng) mask = vqd_png_read (path, error);

  if (mask == NULL || ! check_mask_size (self, mask, error))
    return FALSE;
  self->selection = new_plane (mask, 1, error);
  if (self->selection == NULL)
    return FALSE;

  const gboolean by_alpha = is_shape (mask);
  gboolean is_empty = TRUE;
  for (gsize i = 0; i < count_pixels (mask); i++)
    {
      const float brightness = by_alpha ? 1 : get_brightness (mask, i);

      self->selection[i] = MIN (brightness * get_alpha (mask, i), 1);
      is_empty &= self->selection[i] == 0;
    }
  if (! is_empty)
    return TRUE;

  g_autofree char *shown = g_filename_display_name (path);
  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               "The mask \"%s\" is black everywhere: nothing is selected.",
               shown);
  return FALSE;
}

/* The file's colours as 8 bits. */
static guint8 *
get_rgb8 (const VqdPng *png)
{
  const gsize n_pixels = count_pixels (png);
  const int n = png->n_channels;
  guint8 *rgb8 = g_try_malloc (n_pixels * N_CHANNELS);

  for (gsize i = 0; rgb8 != NULL && i < n_pixels; i++)
    for (int c = 0; c < N_CHANNELS; c++)
      rgb8[i * N_CHANNELS + c] = lrintf (vqd_png_get (png, i * n + c) * MAX_8);
  return rgb8;
}

/* Tokens that the file says it is made of. A record that cannot be read, say
 * of a picture that was cut since, is none. */
static void
read_tokens (VqdCliCanvas *self)
{
  const VqdPng *png = self->png;

  if (png->token_record == NULL || ! vqd_png_has_colour (png))
    return;

  g_autofree guint8 *rgb8 = get_rgb8 (png);
  VqdTokenGrid known = { .tokens = NULL };
  if (rgb8 != NULL &&
      vqd_token_record_read (png->token_record, rgb8, png->width_px,
                             png->height_px, &known, NULL))
    self->canvas.known = known;
}

/* What is drawn later has to fit, too. */
static gboolean
check_grown_size (const VqdCliCanvas *self, GError **error)
{
  const VqdRequest *request = &self->options->request;
  const gint64 width_px =
      (gint64) self->png->width_px + request->left_px + request->right_px;
  const gint64 height_px =
      (gint64) self->png->height_px + request->top_px + request->bottom_px;

  /* Single numbers that are out of range are the request's own errors. */
  if (width_px < 1 || height_px < 1 || width_px > VQD_MAX_CANVAS_PX ||
      height_px > VQD_MAX_CANVAS_PX ||
      width_px * height_px <= VQD_PNG_MAX_PIXELS)
    return TRUE;

  g_set_error (error, VQD_ERROR, VQD_ERROR_REQUEST,
               "The picture would have %" G_GINT64_FORMAT " × %" G_GINT64_FORMAT
               " pixels; at most %" G_GINT64_FORMAT " can be written.",
               width_px, height_px, VQD_PNG_MAX_PIXELS);
  return FALSE;
}

VqdCliCanvas *
vqd_cli_canvas_open (const VqdCliOptions *options, GError **error)
{
  g_autoptr (VqdCliCanvas) self = g_new0 (VqdCliCanvas, 1);

  self->options = options;
  self->png = vqd_png_read (options->picture, error);
  if (self->png == NULL || ! check_grown_size (self, error))
    return NULL;

  self->exponent = get_exponent (self->png);
  if (! fill_planes (self, error) ||
      (options->mask != NULL && ! fill_selection (self, error)))
    return NULL;
  read_tokens (self);
  self->canvas.width_px = self->png->width_px;
  self->canvas.height_px = self->png->height_px;
  self->canvas.rgb = self->rgb;
  self->canvas.alpha = self->alpha;
  self->canvas.selection = self->selection;
  return g_steal_pointer (&self);
}

gboolean
vqd_cli_canvas_has_holes (const VqdCliCanvas *self)
{
  for (gsize i = 0; i < count_pixels (self->png); i++)
    if (get_alpha (self->png, i) < OPAQUE)
      return TRUE;
  return FALSE;
}
