/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Known answers published with Random123 (Salmon et al., 2011, kat_vectors). */
#include "kernels/vqd-philox.h"

#include "vqd-check.h"

typedef struct
{
  uint32_t counter[4];
  uint32_t key[2];
  uint32_t expected[4];
} Answer;

static const Answer answers[] = {
  { { 0, 0, 0, 0 },
    { 0, 0 },
    { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
  { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
    { 0xffffffff, 0xffffffff },
    { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
  { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
    { 0xa4093822, 0x299f31d0 },
    { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
};

static void
check_answer (const Answer *answer, unsigned i)
{
  uint32_t word[4];

  for (int j = 0; j < 4; j++)
    word[j] = answer->counter[j];
  vqd_philox4x32 (word, answer->key[0], answer->key[1]);
  for (int j = 0; j < 4; j++)
    vqd_check (word[j] == answer->expected[j], "known-answer-%u/word-%d", i, j);
}

/* Counter and key as SPEC 6 lays them out. */
static void
check_element (void)
{
  const uint64_t seed = 0x299f31d0a4093822u;
  const uint32_t element = 0x243f6a88u % 0x40000000u * 4 + 2;
  uint32_t word[4] = { element / 4, 0x85a308d3, 0x13198a2e, 0x03707344 };

  vqd_philox4x32 (word, 0xa4093822, 0x299f31d0);
  vqd_check (vqd_philox_uniform (seed, 0x03707344, 0x13198a2e, 0x85a308d3,
                                 element) == vqd_philox_unit (word[2]),
             "element");
}

static void
check_unit (void)
{
  vqd_check (vqd_philox_unit (0) == 0x1p-24f, "smallest");
  vqd_check (vqd_philox_unit (0xffffffff) == 1.0f - 0x1p-24f, "largest");
}

int
main (int argc, char **argv)
{
  vqd_check_init (argc, argv);
  for (unsigned i = 0; i < sizeof (answers) / sizeof (answers[0]); i++)
    check_answer (&answers[i], i);
  check_element ();
  check_unit ();
  return vqd_check_finish ();
}
