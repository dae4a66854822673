/* Solutions of the queens' problem by backtracking over bit sets. */
#include "kernel.h"

static uint32_t place(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
    if (columns == all)
        return 1;
    uint32_t count = 0;
    uint32_t free = all & ~(columns | left | right);
    while (free) {
        uint32_t queen = free & -free;
        free -= queen;
        count += place(all, columns | queen, (left | queen) << 1, (right | queen) >> 1);
    }
    return count;
}

uint64_t run(uint32_t seed) {
    return place((1u << (9 + seed % 2)) - 1, 0, 0, 0);
}
