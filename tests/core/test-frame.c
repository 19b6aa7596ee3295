/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a task makes of a canvas: what it sees, and what it draws. */
#include "core/canvas/vqd-region.h"
#include "tests/core/canvas-pictures.h"


/* Does not grow the hole. */
static void
canvas_request_init (VqdRequest *request, VqdTask task, const VqdCanvas *canvas)
{
  request_init (request, task, canvas);
  request->grow_px = 0;
}

static void
frame_init (VqdFrame *frame, const VqdRequest *request)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (vqd_request_validate (request, &error));
  g_assert_no_error (error);
  g_assert_true (vqd_frame_init (frame, request, 0, 0, NULL, &error));
  g_assert_no_error (error);
}

/* What is selected at all is not seen; partly selected is drawn, too. */
static void
test_selection (void)
{
  g_auto (Picture) picture = { 0 };
  g_auto (VqdFrame) frame = { 0 };
  VqdRequest request;

  picture_init (&picture, 30, 20);
  set_rectangle (&picture, picture.selection, 5, 6, 7, 4, 1);
  picture.selection[0] = 0.25f;
  picture.selection[1] = 7; /* no more than whole */
  picture.selection[2] = -1;
  picture.selection[3] = NAN;
  canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
  frame_init (&frame, &request);

  g_assert_true (frame.by_selection);
  for (int i = 0; i < 30 * 20; i++)
    {
      const int x = i % 30;
      const int y = i / 30;
      const gboolean inside = x >= 5 && x < 12 && y >= 6 && y < 10;
      const float expected = i == 0 ? 0.25f : inside || i == 1;

      g_assert_cmpfloat (frame.selection[i], ==, expected);
      g_assert_cmpint (frame.known[i], ==, expected <= 0);
      g_assert_cmpint (frame.hole[i], ==, expected > 0);
    }
}

static void
test_grow (void)
{
  g_auto (Picture) picture = { 0 };
  g_auto (VqdFrame) frame = { 0 };
  VqdRequest request;

  picture_init (&picture, 30, 20);
  picture.selection[9 * 30 + 14] = 0.01f;
  canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
  request.grow_px = 5;
  frame_init (&frame, &request);
  for (int i = 0; i < 30 * 20; i++)
    {
      const gboolean near = hypot (i % 30 - 14, i / 30 - 9) <= 5;

      /* what is only near to the selection is drawn, and seen */
      g_assert_cmpint (frame.hole[i], ==, near);
      g_assert_cmpint (frame.known[i], ==, i != 9 * 30 + 14);
      g_assert_cmpfloat (frame.selection[i], ==, i == 9 * 30 + 14 ? 0.01f : 0);
    }
}

/* Without a selection what is transparent is filled; an empty one is none. */
static void
test_transparent (void)
{
  for (int empty = 0; empty < 2; empty++)
    {
      g_auto (Picture) picture = { 0 };
      g_auto (VqdFrame) frame = { 0 };
      VqdRequest request;

      picture_init (&picture, 12, 10);
      set_rectangle (&picture, picture.alpha, 3, 2, 4, 4, 0);
      picture.alpha[0] = 0.49f;
      picture.alpha[1] = 0.51f;
      if (! empty)
        picture.canvas.selection = NULL;
      canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
      frame_init (&frame, &request);
      g_assert_false (frame.by_selection);
      for (int i = 0; i < 120; i++)
        {
          const gboolean gone = picture.alpha[i] < 0.5f;

          g_assert_cmpfloat (frame.selection[i], ==, gone);
          g_assert_cmpint (frame.known[i], ==, ! gone);
          g_assert_cmpint (frame.hole[i], ==, gone);
        }
    }
}

/* Beside a selection what is transparent is neither seen nor drawn. */
static void
test_transparent_beside_selection (void)
{
  g_auto (Picture) picture = { 0 };
  g_auto (VqdFrame) frame = { 0 };
  VqdRequest request;

  picture_init (&picture, 12, 10);
  set_rectangle (&picture, picture.alpha, 0, 0, 4, 10, 0);
  set_rectangle (&picture, picture.selection, 8, 0, 4, 10, 1);
  canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
  frame_init (&frame, &request);
  for (int i = 0; i < 120; i++)
    {
      g_assert_cmpint (frame.known[i], ==, i % 12 >= 4 && i % 12 < 8);
      g_assert_cmpint (frame.hole[i], ==, i % 12 >= 8);
    }
}

/* The canvas grows; a selection does not matter. */
static void
test_margins (void)
{
  g_auto (Picture) picture = { 0 };
  g_auto (VqdFrame) frame = { 0 };
  VqdRequest request;

  picture_init (&picture, 30, 20);
  set_rectangle (&picture, picture.selection, 5, 6, 7, 4, 1);
  canvas_request_init (&request, VQD_TASK_EXPAND, &picture.canvas);
  request.left_px = 3;
  request.top_px = 4;
  request.right_px = 5;
  request.bottom_px = 6;
  request.grow_px = 2;
  frame_init (&frame, &request);

  g_assert_cmpint (frame.width, ==, 38);
  g_assert_cmpint (frame.height, ==, 30);
  g_assert_cmpint (frame.left, ==, 3);
  g_assert_cmpint (frame.top, ==, 4);
  g_assert_false (frame.by_selection);
  for (int i = 0; i < 38 * 30; i++)
    {
      const int x = i % 38 - 3;
      const int y = i / 38 - 4;
      const gboolean inside = x >= 0 && x < 30 && y >= 0 && y < 20;
      const gboolean deep = x >= 2 && x < 28 && y >= 2 && y < 18;

      g_assert_cmpfloat (frame.selection[i], ==, ! inside);
      g_assert_cmpint (frame.known[i], ==, inside);
      g_assert_cmpint (frame.hole[i], ==, ! deep);
    }
}

static void
test_transparent_border (void)
{
  g_auto (Picture) picture = { 0 };
  g_auto (VqdFrame) frame = { 0 };
  VqdRequest request;

  picture_init (&picture, 30, 20);
  set_rectangle (&picture, picture.alpha, 0, 0, 30, 20, 0);
  set_rectangle (&picture, picture.alpha, 4, 5, 20, 10, 1);
  canvas_request_init (&request, VQD_TASK_EXPAND, &picture.canvas);
  frame_init (&frame, &request);
  g_assert_cmpint (frame.width, ==, 30);
  for (int i = 0; i < 600; i++)
    {
      g_assert_cmpint (frame.known[i], ==, picture.alpha[i] > 0);
      g_assert_cmpint (frame.hole[i], ==, ! (picture.alpha[i] > 0));
    }
}

/* A variation sees what it changes, and does not grow. */
static void
test_vary_sees_all (void)
{
  for (int selects = 0; selects < 2; selects++)
    {
      g_auto (Picture) picture = { 0 };
      g_auto (VqdFrame) frame = { 0 };
      VqdRequest request;

      picture_init (&picture, 30, 20);
      picture.alpha[0] = 0;
      picture.alpha[1] = 0.75f;
      if (selects)
        set_rectangle (&picture, picture.selection, 5, 6, 7, 4, 1);
      canvas_request_init (&request, VQD_TASK_VARY, &picture.canvas);
      request.grow_px = 8;
      frame_init (&frame, &request);
      g_assert_cmpint (frame.by_selection, ==, selects);
      for (int i = 0; i < 600; i++)
        {
          const float expected =
              selects ? picture.selection[i] : picture.alpha[i];

          g_assert_cmpfloat (frame.selection[i], ==, expected);
          g_assert_cmpint (frame.hole[i], ==, expected > 0);
          g_assert_cmpint (frame.known[i], ==, i != 0);
        }
    }
}

static void
test_nothing_to_do (void)
{
  static const struct
  {
    VqdTask task;
    float alpha;
    const char *words;
  } cases[] = {
    { VQD_TASK_FILL, 1, "There is nothing to fill: select" },
    { VQD_TASK_EXPAND, 1, "There is nothing to expand: give the number" },
    { VQD_TASK_VARY, 0, "There is nothing to vary: the picture is transp" },
    { VQD_TASK_VARY, 0.3f, "There is nothing to vary: the picture is transp" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Picture) picture = { 0 };
      g_auto (VqdFrame) frame = { 0 };
      g_autoptr (GError) error = NULL;
      VqdRequest request;

      picture_init (&picture, 9, 9);
      set_rectangle (&picture, picture.alpha, 0, 0, 9, 9, cases[i].alpha);
      canvas_request_init (&request, cases[i].task, &picture.canvas);
      g_assert_false (vqd_frame_init (&frame, &request, 0, 0, NULL, &error));
      g_assert_error (error, VQD_ERROR, VQD_ERROR_REQUEST);
      g_assert_true (g_str_has_prefix (error->message, cases[i].words));
    }
}

static void
test_cancel (void)
{
  g_auto (Picture) picture = { 0 };
  g_auto (VqdFrame) frame = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  VqdRequest request;

  picture_init (&picture, 30, 20);
  picture_select (&picture, 10, 10, 8, 8);
  canvas_request_init (&request, VQD_TASK_FILL, &picture.canvas);
  g_cancellable_cancel (cancellable);
  g_assert_false (vqd_frame_init (&frame, &request, 0, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/selection", test_selection);
  g_test_add_func ("/frame/grow", test_grow);
  g_test_add_func ("/frame/transparent", test_transparent);
  g_test_add_func ("/frame/transparent-beside-selection",
                   test_transparent_beside_selection);
  g_test_add_func ("/frame/margins", test_margins);
  g_test_add_func ("/frame/transparent-border", test_transparent_border);
  g_test_add_func ("/frame/vary-sees-all", test_vary_sees_all);
  g_test_add_func ("/frame/nothing-to-do", test_nothing_to_do);
  g_test_add_func ("/frame/cancel", test_cancel);
  return g_test_run ();
}
