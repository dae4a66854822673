/* What a call costs that does nothing: it is taken off the times of the others. */
#include "kernel.h"

uint64_t run(uint32_t seed) {
    return seed;
}
