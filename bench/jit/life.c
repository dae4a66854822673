/* Conway's game of life on a torus: eight loads of bytes and a little arithmetic for each cell. */
#include "kernel.h"

#define SIDE 96
static uint8_t cells[2][SIDE][SIDE];

static void step(const uint8_t (*now)[SIDE], uint8_t (*next)[SIDE]) {
    for (uint32_t i = 0; i < SIDE; i++) {
        const uint8_t *above = now[(i + SIDE - 1) % SIDE], *here = now[i];
        const uint8_t *below = now[(i + 1) % SIDE];
        for (uint32_t k = 0; k < SIDE; k++) {
            uint32_t left = k ? k - 1 : SIDE - 1, right = k + 1 < SIDE ? k + 1 : 0;
            uint32_t count = above[left] + above[k] + above[right] + here[left] + here[right] +
                             below[left] + below[k] + below[right];
            next[i][k] = count == 3 || (count == 2 && here[k]);
        }
    }
}

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    for (uint32_t i = 0; i < SIDE; i++)
        for (uint32_t k = 0; k < SIDE; k++)
            cells[0][i][k] = next_random(&state) >> 7 & 1;
    for (int round = 0; round < 40; round++)
        step(cells[round & 1], cells[~round & 1]);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < SIDE; i++)
        for (uint32_t k = 0; k < SIDE; k++)
            sum = mix(sum, cells[0][i][k]);
    return sum;
}
