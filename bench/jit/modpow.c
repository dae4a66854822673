/* Fermat tests: remainders by a number that is not constant. */
#include "kernel.h"

static uint64_t power(uint64_t base, uint64_t exponent, uint64_t modulus) {
    uint64_t result = 1;
    for (base %= modulus; exponent; exponent >>= 1) {
        if (exponent & 1)
            result = result * base % modulus;
        base = base * base % modulus;
    }
    return result;
}

uint64_t run(uint32_t seed) {
    uint64_t sum = 0;
    for (uint64_t n = 100001 + 2 * (seed % 50), end = n + 9000; n < end; n += 2)
        if (power(2, n - 1, n) == 1)
            sum = mix(sum, n);
    return sum;
}
