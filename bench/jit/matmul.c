/* Product of two square matrices of doubles. */
#include "kernel.h"

#define N 90
static double a[N][N], b[N][N], c[N][N];

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            a[i][k] = (double)(next_random(&state) & 1023) / 16;
            b[i][k] = (double)(next_random(&state) & 1023) / 16;
        }
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            double sum = 0;
            for (int n = 0; n < N; n++)
                sum += a[i][n] * b[n][k];
            c[i][k] = sum;
        }
    uint64_t sum = 0;
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            sum = mix(sum, bits_of(c[i][k]));
    return sum;
}
