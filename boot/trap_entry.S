# The 256 interrupt vectors: save everything in a TrapFrame, call `trap_dispatch(frame)`, restore,
# return.
#
# The frame's layout is `TrapFrame` in kernel_src/arch/trap_frame.py, whose offsets are the
# TrapFrame_* below. The kernel never uses FP or SIMD registers, so none are saved.
#
# On entry the processor has aligned RSP to 16 and pushed SS, RSP, RFLAGS, CS, RIP and, for some
# vectors, an error code (SDM volume 3, 6.14.2). With the error code, the vector and fifteen
# registers that is 176 bytes: RSP is again a multiple of 16 at the call.

# The vectors for which the processor itself pushes an error code: 8, 10 to 14, 17, 21, 29 and 30
# (SDM volume 3, table 6-1; AMD volume 2, 8.2).
    .set PUSH_ERROR_CODE, 0x60227d00

    .text
    .globl trap_stubs
    .balign TRAP_STUB_BYTES
trap_stubs:
    .set vector, 0
    .rept 256
    .balign TRAP_STUB_BYTES
    .if !(vector < 32 && (PUSH_ERROR_CODE >> vector) & 1)
    pushq $0
    .endif
    pushq $vector
    jmp trap_common
    .set vector, vector + 1
    .endr

    .type trap_common, @function
trap_common:
    sub $TrapFrame_vector, %rsp
    mov %rax, TrapFrame_rax(%rsp)
    mov %rbx, TrapFrame_rbx(%rsp)
    mov %rcx, TrapFrame_rcx(%rsp)
    mov %rdx, TrapFrame_rdx(%rsp)
    mov %rsi, TrapFrame_rsi(%rsp)
    mov %rdi, TrapFrame_rdi(%rsp)
    mov %rbp, TrapFrame_rbp(%rsp)
    mov %r8, TrapFrame_r8(%rsp)
    mov %r9, TrapFrame_r9(%rsp)
    mov %r10, TrapFrame_r10(%rsp)
    mov %r11, TrapFrame_r11(%rsp)
    mov %r12, TrapFrame_r12(%rsp)
    mov %r13, TrapFrame_r13(%rsp)
    mov %r14, TrapFrame_r14(%rsp)
    mov %r15, TrapFrame_r15(%rsp)
    cld                                     # the calling convention's, whatever was interrupted
    mov %rsp, %rdi
    call trap_dispatch
    mov TrapFrame_rax(%rsp), %rax
    mov TrapFrame_rbx(%rsp), %rbx
    mov TrapFrame_rcx(%rsp), %rcx
    mov TrapFrame_rdx(%rsp), %rdx
    mov TrapFrame_rsi(%rsp), %rsi
    mov TrapFrame_rdi(%rsp), %rdi
    mov TrapFrame_rbp(%rsp), %rbp
    mov TrapFrame_r8(%rsp), %r8
    mov TrapFrame_r9(%rsp), %r9
    mov TrapFrame_r10(%rsp), %r10
    mov TrapFrame_r11(%rsp), %r11
    mov TrapFrame_r12(%rsp), %r12
    mov TrapFrame_r13(%rsp), %r13
    mov TrapFrame_r14(%rsp), %r14
    mov TrapFrame_r15(%rsp), %r15
    add $TrapFrame_rip, %rsp
    iretq
    .size trap_common, . - trap_common
