/* Most flips of a permutation's prefix, over all permutations: short loops over small arrays. */
#include "kernel.h"

#define LARGEST 9

uint64_t run(uint32_t seed) {
    uint32_t n = LARGEST - seed % 2;
    uint32_t order[LARGEST], work[LARGEST], count[LARGEST];
    uint32_t most = 0, checksum = 0, turn = 0, r = n;
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    for (;;) {
        for (; r != 1; r--)
            count[r - 1] = r;
        for (uint32_t i = 0; i < n; i++)
            work[i] = order[i];
        uint32_t flips = 0;
        for (uint32_t first; (first = work[0]) != 0; flips++)
            for (uint32_t low = 0, high = first; low < high; low++, high--) {
                uint32_t kept = work[low];
                work[low] = work[high];
                work[high] = kept;
            }
        most = flips > most ? flips : most;
        checksum += turn++ % 2 == 0 ? flips : -flips;
        for (;; r++) {
            if (r == n)
                return (uint64_t)most << 32 | checksum;
            uint32_t first = order[0];
            for (uint32_t i = 0; i < r; i++)
                order[i] = order[i + 1];
            order[r] = first;
            if (--count[r] > 0)
                break;
        }
    }
}
