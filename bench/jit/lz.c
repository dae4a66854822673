/* Compression by earlier occurrences, and back again: bytes compared and copied. */
#include "kernel.h"

#define BYTES 60000
#define HASHES 4096
static uint8_t text[BYTES], packed[2 * BYTES], back[BYTES];
static uint32_t last[HASHES];

static uint32_t hash(const uint8_t *at) {
    uint32_t word = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
    return word * 2654435761u >> 20;
}

/* A literal is 0, byte; a match 1 + length - 3, then its distance in two bytes. */
static uint32_t pack(void) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < HASHES; i++)
        last[i] = 0;
    for (uint32_t i = 0; i < BYTES;) {
        uint32_t length = 0, found = 0;
        if (i + 3 <= BYTES) {
            uint32_t slot = hash(text + i);
            found = last[slot];
            last[slot] = i + 1;
            if (found && i + 1 - found < 65536)
                while (length < 250 && i + length < BYTES &&
                       text[found - 1 + length] == text[i + length])
                    length++;
        }
        if (length < 3) {
            packed[used++] = 0;
            packed[used++] = text[i++];
        } else {
            uint32_t distance = i + 1 - found;
            packed[used++] = (uint8_t)(length - 2);
            packed[used++] = (uint8_t)distance;
            packed[used++] = (uint8_t)(distance >> 8);
            i += length;
        }
    }
    return used;
}

static void unpack(uint32_t used) {
    uint8_t *out = back;
    for (uint32_t i = 0; i < used;) {
        uint32_t length = packed[i++];
        if (!length) {
            *out++ = packed[i++];
            continue;
        }
        const uint8_t *from = out - (packed[i] | (uint32_t)packed[i + 1] << 8);
        for (length += 2, i += 2; length; length--)
            *out++ = *from++;
    }
}

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    for (uint32_t i = 0; i < BYTES; i++) {
        uint32_t number = next_random(&state);
        text[i] = i > 100 && number % 8 ? text[i - 7 - number / 8 % 3 * 16] : 'a' + number % 16;
    }
    uint32_t used = pack();
    unpack(used);
    uint64_t sum = used;
    for (uint32_t i = 0; i < BYTES; i++)
        sum = mix(sum, (uint64_t)back[i] << 8 | (back[i] == text[i]));
    return sum;
}
