# From one thread's stack to another's.
#
# `switch_stacks(save, next)` pushes what the calling convention lets a function's caller rely on,
# stores the stack pointer at `save`, and goes on where the thread whose stack pointer is `next` once
# called it. So a thread that does not run has on top of its stack, lowest address first
# (`SwitchFrame` in kernel_src/sched/stacks.py): R15, R14, R13, R12, RBX, RBP, the return address.
#
# Interrupts are off. Flags are not saved: each thread knows in its own frame whether it had them on.

    .text
    .globl switch_stacks, thread_start
    .type switch_stacks, @function
switch_stacks:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, (%rdi)
    mov %rsi, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
    .size switch_stacks, . - switch_stacks

# Where a new thread goes on. RSP is a multiple of 16, RBP is 0: the frame pointer chain ends here.
    .type thread_start, @function
thread_start:
    call thread_begin                       # does not return
    ud2
    .size thread_start, . - thread_start
