/* A hash table with open addressing: products of 64 bits, and loads that nobody can predict. */
#include "kernel.h"

#define SLOTS (1u << 15)
typedef struct { uint64_t key; uint32_t count; } Slot;
static Slot slots[SLOTS];

static Slot *find(uint64_t key) {
    uint32_t place = (uint32_t)(key * 0x9e3779b97f4a7c15u >> 49);
    while (slots[place].count && slots[place].key != key)
        place = (place + 1) & (SLOTS - 1);
    return &slots[place];
}

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    for (uint32_t i = 0; i < SLOTS; i++)
        slots[i] = (Slot){0, 0};
    for (uint32_t i = 0; i < 150000; i++) {
        uint64_t key = next_random(&state) % 20011;
        Slot *slot = find(key * key);
        slot->key = key * key;
        slot->count++;
    }
    uint64_t sum = 0;
    for (uint32_t i = 0; i < SLOTS; i++)
        sum = mix(sum, slots[i].key + slots[i].count);
    return sum;
}
