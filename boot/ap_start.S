# Where a processor begins that another one has started: real mode, at the start of a page below
# 1 MiB to which this code was copied.
#
# Its parameters lie behind the code (`ApParameters` in kernel_src/cpu/start_up.py). The page is
# mapped at its own address in the kernel's tables, readable and executable, until all processors
# have left it. CS is the page's segment, and everything else is reached relative to it.

    .set CR4_PAE, 0x20
    .set CR0_PE_PG_WP, 0x80010001
    .set MSR_EFER, 0xc0000080
    .set MSR_GS_BASE, 0xc0000101
    .set EFER_LME_NXE, 0x900

    .section .rodata.ap_start, "a", @progbits
    .globl ap_start, ap_parameters, ap_start_end
    .balign 16
    .code16
ap_start:
    cli
    cld
    mov %cs, %ax
    mov %ax, %ds
    lgdtl ap_parameters - ap_start + ApParameters_gdt_limit
    mov $CR4_PAE, %eax
    mov %eax, %cr4
    mov ap_parameters - ap_start + ApParameters_tables, %eax
    mov %eax, %cr3
    mov $MSR_EFER, %ecx
    rdmsr
    or $EFER_LME_NXE, %eax
    wrmsr
    mov $CR0_PE_PG_WP, %eax                 # from real mode straight into long mode
    mov %eax, %cr0
    ljmpl *(ap_parameters - ap_start + ApParameters_far_address)

    .code64
    .globl ap_long_mode
ap_long_mode:
    lea ap_parameters(%rip), %rbx
    xor %eax, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %fs
    mov %eax, %gs
    mov %eax, %ss
    mov $MSR_GS_BASE, %ecx
    mov ApParameters_gs_base(%rbx), %eax
    mov ApParameters_gs_base + 4(%rbx), %edx
    wrmsr
    mov ApParameters_stack_top(%rbx), %rsp
    xor %ebp, %ebp                          # the frame pointer chain ends here
    mov ApParameters_entry(%rbx), %rax
    call *%rax                              # does not return
    ud2

    .balign 8
ap_parameters:
    .skip ApParameters_size
ap_start_end:
