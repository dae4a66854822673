/* Small functions called through a table, a different one each time. */
#include "kernel.h"

typedef uint32_t (*Step)(uint32_t, uint32_t);

static uint32_t add(uint32_t a, uint32_t b) { return a + b; }
static uint32_t subtract(uint32_t a, uint32_t b) { return a - b; }
static uint32_t exclusive(uint32_t a, uint32_t b) { return a ^ b; }
static uint32_t scale(uint32_t a, uint32_t b) { return a * (b | 1); }
static uint32_t turn(uint32_t a, uint32_t b) { return a << (b & 31) | a >> (-b & 31); }
static uint32_t keep(uint32_t a, uint32_t b) { return b & 1 ? a : b; }
static uint32_t higher(uint32_t a, uint32_t b) { return a > b ? a : b; }
static uint32_t spread(uint32_t a, uint32_t b) { return (a >> 16 | a << 16) + b; }

static Step volatile steps[8] = {add, subtract, exclusive, scale, turn, keep, higher, spread};

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1, value = seed;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 400000; i++) {
        value = steps[i * 5 & 7](value, next_random(&state));
        sum += value;
    }
    return sum;
}
