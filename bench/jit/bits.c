/* Counting bits, leading and trailing zeros, of words of 32 and 64 bits. */
#include "kernel.h"

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 200000; i++) {
        uint32_t a = next_random(&state) | 1;
        uint64_t b = (uint64_t)a << 17 ^ a;
        sum += (uint64_t)__builtin_popcount(a) + (uint64_t)__builtin_popcountll(b) * 3;
        sum ^= (uint64_t)__builtin_clz(a) << 8 | (uint64_t)__builtin_ctzll(b) << 16;
        sum = sum << 9 | sum >> 55;
    }
    return sum;
}
