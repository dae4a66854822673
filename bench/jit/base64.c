/* Base64 there and back: loads and stores of bytes at small offsets. */
#include "kernel.h"

#define BYTES 150000
static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static uint8_t value_of[256];
static uint8_t plain[BYTES], coded[BYTES / 3 * 4], back[BYTES];

static void encode(void) {
    uint8_t *out = coded;
    for (uint32_t i = 0; i < BYTES; i += 3) {
        uint32_t word = (uint32_t)plain[i] << 16 | (uint32_t)plain[i + 1] << 8 | plain[i + 2];
        *out++ = digits[word >> 18];
        *out++ = digits[word >> 12 & 63];
        *out++ = digits[word >> 6 & 63];
        *out++ = digits[word & 63];
    }
}

static void decode(void) {
    uint8_t *out = back;
    for (uint32_t i = 0; i < BYTES / 3 * 4; i += 4) {
        uint32_t word = (uint32_t)value_of[coded[i]] << 18 | (uint32_t)value_of[coded[i + 1]] << 12 |
                        (uint32_t)value_of[coded[i + 2]] << 6 | value_of[coded[i + 3]];
        *out++ = (uint8_t)(word >> 16);
        *out++ = (uint8_t)(word >> 8);
        *out++ = (uint8_t)word;
    }
}

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    for (uint32_t i = 0; i < 64; i++)
        value_of[(uint8_t)digits[i]] = (uint8_t)i;
    for (uint32_t i = 0; i < BYTES; i++)
        plain[i] = (uint8_t)next_random(&state);
    encode();
    decode();
    uint64_t sum = 0;
    for (uint32_t i = 0; i < BYTES; i++)
        sum = mix(sum, (uint64_t)coded[i] << 8 | (uint64_t)(plain[i] == back[i]) << 16 | back[i]);
    return sum;
}
