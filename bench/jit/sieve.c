/* Primes by Eratosthenes' sieve: strided stores of bytes. */
#include "kernel.h"

#define LIMIT 400000
static uint8_t composite[LIMIT];

uint64_t run(uint32_t seed) {
    uint32_t limit = LIMIT - seed % 1000;
    for (uint32_t i = 0; i < limit; i++)
        composite[i] = 0;
    uint64_t sum = 0;
    for (uint32_t i = 2; i < limit; i++) {
        if (composite[i])
            continue;
        sum = mix(sum, i);
        for (uint64_t k = (uint64_t)i * i; k < limit; k += i)
            composite[k] = 1;
    }
    return sum;
}
