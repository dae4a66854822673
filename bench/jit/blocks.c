/* Records of a few words copied and cleared, and long runs of bytes moved. */
#include "kernel.h"

typedef struct { uint32_t words[9]; } Record;
static Record records[1000];
static uint8_t bytes[1 << 16];

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    for (uint32_t i = 0; i < 1000; i++)
        for (uint32_t k = 0; k < 9; k++)
            records[i].words[k] = next_random(&state);
    for (uint32_t i = 0; i < 120000; i++) {
        uint32_t number = next_random(&state), to = number % 1000;
        records[to] = records[number / 1024 % 1000];
        records[to].words[number >> 29] ^= number;
        if (number % 64 == 0)
            __builtin_memset(&records[to / 2], 0, sizeof(Record));
    }
    for (uint32_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)next_random(&state);
    for (uint32_t i = 0; i < 60; i++)
        __builtin_memmove(bytes + i * 7, bytes + i * 5, sizeof bytes / 2);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 1000; i++)
        sum = mix(sum, records[i].words[0] ^ records[i].words[8]);
    for (uint32_t i = 0; i < sizeof bytes; i++)
        sum = mix(sum, bytes[i]);
    return sum;
}
