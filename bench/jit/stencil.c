/* Heat that spreads over a plane: single floats, and each cell from its four neighbours. */
#include "kernel.h"

#define SIDE 128
static float from[SIDE][SIDE], to[SIDE][SIDE];

static void spread(const float (*a)[SIDE], float (*b)[SIDE]) {
    for (int i = 1; i < SIDE - 1; i++)
        for (int k = 1; k < SIDE - 1; k++)
            b[i][k] = a[i][k] * 0.5f +
                      (a[i - 1][k] + a[i + 1][k] + a[i][k - 1] + a[i][k + 1]) * 0.125f;
}

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    for (int i = 0; i < SIDE; i++)
        for (int k = 0; k < SIDE; k++)
            from[i][k] = to[i][k] = (float)(next_random(&state) & 4095);
    for (int round = 0; round < 30; round++) {
        spread(from, to);
        spread(to, from);
    }
    uint64_t sum = 0;
    for (int i = 0; i < SIDE; i++)
        for (int k = 0; k < SIDE; k++)
            sum = mix(sum, bits_of(from[i][k]));
    return sum;
}
