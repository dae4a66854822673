/* Trees that are built and walked by recursion: pointers, and nodes from a free list. */
#include "kernel.h"

typedef struct Node { struct Node *left, *right; uint32_t value; } Node;
static Node nodes[1 << 15];
static Node *unused;

static Node *build(uint32_t depth, uint32_t value) {
    Node *node = unused;
    unused = node->left;
    node->value = value;
    node->left = depth ? build(depth - 1, 2 * value) : 0;
    node->right = depth ? build(depth - 1, 2 * value + 1) : 0;
    return node;
}

static uint64_t walk(const Node *node) {
    return node ? mix(walk(node->left) + walk(node->right), node->value) : 1;
}

static void release(Node *node) {
    if (!node)
        return;
    release(node->right);
    Node *left = node->left;
    node->left = unused;
    unused = node;
    release(left);
}

uint64_t run(uint32_t seed) {
    uint32_t count = sizeof nodes / sizeof *nodes;
    unused = 0;
    for (uint32_t i = count; i-- > 0;) {
        nodes[i].left = unused;
        unused = &nodes[i];
    }
    uint64_t sum = 0;
    for (uint32_t round = 0; round < 4; round++) {
        Node *tree = build(13, seed + round);
        sum = mix(sum, walk(tree));
        release(tree);
    }
    return sum;
}
