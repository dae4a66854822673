/* An interpreter of a small stack machine: a loop around a switch. */
#include "kernel.h"

enum { PUSH, ADD, SUB, MUL, AND, XOR, SHIFT, LOAD, STORE, LESS, JUMP, JUMP_IF_ZERO, DUP, HALT };

/* for i = count; i != 0; i -= 1: total = (total * 31 ^ i) + (i & 255) << 3 */
static const int32_t program[] = {
    LOAD, 0, JUMP_IF_ZERO, 30, LOAD, 1, PUSH, 31, MUL, LOAD, 0, XOR, LOAD, 0, PUSH, 255, AND,
    PUSH, 3, SHIFT, ADD, STORE, 1, LOAD, 0, PUSH, 1, SUB, STORE, 0, JUMP, 0};
static const uint8_t operands[] = {1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0};
static int32_t code[64];

static int32_t interpret(int32_t count, uint32_t seed) {
    int32_t stack[16], locals[4] = {count, (int32_t)seed, 0, 0};
    int32_t *top = stack;
    const int32_t *at = code;
    for (;;) {
        switch (*at++) {
        case PUSH: *top++ = *at++; break;
        case ADD: top--; top[-1] = (int32_t)((uint32_t)top[-1] + (uint32_t)top[0]); break;
        case SUB: top--; top[-1] = (int32_t)((uint32_t)top[-1] - (uint32_t)top[0]); break;
        case MUL: top--; top[-1] = (int32_t)((uint32_t)top[-1] * (uint32_t)top[0]); break;
        case AND: top--; top[-1] &= top[0]; break;
        case XOR: top--; top[-1] ^= top[0]; break;
        case SHIFT: top--; top[-1] = (int32_t)((uint32_t)top[-1] << (top[0] & 31)); break;
        case LOAD: *top++ = locals[*at++]; break;
        case STORE: locals[*at++] = *--top; break;
        case LESS: top--; top[-1] = top[-1] < top[0]; break;
        case JUMP: at = code + *at; break;
        case JUMP_IF_ZERO: at = *--top ? at + 1 : code + *at; break;
        case DUP: *top = top[-1]; top++; break;
        case HALT: return locals[1];
        default: return -1;
        }
    }
}

/* Jumps in `program` are to where its own words lie; HALT follows the last. */
static void load(void) {
    uint32_t count = sizeof program / sizeof *program;
    for (uint32_t i = 0; i < count; i++) {
        code[i] = program[i];
        if (operands[program[i]]) {
            code[i + 1] = program[i + 1] == 30 && program[i] == JUMP_IF_ZERO ? (int32_t)count
                                                                              : program[i + 1];
            i++;
        }
    }
    code[count] = HALT;
}

uint64_t run(uint32_t seed) {
    load();
    return (uint32_t)interpret(40000, seed);
}
