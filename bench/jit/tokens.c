/* A scanner of program text: branches on characters, and names hashed as they are read. */
#include "kernel.h"

#define BYTES 120000
static char text[BYTES + 1];
static const char source[] =
    "while (count < 4095) { total = total * 31 + values[index_of(count)]; count += 1; }\n"
    "if (total >= 0x7f3a) /* as before */ return name_of(total, \"a text\"); else total -= 77;\n";

static int is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

static uint64_t scan(const char *at) {
    uint64_t sum = 0;
    while (*at) {
        uint32_t value = 0;
        if (is_letter(*at)) {
            do
                value = value * 33 + (uint8_t)*at++;
            while (is_letter(*at) || is_digit(*at));
        } else if (is_digit(*at)) {
            do
                value = value * 10 + (uint32_t)(*at++ - '0');
            while (is_digit(*at));
        } else if (*at == '"') {
            for (at++; *at && *at != '"'; at++)
                value += (uint8_t)*at;
            at += *at != 0;
        } else if (at[0] == '/' && at[1] == '*') {
            for (at += 2; *at && !(at[0] == '*' && at[1] == '/'); at++)
                value++;
            at += *at ? 2 : 0;
        } else {
            value = (uint8_t)*at++;
        }
        sum = mix(sum, value);
    }
    return sum;
}

uint64_t run(uint32_t seed) {
    uint32_t start = seed % 64;
    for (uint32_t i = 0; i < BYTES; i++)
        text[i] = source[(i + start) % (sizeof source - 1)];
    text[BYTES] = 0;
    return scan(text);
}
