/* Two filters over a signal: a sum of products (FIR), and one with feedback (biquad). */
#include "kernel.h"

#define SAMPLES 12000
#define TAPS 24
static float signal[SAMPLES + TAPS], filtered[SAMPLES];

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    float taps[TAPS];
    for (int i = 0; i < TAPS; i++)
        taps[i] = (float)((int)(next_random(&state) & 255) - 128) / 1024;
    for (int i = 0; i < SAMPLES + TAPS; i++)
        signal[i] = (float)((int)(next_random(&state) & 65535) - 32768) / 32768;
    for (int i = 0; i < SAMPLES; i++) {
        float sum = 0;
        for (int k = 0; k < TAPS; k++)
            sum += signal[i + k] * taps[k];
        filtered[i] = sum;
    }
    float x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    uint64_t sum = 0;
    for (int i = 0; i < SAMPLES; i++) {
        float x = filtered[i];
        float y = 0.2f * x + 0.4f * x1 + 0.2f * x2 + 0.3f * y1 - 0.1f * y2;
        x2 = x1, x1 = x, y2 = y1, y1 = y;
        sum = mix(sum, bits_of(y));
    }
    return sum;
}
