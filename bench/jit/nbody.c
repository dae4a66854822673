/* Bodies that attract each other: doubles, with square roots and divisions. */
#include "kernel.h"

#define BODIES 5
typedef struct { double x, y, z, vx, vy, vz, mass; } Body;
static Body bodies[BODIES];

static void advance(double dt) {
    for (int i = 0; i < BODIES; i++)
        for (int k = i + 1; k < BODIES; k++) {
            Body *a = &bodies[i], *b = &bodies[k];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double square = dx * dx + dy * dy + dz * dz + 0.01;
            double force = dt / (square * __builtin_sqrt(square));
            a->vx -= dx * b->mass * force, b->vx += dx * a->mass * force;
            a->vy -= dy * b->mass * force, b->vy += dy * a->mass * force;
            a->vz -= dz * b->mass * force, b->vz += dz * a->mass * force;
        }
    for (int i = 0; i < BODIES; i++) {
        Body *a = &bodies[i];
        a->x += dt * a->vx, a->y += dt * a->vy, a->z += dt * a->vz;
    }
}

static double fraction(uint32_t *state) {
    return (double)(next_random(state) >> 8) / (1 << 24);
}

uint64_t run(uint32_t seed) {
    uint32_t state = seed | 1;
    for (int i = 0; i < BODIES; i++) {
        double x = fraction(&state), y = fraction(&state), z = fraction(&state);
        bodies[i] = (Body){x, y, z, 0, 0, 0, 0.5 + fraction(&state)};
    }
    for (int i = 0; i < 10000; i++)
        advance(0.001);
    uint64_t sum = 0;
    for (int i = 0; i < BODIES; i++)
        sum = mix(sum, bits_of(bodies[i].x) ^ bits_of(bodies[i].vy));
    return sum;
}
