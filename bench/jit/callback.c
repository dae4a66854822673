/* Heapsort with a comparison that is called through a pointer, as C's qsort has it. */
#include "kernel.h"

#define COUNT 12000
typedef struct { uint32_t key, weight; } Item;
typedef int (*Compare)(const Item *, const Item *);
static Item items[COUNT];

static int by_key(const Item *a, const Item *b) {
    return a->key < b->key ? -1 : a->key > b->key;
}

static int by_weight(const Item *a, const Item *b) {
    return a->weight < b->weight ? -1 : a->weight > b->weight;
}

static void sink(Item *a, uint32_t from, uint32_t count, Compare compare) {
    Item moved = a[from];
    for (uint32_t child; (child = 2 * from + 1) < count; from = child) {
        if (child + 1 < count && compare(&a[child], &a[child + 1]) < 0)
            child++;
        if (compare(&moved, &a[child]) >= 0)
            break;
        a[from] = a[child];
    }
    a[from] = moved;
}

static void sort(Item *a, uint32_t count, Compare compare) {
    for (uint32_t i = count / 2; i-- > 0;)
        sink(a, i, count, compare);
    while (count-- > 1) {
        Item last = a[count];
        a[count] = a[0];
        a[0] = last;
        sink(a, 0, count, compare);
    }
}

static Compare volatile orders[2] = {by_key, by_weight};

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < COUNT; i++)
        items[i] = (Item){next_random(&state), next_random(&state)};
    for (uint32_t round = 0; round < 2; round++) {
        sort(items, COUNT, orders[round]);
        for (uint32_t i = 0; i < COUNT; i++)
            sum = mix(sum, items[i].key ^ items[i].weight);
    }
    return sum;
}
