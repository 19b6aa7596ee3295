/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The default model draws the same tokens at every level of the CPU's
 * instructions. VQD_LEVELS_PROMPTS says how many prompts (default 2). */
#include "core/vqd.h"

#define ALL_PROMPTS 20

static const char *const prompts[ALL_PROMPTS] = {
  "autumn leaves",
  "green grass texture",
  "a red house on a green hill at sunset",
  "a yellow star",
  "cobblestone",
  "a blue fish",
  "white marble",
  "zebra stripes",
  "a cup of coffee",
  "clouds in a blue sky",
  "a snowy mountain",
  "lava",
  "a smiling face",
  "sand dunes",
  "a red apple",
  "wooden planks",
  "the sea at night",
  "a purple flower",
  "brick wall",
  "",
};
static const char *const levels[] = { "0", "avx2", "avx512" };


static VqdResult *
generate (const char *level, const char *prompt)
{
  const VqdEngineOptions options = { .model = g_getenv ("VQD_DEFAULT_MODEL") };
  g_autoptr (GError) error = NULL;
  VqdRequest request;

  g_setenv ("VQD_CPU_FLAGS", level, TRUE);
  g_autoptr (VqdEngine) engine = vqd_engine_new (&options, NULL, &error);
  g_assert_no_error (error);
  vqd_request_init (&request);
  request.prompt = prompt;
  request.seed = 1;
  VqdResult *result =
      vqd_engine_generate (engine, &request, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return result;
}

static void
test_same_tokens (void)
{
  const char *wanted = g_getenv ("VQD_LEVELS_PROMPTS");
  const int n_prompts =
      wanted == NULL ? 2 : CLAMP (atoi (wanted), 1, ALL_PROMPTS);
  int n_equal = 0;
  int n = 0;

  for (int p = 0; p < n_prompts; p++)
    {
      g_autoptr (VqdResult) reference = generate (levels[0], prompts[p]);
      const int *expected = vqd_result_get_picture (reference, 0)->grid.tokens;

      for (gsize level = 1; level < G_N_ELEMENTS (levels); level++)
        {
          g_autoptr (VqdResult) result = generate (levels[level], prompts[p]);
          const int *tokens = vqd_result_get_picture (result, 0)->grid.tokens;

          for (int i = 0; i < 256; i++, n++)
            n_equal += tokens[i] == expected[i];
        }
    }
  g_test_message ("%d of %d tokens are the same", n_equal, n);
  g_assert_cmpint (n_equal, ==, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/levels/same-tokens", test_same_tokens);
  return g_test_run ();
}
