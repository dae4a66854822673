/* Takeuchi's function: calls with three arguments. */
#include "kernel.h"

static int32_t tak(int32_t x, int32_t y, int32_t z) {
    if (y >= x)
        return z;
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

uint64_t run(uint32_t seed) {
    return (uint64_t)tak(17 + (int32_t)(seed % 2), 12, 6);
}
