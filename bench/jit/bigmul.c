/* Products of large numbers, word by word with carries. */
#include "kernel.h"

#define WORDS 120
static uint32_t a[WORDS], b[WORDS], product[2 * WORDS];

static void multiply(void) {
    for (uint32_t i = 0; i < 2 * WORDS; i++)
        product[i] = 0;
    for (uint32_t i = 0; i < WORDS; i++) {
        uint64_t carry = 0;
        for (uint32_t k = 0; k < WORDS; k++) {
            carry += (uint64_t)a[i] * b[k] + product[i + k];
            product[i + k] = (uint32_t)carry;
            carry >>= 32;
        }
        product[i + WORDS] = (uint32_t)carry;
    }
}

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    for (uint32_t i = 0; i < WORDS; i++) {
        a[i] = next_random(&state);
        b[i] = next_random(&state);
    }
    for (uint32_t round = 0; round < 40; round++) {
        multiply();
        for (uint32_t i = 0; i < WORDS; i++)
            a[i] = product[i + WORDS / 2];
    }
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 2 * WORDS; i++)
        sum = mix(sum, product[i]);
    return sum;
}
