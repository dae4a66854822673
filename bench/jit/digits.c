/* Numbers as decimal text and back: divisions and remainders by constants. */
#include "kernel.h"

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 40000; i++) {
        char text[24];
        uint64_t value = (uint64_t)next_random(&state) << (i & 31);
        uint32_t length = 0;
        for (uint64_t left = value; left || !length; left /= 10)
            text[length++] = (char)('0' + left % 10);
        int32_t day = (int32_t)(value % 146097), year = day / 365, rest = day % 365 % 7;
        uint64_t again = 0;
        while (length)
            again = again * 10 + (uint64_t)(text[--length] - '0');
        sum = mix(sum, again + (uint64_t)(year * 8 + rest));
    }
    return sum;
}
