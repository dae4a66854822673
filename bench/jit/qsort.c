/* Quicksort of numbers: loops with branches that nobody can predict. */
#include "kernel.h"

#define COUNT 30000
static int32_t values[COUNT];

static void sort(int32_t *a, int32_t low, int32_t high) {
    while (low < high) {
        int32_t pivot = a[low + (high - low) / 2];
        int32_t i = low, k = high;
        while (i <= k) {
            while (a[i] < pivot)
                i++;
            while (a[k] > pivot)
                k--;
            if (i <= k) {
                int32_t kept = a[i];
                a[i++] = a[k];
                a[k--] = kept;
            }
        }
        if (k - low < high - i) {
            sort(a, low, k);
            low = i;
        } else {
            sort(a, i, high);
            high = k;
        }
    }
}

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    for (uint32_t i = 0; i < COUNT; i++)
        values[i] = (int32_t)next_random(&state);
    sort(values, 0, COUNT - 1);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < COUNT; i++)
        sum = mix(sum, (uint32_t)values[i]);
    return sum;
}
