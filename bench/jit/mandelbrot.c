/* How long points of the plane stay near: a loop of multiplications that depend on each other. */
#include "kernel.h"

#define SIDE 72

uint64_t run(uint32_t seed) {
    double shift = (double)(seed & 255) / 65536;
    uint64_t sum = 0;
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++) {
            double cx = (double)column * 3 / SIDE - 2 + shift, cy = (double)row * 2 / SIDE - 1;
            double x = 0, y = 0;
            int steps = 0;
            while (steps < 200 && x * x + y * y < 4) {
                double next = x * x - y * y + cx;
                y = 2 * x * y + cy;
                x = next;
                steps++;
            }
            sum = mix(sum, (uint64_t)steps);
        }
    return sum;
}
