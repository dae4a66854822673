/* Power iteration on an infinite matrix: divisions of doubles, integers that become doubles. */
#include "kernel.h"

#define N 130
static double u[N], v[N], w[N];

static double element(uint32_t i, uint32_t k) {
    return 1.0 / ((double)((i + k) * (i + k + 1) / 2 + i + 1));
}

static void multiply(const double *from, double *to, int transposed) {
    for (uint32_t i = 0; i < N; i++) {
        double sum = 0;
        for (uint32_t k = 0; k < N; k++)
            sum += from[k] * (transposed ? element(k, i) : element(i, k));
        to[i] = sum;
    }
}

uint64_t run(uint32_t seed) {
    for (uint32_t i = 0; i < N; i++)
        u[i] = 1 + (double)(seed % 7);
    for (int round = 0; round < 4; round++) {
        multiply(u, w, 0);
        multiply(w, v, 1);
        multiply(v, w, 0);
        multiply(w, u, 1);
    }
    uint64_t sum = 0;
    for (uint32_t i = 0; i < N; i++)
        sum = mix(sum, bits_of(u[i]) ^ bits_of(v[i]));
    return sum;
}
