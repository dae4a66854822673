/* Longest chain of the 3n + 1 problem: 64-bit arithmetic and a branch on every step. */
#include "kernel.h"

uint64_t run(uint32_t seed) {
    uint64_t best = 0, longest = 0;
    for (uint64_t start = 1 + seed % 100; start < 12000; start++) {
        uint64_t steps = 0;
        for (uint64_t n = start; n != 1; steps++)
            n = n % 2 ? 3 * n + 1 : n / 2;
        if (steps > longest) {
            longest = steps;
            best = start;
        }
    }
    return best << 32 | longest;
}
