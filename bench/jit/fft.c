/* Fast Fourier transform of complex doubles, in place, with a table of roots. */
#include "kernel.h"

#define N 2048
typedef struct { double re, im; } Complex;
static Complex data[N], roots[N / 2];

/* Roots by repeated multiplication with e^(-2 pi i / N): no library is called. */
static void make_roots(void) {
    Complex step = {0.99999529380957617, -0.0030679567629659761}, root = {1, 0};
    for (int i = 0; i < N / 2; i++) {
        roots[i] = root;
        root = (Complex){root.re * step.re - root.im * step.im,
                         root.re * step.im + root.im * step.re};
    }
}

static void reverse(void) {
    for (uint32_t i = 0, k = 0; i < N; i++) {
        if (i < k) {
            Complex kept = data[i];
            data[i] = data[k];
            data[k] = kept;
        }
        uint32_t bit = N >> 1;
        while (k & bit)
            k ^= bit, bit >>= 1;
        k |= bit;
    }
}

static void transform(void) {
    reverse();
    for (uint32_t half = 1; half < N; half *= 2)
        for (uint32_t start = 0; start < N; start += 2 * half)
            for (uint32_t k = 0; k < half; k++) {
                Complex w = roots[k * (N / 2 / half)];
                Complex *a = &data[start + k], *b = a + half;
                Complex t = {b->re * w.re - b->im * w.im, b->re * w.im + b->im * w.re};
                *b = (Complex){a->re - t.re, a->im - t.im};
                *a = (Complex){a->re + t.re, a->im + t.im};
            }
}

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    make_roots();
    for (int i = 0; i < N; i++)
        data[i] = (Complex){(double)(next_random(&state) & 255), 0};
    for (int round = 0; round < 8; round++)
        transform();
    uint64_t sum = 0;
    for (int i = 0; i < N; i++)
        sum = mix(sum, bits_of(data[i].re) ^ bits_of(data[i].im));
    return sum;
}
