/* Edit distance (Levenshtein) of two texts, one row at a time. */
#include "kernel.h"

#define LENGTH 700
static uint8_t a[LENGTH], b[LENGTH];
static uint32_t row[LENGTH + 1];

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    for (int i = 0; i < LENGTH; i++) {
        a[i] = 'a' + next_random(&state) % 4;
        b[i] = 'a' + next_random(&state) % 4;
    }
    for (uint32_t k = 0; k <= LENGTH; k++)
        row[k] = k;
    for (uint32_t i = 1; i <= LENGTH; i++) {
        uint32_t diagonal = row[0];
        row[0] = i;
        for (uint32_t k = 1; k <= LENGTH; k++) {
            uint32_t best = diagonal + (a[i - 1] != b[k - 1]);
            diagonal = row[k];
            best = diagonal + 1 < best ? diagonal + 1 : best;
            best = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
            row[k] = best;
        }
    }
    return row[LENGTH];
}
