/* What every kernel has: `run`, which computes from `seed` and returns a checksum of all it did.
   No kernel calls anything outside its file. */
#include <stdint.h>

#ifdef __wasm__
#define EXPORT __attribute__((export_name("run")))
#else
#define EXPORT __attribute__((visibility("default")))
#endif

EXPORT uint64_t run(uint32_t seed);

/* Marsaglia's xorshift: the data that a kernel works on. */
static inline uint32_t next_random(uint32_t *state) {
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

static inline uint64_t mix(uint64_t sum, uint64_t value) {
    return (sum ^ value) * 0x9e3779b97f4a7c15u + (sum >> 29);
}

static inline uint64_t bits_of(double value) {
    union { double value; uint64_t bits; } both = {value};
    return both.bits;
}
